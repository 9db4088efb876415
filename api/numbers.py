"""`/v1/registers/{register}/numbers`: every number of a register, reserved and void ones too."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.problems import NoSuchAddress
from api.registers import MAX_NUMBER, MAX_ROWS
from api.services import Services, numbers, registers
from api.services.access import present, register_for
from api.services.numbering import PeriodClosed, RegisterClosed, RegisterHistorical, period_at
from api.services.numbers import NumberRow, NumberVoid, Reservation, VoidNumber
from api.services.paper import MAX_PERIOD, IdempotencyKeyUnfit
from api.services.registration import IdempotencyKeyReused
from api.session import caller
from repository.catalogue.views import Reading
from repository.model import grammar
from repository.model.access import Caller, Right
from repository.model.agencies import AgencyEnded, AgencyNotYetFounded
from repository.model.registers import EntryState, NumberingPeriod, Register

Period = Annotated[int, Meta(ge=0, le=MAX_PERIOD)]


class NumberView(msgspec.Struct, frozen=True, kw_only=True):
    """A number as it is shown."""

    url: str
    period: int
    number: int
    state: EntryState
    taken: datetime
    """When it was given or reserved."""
    day: str
    """Of a reserved number the day it was reserved, of a historical row the date as found."""
    symbol: str
    """Of its document; empty = it has none, or none for you to see."""
    document_url: str | UnsetType = UNSET
    draft_url: str | UnsetType = UNSET
    """The draft that took it, whether it is a document by now or not."""
    reserved_by: str | UnsetType = UNSET
    """Who reserved it, where it was reserved before it was bound."""
    holder: str | UnsetType = UNSET
    """For whom."""
    until: str | UnsetType = UNSET
    """The last day on which it may be bound."""
    reason: str | UnsetType = UNSET
    """Why it was reserved, or voided."""
    voided: datetime | UnsetType = UNSET
    voided_by: str | UnsetType = UNSET


class NumbersWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows of a register."""

    period: Period | UnsetType = UNSET
    """The year or term; the present one unless said; 0 for a running series."""
    start: Annotated[int, Meta(ge=0, le=MAX_NUMBER)] = 0
    """From this number on."""
    limit: Annotated[int, Meta(ge=1, le=MAX_ROWS)] = 50
    symbol: str = ""
    """Only the row of this symbol, however it is written: `5/QĐ-UBND`, `Số: 005 / QĐ–UBND`."""


class WhichPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """In which period a number stands."""

    period: Period | UnsetType = UNSET
    """The present one unless said."""


class NumberPage(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a register, in order, whatever they are."""

    period: int
    numbers: tuple[NumberView, ...]
    next: int | UnsetType = UNSET
    """Go on with this as `start`; not there on the last page."""


class NumberList(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers just reserved."""

    numbers: tuple[NumberView, ...]


class VoidingGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a number is nobody's any more."""

    reason: Annotated[str, Meta(extra_json_schema={"minLength": 1})]
    """At most 500 characters."""
    period: Period | None = None
    """In which it stands; null = the present one."""


class Numbers:
    """`/v1/registers/{register}/numbers`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_numbers",
            told="Every number of a register, page by page: given, reserved and void.",
            query=NumbersWanted,
            answers=(Answered(told="A page.", shape=NumberPage),),
            problems=(*refusals.ACCESS, *refusals.QUERY),
        ),
        "POST": Operation(
            name="reserve_numbers",
            told="Reserve the next numbers for documents that come later.",
            headers=(h.IDEMPOTENCY_KEY, h.CONTENT_DIGEST),
            body=Body(shape=Reservation),
            answers=(
                Answered(
                    told="Reserved, now or by the same request before.",
                    status=201,
                    shape=NumberList,
                    headers=(h.LOCATION, h.REPLAYED),
                ),
            ),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *refusals.ACCESS,
                *refusals.NUMBERS,
                IdempotencyKeyUnfit,
                IdempotencyKeyReused,
                AgencyEnded,
                AgencyNotYetFounded,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        wanted = wire.query(req, NumbersWanted)
        with self._services.holdings.reading() as reading:
            book = register_for(reading, caller(req), Right.READ, register)
            now = period_at(reading, book, self._services.clock()) or 0
            wire.send(resp, _page(reading, caller(req), book, wanted, now=now))

    def on_post(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        given = wire.read(req, Reservation, limit=self._services.limits.max_json)
        key = req.get_header(h.IDEMPOTENCY_KEY.name) or ""
        taken = numbers.reserve(
            self._services.holdings.keeper, caller(req), register, given, key=key
        )
        views = tuple(map(number_view, taken.rows))
        resp.location = views[0].url
        if taken.replayed:
            resp.set_header(h.REPLAYED.name, "true")
        wire.send(resp, NumberList(numbers=views), status=201)


class NumberResource:
    """`/v1/registers/{register}/numbers/{number}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_number",
            told="A number of a register, whatever became of it.",
            query=WhichPeriod,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The number.", NumberView),
            problems=(*refusals.ACCESS, *refusals.QUERY, NoSuchAddress),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, register: str, number: int
    ) -> None:
        wanted = wire.query(req, WhichPeriod)
        with self._services.holdings.reading() as reading:
            book = register_for(reading, caller(req), Right.READ, register)
            now = period_at(reading, book, self._services.clock())
            period = present(now) if wanted.period is UNSET else wanted.period
            row = numbers.row_of(reading, caller(req), book, period, _bounded(number))
        wire.send_tagged(req, resp, number_view(row))


class NumberVoiding:
    """`/v1/registers/{register}/numbers/{number}/void`."""

    operations: ClassVar = {
        "POST": Operation(
            name="void_number",
            told="Let a number be nobody's any more; its row stays, it is never given again.",
            headers=(h.CONTENT_DIGEST,),
            body=Body(shape=VoidingGiven),
            answers=(Answered(told="Void, now or before.", shape=NumberView),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *refusals.ACCESS,
                NoSuchAddress,
                NumberVoid,
                PeriodClosed,
                RegisterClosed,
                RegisterHistorical,
            ),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, register: str, number: int
    ) -> None:
        given = wire.read(req, VoidingGiven, limit=self._services.limits.max_json)
        command = VoidNumber(
            caller=caller(req),
            register=register,
            number=_bounded(number),
            period=given.period,
            reason=given.reason,
        )
        wire.send(resp, number_view(self._services.holdings.keeper.submit(command)))


def _bounded(number: int) -> int:
    """*number* as a key can hold it; what is larger stands nowhere."""
    return number if 0 <= number <= MAX_NUMBER else 0


def _page(
    reading: Reading, who: Caller, book: Register, wanted: NumbersWanted, *, now: int
) -> NumberPage:
    period = now if wanted.period is UNSET else wanted.period
    start, limit = wanted.start, wanted.limit
    if wanted.symbol:
        said = grammar.read(book.grammar, wanted.symbol)
        if said is None or not said.number:
            return NumberPage(period=period, numbers=())
        start, limit = said.number, 1
        yearly = book.period is NumberingPeriod.CALENDAR_YEAR
        period = said.year if yearly and said.year and wanted.period is UNSET else period
    page = registers.page_of(reading, book, period, start=start, limit=limit)
    rows = [row for row in page.rows if not wanted.symbol or row[0] == start]
    return NumberPage(
        period=period,
        numbers=tuple(
            number_view(numbers.seen_row(reading, who, book, period, row)) for row in rows
        ),
        next=UNSET if page.following is None or wanted.symbol else page.following,
    )


def number_view(row: NumberRow) -> NumberView:
    """*row* as it is shown."""
    entry = row.entry
    return NumberView(
        url=f"/v1/registers/{row.register.id}/numbers/{row.number}?period={row.period}",
        period=row.period,
        number=row.number,
        state=entry.state,
        taken=wire.moment(entry.at),
        day=entry.day,
        symbol=row.document.symbol if row.document else "",
        document_url=f"/v1/documents/{row.document.id}" if row.document else UNSET,
        draft_url=f"/v1/drafts/{entry.draft}" if entry.draft else UNSET,
        reserved_by=entry.reserved_by or UNSET,
        holder=entry.holder or UNSET,
        until=entry.until or UNSET,
        reason=entry.reason or UNSET,
        voided=wire.moment(entry.voided) if entry.voided else UNSET,
        voided_by=entry.voided_by or UNSET,
    )
