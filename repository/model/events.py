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
from repository.model.documents import ComponentRole
from repository.model.ids import AgencyCode, AgencyId, BlobId, DocumentId, RegisterId, TokenId
from repository.model.nodes import NodeName
from repository.model.registers import Direction, NumberingPeriod

EVENT_VERSION = 1
SALT_BYTES = 16
MAX_EVENT_BYTES = 4 * 1024 * 1024
"""Canonical bytes and particulars together: readers of the log look no farther."""


class EventTooLarge(Trouble):
    """What is to be recorded has {length} bytes, more than the {limit} that an event may have."""

    kind = Kind.TOO_LARGE
    vietnamese = "Nội dung cần ghi dài {length} byte, vượt giới hạn {limit} byte của một sự kiện."


class Body(msgspec.Struct, frozen=True, array_like=True):
    """What happened; the class name is the tag in the canonical bytes."""


class AgencyOpened(Body, frozen=True, array_like=True, tag="agency-opened"):
    """An agency was declared."""

    id: AgencyId
    code: AgencyCode
    name: str


class RegisterOpened(Body, frozen=True, array_like=True, tag="register-opened"):
    """A register was declared for an agency."""

    id: RegisterId
    agency: AgencyId
    code: str
    direction: Direction
    title: str
    notation: str
    period: NumberingPeriod
    opening: int
    opened_period: int


class ComponentHeld(msgspec.Struct, frozen=True, array_like=True):
    """A file of a document, without its name (that is a particular)."""

    role: ComponentRole
    blob: BlobId
    size: int
    media_type: str


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


class DocumentAmended(Body, frozen=True, array_like=True, tag="document-amended"):
    """What was noted of a document was corrected; its number and its files stay."""

    id: DocumentId
    revision: int
    """From 2; revision 1 is the registration."""
    symbol: str
    issued: str
    kind: str


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


class TokenRevoked(Body, frozen=True, array_like=True, tag="token-revoked"):
    """A bearer token holds no longer."""

    id: TokenId


class NodeAdmitted(Body, frozen=True, array_like=True, tag="node-admitted"):
    """An office node may keep its bytes here; only the digest of its token's secret is here."""

    node: NodeName
    digest: bytes


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


class EpochBegun(Body, frozen=True, array_like=True, tag="epoch-begun"):
    """A life of an office node's keeper begins: the first event it writes."""

    epoch: int


AnyBody = (
    AgencyOpened
    | RegisterOpened
    | DocumentRegistered
    | DocumentAmended
    | TextDerived
    | TextMissing
    | TokenIssued
    | TokenRevoked
    | NodeAdmitted
    | NodeDismissed
    | EpochRaised
    | CustodyTaken
    | EpochBegun
)


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


def encode(value: Event | DocumentParticulars) -> bytes:
    """The canonical bytes of *value*; call it once for each event."""
    return _ENCODER.encode(value)


def decode_event(canonical: bytes | memoryview) -> Event:
    """The event in *canonical* bytes; raise `msgspec.ValidationError` for anything else."""
    return _EVENT.decode(canonical)


def decode_particulars(kept: bytes | memoryview) -> DocumentParticulars:
    """The particulars in *kept* bytes."""
    return _PARTICULARS.decode(kept)


def body_names() -> tuple[str, ...]:
    """The tags of all events, in the order of their declaration."""
    members: tuple[Any, ...] = AnyBody.__args__
    return tuple(str(member.__struct_config__.tag) for member in members)
