"""`/v1/registers/{register}`: a register and its rows (dòng sổ)."""

from datetime import datetime

import falcon
import msgspec

from api import wire
from api.documents import document_view
from api.services import Services, registers
from api.services.access import register_for
from api.services.documents import sheet_of
from api.session import caller
from repository.catalogue.views import Reading
from repository.model.access import Right
from repository.model.registers import Register, period_of

MAX_ROWS = 200
"""Rows of one page."""
MAX_NUMBER = 2**53 - 1
"""The largest whole number that every JSON reader keeps."""


class RegisterView(msgspec.Struct, frozen=True, kw_only=True):
    """A register as it is shown."""

    id: str
    url: str
    agency: str
    """Code of the agency."""
    code: str
    direction: str
    title: str
    notation: str
    period: str
    """After what it begins again: `calendar-year`, `never`."""
    current_period: int
    """The year in which it gives numbers now; 0 for a running series."""
    next_number: int


class RegisterResource:
    """`/v1/registers/{register}`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        with self._services.holdings.reading() as reading:
            book = register_for(reading, caller(req), Right.READ, register)
            view = register_view(reading, book, self._services.clock())
        wire.send(resp, view)


class Entries:
    """`/v1/registers/{register}/entries?period=&start=&limit=`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        start = wire.whole_number(req, "start", default=0, least=0, most=MAX_NUMBER)
        limit = wire.whole_number(req, "limit", default=50, least=1, most=MAX_ROWS)
        with self._services.holdings.reading() as reading:
            book = register_for(reading, caller(req), Right.READ, register)
            now = period_of(book, self._services.clock())
            period = wire.whole_number(req, "period", default=now, least=0, most=9999)
            rows = registers.rows_of(reading, book, period, start=start, limit=limit + 1)
            views = [document_view(sheet_of(reading, document)) for document in rows[:limit]]
        page = {"period": period, "entries": views}
        following = {"next": rows[limit].number} if len(rows) > limit else {}
        wire.send(resp, page | following)


def register_view(reading: Reading, register: Register, now: datetime) -> RegisterView:
    """*register* as it is shown at the moment *now*."""
    agency = reading.agency(register.agency)
    period = period_of(register, now)
    return RegisterView(
        id=register.id,
        url=f"/v1/registers/{register.id}",
        agency=agency.code if agency else "",
        code=register.code,
        direction=register.direction.value,
        title=register.title,
        notation=register.notation,
        period=register.period.value,
        current_period=period,
        next_number=registers.upcoming_number(reading, register, period),
    )
