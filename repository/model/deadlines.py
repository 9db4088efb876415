"""Deadlines (hạn giải quyết): the one formula for how a line stands with its last day.

Lists, lines, reminders and figures ask here and reckon nothing themselves. Days are those of Vietnam.
Rules for the file: pure.
"""

import enum

import msgspec

from repository.model.days import UNBOUNDED, Day, day_at
from repository.model.receipts import ENDED, Receipt, State
from repository.model.working_days import Calendar, day_after, working_between

SOON_WORKING_DAYS = 2
"""A line is due soon from so many working days before its last day."""
DAILY_DAYS = 7
"""For so many days after the last day its holder is told each working day; then once a week."""
_WEEK_DAYS = 7


class Timing(enum.Enum):
    """How a line stands with its last day."""

    NONE = "none"
    """It has none, or nobody has to keep it any more: returned, recalled."""
    RUNNING = "running"
    """Còn hạn."""
    DUE_SOON = "due-soon"
    """Sắp đến hạn."""
    OVERDUE = "overdue"
    """Quá hạn."""
    ON_TIME = "on-time"
    """Hoàn thành đúng hạn."""
    LATE = "late"
    """Hoàn thành trễ hạn."""


class Reckoning(msgspec.Struct, frozen=True, kw_only=True):
    """From where deadlines are looked at."""

    today: Day
    soon: Day
    """What is due on this day or before, and not overdue, is due soon."""
    calendar: Calendar


def reckoning(today: Day, calendar: Calendar) -> Reckoning:
    """How deadlines look *today*.

    In a year that is not announced every day counts: what is due soon is told later there, never
    by a number of working days that nobody announced.
    """
    soon, left = today, SOON_WORKING_DAYS
    while True:
        ahead = day_after(soon, 1)
        worked = working_between(soon, ahead, calendar)
        left -= 1 if worked is None else worked
        if left < 0:
            return Reckoning(today=today, soon=soon, calendar=calendar)
        soon = ahead


def timing(receipt: Receipt, seen: Reckoning) -> Timing:
    """How *receipt* stands with its last day."""
    if receipt.due == UNBOUNDED or receipt.state in (State.RETURNED, State.RECALLED):
        return Timing.NONE
    if receipt.state is State.DONE:
        return Timing.ON_TIME if kept(receipt) else Timing.LATE
    if receipt.due < seen.today:
        return Timing.OVERDUE
    return Timing.DUE_SOON if receipt.due <= seen.soon else Timing.RUNNING


def kept(receipt: Receipt) -> bool:
    """Say whether a line that has ended did so on its last day or before."""
    return day_at(receipt.ended) <= receipt.due


def remaining(receipt: Receipt, seen: Reckoning) -> int | None:
    """Working days that are left after today; below 0, how many have passed since the last day.

    None where the line has no last day or has ended, and where a year between is not announced.
    """
    if receipt.due == UNBOUNDED or receipt.state in ENDED:
        return None
    if receipt.due >= seen.today:
        return working_between(seen.today, receipt.due, seen.calendar)
    passed = working_between(receipt.due, seen.today, seen.calendar)
    return None if passed is None else -passed


def is_to_be_told(receipt: Receipt, seen: Reckoning) -> bool:
    """Say whether the holder of *receipt* is to be told today: at most once a day."""
    if timing(receipt, seen) not in (Timing.DUE_SOON, Timing.OVERDUE):
        return False
    return receipt.told < seen.today and receipt.telling <= seen.today


def next_telling(due: Day, seen: Reckoning) -> Day:
    """When the holder of what is due on *due*, who is told today, is told next.

    Each working day until `DAILY_DAYS` after the last day, then once a week: who is late for months
    is told, and the log does not grow by a line each day for it.
    """
    daily = seen.today < day_after(due, DAILY_DAYS)
    ahead = day_after(seen.today, 1 if daily else _WEEK_DAYS)
    while working_between(day_after(ahead, -1), ahead, seen.calendar) == 0:
        ahead = day_after(ahead, 1)
    return ahead
