"""`/v1/documents/{document}/receipts`, `/v1/receipts/{receipt}`: who has a paper in hand."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import Meta

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.services import Services, giving
from api.services.access import document_for
from api.services.fields import DayText
from api.services.giving import MAX_LINES, LineGiven
from api.services.organisation import UnknownPerson, UnknownUnit
from api.services.receipts import (
    ActOnReceipt,
    GiveReceipts,
    NotAnAnswer,
    acts_open,
    receipt_for,
)
from api.session import caller
from repository.catalogue import tables as t
from repository.catalogue.receipts import receipts_of
from repository.catalogue.views import Reading
from repository.model.access import Caller
from repository.model.days import Day, day_of
from repository.model.receipts import ENDED, Act, ActNotOpen, Receipt

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
    """`return`, `reopen` and `defer` need one."""
    due: DayText = ""
    """`defer`: the new last day."""
    answer: str = ""
    """`complete`: the outgoing document that answers it."""
    lines: tuple[LineGiven, ...] = ()
    """`hand-on`: to whom."""
    instruction: str = ""
    """`hand-on`."""


class RecipientLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient line as it is shown."""

    id: str
    url: str
    document: str
    parent: str
    """The line it answers to; empty where the registry gave it."""
    role: str
    login: str
    """Of the person whose it is; empty where it is a unit's."""
    name: str
    """Of the person or the unit."""
    unit: str
    """Short name; empty where it is a person's."""
    state: str
    due: str
    """The last day, or empty."""
    overdue: bool
    """Not ended, and the last day has passed."""
    instruction: str
    reason: str
    answer: str
    given: datetime
    opened: datetime | None
    ended: datetime | None
    reminded: int


class ReceiptList(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of a document, in the order in which they were given; `parent` makes the tree."""

    receipts: tuple[RecipientLineView, ...]


class ActsOpen(msgspec.Struct, frozen=True, kw_only=True):
    """What you may do with a line now."""

    state: str
    actions: tuple[str, ...]


_GIVING = (
    UnknownPerson,
    UnknownUnit,
    giving.NotOfOneAgency,
    giving.SecondLead,
    giving.InHandAlready,
    giving.OnlyForInformation,
    giving.DueTooLate,
)
_DECIDED = (*refusals.JSON_BODY, *refusals.FIELDS, *refusals.KEEPER, *refusals.ACCESS)


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
            problems=(*_DECIDED, *_GIVING),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        today = day_of(self._services.clock())
        with self._services.holdings.reading() as reading:
            found = document_for(reading, caller(req), document)
            lines = tuple(receipts_of(reading, found.id))
            views = tuple(receipt_view(reading, one, today) for one in lines)
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
            views = tuple(receipt_view(reading, one, today) for one in lines)
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
            view = receipt_view(reading, found, today)
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
            problems=(*_DECIDED, *_GIVING, ActNotOpen, NotAnAnswer),
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
            answer=given.answer,
            lines=given.lines,
            instruction=given.instruction,
        )
        done = self._services.holdings.keeper.submit(command)
        today = day_of(self._services.clock())
        with self._services.holdings.reading() as reading:
            wire.send(resp, receipt_view(reading, done, today))


def _open(reading: Reading, who: Caller, receipt: str) -> ActsOpen:
    found = receipt_for(reading, who, receipt)
    actions = tuple(act.value for act in acts_open(who, found))
    return ActsOpen(state=found.state.value, actions=actions)


def receipt_view(reading: Reading, one: Receipt, today: Day) -> RecipientLineView:
    """A recipient line as it is shown *today*."""
    person = reading.get(t.PEOPLE, one.person) if one.person else None
    unit = reading.get(t.UNITS, one.unit) if one.unit else None
    return RecipientLineView(
        id=one.id,
        url=f"/v1/receipts/{one.id}",
        document=one.document,
        parent=one.parent,
        role=one.role.value,
        login=person.login if person else "",
        name=person.name if person else unit.name if unit else "",
        unit=unit.code if unit else "",
        state=one.state.value,
        due=one.due,
        overdue=bool(one.due) and one.due < today and one.state not in ENDED,
        instruction=one.instruction,
        reason=one.reason,
        answer=one.answer,
        given=wire.moment(one.given),
        opened=wire.moment(one.opened) if one.opened else None,
        ended=wire.moment(one.ended) if one.ended else None,
        reminded=one.reminded,
    )
