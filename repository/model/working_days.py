"""Working days (ngày làm việc): Monday to Friday, without days off, with days worked instead.

Rules for the file: pure. What nobody announced is never guessed: counting into such a year raises
`CalendarUnknown`, or says None. A stretch of *n* working days begins on the day after the one from
which it is counted (Civil Code 91/2015/QH13, Art. 147).
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from repository.errors import Kind, Trouble
from repository.model.calendars import CalendarDay, CalendarYear, DayKind
from repository.model.days import Day

MAX_WORKING_DAYS = 366
"""Working days of one deadline."""
_WEEK = 7
_WORKDAYS = 5
_SATURDAY = 5


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """Which days are worked, as far as it was announced."""

    years: frozenset[int]
    """Of which all is known."""
    off: tuple[Day, ...] = ()
    """Days from Monday to Friday that are not worked, in order."""
    worked: tuple[Day, ...] = ()
    """Saturdays and Sundays that are, in order."""


class CalendarUnknown(Trouble):
    """The days off of {year} are not announced here: give the day itself, or enter that year."""

    kind = Kind.INVALID
    vietnamese = (
        "Chưa có lịch nghỉ năm {year}: hãy nêu ngày cụ thể, hoặc khai báo lịch nghỉ của năm đó."
    )


def calendar_from(years: Iterable[CalendarYear], added: Iterable[CalendarDay] = ()) -> Calendar:
    """The calendar of *years*; what *added* says of a day holds against what they say."""
    known = tuple(years)
    said = {one.day: one.kind for year in known for one in year.days}
    said.update((one.day, one.kind) for one in added)
    return Calendar(
        years=frozenset(year.year for year in known),
        off=_those(said, DayKind.OFF, weekend=False),
        worked=_those(said, DayKind.WORKED, weekend=True),
    )


def _those(said: dict[Day, DayKind], kind: DayKind, *, weekend: bool) -> tuple[Day, ...]:
    """A Sunday that is off changes nothing, and a Monday that is worked neither."""
    found = (day for day, given in said.items() if given is kind)
    return tuple(sorted(day for day in found if is_weekend(date.fromisoformat(day)) is weekend))


def is_weekend(day: date) -> bool:
    """Say whether *day* is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


def is_working(day: Day, calendar: Calendar) -> bool:
    """Say whether *day* is worked; raise `CalendarUnknown`."""
    require_known(date.fromisoformat(day).year, calendar)
    return working_between(day_after(day, -1), day, calendar) == 1


def after_working_days(day: Day, count: int, calendar: Calendar) -> Day:
    """The *count*-th working day after *day* (from 1); raise `CalendarUnknown`.

    >>> known = Calendar(years=frozenset({2026}), off=(Day("2026-04-30"), Day("2026-05-01")))
    >>> after_working_days(Day("2026-04-29"), 1, known)
    '2026-05-04'
    """
    last = day
    while count:
        last = day_after(last, 1)
        count -= is_working(last, calendar)
    return last


def working_between(after: Day, upto: Day, calendar: Calendar) -> int | None:
    """How many days are worked after *after* and up to *upto*, which is not before it.

    None where a day among them lies in a year that is not announced.
    """
    first, last = date.fromisoformat(after), date.fromisoformat(upto)
    begin = (first + timedelta(days=1)).year
    if first < last and any(year not in calendar.years for year in range(begin, last.year + 1)):
        return None
    usual = _weekdays_until(last) - _weekdays_until(first)
    return usual - _within(calendar.off, after, upto) + _within(calendar.worked, after, upto)


def _weekdays_until(day: date) -> int:
    """Mondays to Fridays up to *day*, counted from a Monday long ago."""
    weeks, over = divmod(day.toordinal() - 1, _WEEK)  # 0001-01-01 was a Monday
    return weeks * _WORKDAYS + min(over + 1, _WORKDAYS)


def _within(days: tuple[Day, ...], after: Day, upto: Day) -> int:
    return bisect_right(days, upto) - bisect_right(days, after)


def require_known(year: int, calendar: Calendar) -> None:
    """Raise `CalendarUnknown` unless *calendar* knows *year*."""
    if year not in calendar.years:
        raise CalendarUnknown(year=year)


def day_after(day: Day, count: int) -> Day:
    """The day *count* days after *day* (before it, for a negative one)."""
    return Day((date.fromisoformat(day) + timedelta(days=count)).isoformat())
