"""Closing a period of a register, or all of it for good (khóa sổ), with a certificate.

Rows are counted and chained outside the keeper, which goes on from there: it counts what came
meanwhile, where that is little, and refuses where an earlier row was changed meanwhile.
"""

from api.services import fields, numbering
from api.services.access import present, register_for
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.register_rows import altered, count, count_on, is_behind, periods_of
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Right
from repository.model.closings import ClosingCertificate, Counted
from repository.model.ids import RegisterId
from repository.model.registers import NumberingPeriod, Register

MOST_BEHIND = 2_000
"""Rows that the keeper counts itself: some 40 milliseconds in which nobody else is decided."""
ATTEMPTS = 5
"""How often rows are counted anew because an earlier one was changed meanwhile."""
MAX_LISTED = 20
"""Reserved numbers that a refusal names."""


class CloseRegister(
    Command[tuple[ClosingCertificate, ...]], frozen=True, kw_only=True, tag="close-register"
):
    """Close *period* of a register; None = the register, with all its periods, for good."""

    register: str
    period: int | None
    counted: tuple[Counted, ...] = ()
    """What was counted of the periods to be closed, by `count_for`."""


class PeriodNotOver(Trouble):
    """The period {period} of the register {register} goes on; only the register can be closed."""

    kind = Kind.CONFLICT
    vietnamese = "Kỳ {period} của sổ {register} chưa hết; chỉ có thể khóa hẳn cả sổ."


class NumbersStillReserved(Trouble):
    """Numbers of the period {period} are still reserved: {numbers}. Bind or void them first."""

    kind = Kind.CONFLICT
    vietnamese = "Kỳ {period} còn số giữ chỗ: {numbers}. Hãy dùng hoặc hủy các số này trước."


class RowsChanged(Trouble):
    """Rows of the register {register} were changed while they were counted; try again."""

    kind = Kind.BUSY
    vietnamese = "Các dòng của sổ {register} thay đổi trong lúc kiểm đếm; hãy thử lại."


def period_meant(period: int | None, *, for_good: bool) -> int | None:
    """The period to close, None for the register; raise `FieldUnfit` unless just one is said."""
    if (period is None) is for_good:
        return period
    raise fields.FieldUnfit(path="$.for_good", expected="true (period: null) / false")


def close(
    holdings: Holdings, caller: Caller, register: str, period: int | None
) -> tuple[ClosingCertificate, ...]:
    """Close *period* of *register*, or the register for good (None); the certificates made.

    A period that is closed already keeps its certificate, and is told as it stands. Raise
    `RowsChanged`, or what `decide_close` refuses with.
    """
    for attempt in range(ATTEMPTS):
        with holdings.reading() as reading:
            counted = count_for(reading, caller, register, period)
        command = CloseRegister(caller=caller, register=register, period=period, counted=counted)
        try:
            return holdings.keeper.submit(command)
        except RowsChanged:
            if attempt + 1 == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def count_for(
    reading: Reading, caller: Caller, register: str, period: int | None
) -> tuple[Counted, ...]:
    """Count the periods that closing *period* of *register* is about; for outside the keeper."""
    book = register_for(reading, caller, Right.ADMINISTER, register)
    return tuple(count(reading, book, each) for each in _open_periods(reading, book, period))


def decide_close(change: Change, command: CloseRegister) -> tuple[ClosingCertificate, ...]:
    """Close what is open; what is closed stays as it was certified.

    Raise `Hidden`, `NotAllowed`, `PeriodNotOver`, `NumbersStillReserved` or `RowsChanged`.
    """
    book = register_for(change, command.caller, Right.ADMINISTER, command.register)
    if command.period is None:
        return close_for_good(change, book, command.counted)
    certified = change.closing(book.id, command.period)
    if certified:
        return (certified,)
    _require_over(change, book, command.period)
    _close_period(change, book, _counted(change, book, command.period, command.counted))
    return (present(change.closing(book.id, command.period)),)


def close_for_good(
    change: Change, book: Register, counted: tuple[Counted, ...] = ()
) -> tuple[ClosingCertificate, ...]:
    """Close all of *book* within a decision; the certificates of all its periods.

    For whoever ends an agency too: without *counted* it does for registers of which no open
    period has more than `MOST_BEHIND` rows. Raise `NumbersStillReserved` or `RowsChanged`.
    """
    if not book.closed:
        *earlier, last = _open_periods(change, book, None) or (_last_period(change, book),)
        for period in earlier:
            _close_period(change, book, _counted(change, book, period, counted))
        _close_period(change, book, _counted(change, book, last, counted), for_good=True)
    return tuple(certificates_of(change, book.id))


def certificates_of(reading: Reading, register: RegisterId) -> list[ClosingCertificate]:
    """The certificates of *register*, by period."""
    return [one for _, one in reading.scan(t.CLOSINGS, register)]


def _open_periods(reading: Reading, book: Register, period: int | None) -> tuple[int, ...]:
    """Those to be closed that are not closed yet, in order."""
    wanted = periods_of(reading, book) if period is None else (period,)
    return tuple(one for one in wanted if not reading.closing(book.id, one))


def _last_period(change: Change, book: Register) -> int:
    """Where it is said that *book* is closed, when all its rows stand in closed periods."""
    now = numbering.period_at(change, book, change.stamp.at)
    rows = periods_of(change, book)
    found = max((*rows, book.opened_period), default=0) if now is None else now
    return found if not change.closing(book.id, found) else found + 1


def _require_over(change: Change, book: Register, period: int) -> None:
    last = numbering.days_of(change, book, period).last
    today = numbering.day_of_moment(change.stamp.microseconds)
    if book.historical and book.period is NumberingPeriod.CALENDAR_YEAR:
        return
    if not last or last >= today:
        raise PeriodNotOver(register=book.code, period=period)


def _counted(change: Change, book: Register, period: int, counted: tuple[Counted, ...]) -> Counted:
    """All rows of *period*, most of which were counted before; raise `RowsChanged`."""
    mark = altered(change, book, period)
    begun = Counted(period=period, altered=mark)
    known = next((one for one in counted if one.period == period), begun)
    if known.altered != mark:
        raise RowsChanged(register=book.code)
    whole = count_on(change, book, known, most=MOST_BEHIND)
    if is_behind(change, book, whole):
        raise RowsChanged(register=book.code)
    if whole.reserved:
        listed = ", ".join(map(str, whole.reserved[:MAX_LISTED]))
        more = " …" if len(whole.reserved) > MAX_LISTED else ""
        raise NumbersStillReserved(period=period, numbers=listed + more)
    return whole


def _close_period(
    change: Change, book: Register, counted: Counted, *, for_good: bool = False
) -> None:
    body = e.RegisterClosed(
        id=book.id,
        period=counted.period,
        first=counted.first,
        last=counted.last,
        count=counted.count,
        voided=counted.voided,
        bound=counted.bound,
        digest=counted.digest,
        for_good=for_good,
    )
    change.record(body, agency=book.agency)
