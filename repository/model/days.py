"""Calendar days (ngày) as offices count them: in Vietnam (UTC+7), whatever the machine's zone.

A stretch of days is half open: it holds from its first day on, and no longer on the day that ends it.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import NewType

Day = NewType("Day", str)
"""`YYYY-MM-DD`; days sort as their texts do."""
UNBOUNDED = Day("")
"""As a first day: since ever, or nobody noted it. As an ending: not ended."""
VIETNAM_TIME = timezone(timedelta(hours=7), "UTC+7")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(moment: datetime) -> Day:
    """The day of *moment* in Vietnam.

    >>> from datetime import UTC
    >>> day_of(datetime(2025, 6, 30, 17, 0, tzinfo=UTC))
    '2025-07-01'
    """
    return Day(moment.astimezone(VIETNAM_TIME).date().isoformat())


def day_at(microseconds: int) -> Day:
    """The day in Vietnam of the moment so many *microseconds* after 1970-01-01 UTC."""
    return day_of(_EPOCH + timedelta(microseconds=microseconds))


def holds_on(day: Day, *, since: Day, until: Day) -> bool:
    """Say whether *day* lies in the stretch from *since* on, before *until*.

    >>> holds_on(Day("2025-07-01"), since=UNBOUNDED, until=Day("2025-07-01"))
    False
    """
    return since <= day and (until == UNBOUNDED or day < until)
