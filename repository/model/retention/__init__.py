"""Retention (thời hạn bảo quản): a trigger and years, or for ever; the days that follow from them.

What is counted stands in `rules.toml` beside this file, each row with its first day. A dossier keeps
the days that were counted when it was closed: they stand in the event, a later rule changes none.
"""

import enum
import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Protocol, TypeVar

import msgspec

from repository.model.days import UNBOUNDED, Day

MAX_YEARS = 200
"""Years that a retention may have; what is worth more is permanent."""


class Trigger(enum.Enum):
    """From what the years are counted."""

    WORK_ENDED = "work-ended"
    """Kết thúc công việc: the day on which the work ended."""
    EXPIRY = "expiry"
    """Hết hiệu lực: a licence, a contract."""
    SETTLEMENT = "settlement"
    """Quyết toán công trình."""
    NOTED_DAY = "noted-day"
    """Another day, noted by hand."""


class Retention(msgspec.Struct, frozen=True, array_like=True):
    """How long something is kept."""

    trigger: Trigger
    years: int | None
    """None = for ever (vĩnh viễn)."""


PERMANENT = Retention(Trigger.WORK_ENDED, None)


class Form(enum.Enum):
    """Of what a dossier consists."""

    ELECTRONIC = "electronic"
    """Every document has a file."""
    PAPER = "paper"
    """None has."""
    MIXED = "mixed"


class Stretch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A length of time, in years and days."""

    years: int = 0
    days: int = 0


class _Dated(Protocol):
    @property
    def since(self) -> str: ...


D = TypeVar("D", bound=_Dated)


class _Floor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    since: str = msgspec.field(name="from")
    years: int


class _HandOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    since: str = msgspec.field(name="from")
    electronic: Stretch
    other: Stretch


class _Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    since: str = msgspec.field(name="from")
    days: int


class _Codes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    since: str = msgspec.field(name="from")
    permanent: str
    other: str
    years: dict[str, str]


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that is counted, each with its first day."""

    floors: tuple[_Floor, ...]
    hand_over: tuple[_HandOver, ...]
    answers: tuple[_Answer, ...]
    codes: tuple[_Codes, ...]


@cache
def rules() -> Rules:
    """The rules of this version."""
    told = resources.files(__name__).joinpath("rules.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(told), Rules)


def keep_until(retention: Retention, counted_from: Day) -> Day:
    """The first day on which disposal may be considered; `UNBOUNDED` = never, or not known yet.

    Disposal is decided once a year, and what was disposed of early never comes back: the year in
    which the retention ends is kept whole.

    >>> keep_until(Retention(Trigger.WORK_ENDED, 5), Day("2026-03-02"))
    '2032-01-01'
    """
    if retention.years is None or not counted_from:
        return UNBOUNDED
    return Day(f"{int(counted_from[:4]) + retention.years + 1:04d}-01-01")


def is_handed_over(retention: Retention, ended: Day) -> bool:
    """Say whether what ended then has to be handed to the archive."""
    return retention.years is None or retention.years >= _in_force(rules().floors, ended).years


def hand_over_by(form: Form, ended: Day) -> Day:
    """The last day on which a dossier whose work *ended* then is handed to the agency's archive.

    >>> hand_over_by(Form.ELECTRONIC, Day("2026-03-02")), hand_over_by(Form.PAPER, Day("2026-03-02"))
    ('2026-05-01', '2027-03-02')
    """
    rule = _in_force(rules().hand_over, ended)
    return _after(ended, rule.electronic if form is Form.ELECTRONIC else rule.other)


def answer_by(asked: Day) -> Day:
    """The last day on which the archive accepts or refuses what it was offered on *asked*."""
    return _after(asked, Stretch(days=_in_force(rules().answers, asked).days))


def archive_code(retention: Retention, on: Day) -> str:
    """The code of *retention* in a package for the archive that is made on that day."""
    codes = _in_force(rules().codes, on)
    if retention.years is None:
        return codes.permanent
    return codes.years.get(str(retention.years), codes.other)


def due_when_closed(retention: Retention, form: Form, *, ended: Day, until: Day) -> Day:
    """When something has to be done with a closed dossier: hand it over, or else dispose of it."""
    return hand_over_by(form, ended) if is_handed_over(retention, ended) else until


def _in_force(rows: Iterable[D], day: Day) -> D:
    """The row in force on *day*; before the first one, the first."""
    known = sorted(rows, key=lambda row: row.since)
    return next((row for row in reversed(known) if row.since <= day), known[0])


def _after(day: Day, stretch: Stretch) -> Day:
    begun = date.fromisoformat(day)
    year = begun.year + stretch.years
    try:
        moved = begun.replace(year=year)
    except ValueError:  # 29 February of a year that has none: the day after
        moved = date(year, 3, 1)
    return Day((moved + timedelta(days=stretch.days)).isoformat())
