"""What the events about relations between documents do to the catalogue, and the looks at them."""

import heapq
from collections.abc import Callable, Iterator

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.ids import AgencyId, DocumentId, RelationId
from repository.model.relations import Marked, Outside, Relation

# Looks.


def stated_by(reading: Reading, document: DocumentId) -> Iterator[Relation]:
    """What *document* says it is to others, in the order in which it was stated."""
    keys = _keys(reading, t.RELATIONS_FROM, document, "")
    found = (reading.get(t.RELATIONS, key) for key in keys)
    return (relation for relation in found if relation)


def concerning(reading: Reading, document: DocumentId, *, after: str = "") -> Iterator[Relation]:
    """What *document* states and what others state about it, by identifier, behind *after*."""
    tables = (t.RELATIONS_FROM, t.RELATIONS_TO)
    keys = heapq.merge(*(_keys(reading, table, document, after) for table in tables))
    found = (reading.get(t.RELATIONS, key) for key in keys if key > after)
    return (relation for relation in found if relation)


def marks_of(reading: Reading, document: DocumentId) -> tuple[Marked, ...]:
    """The marks that *document* bears."""
    return tuple(mark for _, mark in reading.scan(t.MARKS, document))


def _keys(
    reading: Reading, table: t.Table[AgencyId], document: DocumentId, after: str
) -> Iterator[RelationId]:
    rows = reading.scan(table, document, start=after or None)
    return (RelationId(str(key[1])) for key, _ in rows)


# Effects.


def _stated(rows: Writing, event: e.Event, body: e.RelationStated, kept: bytes) -> None:
    agency = AgencyId(event.agency)
    relation = Relation(
        id=body.id,
        kind=body.kind,
        source=body.document,
        agency=agency,
        target=body.target,
        outside=_outside(event, kept),
        since=body.since,
        stated=event.at,
        stated_by=event.actor,
    )
    rows.put(t.RELATIONS, (body.id,), relation)
    rows.put(t.RELATIONS_FROM, (body.document, body.id), agency)
    if body.target:
        rows.put(t.RELATIONS_TO, (body.target, body.id), agency)


def _withdrawn(rows: Writing, event: e.Event, body: e.RelationWithdrawn, kept: bytes) -> None:
    reason = e.decode_reason(kept).reason if kept else e.ERASED
    _alter(rows, body.id, withdrawn=event.at, withdrawn_by=event.actor, reason=reason, marked=False)


def _marked(rows: Writing, _event: e.Event, body: e.DocumentMarked, _: bytes) -> None:
    rows.put(t.MARKS, (body.document, body.relation), Marked(mark=body.mark, since=body.since))
    _alter(rows, body.relation, marked=True)


def _unmarked(rows: Writing, _event: e.Event, body: e.DocumentUnmarked, _: bytes) -> None:
    rows.delete(t.MARKS, body.document, body.relation)


def _outside(event: e.Event, kept: bytes) -> Outside:
    if not event.particulars:
        return Outside()
    if not kept:
        return Outside(issuer=e.ERASED)
    told = e.decode_outside(kept)
    return Outside(issuer=told.issuer, symbol=told.symbol, issued=told.issued)


def _alter(rows: Writing, relation: RelationId, **changes: object) -> None:
    known = rows.get(t.RELATIONS, relation)
    if known:
        rows.put(t.RELATIONS, (relation,), msgspec.structs.replace(known, **changes))


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.RelationStated: _stated,
    e.RelationWithdrawn: _withdrawn,
    e.DocumentMarked: _marked,
    e.DocumentUnmarked: _unmarked,
}
