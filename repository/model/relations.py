"""Relations between documents (quan hệ giữa các văn bản): dated facts, and what they let be seen.

Rules for the file: which kinds are allowed between which ends is a table; nothing here looks into
the store. Decree 30/2020/NĐ-CP, Art. 18.3-18.4: an error of content is mended by amending or
replacing, one of form by correcting, and what was recalled stays on record and says so.
"""

import enum

import msgspec

from repository.errors import Kind, Trouble
from repository.model.days import Day
from repository.model.ids import AgencyId, DocumentId, RelationId
from repository.model.registers import Direction

MAX_RELATIONS = 500
"""Relations that one document states, those withdrawn included."""


class RelationKind(enum.Enum):
    """What one document is to another."""

    REPLIES_TO = "replies-to"
    """Trả lời."""
    REPLACES = "replaces"
    """Thay thế."""
    AMENDS = "amends"
    """Sửa đổi, bổ sung."""
    CORRECTS = "corrects"
    """Đính chính."""
    RECALLS = "recalls"
    """Thu hồi."""
    FORWARDS = "forwards"
    """Chuyển tiếp."""
    COPY_OF = "copy-of"
    """Bản sao của (sao y, sao lục, trích sao)."""
    ANNEX_OF = "annex-of"
    """Phụ lục của."""


class House(enum.Enum):
    """Whose the other end is, seen from the agency whose document speaks."""

    OWN = "own"
    """The same agency's, or that of one which it has followed."""
    OTHER = "other"
    """Another agency's."""


class Mark(enum.Enum):
    """What is seen at the other end."""

    REPLACED = "replaced"
    """Đã bị thay thế."""
    AMENDED = "amended"
    """Đã được sửa đổi, bổ sung."""
    CORRECTED = "corrected"
    """Đã được đính chính."""
    RECALLED = "recalled"
    """Đã bị thu hồi."""


Ends = tuple[Direction, Direction, House]
"""The direction of the document that speaks, that of the other end, and whose that is."""
_IN, _OUT, _OWN, _OTHER = Direction.INCOMING, Direction.OUTGOING, House.OWN, House.OTHER
# What an agency issues about what it issued, and the same act seen by who received both papers.
_BY_THE_ISSUER: frozenset[Ends] = frozenset({(_OUT, _OUT, _OWN), (_IN, _IN, _OWN)})
# An agency may do away with what those below it issued; only their own registry marks it there.
_FROM_ABOVE: frozenset[Ends] = frozenset({(_OUT, _OUT, _OTHER)})

ALLOWED: dict[RelationKind, frozenset[Ends]] = {
    RelationKind.REPLIES_TO: frozenset(
        {(_OUT, _IN, _OWN), (_IN, _OUT, _OWN), (_OUT, _OUT, _OTHER)}
    ),
    RelationKind.REPLACES: _BY_THE_ISSUER | _FROM_ABOVE,
    RelationKind.AMENDS: _BY_THE_ISSUER | _FROM_ABOVE,
    RelationKind.CORRECTS: _BY_THE_ISSUER,
    RelationKind.RECALLS: _BY_THE_ISSUER | _FROM_ABOVE,
    RelationKind.FORWARDS: frozenset(
        {(_OUT, _IN, _OWN), (_OUT, _OUT, _OWN), (_IN, _IN, _OWN), (_OUT, _OUT, _OTHER)}
    ),
    RelationKind.COPY_OF: frozenset(
        {
            (_OUT, _IN, _OWN),
            (_OUT, _OUT, _OWN),
            (_IN, _IN, _OWN),
            (_IN, _OUT, _OWN),
            (_OUT, _OUT, _OTHER),
            (_IN, _OUT, _OTHER),
        }
    ),
    RelationKind.ANNEX_OF: _BY_THE_ISSUER,
}
"""Between which ends a kind is allowed; to a paper outside, any kind is."""

MARKS: dict[RelationKind, Mark] = {
    RelationKind.REPLACES: Mark.REPLACED,
    RelationKind.AMENDS: Mark.AMENDED,
    RelationKind.CORRECTS: Mark.CORRECTED,
    RelationKind.RECALLS: Mark.RECALLED,
}
"""Which kinds mark the other end."""


class Outside(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A paper as whoever states a relation names it; empty = not said."""

    issuer: str = ""
    symbol: str = ""
    issued: str = ""
    """ISO 8601 `YYYY-MM-DD`."""


class Relation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document is something to another, from a day on."""

    id: RelationId
    kind: RelationKind
    source: DocumentId
    """The document that speaks."""
    agency: AgencyId
    """Whose that is."""
    target: DocumentId = DocumentId("")
    """The other end where it is stored; empty = a paper outside."""
    outside: Outside = Outside()
    """The other end as it was named; beside a stored one it may be empty."""
    since: Day
    """From which day on it holds."""
    stated: int
    """Microseconds since 1970-01-01 UTC."""
    stated_by: str
    marked: bool = False
    """It marks the other end."""
    withdrawn: int = 0
    """When it was withdrawn, microseconds since 1970-01-01 UTC; 0 = it stands."""
    withdrawn_by: str = ""
    reason: str = ""
    """Why it was withdrawn."""

    @property
    def version(self) -> int:
        """1 while it stands, 2 when it was withdrawn."""
        return 2 if self.withdrawn else 1


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that a document bears."""

    mark: Mark
    since: Day


class RelationNotAllowed(Trouble):
    """{kind} is not allowed from an {source} document to an {target} one of {house} agency."""

    kind = Kind.INVALID
    vietnamese = "Không đặt được quan hệ {kind} từ văn bản {source} tới văn bản {target} ({house})."


class RelationToItself(Trouble):
    """A document is nothing to itself."""

    kind = Kind.INVALID
    vietnamese = "Văn bản không thể có quan hệ với chính nó."


class TooManyRelations(Trouble):
    """This document states {limit} relations already."""

    kind = Kind.CONFLICT
    vietnamese = "Văn bản này đã có {limit} quan hệ."


def require_allowed(kind: RelationKind, source: Direction, target: Direction, house: House) -> None:
    """Return when *kind* is allowed between such ends; raise `RelationNotAllowed` otherwise."""
    if (source, target, house) not in ALLOWED[kind]:
        raise RelationNotAllowed(
            path="$.kind",
            kind=kind.value,
            source=source.value,
            target=target.value,
            house=house.value,
        )


def mark_of(kind: RelationKind, house: House, *, same_issuer: bool) -> Mark | None:
    """What the other end is marked as, because its issuer says so; None = nothing.

    Only what its issuer did to a paper is seen at it: both ends in one house, from one issuer.
    """
    return MARKS.get(kind) if house is House.OWN and same_issuer else None
