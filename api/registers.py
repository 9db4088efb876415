"""`/v1/registers/{register}`: a register and its rows (dòng sổ)."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import refusals, wire
from api.documents import DocumentView, document_view, send_document
from api.operations import Answered, Body, Operation
from api.services import Services, historical, registers
from api.services.access import readable, register_for
from api.services.documents import Sheet, sheet_for
from api.services.historical import RegisterNotHistorical, RowFound, TooManyAlike
from api.services.incidents import StateSecretRefused
from api.services.numbering import PeriodClosed, RegisterClosed, period_at
from api.services.paper import IdempotencyKeyUnfit, SecondMainFile, UnknownBlob
from api.services.registration import ClearanceNeeded, IdempotencyKeyReused
from api.session import caller
from repository.catalogue.views import Reading
from repository.model.access import Caller, Right
from repository.model.registers import Register

MAX_ROWS = 200
"""Rows of one page."""
MAX_NUMBER = 2**53 - 1
"""The largest whole number that every JSON reader keeps."""


class GrammarView(msgspec.Struct, frozen=True, kw_only=True):
    """How symbols of outgoing documents are made: patterns with fields in braces."""

    typed: str
    untyped: str
    """For types without an abbreviation; empty = as `typed`."""


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
    """After what it begins again: `calendar-year`, `term-of-office`, `never`."""
    opening: int
    """The first number of its first period."""
    opens: str
    """The first day on which it gives numbers; empty = that of its declaration."""
    historical: bool
    """Rows are entered as found; it gives no number."""
    abbreviation: str
    grammar: GrammarView
    closed: datetime | UnsetType = UNSET
    """When it was closed for good; not there while it is open."""
    current_period: int | UnsetType = UNSET
    """The year, or the term, it is in now; 0 for a running series; not there between terms."""
    next_number: int | UnsetType = UNSET
    """Not there while it gives none: closed, historical, between terms."""


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
        ),
        "POST": Operation(
            name="enter_row",
            told="Enter a row of a historical register, with number and date as found.",
            headers=(h.IDEMPOTENCY_KEY, h.CONTENT_DIGEST),
            body=Body(shape=RowFound),
            answers=(
                Answered(
                    told="Entered, now or by the same request before.",
                    status=201,
                    shape=DocumentView,
                    headers=(h.LOCATION, h.ETAG, h.REPLAYED),
                ),
            ),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *refusals.ACCESS,
                IdempotencyKeyUnfit,
                IdempotencyKeyReused,
                RegisterNotHistorical,
                RegisterClosed,
                PeriodClosed,
                TooManyAlike,
                UnknownBlob,
                SecondMainFile,
                StateSecretRefused,
                ClearanceNeeded,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        given = wire.read(req, RowFound, limit=self._services.limits.max_json)
        key = req.get_header(h.IDEMPOTENCY_KEY.name) or ""
        keeper = self._services.holdings.keeper
        answer = historical.enter_row(keeper, caller(req), register, given, key=key)
        sheet = Sheet(document=answer.document, agency=answer.agency, register=answer.register)
        resp.location = f"/v1/documents/{sheet.document.id}"
        if answer.replayed:
            resp.set_header(h.REPLAYED.name, "true")
        send_document(resp, sheet, status=201)

    def on_get(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        wanted = wire.query(req, RowsWanted)
        with self._services.holdings.reading() as reading:
            book = register_for(reading, caller(req), Right.READ, register)
            now = period_at(reading, book, self._services.clock())
            wire.send(resp, _page(reading, caller(req), book, wanted, now=now or 0))


def _page(
    reading: Reading, who: Caller, book: Register, wanted: RowsWanted, *, now: int
) -> RowPage:
    period = now if wanted.period is UNSET else wanted.period
    page = registers.page_of(reading, book, period, start=wanted.start, limit=wanted.limit)
    documents = (readable(reading, who, entry.document) for _, entry in page.rows)
    return RowPage(
        period=period,
        entries=tuple(document_view(sheet_for(reading, who, one)) for one in documents if one),
        next=UNSET if page.following is None else page.following,
    )


def register_view(reading: Reading, register: Register, now: datetime) -> RegisterView:
    """*register* as it is shown at the moment *now*."""
    agency = reading.agency(register.agency)
    period = period_at(reading, register, now)
    upcoming = registers.next_number(reading, register, period)
    grammar = register.grammar
    return RegisterView(
        id=register.id,
        url=f"/v1/registers/{register.id}",
        agency=agency.code if agency else "",
        code=register.code,
        direction=register.direction.value,
        title=register.title,
        notation=register.notation,
        period=register.period.value,
        opening=register.opening,
        opens=register.opens,
        historical=register.historical,
        abbreviation=register.abbreviation,
        grammar=GrammarView(typed=grammar.typed, untyped=grammar.untyped),
        closed=wire.moment(register.closed) if register.closed else UNSET,
        current_period=UNSET if period is None else period,
        next_number=UNSET if upcoming is None else upcoming,
    )
