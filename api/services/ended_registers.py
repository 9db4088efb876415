"""Registers of agencies that have ended (khóa sổ khi sáp nhập, giải thể): closed without being asked.

Decree 30/2020/NĐ-CP and the decisions on reorganisation leave to each province when; here it is the
day on which the act takes effect. Numbers still reserved then may be bound or voided for a month, since
a paper signed on the last day may be on its way; what is left then is void.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from api.services.closing import NumbersStillReserved, close
from api.services.numbers import VoidNumber
from repository.catalogue.homes import state_of
from repository.catalogue.register_rows import count, periods_of
from repository.catalogue.views import Reading
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model.agencies import Agency
from repository.model.days import Day, day_of
from repository.model.ids import Clock
from repository.model.moves import AgencyElsewhere, AgencyMoving, HomeState
from repository.model.registers import Register

GRACE_DAYS = 30
REASON = "Cơ quan đã kết thúc hoạt động, số giữ chỗ không được dùng"


def close_ended(holdings: Holdings, clock: Clock) -> int:
    """Close for good what registers of ended agencies are still open; how many were closed."""
    today = day_of(clock())
    with holdings.reading() as reading:
        waiting = list(_open_books(reading, today))
    return sum(_closed(holdings, agency, book, today) for agency, book in waiting)


def _open_books(reading: Reading, today: Day) -> Iterator[tuple[Agency, Register]]:
    for agency in reading.agencies():
        here = state_of(reading, agency.id) is HomeState.HERE
        if here and agency.ended and agency.ended <= today:
            yield from ((agency, one) for one in reading.registers_of(agency.id) if not one.closed)


def _closed(holdings: Holdings, agency: Agency, book: Register, today: Day) -> bool:
    """Close *book*; say no while numbers of it may still be used, or its agency just leaves this node."""
    try:
        if _grace_over(agency, today):
            _void_reserved(holdings, book)
        close(holdings, NODE, book.id, None)
    except (NumbersStillReserved, AgencyMoving, AgencyElsewhere):
        return False
    return True


def _grace_over(agency: Agency, today: Day) -> bool:
    last = date.fromisoformat(agency.ended) + timedelta(days=GRACE_DAYS)
    return date.fromisoformat(today) >= last


def _void_reserved(holdings: Holdings, book: Register) -> None:
    with holdings.reading() as reading:
        left = [
            (period, number)
            for period in periods_of(reading, book)
            if not reading.closing(book.id, period)
            for number in count(reading, book, period).reserved
        ]
    for period, number in left:
        command = VoidNumber(
            caller=NODE, register=book.id, number=number, period=period, reason=REASON
        )
        holdings.keeper.submit(command)
