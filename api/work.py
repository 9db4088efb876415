"""`/v1/work`: what I have in hand (hộp việc)."""

from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import refusals, wire
from api.draft_views import DraftView, draft_view
from api.operations import Operation
from api.receipt_views import RecipientLineView, login_named, receipt_view
from api.services import Services, draft_looks, work
from api.services.work import PLACE_PATTERN, Brief, NoPerson, NoSuchPlace, WorkOrder
from api.session import caller
from repository.catalogue.deadlines import seen_from
from repository.catalogue.views import Reading
from repository.model.days import day_of
from repository.model.deadlines import Reckoning
from repository.model.receipts import State

MAX_WORK = 200
"""Lines of one page."""


class WorkWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which work."""

    state: State = State.SENT
    by: WorkOrder = WorkOrder.GIVEN
    """`given`: those given first come first; `due`: by the last day, overdue first."""
    after: Annotated[str, Meta(extra_json_schema={"maxLength": 60})] = ""
    """`next` of the page before."""
    drafts_after: Annotated[str, Meta(extra_json_schema={"pattern": PLACE_PATTERN})] = ""
    """`drafts_next` of the page before."""
    limit: Annotated[int, Meta(ge=1, le=MAX_WORK)] = 50


class WorkView(msgspec.Struct, frozen=True, kw_only=True):
    """A line, and what its document is about."""

    receipt: RecipientLineView
    agency: str
    """Code."""
    direction: str
    number: int
    symbol: str
    issuer: str
    subject: str
    in_place_of: str
    """Login of whom you stand in for, who has delegated it to you; empty = it is yours."""


class WorkPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Lines in your hand."""

    work: tuple[WorkView, ...]
    next: str | UnsetType = UNSET
    """Where the next page goes on; absent on the last one."""
    drafts: tuple[DraftView, ...]
    """Drafts that wait for you, whatever `state` says, those that came first come first."""
    drafts_next: str | UnsetType = UNSET


class Work:
    """`/v1/work`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_work",
            told="What you have in hand; for people.",
            query=WorkWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The lines.", WorkPage),
            problems=(*refusals.QUERY, NoPerson, NoSuchPlace),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, WorkWanted)
        today = day_of(self._services.clock())
        with self._services.holdings.reading() as reading:
            look = work.by_last_day if wanted.by is WorkOrder.DUE else work.in_hands
            who = caller(req)
            found = look(reading, who, wanted.state, after=wanted.after, limit=wanted.limit)
            seen = seen_from(reading, today)
            waiting = draft_looks.waiting_for_me(
                reading, who, after=wanted.drafts_after, limit=wanted.limit
            )
            page = WorkPage(
                work=tuple(work_view(reading, one, seen) for one in found.briefs),
                next=found.next or UNSET,
                drafts=tuple(draft_view(reading, one) for one in waiting.drafts),
                drafts_next=waiting.next or UNSET,
            )
        wire.send_tagged(req, resp, page)


def work_view(reading: Reading, one: Brief, seen: Reckoning) -> WorkView:
    """A line with its document as it is shown."""
    return WorkView(
        receipt=receipt_view(reading, one.receipt, seen),
        agency=one.agency.code,
        direction=one.document.direction.value,
        number=one.document.number,
        symbol=one.document.symbol,
        issuer=one.document.issuer,
        subject=one.document.subject,
        in_place_of=login_named(reading, one.principal),
    )
