"""What the events about agencies do to the catalogue, and the looks at names, codes, successions."""

from collections.abc import Callable, Iterator

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.agencies import (
    Agency,
    Fonds,
    Identifier,
    NameBorne,
    Scheme,
    borne_on,
)
from repository.model.days import UNBOUNDED, Day
from repository.model.ids import AgencyId
from repository.model.successions import Followed, Scope, Succession, ends_on, reached

# Looks.


def names_of(reading: Reading, agency: AgencyId) -> tuple[NameBorne, ...]:
    """The names *agency* has borne, by their first days."""
    return tuple(name for _, name in reading.scan(t.AGENCY_NAMES, agency))


def identifiers_of(reading: Reading, agency: AgencyId) -> tuple[Identifier, ...]:
    """The codes *agency* bears and has borne, by value."""
    keys = (key[1:] for key, _ in reading.scan(t.AGENCY_IDENTIFIERS, agency))
    found = (reading.get(t.IDENTIFIERS, *key) for key in keys)
    return tuple(one for one in found if one)


def fonds_of(reading: Reading, agency: AgencyId) -> tuple[Fonds, ...]:
    """The fonds that *agency* has formed, by code."""
    keys = (key[1] for key, _ in reading.scan(t.AGENCY_FONDS, agency))
    found = (reading.get(t.FONDS, key) for key in keys)
    return tuple(one for one in found if one)


def bearer_on(reading: Reading, value: str, day: Day) -> Agency | None:
    """The agency that bears the code *value*, of whatever scheme, on *day*."""
    borne = borne_on((one for _, one in reading.scan(t.IDENTIFIERS, value)), day)
    return reading.agency(borne.agency) if borne else None


def successors_of(
    reading: Reading, agency: AgencyId, on: Day, scope: Scope | None = None
) -> tuple[AgencyId, ...]:
    """All that have followed *agency* up to that day, directly or through others, nearest first."""
    return reached(
        [agency], lambda one: _rows(reading, t.SUCCESSORS, one), _target, on=on, scope=scope
    )


def predecessors_of(
    reading: Reading, agency: AgencyId, on: Day, scope: Scope | None = None
) -> tuple[AgencyId, ...]:
    """All that *agency* has followed up to that day, directly or through others, nearest first."""
    return reached(
        [agency], lambda one: _rows(reading, t.PREDECESSORS, one), _source, on=on, scope=scope
    )


def _rows(reading: Reading, table: t.Table[Followed], agency: AgencyId) -> Iterator[Followed]:
    return (one for _, one in reading.scan(table, agency))


def _target(one: Followed) -> AgencyId:
    return one.target


def _source(one: Followed) -> AgencyId:
    return one.source


# Effects.


def note_identity(rows: Writing, agency: Agency) -> None:
    """The rows by which the name and the code of *agency* are found by day."""
    _give(
        rows,
        Identifier(agency=agency.id, scheme=Scheme.QD20, value=agency.code, since=agency.founded),
    )
    name = NameBorne(since=agency.founded, name=agency.name)
    rows.put(t.AGENCY_NAMES, (agency.id, agency.founded), name)


def _opened(rows: Writing, event: e.Event, body: e.AgencyOpened, _: bytes) -> None:
    agency = Agency(
        id=body.id, code=body.code, name=body.name, opened=event.at, founded=body.founded
    )
    rows.put(t.AGENCIES, (body.id,), agency)
    rows.put(t.AGENCY_CODES, (body.code,), body.id)
    note_identity(rows, agency)


def _renamed(rows: Writing, _event: e.Event, body: e.AgencyRenamed, _: bytes) -> None:
    name = NameBorne(since=body.since, name=body.name, decision=body.decision)
    rows.put(t.AGENCY_NAMES, (body.id, body.since), name)
    latest = names_of(rows, body.id)[-1].name
    _alter(rows, body.id, lambda agency: msgspec.structs.replace(agency, name=latest))


def _given(rows: Writing, _event: e.Event, body: e.IdentifierGiven, _: bytes) -> None:
    code = body.value
    if body.scheme is Scheme.QD20:
        _end_codes(rows, body.id, body.since)
        rows.put(t.AGENCY_CODES, (code,), body.id)
        _alter(rows, body.id, lambda agency: msgspec.structs.replace(agency, code=code))
    _give(rows, Identifier(agency=body.id, scheme=body.scheme, value=code, since=body.since))


def _withdrawn(rows: Writing, _event: e.Event, body: e.IdentifierWithdrawn, _: bytes) -> None:
    for one in identifiers_of(rows, body.id):
        if (one.scheme, one.value, one.until) == (body.scheme, body.value, UNBOUNDED):
            _give(rows, msgspec.structs.replace(one, until=body.until))


def _fonds_opened(rows: Writing, _event: e.Event, body: e.FondsOpened, _: bytes) -> None:
    rows.put(t.FONDS, (body.code,), Fonds(code=body.code, agency=body.id, since=body.since))
    rows.put(t.AGENCY_FONDS, (body.id, body.code), body.id)


def _succession(rows: Writing, event: e.Event, body: e.SuccessionDecided, _: bytes) -> None:
    decided = Succession(
        id=body.id,
        kind=body.kind,
        sources=body.sources,
        targets=body.targets,
        effective=body.effective,
        decision=body.decision,
        scopes=body.scopes,
        decided=event.at,
    )
    rows.put(t.SUCCESSIONS, (body.id,), decided)
    for one in _followed(decided):
        rows.put(t.SUCCESSORS, (one.source, body.id, one.target), one)
        rows.put(t.PREDECESSORS, (one.target, body.id, one.source), one)


def _followed(decided: Succession) -> Iterator[Followed]:
    for source in decided.sources:
        for target in decided.targets:
            yield Followed(source, target, decided.effective, decided.scopes)


def _taken_back(rows: Writing, _event: e.Event, body: e.SuccessionWithdrawn, _: bytes) -> None:
    decided = rows.get(t.SUCCESSIONS, body.id)
    if decided is None:
        return
    rows.put(t.SUCCESSIONS, (body.id,), msgspec.structs.replace(decided, withdrawn=True))
    for one in _followed(decided):
        rows.delete(t.SUCCESSORS, one.source, body.id, one.target)
        rows.delete(t.PREDECESSORS, one.target, body.id, one.source)
    if ends_on(decided.kind, decided.effective):
        for source in decided.sources:
            _end(rows, source, before=decided.effective, after=UNBOUNDED)


def _concerned(rows: Writing, _event: e.Event, body: e.AgencyConcerned, _: bytes) -> None:
    if body.ended:
        _end(rows, body.id, before=UNBOUNDED, after=body.ended)


def _end(rows: Writing, agency: AgencyId, *, before: Day, after: Day) -> None:
    """Let *agency*, its codes and its fonds end *after*, where they end *before* now."""
    _alter(rows, agency, lambda known: msgspec.structs.replace(known, ended=after))
    for code in identifiers_of(rows, agency):
        if code.until == before:
            _give(rows, msgspec.structs.replace(code, until=after))
    for fonds in fonds_of(rows, agency):
        if fonds.until == before:
            rows.put(t.FONDS, (fonds.code,), msgspec.structs.replace(fonds, until=after))


def _end_codes(rows: Writing, agency: AgencyId, day: Day) -> None:
    for one in identifiers_of(rows, agency):
        if one.scheme is Scheme.QD20 and one.until == UNBOUNDED:
            _give(rows, msgspec.structs.replace(one, until=day))


def _give(rows: Writing, one: Identifier) -> None:
    rows.put(t.IDENTIFIERS, (one.value, one.scheme.value, one.since), one)
    key = (one.agency, one.value, one.scheme.value, one.since)
    rows.put(t.AGENCY_IDENTIFIERS, key, one.agency)


def _alter(rows: Writing, agency: AgencyId, change: Callable[[Agency], Agency]) -> None:
    known = rows.agency(agency)
    if known:
        rows.put(t.AGENCIES, (agency,), change(known))


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.AgencyOpened: _opened,
    e.AgencyRenamed: _renamed,
    e.IdentifierGiven: _given,
    e.IdentifierWithdrawn: _withdrawn,
    e.FondsOpened: _fonds_opened,
    e.SuccessionDecided: _succession,
    e.SuccessionWithdrawn: _taken_back,
    e.AgencyConcerned: _concerned,
}
