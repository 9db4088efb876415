"""Relations between documents: stating them, withdrawing them, seeing both ends.

`relate` and `withdraw` decide on a change alone, for whoever lets a relation follow from another
act (an answer, a recall); what a caller may state or see stands in the commands and looks.
"""

from contextlib import suppress
from itertools import islice

import msgspec

from api.services import fields, numbering
from api.services.access import document_for, given, present, readable, writable
from indexer.vietnamese import raw_key
from repository.catalogue import tables as t
from repository.catalogue.agencies import predecessors_of
from repository.catalogue.change import Change
from repository.catalogue.homes import state_of
from repository.catalogue.relations import concerning, stated_by
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller
from repository.model.days import UNBOUNDED, Day, day_of
from repository.model.documents import Document
from repository.model.ids import AgencyId, DocumentId, RelationId
from repository.model.moves import HomeState
from repository.model.registers import Direction
from repository.model.relations import (
    MAX_RELATIONS,
    House,
    Outside,
    Relation,
    RelationKind,
    RelationToItself,
    TooManyRelations,
    mark_of,
    require_allowed,
)

MAX_PAGE = 200
"""Relations of one look."""


class Stating(msgspec.Struct, frozen=True, kw_only=True):
    """What is stated of a document."""

    kind: RelationKind
    target: Document | None = None
    """The other end where it is stored."""
    outside: Outside = Outside()
    """The other end as it is named."""
    since: Day = UNBOUNDED
    """From which day on; unbounded = the day of the document that speaks."""


class OutsideGiven(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A paper as it is named: what is known of it."""

    issuer: str = ""
    """At most 200 characters."""
    symbol: str = ""
    """At most 42 characters."""
    issued: fields.DayText = ""


class StateRelation(Command[Relation], frozen=True, kw_only=True, tag="state-relation"):
    """State what *document* is to a stored document, to a paper outside, or to one by both."""

    document: str
    kind: RelationKind
    target: str = ""
    """A stored document that the caller may read."""
    outside: OutsideGiven = OutsideGiven()
    """What is shown of the other end to whoever may not read it."""
    since: str = ""


class WithdrawRelation(Command[Relation], frozen=True, kw_only=True, tag="withdraw-relation"):
    """Let a relation be no more; it stays on record."""

    relation: str
    reason: str
    seen: tuple[int, ...] | None = None
    """The versions that were seen; None = whatever it stands at."""


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """A relation as one caller sees it."""

    relation: Relation
    source: Document
    target: Document | None
    """The other end where it is stored and the caller may read it."""


class UnknownDocument(Trouble):
    """The document named at {path} is not stored here, or not for you to read."""

    kind = Kind.INVALID
    vietnamese = "Văn bản nêu tại {path} không có trong kho, hoặc bạn không được xem."


class RelationStands(Trouble):
    """The document states this relation already, in other words or from another day: {relation}."""

    kind = Kind.CONFLICT
    vietnamese = "Văn bản đã có quan hệ này, với lời ghi hoặc ngày khác: {relation}."


class RelationChanged(Trouble):
    """The relation was withdrawn meanwhile."""

    kind = Kind.PRECONDITION
    vietnamese = "Quan hệ này đã được rút lại."


# Deciding, on a change alone.


def relate(change: Change, source: Document, stating: Stating) -> Relation:
    """Let *source* state a relation; one that it states just so already is given as it stands.

    Nobody's rights are asked. Raise `RelationNotAllowed`, `RelationToItself`, `RelationStands` or
    `TooManyRelations`.
    """
    since = stating.since or _day_of(source)
    house = _require_ends(change, source, stating)
    known = _standing(change, source, stating)
    if known and (known.since, known.outside) == (since, stating.outside):
        return known
    if known:
        raise RelationStands(relation=known.id)
    body = e.RelationStated(
        id=RelationId(change.new_id()),
        document=source.id,
        kind=stating.kind,
        target=stating.target.id if stating.target else DocumentId(""),
        since=since,
    )
    change.record(body, agency=source.agency, particulars=_named(change, stating.outside))
    _mark(change, source, stating, house, body)
    return present(change.get(t.RELATIONS, body.id))


def withdraw(change: Change, relation: Relation, reason: str) -> Relation:
    """Let *relation* be withdrawn for a *reason* (one line); one withdrawn before stays as it is."""
    if relation.withdrawn:
        return relation
    told = e.ReasonGiven(change.entropy(e.SALT_BYTES), reason)
    body = e.RelationWithdrawn(id=relation.id, document=relation.source)
    change.record(body, agency=relation.agency, particulars=told)
    target = change.document(relation.target) if relation.target else None
    if relation.marked and target and _is_at_home(change, target):
        unmarked = e.DocumentUnmarked(document=target.id, relation=relation.id)
        change.record(unmarked, agency=target.agency)
    return present(change.get(t.RELATIONS, relation.id))


def note_answer(change: Change, reply: Document, asked: Document) -> None:
    """Let *reply*, which answers *asked*, state so, where nothing like it stands already."""
    if asked.direction is Direction.INCOMING and reply.direction is Direction.OUTGOING:
        with suppress(RelationStands, TooManyRelations):
            relate(change, reply, Stating(kind=RelationKind.REPLIES_TO, target=asked))


def house_of(reading: Reading, agency: AgencyId, other: AgencyId, today: Day) -> House:
    """Whose *other* is, seen from *agency*: its own too where it has followed one that ended."""
    if agency == other:
        return House.OWN
    known = reading.agency(other)
    ended = known is not None and bool(known.ended) and known.ended <= today
    followed = ended and other in predecessors_of(reading, agency, today)
    return House.OWN if followed else House.OTHER


def _require_ends(change: Change, source: Document, stating: Stating) -> House:
    target = stating.target
    if target is None:
        return House.OTHER
    if target.id == source.id:
        raise RelationToItself(path="$.target")
    house = house_of(change, source.agency, target.agency, day_of(change.stamp.at))
    require_allowed(stating.kind, source.direction, target.direction, house)
    return house


def _standing(change: Change, source: Document, stating: Stating) -> Relation | None:
    """The relation of that kind to that other end which *source* states already."""
    target = stating.target.id if stating.target else ""
    every = tuple(stated_by(change, source.id))
    for one in every:
        same = one.target == target and (bool(target) or one.outside == stating.outside)
        if same and one.kind is stating.kind and not one.withdrawn:
            return one
    if len(every) >= MAX_RELATIONS:
        raise TooManyRelations(limit=MAX_RELATIONS)
    return None


def _mark(
    change: Change, source: Document, stating: Stating, house: House, body: e.RelationStated
) -> None:
    target = stating.target
    if target is None:
        return
    mark = mark_of(stating.kind, house, same_issuer=_same_issuer(source, target))
    if mark and _is_at_home(change, target):
        marked = e.DocumentMarked(document=target.id, relation=body.id, mark=mark, since=body.since)
        change.record(marked, agency=target.agency)


def _is_at_home(change: Change, document: Document) -> bool:
    """Say whether anything may be entered about *document* here; else its agency's home knows of no mark."""
    return state_of(change, document.agency) is HomeState.HERE


def _same_issuer(source: Document, target: Document) -> bool:
    """Say whether both come from one office: of what was received only its own words tell."""
    if source.direction is Direction.OUTGOING:
        return True
    return bool(source.issuer) and raw_key(source.issuer) == raw_key(target.issuer)


def _day_of(document: Document) -> Day:
    return Day(document.issued or numbering.day_of_moment(document.registered))


def _named(change: Change, outside: Outside) -> e.OutsideNamed | None:
    if outside == Outside():
        return None
    return e.OutsideNamed(
        salt=change.entropy(e.SALT_BYTES),
        issuer=outside.issuer,
        symbol=outside.symbol,
        issued=outside.issued,
    )


# Deciding for a caller.


def decide_state_relation(change: Change, command: StateRelation) -> Relation:
    """Let it be stated, by whoever may write where the document is registered.

    Raise `Hidden`, `NotAllowed`, `UnknownDocument`, what `relate` raises, or of `fields`.
    """
    source = writable(change, command.caller, command.document)
    target = None
    if command.target:
        target = readable(change, command.caller, command.target)
        if target is None:
            raise UnknownDocument(path="$.target")
    outside = _outside(command.outside)
    if target is None and not outside.symbol and not outside.issuer:
        raise fields.FieldMissing(path="$.outside.symbol")
    stating = Stating(
        kind=command.kind,
        target=target,
        outside=outside,
        since=fields.some_day("$.since", command.since),
    )
    return relate(change, source, stating)


def decide_withdraw_relation(change: Change, command: WithdrawRelation) -> Relation:
    """Let it be withdrawn, by whoever may write where it was stated.

    Raise `Hidden`, `NotAllowed`, `RelationChanged` or of `fields`.
    """
    relation = present(change.get(t.RELATIONS, given(command.relation)))
    writable(change, command.caller, relation.source)
    reason = fields.line("$.reason", command.reason, limit=fields.MAX_REASON, required=True)
    if relation.withdrawn and relation.reason == reason:
        return relation
    if command.seen is not None and relation.version not in command.seen:
        raise RelationChanged(relation=relation.id)
    return withdraw(change, relation, reason)


def _outside(named: OutsideGiven) -> Outside:
    issued = fields.some_day("$.outside.issued", named.issued)
    return Outside(
        issuer=fields.line("$.outside.issuer", named.issuer, limit=fields.MAX_ISSUER),
        symbol=fields.line("$.outside.symbol", named.symbol, limit=fields.MAX_SYMBOL),
        issued=issued,
    )


# Looks.


def relations_for(
    reading: Reading, caller: Caller, document: str, *, after: str = "", limit: int = MAX_PAGE
) -> tuple[Related, ...]:
    """Up to *limit* relations of a document, in both directions, behind the one called *after*.

    As far as *caller* may know; raise `Hidden`.

    What a document states is told with it; what others state about it only where they may be read.
    """
    here = document_for(reading, caller, document)
    every = concerning(reading, here.id, after=after)
    found = (related(reading, caller, one) for one in every)
    return tuple(islice((one for one in found if one), limit))


def relation_for(reading: Reading, caller: Caller, relation: str) -> Related:
    """The relation of that identifier, where *caller* may read what states it; raise `Hidden`."""
    known = present(reading.get(t.RELATIONS, given(relation)))
    return present(related(reading, caller, known))


def related(reading: Reading, caller: Caller, relation: Relation) -> Related | None:
    """*relation* as *caller* sees it; None where they may not read the document that speaks."""
    if readable(reading, caller, relation.source) is None:
        return None
    return as_seen(reading, caller, relation)


def as_seen(reading: Reading, caller: Caller, relation: Relation) -> Related:
    """*relation* as it is told to *caller*, who may read what states it or has stated it."""
    source = present(reading.document(relation.source))
    target = readable(reading, caller, relation.target) if relation.target else None
    return Related(relation=relation, source=source, target=target)
