"""When something is tried again: later each time, never all at once, and not for ever.

Pure: who asks gives the moment and a number drawn at random.
"""

from datetime import datetime, timedelta

FIRST = timedelta(seconds=30)
MOST = timedelta(hours=1)
"""Between two tries, however many there were."""
MOST_AGE = timedelta(days=7)
"""From the first try to giving up: longer than any outage of an axis that nobody mends."""


def wait_after(tries: int, draw: float) -> timedelta:
    """How long to wait after so many *tries*, from 1; *draw* is from 0 up to, not including, 1.

    Doubled each time up to `MOST`; the upper half of it is drawn, so that what failed together
    does not come back together.

    >>> wait_after(1, 0.0), wait_after(2, 0.5), wait_after(99, 0.0)
    (datetime.timedelta(seconds=15), datetime.timedelta(seconds=45), datetime.timedelta(seconds=1800))
    """
    whole = min(MOST, FIRST * 2 ** min(tries - 1, 16))
    return whole / 2 + whole / 2 * draw


def next_try(now: datetime, tries: int, draw: float) -> datetime:
    """The moment of the next try, *tries* of which have failed, the last one *now*."""
    return now + wait_after(tries, draw)


def expired(first_try: datetime, now: datetime) -> bool:
    """Whether it was tried for long enough."""
    return now - first_try >= MOST_AGE
