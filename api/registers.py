"""`/v1/registers/{register}`: a register and its rows (dòng sổ)."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import refusals, wire
from api.documents import DocumentView, document_view
from api.operations import Answered, Operation
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


class RowsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows of a register."""

    period: Annotated[int, Meta(ge=0, le=9999)] | UnsetType = UNSET
    """The year; the one in which it gives numbers now unless said; 0 for a running series."""
    start: Annotated[int, Meta(ge=0, le=MAX_NUMBER)] = 0
    """From this number on."""
    limit: Annotated[int, Meta(ge=1, le=MAX_ROWS)] = 50


class RowPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rows of a register, in order."""

    period: int
    entries: tuple[DocumentView, ...]
    next: int | UnsetType = UNSET
    """Go on with this as `start`; not there on the last page."""


class RegisterResource:
    """`/v1/registers/{register}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_register",
            told="A register, with the number that comes next.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The register.", RegisterView),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        with self._services.holdings.reading() as reading:
            book = register_for(reading, caller(req), Right.READ, register)
            view = register_view(reading, book, self._services.clock())
        wire.send_tagged(req, resp, view)


class Entries:
    """`/v1/registers/{register}/entries`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_entries",
            told="Rows of a register, page by page.",
            query=RowsWanted,
            answers=(Answered(told="A page.", shape=RowPage),),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        wanted = wire.query(req, RowsWanted)
        with self._services.holdings.reading() as reading:
            book = register_for(reading, caller(req), Right.READ, register)
            now = period_of(book, self._services.clock())
            wire.send(resp, _page(reading, book, wanted, now=now))


def _page(reading: Reading, book: Register, wanted: RowsWanted, *, now: int) -> RowPage:
    period = now if wanted.period is UNSET else wanted.period
    limit = wanted.limit
    rows = registers.rows_of(reading, book, period, start=wanted.start, limit=limit + 1)
    return RowPage(
        period=period,
        entries=tuple(document_view(sheet_of(reading, document)) for document in rows[:limit]),
        next=rows[limit].number if len(rows) > limit else UNSET,
    )


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
