"""Days off and days worked instead (ngày nghỉ, ngày làm bù) as data: one file of this folder a year.

Only what was announced stands here. Tết follows the moon and swaps (hoán đổi) are decided year by
year, so a year without a file is a year of which nothing is known. A province adds days, and years,
by events; see `repository.model.working_days`.
"""

import enum
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib import resources

import msgspec

from repository.model.days import Day

MAX_STRETCH_DAYS = 31
"""Days that one line of a file, or of a request, may name."""


class DayKind(enum.Enum):
    """What is said of a day, against its day of the week."""

    OFF = "off"
    """Ngày nghỉ."""
    WORKED = "worked"
    """Ngày làm bù."""
    USUAL = "usual"
    """As its day of the week: what was said of it before holds no longer."""


class CalendarDay(msgspec.Struct, frozen=True, array_like=True):
    """A day that is not as its day of the week."""

    day: Day
    kind: DayKind
    name: str


class CalendarYear(msgspec.Struct, frozen=True, kw_only=True):
    """A year of which all days off are known."""

    year: int
    days: tuple[CalendarDay, ...]


class _Stretch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    first: date = msgspec.field(name="from")
    last: date | None = msgspec.field(name="to", default=None)
    name: str


class _YearGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    year: int
    off: tuple[_Stretch, ...]
    worked: tuple[_Stretch, ...] = ()


def parse(told: str) -> CalendarYear:
    """The year that a file tells (TOML); raise `msgspec.ValidationError` for anything else."""
    given = msgspec.convert(tomllib.loads(told), _YearGiven)
    off = (one for stretch in given.off for one in _days(stretch, DayKind.OFF))
    worked = (one for stretch in given.worked for one in _days(stretch, DayKind.WORKED))
    return CalendarYear(year=given.year, days=tuple(sorted((*off, *worked), key=_by_day)))


@cache
def known() -> tuple[CalendarYear, ...]:
    """Every year of which a file tells, in order."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda one: one.name)
    told = (one.read_text(encoding="utf-8") for one in files if one.name.endswith(".toml"))
    return tuple(map(parse, told))


def _days(stretch: _Stretch, kind: DayKind) -> Iterator[CalendarDay]:
    length = ((stretch.last or stretch.first) - stretch.first).days + 1
    if not 1 <= length <= MAX_STRETCH_DAYS:
        raise msgspec.ValidationError(stretch.name)
    name = unicodedata.normalize("NFC", stretch.name)
    for n in range(length):
        yield CalendarDay(Day((stretch.first + timedelta(days=n)).isoformat()), kind, name)


def _by_day(one: CalendarDay) -> Day:
    return one.day
