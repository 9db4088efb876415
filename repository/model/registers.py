"""Registers (sổ đăng ký) and their numbers: consecutive, never reused, no gap unexplained.

Decree 30/2020/NĐ-CP, Art. 15.1 and 22.2: numbers follow the order of issue or of reception
within the year, beginning with 01; paper and electronic documents share one series.
"""

import enum
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec

from repository.errors import Kind, Trouble
from repository.model.days import VIETNAM_TIME
from repository.model.grammar import PLAIN, SymbolGrammar
from repository.model.ids import AgencyId, DocumentId, DraftId, RegisterId

MAX_NUMBER = 9_999_999
"""The largest number of a row; the ordinal of Circular 05/2025 has seven digits."""


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
    """One running series; what single projects use."""
    TERM = "term-of-office"
    """Party agencies: from congress to congress; which days those are is declared term by term."""


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A term of office (nhiệm kỳ) in which a register counts."""

    ordinal: int
    """From 1, in the order of the terms of this register: the period of its rows."""
    name: str
    """`Nhiệm kỳ 2025–2030`."""
    first: str
    """Its first day, ISO 8601."""
    last: str = ""
    """Its last day; empty = not known yet: it lasts until the next begins."""


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
    """The period in which it gives its first number; only there does `opening` count."""
    opens: str = ""
    """The first day on which it gives numbers, ISO 8601; empty = the day of its declaration."""
    historical: bool = False
    """It was kept elsewhere: rows are entered with number and date as found, none is given."""
    abbreviation: str = ""
    """How the agency is abbreviated in symbols that `grammar` composes: `UBND`."""
    grammar: SymbolGrammar = PLAIN
    """How the symbol of an outgoing document is made."""
    closed: int = 0
    """When it was closed for good, microseconds since 1970-01-01 UTC; 0 = it is open."""


class EntryState(enum.Enum):
    """What a number stands for."""

    GIVEN = "given"
    """It is a document's."""
    RESERVED = "reserved"
    """Kept for a document that comes later (số giữ chỗ)."""
    AWAITING_SEAL = "awaiting-seal"
    """A draft's, which was signed and waits for its seal (chờ đóng dấu)."""
    VOID = "void"
    """Nobody's any more; its row stays and it is never given again (số hủy)."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of a register (dòng sổ): one number, given once."""

    document: DocumentId = DocumentId("")
    """Empty of a number that never was a document's."""
    at: int
    """When the number was taken: microseconds since 1970-01-01 UTC."""
    state: EntryState = EntryState.GIVEN
    day: str = ""
    """Of a reserved number the day it was reserved, of a historical row the date as found."""
    reserved_by: str = ""
    """Who reserved it; stays when it is bound."""
    holder: str = ""
    """For whom it is reserved, in words."""
    until: str = ""
    """The last day on which it may be bound; empty = as long as its period is open."""
    reason: str = ""
    """Why it was reserved, or voided."""
    voided: int = 0
    """When it was voided, microseconds since 1970-01-01 UTC."""
    voided_by: str = ""
    draft: DraftId = DraftId("")
    """The draft that took it; stays when the draft becomes a document."""


class DateNotInPeriod(Trouble):
    """{date} is not in the period {period} in which this register gives numbers now."""

    kind = Kind.INVALID
    vietnamese = "Ngày {date} không thuộc kỳ {period} mà sổ đang cấp số."


def period_of(register: Register, moment: datetime) -> int:
    """The period to which *moment* belongs: the year in Vietnam, or 0 for a running series.

    Terms of office are not told by the calendar: see `term_on`.
    """
    if register.period is NumberingPeriod.NEVER:
        return 0
    return moment.astimezone(VIETNAM_TIME).year


def term_on(terms: Iterable[Term], day: date) -> Term | None:
    """The term to which *day* belongs; they do not overlap."""
    said = day.isoformat()
    return next((one for one in terms if one.first <= said <= (one.last or said)), None)


def day_before(day: str) -> str:
    """The day before *day*, both ISO 8601."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def first_number(register: Register, period: int) -> int:
    """The number with which *period* of *register* begins."""
    return register.opening if period == register.opened_period else 1


def day_in_vietnam(moment: datetime) -> date:
    """The calendar day of *moment* in UTC+7."""
    return moment.astimezone(VIETNAM_TIME).date()


def year_in_vietnam(microseconds: int) -> int:
    """The year in UTC+7 of the moment so many *microseconds* after 1970-01-01 UTC.

    >>> year_in_vietnam(1_767_200_400_000_000)
    2026
    """
    return datetime.fromtimestamp(microseconds // 1_000_000, VIETNAM_TIME).year
