"""Which number comes next, in which period, and between which days its document is dated.

Decree 30/2020/NĐ-CP, Art. 15.1 and 22.2: numbers and dates follow the order of issue or of
reception within the period; what would stand before an earlier number is refused.
"""

from datetime import UTC, date, datetime
from typing import NamedTuple

from api.services import fields
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.model import document_types
from repository.model.grammar import SymbolParts, compose, named
from repository.model.registers import (
    MAX_NUMBER,
    DateNotInPeriod,
    Direction,
    Entry,
    EntryState,
    NumberingPeriod,
    Register,
    day_in_vietnam,
    first_number,
    period_of,
    term_on,
)


class RegisterClosed(Trouble):
    """The register {register} was closed for good on {day}; it gives no more numbers."""

    kind = Kind.CONFLICT
    vietnamese = "Sổ {register} đã khóa hẳn ngày {day}, không cấp số nữa."


class PeriodClosed(Trouble):
    """The period {period} of the register {register} was closed on {day}; see its certificate."""

    kind = Kind.CONFLICT
    vietnamese = "Kỳ {period} của sổ {register} đã khóa ngày {day}; xem biên bản khóa sổ."


class RegisterNotOpenYet(Trouble):
    """The register {register} gives numbers from {day} on."""

    kind = Kind.CONFLICT
    vietnamese = "Sổ {register} cấp số từ ngày {day}."


class RegisterHistorical(Trouble):
    """The register {register} was kept elsewhere: rows are entered as found, no number is given."""

    kind = Kind.CONFLICT
    vietnamese = "Sổ {register} là sổ cũ chuyển sang: chỉ nhập lại dòng đã có, không cấp số."


class NoTermNow(Trouble):
    """No term of office of the register {register} has {day} in it; declare one first."""

    kind = Kind.CONFLICT
    vietnamese = "Sổ {register} chưa có nhiệm kỳ chứa ngày {day}; hãy khai báo nhiệm kỳ trước."


class DateOutOfOrder(Trouble):
    """The date {date} does not fit the numbers beside it: it lies between {earliest} and {latest}."""

    kind = Kind.INVALID
    vietnamese = "Ngày {date} không theo thứ tự số: phải từ {earliest} đến {latest}."


class NumberNotReserved(Trouble):
    """The number {number} of the period {period} is not reserved."""

    kind = Kind.CONFLICT
    vietnamese = "Số {number} của kỳ {period} không phải số giữ chỗ."


class NumbersUsedUp(Trouble):
    """The register {register} has given its last number, {number}."""

    kind = Kind.CONFLICT
    vietnamese = "Sổ {register} đã cấp đến số cuối cùng, {number}."


class ReservationLapsed(Trouble):
    """The number {number} was reserved until {until}; void it, and take another."""

    kind = Kind.CONFLICT
    vietnamese = "Số {number} chỉ được giữ chỗ đến ngày {until}; hãy hủy số này và lấy số khác."


class Days(NamedTuple):
    """From a first to a last day, both included, ISO 8601; empty = without end."""

    first: str = ""
    last: str = ""

    def hold(self, day: str) -> bool:
        """Say whether *day* is one of them."""
        return self.first <= day and (not self.last or day <= self.last)


class Place(NamedTuple):
    """Where a document is entered."""

    period: int
    number: int
    reserved: Entry | None = None
    """The row that waits for it; None = the number is a new one."""


def period_at(reading: Reading, register: Register, moment: datetime) -> int | None:
    """The period that *moment* belongs to; None where the register has none there."""
    if register.period is not NumberingPeriod.TERM:
        return period_of(register, moment)
    term = term_on(reading.terms(register.id), day_in_vietnam(moment))
    return term.ordinal if term else None


def days_of(reading: Reading, register: Register, period: int) -> Days:
    """The days of *period*, those before the register opens left out."""
    days = Days()
    if register.period is NumberingPeriod.CALENDAR_YEAR:
        days = Days(f"{period:04d}-01-01", f"{period:04d}-12-31")
    elif register.period is NumberingPeriod.TERM:
        term = reading.get(t.TERMS, register.id, period)
        days = Days(term.first, term.last) if term else days
    return days._replace(first=max(days.first, register.opens))


def giving_period(reading: Reading, register: Register, moment: datetime) -> int:
    """The period in which *register* gives numbers at *moment*.

    Raise `RegisterHistorical`, `RegisterClosed`, `RegisterNotOpenYet`, `NoTermNow` or
    `PeriodClosed`.
    """
    today = day_in_vietnam(moment).isoformat()
    if register.historical:
        raise RegisterHistorical(register=register.code)
    if today < register.opens:
        raise RegisterNotOpenYet(register=register.code, day=register.opens)
    period = period_at(reading, register, moment)
    if period is None:
        raise NoTermNow(register=register.code, day=today)
    require_open(reading, register, period)
    return period


def require_open(reading: Reading, register: Register, period: int) -> None:
    """Raise `RegisterClosed` or `PeriodClosed` where no row of *period* may change any more."""
    if register.closed:
        raise RegisterClosed(register=register.code, day=day_of_moment(register.closed))
    closing = reading.closing(register.id, period)
    if closing:
        day = day_of_moment(closing.closed)
        raise PeriodClosed(register=register.code, period=period, day=day)


def upcoming_number(reading: Reading, register: Register, period: int) -> int:
    """The number the next document of *period* will get."""
    upcoming = reading.next_number(register.id, period)
    return first_number(register, period) if upcoming is None else upcoming


def next_place(change: Change, register: Register) -> Place:
    """Where the next document is entered; raise as `giving_period`, or `DateOutOfOrder`."""
    period = giving_period(change, register, change.stamp.at)
    number = upcoming_number(change, register, period)
    if number > MAX_NUMBER:
        raise NumbersUsedUp(register=register.code, number=MAX_NUMBER)
    before = change.get(t.ENTRIES, register.id, period, number - 1)
    today = day_in_vietnam(change.stamp.at).isoformat()
    if before and (last := row_day(change, register, before)) > today:
        raise DateOutOfOrder(date=today, earliest=last, latest=last)  # the clock went back
    return Place(period, number)


def reserved_place(change: Change, register: Register, *, number: int, period: int | None) -> Place:
    """Where a document for a reserved *number* is entered; the present period unless said.

    Raise as `giving_period`, `NumberNotReserved` or `ReservationLapsed`.
    """
    if register.historical:
        raise RegisterHistorical(register=register.code)
    wanted = giving_period(change, register, change.stamp.at) if period is None else period
    require_open(change, register, wanted)
    entry = change.get(t.ENTRIES, register.id, wanted, number)
    if entry is None or entry.state is not EntryState.RESERVED:
        raise NumberNotReserved(number=number, period=wanted)
    if entry.until and entry.until < day_in_vietnam(change.stamp.at).isoformat():
        raise ReservationLapsed(number=number, until=entry.until)
    return Place(wanted, number, entry)


def row_day(reading: Reading, register: Register, entry: Entry) -> str:
    """The day that the row *entry* stands for: of issue, of reception, of reservation."""
    if register.direction is Direction.OUTGOING and entry.document:
        document = reading.document(entry.document)
        if document and document.issued:
            return document.issued
    return entry.day or day_of_moment(entry.at)


def require_day(
    reading: Reading, register: Register, place: Place, day: str, *, today: str
) -> None:
    """Return when the document of *place* may bear the date *day*.

    Raise `DateNotInPeriod`, or `DateOutOfOrder` where it would stand before an earlier number,
    behind a later one, or after *today*.
    """
    days = days_of(reading, register, place.period)
    if not days.hold(day):
        raise DateNotInPeriod(path="$.issued", date=day, period=place.period)
    before = reading.get(t.ENTRIES, register.id, place.period, place.number - 1)
    after = reading.get(t.ENTRIES, register.id, place.period, place.number + 1)
    earliest = row_day(reading, register, before) if before else days.first
    latest = row_day(reading, register, after) if after else today
    if not Days(earliest, latest).hold(day):
        raise DateOutOfOrder(path="$.issued", date=day, earliest=earliest or "…", latest=latest)


def symbol_for(
    register: Register, place: Place, *, day: date, kind: str, unit: str, notation: str
) -> str:
    """The symbol of an outgoing document dated *day*, by the grammar of its register.

    Raise `FieldUnfit` where the grammar has no use for *notation* or *unit* or does not know the
    type *kind*, `SymbolUnfit`, or `FieldTooLong`.
    """
    wanted = named(register.grammar)
    for name, said in (("notation", notation), ("unit", unit)):
        if said and name not in wanted:
            raise fields.FieldUnfit(path=f"$.{name}", expected='""')
    parts = SymbolParts(
        number=place.number,
        year=place.period if register.period is NumberingPeriod.CALENDAR_YEAR else day.year,
        type=_abbreviation(kind, day) if "type" in wanted else "",
        agency=register.abbreviation,
        unit=unit,
        notation=notation or register.notation,
    )
    made = compose(register.grammar, parts)
    return fields.line("$.symbol", made, limit=fields.MAX_SYMBOL)


def _abbreviation(kind: str, day: date) -> str:
    found = document_types.called(kind, day.isoformat())
    if found is None:
        raise fields.FieldUnfit(path="$.kind", expected="/v1/document-types")
    return found.abbreviation


def day_of_moment(microseconds: int) -> str:
    """The day in Vietnam of a moment, microseconds since 1970-01-01 UTC."""
    return day_in_vietnam(datetime.fromtimestamp(microseconds / 1_000_000, UTC)).isoformat()
