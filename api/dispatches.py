"""`/v1/documents/{document}/dispatches`, `/v1/dispatches/{dispatch}`: to whom a document went."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import refusals, wire
from api.documents import DocumentView, document_view
from api.draft_views import ActList
from api.drafts import revisions_seen
from api.operations import Answered, Body, Operation
from api.services import Services
from api.services.access import agency_for, dispatch_for, document_for
from api.services.documents import sheet_for
from api.services.recalling import (
    ActOnDispatch,
    DispatchChanged,
    NotAnArrival,
    NotIssuedHere,
    RecallDocument,
    dispatch_acts_open,
)
from api.services.work import PLACE_PATTERN, NoSuchPlace, place_of
from api.session import caller
from repository.catalogue.dispatches import dispatches_of, sent_to
from repository.catalogue.views import Reading
from repository.model.access import Hidden, Right, holds
from repository.model.dispatches import (
    STATUS_CODES,
    Dispatch,
    DispatchAct,
    DispatchActNotOpen,
    DispatchState,
)

MAX_DISPATCHES = 200
"""Lines of one page."""


class DispatchView(msgspec.Struct, frozen=True, kw_only=True):
    """One of those to whom a document went, and how it stands to it."""

    id: str
    url: str
    document_url: str
    sender: str
    """Code of the agency that issued it."""
    agency: str
    """Code of the recipient where it is at home here; or empty."""
    name: str
    symbol: str
    issued: str
    subject: str
    state: str
    status: str
    """The code of QCVN 102 that says the same; empty while who is not at home here has not answered."""
    sent: datetime
    since: datetime
    received: str
    """The document as which the recipient registered it, or empty."""
    reason: str
    revision: int


class DispatchList(msgspec.Struct, frozen=True, kw_only=True):
    """To whom a document went, in the order in which they were named."""

    dispatches: tuple[DispatchView, ...]


class DispatchesWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines of an agency."""

    state: DispatchState = DispatchState.SENT
    after: Annotated[str, Meta(extra_json_schema={"pattern": PLACE_PATTERN})] = ""
    """`next` of the page before."""
    limit: Annotated[int, Meta(ge=1, le=MAX_DISPATCHES)] = 50


class DispatchPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was sent to an agency, oldest first."""

    dispatches: tuple[DispatchView, ...]
    next: str | UnsetType = UNSET
    """Where the next page goes on; absent on the last one."""


class DispatchDoing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the recipient does with it."""

    act: DispatchAct
    reason: str = ""
    """`refuse` and `refuse-recall` need one."""
    received: str = ""
    """`receive`: the incoming document as which it was registered."""


class Recalling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a document is recalled."""

    reason: Annotated[str, Meta(extra_json_schema={"minLength": 1})]
    """At most 2,000 characters."""


_DECIDED = (*refusals.JSON_BODY, *refusals.FIELDS, *refusals.KEEPER, *refusals.ACCESS)


class DocumentDispatches:
    """`/v1/documents/{document}/dispatches`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_document_dispatches",
            told="To whom a document went; for who reads at the agency that issued it.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The lines.", DispatchList),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        with self._services.holdings.reading() as reading:
            found = document_for(reading, caller(req), document)
            if not holds(caller(req), Right.READ, found.agency):
                raise Hidden
            lines = dispatches_of(reading, found.id)
            views = tuple(dispatch_view(reading, one) for one in lines)
        wire.send_tagged(req, resp, DispatchList(dispatches=views))


class DocumentRecall:
    """`/v1/documents/{document}/recall`."""

    operations: ClassVar = {
        "POST": Operation(
            name="recall_document",
            told="Recall a document that the agency issued; asks its recipients.",
            headers=(h.CONTENT_DIGEST,),
            body=Body(shape=Recalling),
            answers=(Answered(told="Recalled, now or before.", shape=DocumentView),),
            problems=(*_DECIDED, NotIssuedHere),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        given = wire.read(req, Recalling, limit=self._services.limits.max_json)
        command = RecallDocument(caller=caller(req), document=document, reason=given.reason)
        recalled = self._services.holdings.keeper.submit(command)
        with self._services.holdings.reading() as reading:
            sheet = sheet_for(reading, caller(req), recalled)
        wire.send(resp, document_view(sheet))


class AgencyDispatches:
    """`/v1/agencies/{code}/dispatches`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_agency_dispatches",
            told="What was sent to an agency; for its registry.",
            query=DispatchesWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The lines.", DispatchPage),
            problems=(*refusals.ACCESS, NoSuchPlace),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        wanted = wire.query(req, DispatchesWanted)
        place = place_of(wanted.after)
        with self._services.holdings.reading() as reading:
            agency = agency_for(reading, caller(req), Right.WRITE, code)
            found = sent_to(reading, agency.id, wanted.state, after=place, limit=wanted.limit + 1)
            shown = found[: wanted.limit]
            views = tuple(dispatch_view(reading, one) for one in shown)
        more = f"{shown[-1].sent}.{shown[-1].id}" if len(found) > wanted.limit else UNSET
        wire.send_tagged(req, resp, DispatchPage(dispatches=views, next=more))


class DispatchResource:
    """`/v1/dispatches/{dispatch}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_dispatch",
            told="One of those to whom a document went.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The line.", DispatchView),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, dispatch: str) -> None:
        with self._services.holdings.reading() as reading:
            found = dispatch_for(reading, caller(req), dispatch)
            view = dispatch_view(reading, found)
        wire.send_tagged(req, resp, view, version=str(found.revision))


class DispatchActions:
    """`/v1/dispatches/{dispatch}/actions`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_dispatch_actions",
            told="What you may do with a line now.",
            answers=(Answered(told="The acts.", shape=ActList),),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="act_on_dispatch",
            told="Answer for the recipient.",
            headers=(h.IF_MATCH, h.CONTENT_DIGEST),
            body=Body(shape=DispatchDoing),
            answers=(Answered(told="Done.", shape=DispatchView, headers=(h.ETAG,)),),
            problems=(
                *_DECIDED,
                DispatchActNotOpen,
                DispatchChanged,
                NotAnArrival,
                wire.ConditionMissing,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, dispatch: str) -> None:
        with self._services.holdings.reading() as reading:
            found = dispatch_for(reading, caller(req), dispatch)
        actions = tuple(act.value for act in dispatch_acts_open(caller(req), found))
        wire.send(resp, ActList(state=found.state.value, actions=actions))

    def on_post(self, req: falcon.Request, resp: falcon.Response, dispatch: str) -> None:
        seen = revisions_seen(req)
        given = wire.read(req, DispatchDoing, limit=self._services.limits.max_json)
        command = ActOnDispatch(
            caller=caller(req),
            dispatch=dispatch,
            act=given.act,
            reason=given.reason,
            received=given.received,
            seen=seen,
        )
        done = self._services.holdings.keeper.submit(command)
        with self._services.holdings.reading() as reading:
            wire.send(resp, dispatch_view(reading, done))
        wire.tag(resp, version=str(done.revision))


def dispatch_view(reading: Reading, one: Dispatch) -> DispatchView:
    """A line as it is shown."""
    document = reading.document(one.document)
    sender = reading.agency(one.sender)
    agency = reading.agency(one.agency) if one.agency else None
    return DispatchView(
        id=one.id,
        url=f"/v1/dispatches/{one.id}",
        document_url=f"/v1/documents/{one.document}",
        sender=sender.code if sender else "",
        agency=agency.code if agency else "",
        name=one.name,
        symbol=document.symbol if document else "",
        issued=document.issued if document else "",
        subject=document.subject if document else "",
        state=one.state.value,
        status=STATUS_CODES[one.state] if one.agency or one.revision > 1 else "",
        sent=wire.moment(one.sent),
        since=wire.moment(one.since),
        received=one.received,
        reason=one.reason,
        revision=one.revision,
    )
