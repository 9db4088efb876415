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
    NotLater,
    TooManyExtensions,
    acts_open,
    receipt_for,
)
from api.session import caller
from repository.catalogue import tables as t
from repository.catalogue.deadlines import seen_from
from repository.catalogue.receipts import receipts_of
from repository.catalogue.views import Reading
from repository.model.access import Caller, Mandate
from repository.model.days import day_of
from repository.model.deadlines import Reckoning, Timing, remaining, timing
from repository.model.people import Person
from repository.model.receipts import Act, ActNotOpen, Extension, Receipt
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


class ExtensionView(msgspec.Struct, frozen=True, kw_only=True):
    """Another last day that was asked for, or set."""

    former: str
    """The last day until then."""
    wished: str
    """By who has the line; empty = nobody asked."""
    why: str
    asked: datetime
    """When it was asked for, or set unasked."""
    state: str
    """`asked`, `granted`, `refused`; `dropped`: the line ended before anybody decided."""
    decided: datetime | None
    by: str
    """Login of who decided."""
    due: str
    """The day that was set."""
    answer: str


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
    timing: str
    """`none`, `running`, `due-soon`, `overdue`; of a completed one `on-time`, `late`."""
    remaining: int | None
    """Working days left after today, below 0 those since the last day; null where there is none, it
    has ended, or a year between has no calendar yet."""
    instruction: str
    reason: str
    answer: str
    given: datetime
    opened: datetime | None
    ended: datetime | None
    reminded: int
    told: str
    """The day on which its holder was last told that it is due soon, or overdue; or empty."""
    asked: str
    """The last day that is wished for, while nobody has decided."""
    extensions: tuple[ExtensionView, ...]
    giver: str
    """Login of who gave it; empty where it was no person."""
    deputy: str
    """Login of who did the last act in another's place; empty = they did it themselves."""


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


def person_named(reading: Reading, name: str) -> Person | None:
    """The person whom the log calls *name*; None for a program, or for nobody."""
    kind, _, person = name.partition(":")
    return reading.get(t.PEOPLE, person) if kind == "person" else None


def login_named(reading: Reading, name: str) -> str:
    """The login of whom the log calls *name*; empty for a program, or for nobody."""
    person = person_named(reading, name)
    return person.login if person else ""


def receipt_view(reading: Reading, one: Receipt, seen: Reckoning) -> RecipientLineView:
    """A recipient line as it is shown, its last day *seen* from today."""
    person = reading.get(t.PEOPLE, one.person) if one.person else None
    unit = reading.get(t.UNITS, one.unit) if one.unit else None
    stands = timing(one, seen)
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
        overdue=stands is Timing.OVERDUE,
        timing=stands.value,
        remaining=remaining(one, seen),
        instruction=one.instruction,
        reason=one.reason,
        answer=one.answer,
        given=wire.moment(one.given),
        opened=wire.moment(one.opened) if one.opened else None,
        ended=wire.moment(one.ended) if one.ended else None,
        reminded=one.reminded,
        told=one.told,
        asked=one.asked,
        extensions=tuple(_extension(reading, one, each) for each in one.extensions),
        giver=login_named(reading, one.giver),
        deputy=login_named(reading, one.deputy),
    )


def _extension(reading: Reading, line: Receipt, one: Extension) -> ExtensionView:
    return ExtensionView(
        former=one.former,
        wished=one.wished,
        why=one.why,
        asked=wire.moment(one.asked),
        state=_state(line, one),
        decided=wire.moment(one.decided) if one.decided else None,
        by=login_named(reading, one.by),
        due=one.due,
        answer=one.answer,
    )


def _state(line: Receipt, one: Extension) -> str:
    if one.decided:
        return "granted" if one.due else "refused"
    return "asked" if line.asked and one is line.extensions[-1] else "dropped"
