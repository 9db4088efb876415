"""Events (sự kiện): what happened, to what, by whom, when; their canonical bytes.

An event is encoded once, as MessagePack arrays, and never again: its bytes are a leaf of the
log's Merkle tree, so fields are only ever added at the end of a body. Whatever may have to be
erased later (names, subjects: personal particulars) stands *beside* the event, as its
*particulars*; the event holds their BLAKE3 digest. Erasing them leaves every leaf as it was.
"""

from typing import Any

import msgspec

from repository.errors import Kind, Trouble
from repository.model.access import Right
from repository.model.agency_events import (
    AgencyConcerned,
    AgencyOpened,
    AgencyRenamed,
    FondsOpened,
    IdentifierGiven,
    IdentifierWithdrawn,
    SuccessionDecided,
    SuccessionWithdrawn,
)
from repository.model.body import Body
from repository.model.confidentiality import Confidentiality
from repository.model.deadline_events import (
    CalendarEntered,
    DelegationGiven,
    DelegationWithdrawn,
)
from repository.model.dispatch_events import (
    DispatchActed,
    DispatchArrived,
    DispatchSent,
    DispatchTold,
    DispatchTurned,
    DocumentRecalled,
)
from repository.model.dossier_events import (
    DossierActed,
    DossierAmended,
    DossierOpened,
    DossierTold,
    DossierTurned,
    EntriesTold,
    FileListDrafted,
    FileListIssued,
    FileListWritten,
    HandOverAsked,
    HandOverSettled,
    HandOverTold,
    HandOverWithdrawn,
    ItemErased,
    ItemsAdded,
    ItemsMoved,
    ItemsRemoved,
    ItemsTold,
)
from repository.model.draft_events import (
    AuthorityGiven,
    AuthorityTold,
    AuthorityWithdrawn,
    DraftActed,
    DraftingRuled,
    DraftIssued,
    DraftNumbered,
    DraftOpened,
    DraftSigned,
    DraftTold,
)
from repository.model.file_events import ComponentHeld, FilesChanged, FilesTold
from repository.model.ids import (
    AgencyId,
    BlobId,
    DocumentId,
    HoldId,
    PersonId,
    PurgeId,
    RegisterId,
    TokenId,
)
from repository.model.log_events import CheckpointKept, LogKeyBegun
from repository.model.metadata import NOTHING, Metadata
from repository.model.move_events import (
    AgencyArrived,
    AgencyArriving,
    AgencyLeaving,
    AgencyLeft,
    AgencyStayed,
    ArrivalRefused,
    EventsTakenOver,
    MoveOffered,
    MoveTurned,
)
from repository.model.nodes import NodeName
from repository.model.organisation_events import (
    PersonEntered,
    PersonParticulars,
    PostEnded,
    PostGiven,
    UnitEnded,
    UnitOpened,
)
from repository.model.purge_events import (
    OrderAnswered,
    OrderCarried,
    OrderDone,
    OrderPlaced,
    OrderReceived,
)
from repository.model.receipt_events import (
    DeadlineTold,
    ReceiptActed,
    ReceiptGiven,
    ReceiptTurned,
    WordsWritten,
)
from repository.model.register_events import (
    IncidentNoted,
    NumberReserved,
    NumberVoided,
    RegisterClosed,
    RegisterOpened,
    RowEntered,
    TermDeclared,
)
from repository.model.registers import Direction
from repository.model.relation_events import (
    DocumentMarked,
    DocumentUnmarked,
    OutsideNamed,
    RelationStated,
    RelationWithdrawn,
)
from repository.model.terms import Term

EVENT_VERSION = 1
ERASED = "(đã xóa)"
"""Stands where particulars were erased."""
SALT_BYTES = 16
MAX_EVENT_BYTES = 4 * 1024 * 1024
"""Canonical bytes and particulars together: readers of the log look no farther."""


class EventTooLarge(Trouble):
    """What is to be recorded has {length} bytes, more than the {limit} that an event may have."""

    kind = Kind.TOO_LARGE
    vietnamese = "Nội dung cần ghi dài {length} byte, vượt giới hạn {limit} byte của một sự kiện."


class DocumentRegistered(Body, frozen=True, array_like=True, tag="document-registered"):
    """A document got its number in a register (vào sổ)."""

    id: DocumentId
    register: RegisterId
    direction: Direction
    period: int
    number: int
    symbol: str
    issued: str
    kind: str
    components: tuple[ComponentHeld, ...]
    idempotency_key: str
    request: bytes
    """BLAKE3 of the request that carried the key: the same key with another request clashes."""
    addressed_to: str = ""
    """AgencyId of the agency before this one to which the paper was addressed, or empty."""
    confidentiality: Confidentiality = Confidentiality.NONE
    """Here and not beside: who may read a document does not hang on what may be erased."""


class DocumentAmended(Body, frozen=True, array_like=True, tag="document-amended"):
    """What was noted of a document was corrected; its number and its files stay."""

    id: DocumentId
    revision: int
    """From 2; revision 1 is the registration."""
    symbol: str
    issued: str
    kind: str
    confidentiality: Confidentiality | None = None
    """None = as it was."""


class DocumentParticulars(msgspec.Struct, frozen=True, array_like=True):
    """What of a registered or amended document may have to be erased."""

    salt: bytes
    """16 random bytes, so that the digest in the event tells nothing about short texts."""
    issuer: str
    subject: str
    names: tuple[str, ...]
    """File names, in the order of the components."""
    origin: str = ""
    """What two registrations of the same paper share: issuer, symbol, date; empty = no key."""
    duplicate_reason: str = ""
    """Why the same paper was registered again."""
    former_origin: str = ""
    """What an amendment takes away: the origin under which the document was known before."""
    metadata: Metadata = NOTHING
    digitisers: tuple[str, ...] = ()
    """Who made the files from paper, in the order of the components; or none at all."""


class TextDerived(Body, frozen=True, array_like=True, tag="text-derived"):
    """The text of a blob was read and kept as a blob of its own."""

    blob: BlobId
    text: BlobId
    reader: str
    """Name and version of what read it."""
    salt: bytes = b""
    """16 random bytes, so that a leaf of the tree cannot be guessed from a known file."""


class TextMissing(Body, frozen=True, array_like=True, tag="text-missing"):
    """No text could be read from a blob, for a stable reason."""

    blob: BlobId
    reason: str
    reader: str
    salt: bytes = b""


class TokenIssued(Body, frozen=True, array_like=True, tag="token-issued"):
    """A bearer token was issued; only the digest of its secret is here."""

    id: TokenId
    digest: bytes
    label: str
    agencies: tuple[AgencyId, ...]
    rights: tuple[Right, ...]
    every_agency: bool
    expires: int
    person: PersonId = PersonId("")
    cleared: bool = False


class TokenRevoked(Body, frozen=True, array_like=True, tag="token-revoked"):
    """A bearer token holds no longer."""

    id: TokenId


class BlobsCondemned(Body, frozen=True, array_like=True, tag="blobs-condemned"):
    """Nothing refers to these blobs; after a grace they are swept, unless they are needed again."""

    blobs: tuple[BlobId, ...]


class BlobsRevived(Body, frozen=True, array_like=True, tag="blobs-revived"):
    """These blobs are needed again, or were brought again: no earlier fate of theirs holds."""

    blobs: tuple[BlobId, ...]


class BlobsSwept(Body, frozen=True, array_like=True, tag="blobs-swept"):
    """These blobs are no longer kept; compaction gives their room back."""

    blobs: tuple[BlobId, ...]


class ReasonGiven(msgspec.Struct, frozen=True, array_like=True):
    """Particulars of an act: what somebody gave as its reason, which may name people."""

    salt: bytes
    """16 random bytes, as in `DocumentParticulars`."""
    reason: str


class ReservationTold(msgspec.Struct, frozen=True, array_like=True):
    """Particulars of a reservation."""

    salt: bytes
    """16 random bytes, as in `DocumentParticulars`."""
    holder: str
    """For whom, in words."""
    reason: str


class HoldPlaced(Body, frozen=True, array_like=True, tag="hold-placed"):
    """A blob or a document may not be destroyed until the hold is lifted; one of them is empty."""

    id: HoldId
    blob: BlobId
    document: DocumentId


class HoldLifted(Body, frozen=True, array_like=True, tag="hold-lifted"):
    """A hold stands no longer."""

    id: HoldId


class PurgeRequested(Body, frozen=True, array_like=True, tag="purge-requested"):
    """The first of two persons wants the content of a blob destroyed."""

    id: PurgeId
    blob: BlobId
    everywhere: bool = False
    """At an office node: at every node of the province, not only here."""


class PurgeWithdrawn(Body, frozen=True, array_like=True, tag="purge-withdrawn"):
    """A purge was given up before it was confirmed."""

    id: PurgeId


class PurgeConfirmed(Body, frozen=True, array_like=True, tag="purge-confirmed"):
    """The second person agreed: from here on nobody is given the content."""

    id: PurgeId
    blobs: tuple[BlobId, ...]
    """All that is destroyed; the blob asked for comes first."""
    bringers: tuple[tuple[BlobId, AgencyId], ...]
    """Who had brought which of them, and may know that it is gone."""
    written: int
    """When the blob asked for was first written; copies of the packs made since hold it."""


class FileErased(Body, frozen=True, array_like=True, tag="file-erased"):
    """A document has lost a file's content; recorded among the events of its agency."""

    document: DocumentId
    blob: BlobId
    purge: PurgeId


class BlobsDestroyed(Body, frozen=True, array_like=True, tag="blobs-destroyed"):
    """Nothing needs the bytes of these blobs any more: they are overwritten next."""

    purge: PurgeId
    blobs: tuple[BlobId, ...]
    inside: tuple[BlobId, ...]
    """Others of which a copy that nothing points to is overwritten: they begin with one of these."""
    packs: tuple[int, ...]
    """In which they lie: a copy of these made before holds them still."""
    stored: int
    """How many bytes are overwritten, all copies together."""


class PurgeCompleted(Body, frozen=True, array_like=True, tag="purge-completed"):
    """No pack of this store holds the content any more."""

    id: PurgeId
    packs: tuple[int, ...]
    """In which bytes were overwritten in the end."""


class NodeAdmitted(Body, frozen=True, array_like=True, tag="node-admitted"):
    """An office node may keep its bytes here; only the digest of its token's secret is here."""

    node: NodeName
    digest: bytes
    standby: bool = False
    """It is no office: it follows this store node, to take its place."""


class NodeDismissed(Body, frozen=True, array_like=True, tag="node-dismissed"):
    """An office node may not any more; what it brought stays."""

    node: NodeName


class EpochRaised(Body, frozen=True, array_like=True, tag="epoch-raised"):
    """A store node gave an office node a new epoch: whoever has an older one is refused."""

    node: NodeName
    epoch: int
    instance: str
    lease: float
    """Seconds."""
    wait: float
    """Seconds to let pass before beginning."""


class CustodyTaken(Body, frozen=True, array_like=True, tag="custody-taken"):
    """A store node keeps blobs for an office node, until that lets go of them."""

    node: NodeName
    blobs: tuple[BlobId, ...]


class CustodyReleased(Body, frozen=True, array_like=True, tag="custody-released"):
    """A store node keeps these blobs for the office node no longer: it let go of them."""

    node: NodeName
    blobs: tuple[BlobId, ...]


class CustodyLetGo(Body, frozen=True, array_like=True, tag="custody-let-go"):
    """An office node needs these blobs no longer; the store node may be told."""

    term: int
    """The number of the store node's term in which the stamps count."""
    stamps: tuple[tuple[BlobId, int], ...]
    """Up to which stamp of its custody each is let go of."""


class EpochBegun(Body, frozen=True, array_like=True, tag="epoch-begun"):
    """A life of an office node's keeper begins: the first event it writes."""

    epoch: int
    term: Term = Term()
    """The store node's, in which the epoch was given."""


class TermBegun(Body, frozen=True, array_like=True, tag="term-begun"):
    """This store node was promoted: no epoch from before holds."""

    term: Term


class TermEnded(Body, frozen=True, array_like=True, tag="term-ended"):
    """Another was promoted in this store node's place: it keeps nothing any more."""

    term: Term
    """The other's."""


AnyBody = (
    AgencyOpened
    | RegisterOpened
    | TermDeclared
    | NumberReserved
    | NumberVoided
    | RowEntered
    | RegisterClosed
    | IncidentNoted
    | DocumentRegistered
    | DocumentAmended
    | TextDerived
    | TextMissing
    | TokenIssued
    | TokenRevoked
    | BlobsCondemned
    | BlobsRevived
    | BlobsSwept
    | HoldPlaced
    | HoldLifted
    | PurgeRequested
    | PurgeWithdrawn
    | PurgeConfirmed
    | FileErased
    | BlobsDestroyed
    | PurgeCompleted
    | NodeAdmitted
    | NodeDismissed
    | EpochRaised
    | CustodyTaken
    | EpochBegun
    | AgencyRenamed
    | IdentifierGiven
    | IdentifierWithdrawn
    | FondsOpened
    | SuccessionDecided
    | SuccessionWithdrawn
    | AgencyConcerned
    | UnitOpened
    | UnitEnded
    | PersonEntered
    | PostGiven
    | PostEnded
    | ReceiptGiven
    | ReceiptActed
    | ReceiptTurned
    | LogKeyBegun
    | CheckpointKept
    | TermBegun
    | TermEnded
    | CustodyReleased
    | CustodyLetGo
    | DraftOpened
    | DraftActed
    | DraftSigned
    | DraftNumbered
    | DraftIssued
    | AuthorityGiven
    | AuthorityWithdrawn
    | DraftingRuled
    | DispatchSent
    | DispatchArrived
    | DispatchActed
    | DispatchTurned
    | DispatchTold
    | DocumentRecalled
    | RelationStated
    | RelationWithdrawn
    | DocumentMarked
    | DocumentUnmarked
    | FilesChanged
    | DeadlineTold
    | CalendarEntered
    | DelegationGiven
    | DelegationWithdrawn
    | FileListDrafted
    | FileListWritten
    | FileListIssued
    | DossierOpened
    | DossierAmended
    | DossierActed
    | DossierTurned
    | ItemsAdded
    | ItemsRemoved
    | ItemsMoved
    | ItemErased
    | HandOverAsked
    | HandOverSettled
    | HandOverWithdrawn
    | OrderPlaced
    | OrderAnswered
    | OrderCarried
    | OrderDone
    | OrderReceived
    | AgencyLeaving
    | AgencyStayed
    | AgencyLeft
    | AgencyArriving
    | EventsTakenOver
    | AgencyArrived
    | ArrivalRefused
    | MoveOffered
    | MoveTurned
)
Particulars = (
    DocumentParticulars
    | ReasonGiven
    | ReservationTold
    | PersonParticulars
    | WordsWritten
    | DraftTold
    | AuthorityTold
    | OutsideNamed
    | FilesTold
    | EntriesTold
    | DossierTold
    | ItemsTold
    | HandOverTold
)
"""What stands beside an event; its body says which of them."""


class Event(msgspec.Struct, frozen=True, array_like=True):
    """One thing that happened on this node, in the order in which it was decided."""

    version: int
    sequence: int
    """Place in the node's log, from 1, without gap."""
    agency_sequence: int
    """Place among the events of `agency`, from 1, without gap: what its feed counts by."""
    at: int
    """Microseconds since 1970-01-01 UTC."""
    actor: str
    agency: str
    """AgencyId, or empty for what concerns the node itself."""
    on_behalf_of: str
    particulars: bytes
    """BLAKE3 of the particulars' bytes, or empty when the event has none."""
    body: AnyBody


_ENCODER = msgspec.msgpack.Encoder()
_EVENT = msgspec.msgpack.Decoder(Event)
_PARTICULARS = msgspec.msgpack.Decoder(DocumentParticulars)
_REASON = msgspec.msgpack.Decoder(ReasonGiven)
_WORDS = msgspec.msgpack.Decoder(WordsWritten)
_PERSON = msgspec.msgpack.Decoder(PersonParticulars)
_RESERVATION = msgspec.msgpack.Decoder(ReservationTold)
_DRAFT = msgspec.msgpack.Decoder(DraftTold)
_AUTHORITY = msgspec.msgpack.Decoder(AuthorityTold)
_FILES = msgspec.msgpack.Decoder(FilesTold)
_OUTSIDE = msgspec.msgpack.Decoder(OutsideNamed)
_ENTRIES = msgspec.msgpack.Decoder(EntriesTold)
_DOSSIER = msgspec.msgpack.Decoder(DossierTold)
_ITEMS = msgspec.msgpack.Decoder(ItemsTold)
_HAND_OVER = msgspec.msgpack.Decoder(HandOverTold)


def encode(value: Event | Particulars) -> bytes:
    """The canonical bytes of *value*; call it once for each event."""
    return _ENCODER.encode(value)


def decode_event(canonical: bytes | memoryview) -> Event:
    """The event in *canonical* bytes; raise `msgspec.ValidationError` for anything else."""
    return _EVENT.decode(canonical)


def decode_particulars(kept: bytes | memoryview) -> DocumentParticulars:
    """The particulars in *kept* bytes."""
    return _PARTICULARS.decode(kept)


def decode_reason(kept: bytes | memoryview) -> ReasonGiven:
    """The reason in *kept* bytes."""
    return _REASON.decode(kept)


def decode_person(kept: bytes | memoryview) -> PersonParticulars:
    """What names a person, in *kept* bytes."""
    return _PERSON.decode(kept)


def decode_words(kept: bytes | memoryview) -> WordsWritten:
    """What somebody wrote, in *kept* bytes."""
    return _WORDS.decode(kept)


def decode_reservation(kept: bytes | memoryview) -> ReservationTold:
    """What was told of a reservation, in *kept* bytes."""
    return _RESERVATION.decode(kept)


def decode_draft(kept: bytes | memoryview) -> DraftTold:
    """What was told of an act with a draft, in *kept* bytes."""
    return _DRAFT.decode(kept)


def decode_authority(kept: bytes | memoryview) -> AuthorityTold:
    """What was told of a signing authority, in *kept* bytes."""
    return _AUTHORITY.decode(kept)


def subject_of(event: Event) -> str:
    """The identifier of the document, register or agency that *event* is about; empty = the node."""
    body: Any = event.body
    return (getattr(body, "document", "") or body.id) if event.agency else ""


def decode_outside(kept: bytes | memoryview) -> OutsideNamed:
    """A paper as a relation named it, in *kept* bytes."""
    return _OUTSIDE.decode(kept)


def decode_files(kept: bytes | memoryview) -> FilesTold:
    """What is told of changed files, in *kept* bytes."""
    return _FILES.decode(kept)


def decode_entries(kept: bytes | memoryview) -> EntriesTold:
    """What stands in a file list, in *kept* bytes."""
    return _ENTRIES.decode(kept)


def decode_dossier(kept: bytes | memoryview) -> DossierTold:
    """The words of a dossier, in *kept* bytes."""
    return _DOSSIER.decode(kept)


def decode_items(kept: bytes | memoryview) -> ItemsTold:
    """The words of other papers in a dossier, in *kept* bytes."""
    return _ITEMS.decode(kept)


def decode_hand_over(kept: bytes | memoryview) -> HandOverTold:
    """The words of a hand-over, in *kept* bytes."""
    return _HAND_OVER.decode(kept)


def body_names() -> tuple[str, ...]:
    """The tags of all events, in the order of their declaration."""
    members: tuple[Any, ...] = AnyBody.__args__
    return tuple(str(member.__struct_config__.tag) for member in members)
