"""Events of drafts; what people write, and the names of files, stand beside the event."""

import msgspec

from repository.model.body import Body
from repository.model.days import Day
from repository.model.drafts import Act, State
from repository.model.file_events import ComponentHeld
from repository.model.ids import (
    AgencyId,
    AuthorityId,
    DocumentId,
    DraftId,
    PersonId,
    ReceiptId,
    RegisterId,
    UnitId,
)
from repository.model.metadata import Capacity
from repository.model.relations import RelationKind
from repository.model.signing import InitialAs, SignatureClaim


class DraftOpened(Body, frozen=True, array_like=True, tag="draft-opened"):
    """Somebody drafts an outgoing document: its first version."""

    id: DraftId
    drafter: PersonId
    unit: UnitId
    receipt: ReceiptId
    components: tuple[ComponentHeld, ...]
    relations: tuple[tuple[RelationKind, DocumentId], ...] = ()
    """What the document will be to others, once it is issued."""


class DraftActed(Body, frozen=True, array_like=True, tag="draft-acted"):
    """Something was done with a draft that needs no more than is said here."""

    id: DraftId
    act: Act
    state: State
    """Where it led."""
    request: bytes
    """BLAKE3 of what was asked."""
    components: tuple[ComponentHeld, ...] = ()
    """The files of the version that it brought; none = it brought none."""
    continues: tuple[bool, ...] = ()
    """Of each file: its bytes begin with those of the same file before."""
    signer: PersonId = PersonId("")
    """Of `submit` and `check-content`: who is to sign, where it is said."""
    person: PersonId = PersonId("")
    """Of `initial`: who."""
    role: InitialAs | None = None
    """Of `initial`: as what."""


class DraftSigned(Body, frozen=True, array_like=True, tag="draft-signed"):
    """The authorised person signed."""

    id: DraftId
    state: State
    request: bytes
    person: PersonId
    capacity: Capacity | None
    """None = in their own right."""
    authority: AuthorityId
    components: tuple[ComponentHeld, ...]
    """The signed files; none = signed on paper."""
    continues: tuple[bool, ...]


class DraftNumbered(Body, frozen=True, array_like=True, tag="draft-numbered"):
    """A draft got its number and date; the row of the register waits for the seal."""

    id: DraftId
    request: bytes
    register: RegisterId
    period: int
    number: int
    symbol: str
    issued: str
    components: tuple[ComponentHeld, ...]
    """The files that bear the number, where they were brought; none = as before."""
    continues: tuple[bool, ...]
    idempotency_key: str


class DraftIssued(Body, frozen=True, array_like=True, tag="draft-issued"):
    """A draft became a document (phát hành); its registration is an event of the same command."""

    id: DraftId
    document: DocumentId
    request: bytes


class DraftTold(msgspec.Struct, frozen=True, array_like=True):
    """Particulars of what is done with a draft; what an act does not say is empty."""

    salt: bytes
    """16 random bytes, so that the digest in the event tells nothing about short texts."""
    words: str = ""
    """A reason, or what changed."""
    kind: str = ""
    subject: str = ""
    names: tuple[str, ...] = ()
    """File names, in the order of the components."""
    claims: tuple[SignatureClaim, ...] = ()
    """What was said of signatures."""
    position: str = ""
    """The signer's, as their post said."""
    on_behalf_of: str = ""
    digitisers: tuple[str, ...] = ()
    """Who made files from paper, in words; in the order of the components, or none at all."""


class AuthorityGiven(Body, frozen=True, array_like=True, tag="authority-given"):
    """Somebody may sign for a time, by a written authority."""

    id: AuthorityId
    granter: PersonId
    holder: PersonId
    since: Day
    until: Day


class AuthorityTold(msgspec.Struct, frozen=True, array_like=True):
    """Particulars of an authority."""

    salt: bytes
    """As in `DraftTold`."""
    document: str
    matter: str


class AuthorityWithdrawn(Body, frozen=True, array_like=True, tag="authority-withdrawn"):
    """It holds no longer."""

    id: AuthorityId


class DraftingRuled(Body, frozen=True, array_like=True, tag="drafting-ruled"):
    """An agency says what it asks for beyond the decree."""

    id: AgencyId
    initials: tuple[InitialAs, ...]
    checker: PersonId
