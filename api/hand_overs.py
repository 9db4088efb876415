"""`/v1/agencies/{code}/hand-overs`, `/v1/hand-overs/{hand_over}`: dossiers on their way to the archive."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import printed, refusals, wire
from api.dossier_items import printing_asked
from api.dossiers import DECIDED, today
from api.operations import Answered, Body, Operation
from api.printed import PrintedWanted, send_printed
from api.services import Services, hand_overs
from api.services.dossier_print import print_hand_over
from api.services.hand_overs import (
    ActOnHandOver,
    AskHandOver,
    RefusedGiven,
    acts_open,
    hand_over_for,
    hand_overs_for,
    refusals_seen,
)
from api.services.printing import SheetTooLong
from api.session import caller
from repository.catalogue.views import Reading
from repository.model.access import Caller
from repository.model.days import Day
from repository.model.hand_overs import (
    MAX_HANDED,
    HandOver,
    HandOverAct,
    HandOverActNotOpen,
)

MAX_SHOWN = 50
"""Hand-overs of one page."""


class HandOverGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is offered to the archive."""

    dossiers: Annotated[
        tuple[str, ...], Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_HANDED})
    ]
    """Closed dossiers of the agency: all, or none."""
    giver: str = ""
    """Name and title for the minutes; empty = yours."""
    note: str = ""
    """At most 2,000 characters."""


class HandOverDoing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done with a hand-over."""

    act: HandOverAct
    refused: tuple[RefusedGiven, ...] = ()
    """`settle`: what the archive does not take, each with its reason; it takes all others."""
    receiver: str = ""
    """`settle`: name and title for the minutes; empty = yours."""
    words: str = ""
    """`settle`: a remark; `withdraw`: the reason."""


class RefusedView(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier that the archive did not take."""

    dossier: str
    reason: str


class HandOverView(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-over as it is shown."""

    id: str
    url: str
    agency: str
    state: str
    dossiers: tuple[str, ...]
    """In the order in which they were offered; each is seen by whoever may see it."""
    refused: tuple[RefusedView, ...]
    """Of those that you may see."""
    asked: datetime
    giver: str
    note: str
    answer_by: str
    """The last day on which the archive answers."""
    settled: datetime | None
    """Or withdrawn."""
    receiver: str
    remark: str


class HandOverList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hand-overs, oldest first."""

    hand_overs: tuple[HandOverView, ...]
    next: str | UnsetType = UNSET
    """Go on with this as `after`; not there on the last page."""


class HandOversWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which hand-overs."""

    after: Annotated[str, Meta(pattern="^([0-9a-f]{32})?$")] = ""
    """`next` of the page before."""
    limit: Annotated[int, Meta(ge=1, le=MAX_SHOWN)] = 20


class HandOverActs(msgspec.Struct, frozen=True, kw_only=True):
    """What you may do with a hand-over now."""

    state: str
    actions: tuple[str, ...]


class HandOversOfAgency:
    """`/v1/agencies/{code}/hand-overs`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_hand_overs",
            told="The hand-overs of an agency.",
            query=HandOversWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The hand-overs.", HandOverList),
            problems=(*refusals.QUERY, *refusals.ACCESS),
        ),
        "POST": Operation(
            name="ask_hand_over",
            told="Offer closed dossiers to the agency's archive.",
            body=Body(shape=HandOverGiven),
            answers=(
                Answered(told="Offered.", status=201, shape=HandOverView, headers=(h.LOCATION,)),
            ),
            problems=(*DECIDED, hand_overs.HandOverRefused),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        wanted = wire.query(req, HandOversWanted)
        with self._services.holdings.reading() as reading:
            found = hand_overs_for(
                reading,
                caller(req),
                code,
                today(self._services),
                after=wanted.after,
                limit=wanted.limit + 1,
            )
            shown = found[: wanted.limit]
            views = tuple(_view(reading, one, caller(req), today(self._services)) for one in shown)
        more = views[-1].id if len(found) > wanted.limit else UNSET
        wire.send_tagged(req, resp, HandOverList(hand_overs=views, next=more))

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        given = wire.read(req, HandOverGiven, limit=self._services.limits.max_json)
        command = AskHandOver(
            caller=caller(req),
            agency=code,
            dossiers=given.dossiers,
            giver=given.giver,
            note=given.note,
        )
        asked = self._services.holdings.keeper.submit(command)
        _send(req, resp, self._services, asked, status=201)
        resp.location = f"/v1/hand-overs/{asked.id}"


class HandOverResource:
    """`/v1/hand-overs/{hand_over}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_hand_over",
            told="A hand-over.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The hand-over.", HandOverView),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, hand_over: str) -> None:
        with self._services.holdings.reading() as reading:
            found, _ = hand_over_for(reading, caller(req), hand_over, today(self._services))
            view = _view(reading, found, caller(req), today(self._services))
        wire.send_tagged(req, resp, view)


class HandOverActions:
    """`/v1/hand-overs/{hand_over}/actions`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_hand_over_actions",
            told="What you may do with a hand-over now.",
            answers=(Answered(told="The acts.", shape=HandOverActs),),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="act_on_hand_over",
            told="Settle a hand-over (archivists), or withdraw it.",
            body=Body(shape=HandOverDoing),
            answers=(Answered(told="Done.", shape=HandOverView),),
            problems=(
                *DECIDED,
                HandOverActNotOpen,
                hand_overs.SameSideTwice,
                hand_overs.NotInHandOver,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, hand_over: str) -> None:
        with self._services.holdings.reading() as reading:
            found, parties = hand_over_for(reading, caller(req), hand_over, today(self._services))
        actions = tuple(act.value for act in acts_open(found, parties))
        wire.send(resp, HandOverActs(state=found.state.value, actions=actions))

    def on_post(self, req: falcon.Request, resp: falcon.Response, hand_over: str) -> None:
        given = wire.read(req, HandOverDoing, limit=self._services.limits.max_json)
        command = ActOnHandOver(
            caller=caller(req),
            hand_over=hand_over,
            act=given.act,
            refused=given.refused,
            receiver=given.receiver,
            words=given.words,
        )
        done = self._services.holdings.keeper.submit(command)
        _send(req, resp, self._services, done)


class HandOverPrint:
    """`/v1/hand-overs/{hand_over}/print`."""

    operations: ClassVar = {
        "GET": Operation(
            name="print_hand_over",
            told="The minutes of a hand-over (biên bản giao nhận): PDF, XLSX or CSV.",
            query=PrintedWanted,
            answers=printed.answers("The minutes"),
            problems=(*refusals.ACCESS, *refusals.QUERY, SheetTooLong),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, hand_over: str) -> None:
        services = self._services
        asked = printing_asked(req, services)
        printer = services.printers[asked.format]
        send_printed(
            resp,
            asked.format,
            lambda out: print_hand_over(services.holdings, asked, hand_over, printer, out),
        )


def _send(
    req: falcon.Request,
    resp: falcon.Response,
    services: Services,
    found: HandOver,
    *,
    status: int = 200,
) -> None:
    with services.holdings.reading() as reading:
        view = _view(reading, found, caller(req), today(services))
    wire.send(resp, view, status=status)


def _view(reading: Reading, one: HandOver, who: Caller, day: Day) -> HandOverView:
    agency = reading.agency(one.agency)
    refused = refusals_seen(reading, who, one, day)
    return HandOverView(
        id=one.id,
        url=f"/v1/hand-overs/{one.id}",
        agency=agency.code if agency else "",
        state=one.state.value,
        dossiers=one.dossiers,
        refused=tuple(RefusedView(dossier=each, reason=why) for each, why in refused.items()),
        asked=wire.moment(one.asked),
        giver=one.giver,
        note=one.note,
        answer_by=one.answer_by,
        settled=wire.moment(one.settled) if one.settled else None,
        receiver=one.receiver,
        remark=one.remark,
    )
