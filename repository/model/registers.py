"""Registers (sổ đăng ký) and their numbers: consecutive, never reused, no gap unexplained.

Decree 30/2020/NĐ-CP, Art. 15.1 and 22.2: numbers follow the order of issue or of reception
within the year, beginning with 01; paper and electronic documents share one series.
"""

import enum
from datetime import date, datetime

import msgspec

from repository.errors import Kind, Trouble
from repository.model.days import VIETNAM_TIME
from repository.model.ids import AgencyId, DocumentId, RegisterId


class Direction(enum.Enum):
    """Which way a document goes, seen from the agency that registers it."""

    INCOMING = "incoming"
    """Văn bản đến."""
    OUTGOING = "outgoing"
    """Văn bản đi."""


class NumberingPeriod(enum.Enum):
    """After what a register begins again at its opening number."""

    CALENDAR_YEAR = "calendar-year"
    """State agencies: 01 January to 31 December (Decree 30/2020, Art. 15.1)."""
    NEVER = "never"
    """One running series; what historical registers and single projects use."""


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """A register as declared."""

    id: RegisterId
    agency: AgencyId
    code: str
    """Short name, unique within the agency: `di`, `den`, `di-qd`."""
    direction: Direction
    title: str
    notation: str = ""
    """What follows the number of an outgoing document when the act names none: `UBND-VP`."""
    period: NumberingPeriod = NumberingPeriod.CALENDAR_YEAR
    opening: int = 1
    """The first number of the first period; later periods begin at 1."""
    opened_period: int = 0
    """The period in which it was declared; only there does `opening` count."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a register (dòng sổ): one number, given once."""

    document: DocumentId
    at: int
    """When the number was given: microseconds since 1970-01-01 UTC."""


class DateNotInPeriod(Trouble):
    """{date} is not in the period {period} in which this register gives numbers now."""

    kind = Kind.INVALID
    vietnamese = "Ngày {date} không thuộc kỳ {period} mà sổ đang cấp số."


def period_of(register: Register, moment: datetime) -> int:
    """The period to which *moment* belongs: the year in Vietnam, or 0 for a running series."""
    if register.period is NumberingPeriod.NEVER:
        return 0
    return moment.astimezone(VIETNAM_TIME).year


def first_number(register: Register, period: int) -> int:
    """The number with which *period* of *register* begins."""
    return register.opening if period == register.opened_period else 1


def symbol_of(number: int, notation: str) -> str:
    """Number and notation as they are printed: `05/QĐ-UBND` (Decree 30/2020, Annex I)."""
    return f"{number:02d}/{notation}" if notation else f"{number:02d}"


def day_in_vietnam(moment: datetime) -> date:
    """The calendar day of *moment* in UTC+7."""
    return moment.astimezone(VIETNAM_TIME).date()


def year_in_vietnam(microseconds: int) -> int:
    """The year in UTC+7 of the moment so many *microseconds* after 1970-01-01 UTC.

    >>> year_in_vietnam(1_767_200_400_000_000)
    2026
    """
    return datetime.fromtimestamp(microseconds // 1_000_000, VIETNAM_TIME).year
