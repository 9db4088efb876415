"""`/v1/documents/{document}/receipts`, `/v1/receipts/{receipt}`: who has a paper in hand."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import Meta

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.receipt_views import RecipientLineView, person_named, receipt_view
from api.services import Services, giving
from api.services.access import document_for
from api.services.fields import DayText
from api.services.giving import MAX_LINES, LineGiven
from api.services.organisation import UnknownPerson, UnknownUnit
from api.services.receipts import (
    ActOnReceipt,
    GiveReceipts,
    NotAnAnswer,
    NotLater,
    TooManyExtensions,
    acts_open,
    receipt_for,
)
from api.session import caller
from repository.catalogue.deadlines import seen_from
from repository.catalogue.receipts import receipts_of
from repository.catalogue.views import Reading
from repository.model.access import Caller, Mandate
from repository.model.days import day_of
from repository.model.receipts import Act, ActNotOpen
from repository.model.working_days import CalendarUnknown

Lines = Annotated[
    tuple[LineGiven, ...], Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_LINES})
]


class Giving(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom the registry gives a document."""

    lines: Lines
    """At most one leads."""
    instruction: str = ""
    """At most 2,000 characters."""


class Doing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done with a line; what an act does not need stays away."""

    act: Act
    reason: str = ""
    """`return`, `reopen`, `defer`, `ask-extension` and `refuse-extension` need one."""
    due: DayText = ""
    """`defer`, `grant-extension`: the new last day; `ask-extension`: the one you wish for. Granted
    without one, it is the one that was wished for."""
    working_days: Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 366})] = 0
    """Instead of `due`: so many working days after today."""
    answer: str = ""
    """`complete`: the outgoing document that answers it."""
    lines: tuple[LineGiven, ...] = ()
    """`hand-on`: to whom."""
    instruction: str = ""
    """`hand-on`."""


class ReceiptList(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of a document, in the order in which they were given; `parent` makes the tree."""

    receipts: tuple[RecipientLineView, ...]


class ActsLent(msgspec.Struct, frozen=True, kw_only=True):
    """What you may do in another's place, who has delegated it to you."""

    login: str
    name: str
    until: datetime
    """The first moment at which you may no longer."""
    actions: tuple[str, ...]


class ActsOpen(msgspec.Struct, frozen=True, kw_only=True):
    """What you may do with a line now."""

    state: str
    actions: tuple[str, ...]
    """Also those that you may do in others' places."""
    in_place_of: tuple[ActsLent, ...]


GIVING = (
    UnknownPerson,
    UnknownUnit,
    giving.NotOfOneAgency,
    giving.SecondLead,
    giving.InHandAlready,
    giving.OnlyForInformation,
    giving.DueTooLate,
    CalendarUnknown,
)
"""Why a paper is not given to somebody."""
DECIDED = (*refusals.JSON_BODY, *refusals.FIELDS, *refusals.KEEPER, *refusals.ACCESS)
"""What may befall anything that is decided about lines."""


class DocumentReceipts:
    """`/v1/documents/{document}/receipts`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_receipts",
            told="Who has, or had, a document in hand.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The lines.", ReceiptList),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="give_document",
            told="Give a document to people and units; takes `write` in its agency.",
            body=Body(shape=Giving),
            answers=(Answered(told="Given.", status=201, shape=ReceiptList),),
            problems=(*DECIDED, *GIVING),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        today = day_of(self._services.clock())
        with self._services.holdings.reading() as reading:
            found = document_for(reading, caller(req), document)
            seen = seen_from(reading, today)
            lines = tuple(receipts_of(reading, found.id))
            views = tuple(receipt_view(reading, one, seen) for one in lines)
        wire.send_tagged(req, resp, ReceiptList(receipts=views))

    def on_post(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        given = wire.read(req, Giving, limit=self._services.limits.max_json)
        command = GiveReceipts(
            caller=caller(req),
            document=document,
            lines=given.lines,
            instruction=given.instruction,
        )
        lines = self._services.holdings.keeper.submit(command)
        today = day_of(self._services.clock())
        with self._services.holdings.reading() as reading:
            seen = seen_from(reading, today)
            views = tuple(receipt_view(reading, one, seen) for one in lines)
        wire.send(resp, ReceiptList(receipts=views), status=201)


class ReceiptResource:
    """`/v1/receipts/{receipt}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_receipt",
            told="A recipient line.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The line.", RecipientLineView),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, receipt: str) -> None:
        today = day_of(self._services.clock())
        with self._services.holdings.reading() as reading:
            found = receipt_for(reading, caller(req), receipt)
            view = receipt_view(reading, found, seen_from(reading, today))
        wire.send_tagged(req, resp, view)


class ReceiptActions:
    """`/v1/receipts/{receipt}/actions`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_actions",
            told="What you may do with a line now.",
            answers=(Answered(told="The acts.", shape=ActsOpen),),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="act",
            told="Do something with a line.",
            body=Body(shape=Doing),
            answers=(Answered(told="Done.", shape=RecipientLineView),),
            problems=(*DECIDED, *GIVING, ActNotOpen, NotAnAnswer, NotLater, TooManyExtensions),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, receipt: str) -> None:
        with self._services.holdings.reading() as reading:
            wire.send(resp, _open(reading, caller(req), receipt))

    def on_post(self, req: falcon.Request, resp: falcon.Response, receipt: str) -> None:
        given = wire.read(req, Doing, limit=self._services.limits.max_json)
        command = ActOnReceipt(
            caller=caller(req),
            receipt=receipt,
            act=given.act,
            reason=given.reason,
            due=given.due,
            working_days=given.working_days,
            answer=given.answer,
            lines=given.lines,
            instruction=given.instruction,
        )
        done = self._services.holdings.keeper.submit(command)
        today = day_of(self._services.clock())
        with self._services.holdings.reading() as reading:
            wire.send(resp, receipt_view(reading, done, seen_from(reading, today)))


def _open(reading: Reading, who: Caller, receipt: str) -> ActsOpen:
    found = receipt_for(reading, who, receipt)
    own, *lent = acts_open(who, found)
    every = {act for each in (own, *lent) for act in each.acts}
    return ActsOpen(
        state=found.state.value,
        actions=tuple(act.value for act in Act if act in every),
        in_place_of=tuple(_lent(reading, each.mandate, each.acts) for each in lent if each.mandate),
    )


def _lent(reading: Reading, mandate: Mandate, acts: tuple[Act, ...]) -> ActsLent:
    principal = person_named(reading, mandate.principal)
    return ActsLent(
        login=principal.login if principal else "",
        name=principal.name if principal else "",
        until=wire.moment(mandate.until),
        actions=tuple(act.value for act in acts),
    )
