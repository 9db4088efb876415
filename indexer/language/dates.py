"""Days, months and years as they are typed, as the first and the last day they cover."""

import calendar
import re
from datetime import date


def days_of(text: str) -> tuple[date, date] | None:
    """Give the first and last day of *text* (`15/06/2025`, `2025-06-15`, `6/2025`, `2025`).

    None where it is no date of the calendar.
    """
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            return _days(**{name: int(number) for name, number in match.groupdict().items()})
    return None


def _days(year: int, month: int = 0, day: int = 0) -> tuple[date, date] | None:
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    last_month = month or 12
    return first, date(year, last_month, day or calendar.monthrange(year, last_month)[1])


_PATTERNS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<month>\d{1,2})/(?P<year>\d{4})",
        r"(?P<year>\d{4})",
    )
)
