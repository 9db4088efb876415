"""Events of registers: declared, counted by terms, their numbers, closed; and incidents.

Fields are only ever added at the end, each with a default (see `repository.model.events`).
"""

from repository.model.body import Body
from repository.model.ids import AgencyId, BlobId, DocumentId, RegisterId
from repository.model.incidents import IncidentKind
from repository.model.registers import Direction, NumberingPeriod


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
    opens: str = ""
    historical: bool = False
    abbreviation: str = ""
    typed: str = ""
    """The patterns of its grammar; empty = the plain one."""
    untyped: str = ""


class TermDeclared(Body, frozen=True, array_like=True, tag="term-declared"):
    """A term of office in which a register counts was declared; one before it that had no end
    lasts until the day before.
    """

    id: RegisterId
    ordinal: int
    name: str
    first: str
    last: str


class NumberReserved(Body, frozen=True, array_like=True, tag="number-reserved"):
    """A number was taken for a document that comes later."""

    id: RegisterId
    period: int
    number: int
    day: str
    until: str
    idempotency_key: str
    request: bytes
    """BLAKE3 of the request that carried the key."""


class NumberVoided(Body, frozen=True, array_like=True, tag="number-voided"):
    """A number is nobody's any more; its row stays."""

    id: RegisterId
    period: int
    number: int
    document: DocumentId
    """The document that had it; empty = none."""


class RowEntered(Body, frozen=True, array_like=True, tag="row-entered"):
    """A row of a historical register was entered as found; its registration comes before it."""

    id: RegisterId
    period: int
    number: int
    document: DocumentId
    day: str


class RegisterClosed(Body, frozen=True, array_like=True, tag="register-closed"):
    """A period of a register was closed: no number in it is given, bound or voided any more."""

    id: RegisterId
    period: int
    first: int
    last: int
    count: int
    voided: tuple[int, ...]
    bound: tuple[int, ...]
    digest: bytes
    """The chain over its rows: `repository.model.closings`."""
    for_good: bool
    """And no period of it gives numbers any more."""


class IncidentNoted(Body, frozen=True, array_like=True, tag="incident-noted"):
    """Something happened that an administrator has to look at; nothing of its content is here."""

    id: str
    kind: IncidentKind
    agency: AgencyId
    """Empty where it has none. The event is the node's own: no feed tells of it."""
    grade: str
    register: str
    blobs: tuple[BlobId, ...]
