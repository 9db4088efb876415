"""Where agencies are at home: what the events of moves do to an office's catalogue, and the looks.

While an agency arrives, the marks of its earlier moves come by once more among its events: they say
nothing of this node, and change nothing here.
"""

from collections.abc import Callable

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.agencies import Agency
from repository.model.ids import AgencyId, PersonId
from repository.model.moves import (
    AgencyElsewhere,
    AgencyMoving,
    Home,
    HomeState,
    MoveId,
)

MARKS = (e.AgencyLeaving, e.AgencyStayed, e.AgencyLeft, e.AgencyArrived)
"""Events of an agency that is not, or not yet, at home."""

# Looks.


def home_of(reading: Reading, agency: AgencyId | str) -> Home | None:
    """What this node knows of moves of *agency*; None for one that was never moved."""
    return reading.get(t.HOMES, agency)


def state_of(reading: Reading, agency: AgencyId) -> HomeState:
    """How *agency* stands to this node."""
    home = home_of(reading, agency)
    if home:
        return home.state
    return HomeState.HERE if reading.agency(agency) else HomeState.ELSEWHERE


def is_home(reading: Reading, agency: AgencyId) -> bool:
    """Say whether *agency* is at home at this node: whether something may be entered in it here."""
    return state_of(reading, agency) is HomeState.HERE


def require_home(reading: Reading, agency: AgencyId | str) -> None:
    """Return when something may be entered in *agency* here.

    Raise `AgencyElsewhere` or `AgencyMoving`.
    """
    home = home_of(reading, agency)
    if home is None or home.state is HomeState.HERE:
        return
    known = reading.agency(AgencyId(agency))
    code = known.code if known else agency
    if home.state is HomeState.ELSEWHERE:
        raise AgencyElsewhere(agency=code, node=home.node, address=home.address or "–")
    raise AgencyMoving(agency=code, node=home.node)


def is_refused(reading: Reading, move: MoveId) -> bool:
    """Say whether this node has said that it will never take an agency in by *move*."""
    return reading.get(t.REFUSED_MOVES, move) is not None


def known_as(reading: Reading, person: PersonId) -> PersonId:
    """Who *person*, of another node's identifier, is here."""
    return reading.get(t.KNOWN_AS, person) or person


# Effects.


def _passing(rows: Writing, agency: AgencyId) -> bool:
    home = home_of(rows, agency)
    return home is not None and home.state is HomeState.ARRIVING


def _leaving(rows: Writing, _event: e.Event, body: e.AgencyLeaving, _: bytes) -> None:
    if _passing(rows, body.id):
        return
    home = Home(state=HomeState.LEAVING, move=body.move, hop=body.hop, node=body.to, term=body.term)
    rows.put(t.HOMES, (body.id,), home)


def _stayed(rows: Writing, _event: e.Event, body: e.AgencyStayed, _: bytes) -> None:
    home = home_of(rows, body.id)
    if home and not _passing(rows, body.id):
        rows.put(t.HOMES, (body.id,), msgspec.structs.replace(home, state=HomeState.HERE))


def _left(rows: Writing, _event: e.Event, body: e.AgencyLeft, _: bytes) -> None:
    if _passing(rows, body.id):
        return
    home = Home(
        state=HomeState.ELSEWHERE,
        move=body.move,
        hop=body.hop,
        node=body.to,
        address=body.address,
    )
    rows.put(t.HOMES, (body.id,), home)


def _arriving(rows: Writing, event: e.Event, body: e.AgencyArriving, _: bytes) -> None:
    home = Home(
        state=HomeState.ARRIVING,
        move=body.move,
        hop=body.hop,
        node=body.source,
        bundle=body.bundle,
        items=body.items,
    )
    rows.put(t.HOMES, (body.agency,), home)
    # Its code is taken from now on; the agency's own events tell the rest.
    announced = Agency(id=body.agency, code=body.code, name=body.name, opened=event.at)
    if rows.add(t.AGENCIES, (body.agency,), announced):
        rows.put(t.AGENCY_CODES, (body.code,), body.agency)


def _taken_over(rows: Writing, _event: e.Event, body: e.EventsTakenOver, _: bytes) -> None:
    home = home_of(rows, body.agency)
    if home:
        taken = body.first + body.items
        rows.put(t.HOMES, (body.agency,), msgspec.structs.replace(home, taken=taken))
    for theirs, ours in body.people:
        rows.put(t.KNOWN_AS, (theirs,), ours)
    for code, bearer in body.codes:
        rows.put(t.AGENCY_CODES, (code,), bearer)


def _arrived(rows: Writing, _event: e.Event, body: e.AgencyArrived, _: bytes) -> None:
    home = home_of(rows, body.id)
    if home and (home.state, home.move) == (HomeState.ARRIVING, body.move):
        rows.put(t.HOMES, (body.id,), msgspec.structs.replace(home, state=HomeState.HERE))


def _refused(rows: Writing, event: e.Event, body: e.ArrivalRefused, _: bytes) -> None:
    rows.put(t.REFUSED_MOVES, (body.move,), event.at)


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.AgencyLeaving: _leaving,
    e.AgencyStayed: _stayed,
    e.AgencyLeft: _left,
    e.AgencyArriving: _arriving,
    e.EventsTakenOver: _taken_over,
    e.AgencyArrived: _arrived,
    e.ArrivalRefused: _refused,
}
