"""What the events about calendars and delegations do to the catalogue, and the looks at them."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import calendars
from repository.model import events as e
from repository.model.calendars import CalendarDay, CalendarYear
from repository.model.days import Day
from repository.model.deadlines import Reckoning, reckoning
from repository.model.delegations import Delegation
from repository.model.ids import AgencyId, DelegationId, PersonId
from repository.model.working_days import Calendar, calendar_from

# Looks.


def days_added(reading: Reading, year: int | None = None) -> tuple[CalendarDay, ...]:
    """The days that were entered here, of *year* or all of them, in order."""
    start = None if year is None else f"{year:04}"
    found = (day for _, day in reading.scan(t.CALENDAR_DAYS, start=start))
    return tuple(one for one in found if year is None or one.day[:4] == f"{year:04}")


def years_added(reading: Reading) -> dict[int, str]:
    """The years that were announced here, each with the decision."""
    return {int(str(key[0])): decision for key, decision in reading.scan(t.CALENDAR_YEARS)}


def calendar_of(reading: Reading) -> Calendar:
    """Which days are worked, as announced for the country and as entered here."""
    entered = (CalendarYear(year=year, days=()) for year in years_added(reading))
    return calendar_from(chain(calendars.known(), entered), days_added(reading))


def seen_from(reading: Reading, today: Day) -> Reckoning:
    """How deadlines look *today*, by the calendar of here and now."""
    return reckoning(today, calendar_of(reading))


def delegations_to(reading: Reading, delegate: PersonId, moment: int) -> Iterator[Delegation]:
    """What *delegate* was given and has not ended at *moment* (microseconds), also what begins later."""
    rows = reading.scan(t.DELEGATED_TO, delegate, start=moment + 1)
    return _found(reading, (key[2] for key, _ in rows))


def delegations_by(reading: Reading, principal: PersonId, moment: int) -> Iterator[Delegation]:
    """What *principal* has given and has not ended at *moment*, also what begins later."""
    rows = reading.scan(t.DELEGATED_BY, principal, start=moment + 1)
    return _found(reading, (key[2] for key, _ in rows))


def delegations_in(
    reading: Reading, agency: AgencyId, until: int, after: str = ""
) -> Iterator[Delegation]:
    """Those of *agency* that end at *until* (behind the delegation *after*) or later, by their ends."""
    rows = reading.scan(t.AGENCY_DELEGATIONS, agency, start=until)
    behind = (key[2] for key, _ in rows if (int(str(key[1])), str(key[2])) > (until, after))
    return _found(reading, behind)


def _found(reading: Reading, keys: Iterator[object]) -> Iterator[Delegation]:
    found = (reading.get(t.DELEGATIONS, DelegationId(str(key))) for key in keys)
    return (delegation for delegation in found if delegation)


# Effects.


def _calendar_entered(rows: Writing, _event: e.Event, body: e.CalendarEntered, _: bytes) -> None:
    for one in body.days:
        rows.put(t.CALENDAR_DAYS, (one.day,), one)
    for year in body.years:
        rows.put(t.CALENDAR_YEARS, (year,), body.decision)


def _delegation_given(rows: Writing, event: e.Event, body: e.DelegationGiven, kept: bytes) -> None:
    delegation = Delegation(
        id=body.id,
        agency=body.agency,
        principal=body.principal,
        delegate=body.delegate,
        posts=body.posts,
        since=body.since,
        until=body.until,
        given=event.at,
        words=e.decode_words(kept).words if kept else "",
    )
    _stand(rows, delegation)


def _delegation_withdrawn(
    rows: Writing, event: e.Event, body: e.DelegationWithdrawn, _: bytes
) -> None:
    before = rows.get(t.DELEGATIONS, body.id)
    if before is None:
        return
    for table, key in _places(before):
        rows.delete(table, *key)
    until = min(before.until, event.at)
    _stand(rows, msgspec.structs.replace(before, until=until, withdrawn=event.at))


def _stand(rows: Writing, delegation: Delegation) -> None:
    rows.put(t.DELEGATIONS, (delegation.id,), delegation)
    agency, until = delegation.agency, delegation.until
    rows.put(t.DELEGATED_TO, (delegation.delegate, until, delegation.id), agency)
    rows.put(t.DELEGATED_BY, (delegation.principal, until, delegation.id), agency)
    rows.put(t.AGENCY_DELEGATIONS, (agency, until, delegation.id), delegation.id)


def _places(delegation: Delegation) -> tuple[tuple[t.Table[Any], tuple[object, ...]], ...]:
    until = delegation.until
    return (
        (t.DELEGATED_TO, (delegation.delegate, until, delegation.id)),
        (t.DELEGATED_BY, (delegation.principal, until, delegation.id)),
        (t.AGENCY_DELEGATIONS, (delegation.agency, until, delegation.id)),
    )


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.CalendarEntered: _calendar_entered,
    e.DelegationGiven: _delegation_given,
    e.DelegationWithdrawn: _delegation_withdrawn,
}
