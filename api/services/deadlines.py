"""Last days as they are given: as a day, or as so many working days; and the calendar they rest on."""

from datetime import date

import msgspec

from api.services import fields
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.deadlines import calendar_of
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Right, authorize_everywhere
from repository.model.calendars import CalendarDay, DayKind
from repository.model.days import UNBOUNDED, Day, day_of
from repository.model.working_days import MAX_WORKING_DAYS, after_working_days

MAX_DAYS_ENTERED = 100
"""Days of one entry in the calendar."""
MAX_DAYS_KEPT = 2_000
"""Days that a store keeps of its own: every deadline looks through them."""
MAX_DAY_NAME = 100
"""Characters."""
FIRST_YEAR, LAST_YEAR = 2000, 2200


class DayEntered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day that is not as its day of the week; also part of the body of a request."""

    day: fields.DayText
    kind: DayKind
    """`off`, `worked` (làm bù), or `usual`: as its day of the week, whatever was said before."""
    name: str = ""


class CalendarAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days and years to be entered; also the body of a request."""

    days: tuple[DayEntered, ...] = ()
    """At most 100."""
    years: tuple[int, ...] = ()
    """Years whose days off are all known now: deadlines may be counted into them."""
    decision: str = ""
    """By which they are: `Quyết định 123/QĐ-TTg`."""


class EnterCalendar(Command[int], frozen=True, kw_only=True, tag="enter-calendar"):
    """Enter days off and days worked instead, for all agencies at home here; how many there were."""

    asked: CalendarAsked


class CalendarFull(Trouble):
    """The calendar keeps {limit} days of its own at most."""

    kind = Kind.CONFLICT
    vietnamese = "Lịch chỉ giữ nhiều nhất {limit} ngày khai báo thêm."


def decide_enter_calendar(change: Change, command: EnterCalendar) -> int:
    """Enter them; raise `NotAllowed`, `CalendarFull` or of `fields`.

    Deadlines that were given stay the days they are.
    """
    authorize_everywhere(command.caller, Right.ADMINISTER)
    asked = command.asked
    if not (asked.days or asked.years):
        raise fields.FieldMissing(path="$.days")
    if len(asked.days) > MAX_DAYS_ENTERED:
        raise fields.FieldUnfit(path="$.days", expected=f"1–{MAX_DAYS_ENTERED}")
    days = tuple(_day(f"$.days[{n}]", one) for n, one in enumerate(asked.days))
    decision = fields.line("$.decision", asked.decision, limit=fields.MAX_DECISION)
    body = e.CalendarEntered(days=days, years=_years(asked.years), decision=decision)
    change.record(body)
    if change.count(t.CALENDAR_DAYS) > MAX_DAYS_KEPT:
        raise CalendarFull(limit=MAX_DAYS_KEPT)
    return len(days)


def _day(path: str, given: DayEntered) -> CalendarDay:
    day = fields.day(f"{path}.day", given.day)
    _require_year(f"{path}.day", day)
    name = fields.line(f"{path}.name", given.name, limit=MAX_DAY_NAME)
    return CalendarDay(Day(day.isoformat()), given.kind, name)


def _require_year(path: str, day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise fields.FieldUnfit(path=path, expected=f"{FIRST_YEAR}–{LAST_YEAR}")


def _years(given: tuple[int, ...]) -> tuple[int, ...]:
    for n, year in enumerate(given):
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise fields.FieldUnfit(path=f"$.years[{n}]", expected=f"{FIRST_YEAR}–{LAST_YEAR}")
    return tuple(sorted(set(given)))


def due_of(change: Change, path: str, day: str, working_days: int) -> Day:
    """The last day that is given as *day*, or as so many working days after today, or not at all.

    Raise `CalendarUnknown` or of `fields`.
    """
    if not working_days:
        return fields.some_day(f"{path}.due", day)
    if day:
        raise fields.FieldUnfit(path=f"{path}.due", expected="due ⊻ working_days")
    if not 1 <= working_days <= MAX_WORKING_DAYS:
        raise fields.FieldUnfit(path=f"{path}.working_days", expected=f"1–{MAX_WORKING_DAYS}")
    return after_working_days(day_of(change.stamp.at), working_days, calendar_of(change))


def required_due(change: Change, path: str, day: str, working_days: int) -> Day:
    """As `due_of`, where there has to be one."""
    due = due_of(change, path, day, working_days)
    if due == UNBOUNDED:
        raise fields.FieldMissing(path=f"{path}.due")
    return due


RULES = {EnterCalendar: decide_enter_calendar}
