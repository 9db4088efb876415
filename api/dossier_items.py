"""`/v1/dossiers/{dossier}/items`: what is in a dossier, and its table of contents as a file."""

from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import downloads, printed, refusals, wire
from api import headers as h
from api.dossier_views import DossierView, ItemView, item_view, send_dossier
from api.dossiers import DECIDED, today
from api.operations import Answered, Body, Operation
from api.printed import PrintedWanted, send_printed
from api.services import Services, dossier_items
from api.services.dossier_items import (
    MAX_ADDED,
    AddItems,
    ItemGiven,
    MoveItem,
    RemoveItems,
    items_for,
    paper_of,
)
from api.services.dossier_print import Printing, Stretch, print_contents
from api.services.dossier_rules import DossierChanged
from api.services.printing import SheetTooLong
from api.session import caller
from api.wire import ConditionMissing
from repository.model.dossiers import MAX_ITEMS, DossierActNotOpen

MAX_SHOWN = 200
"""Items of one page."""


class ItemsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which items."""

    start: Annotated[int, Meta(ge=1, le=MAX_ITEMS)] = 1
    """From this position on."""
    limit: Annotated[int, Meta(ge=1, le=MAX_SHOWN)] = 50


class ItemList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Items in order; each has its place here, also those that you may not read."""

    dossier: str
    total: int
    items: tuple[ItemView, ...]
    next: int | UnsetType = UNSET
    """Go on with this as `start`; not there on the last page."""


class ItemsGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is put into a dossier, behind what is there."""

    items: Annotated[
        tuple[ItemGiven, ...], Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_ADDED})
    ]


class MoveGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an item is put."""

    before: str = ""
    """Identifier of the item before which it is to stand; empty = at the end."""


_CHANGED = (*DECIDED, ConditionMissing, DossierChanged, DossierActNotOpen)


class DossierItems:
    """`/v1/dossiers/{dossier}/items`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_dossier_items",
            told="What is in a dossier; of what you may not read, its place alone.",
            query=ItemsWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("A page.", ItemList),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="add_dossier_items",
            told="Put documents and other papers into an open dossier: all or none.",
            headers=(h.IF_MATCH, h.CONTENT_DIGEST),
            body=Body(shape=ItemsGiven),
            answers=(Answered(told="Added.", status=201, shape=DossierView, headers=(h.ETAG,)),),
            problems=(*_CHANGED, dossier_items.ItemsRefused, dossier_items.TooManyItems),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, dossier: str) -> None:
        wanted = wire.query(req, ItemsWanted)
        with self._services.holdings.reading() as reading:
            page = items_for(
                reading,
                caller(req),
                dossier,
                today(self._services),
                start=wanted.start,
                limit=wanted.limit,
            )
            views = tuple(item_view(reading, page.dossier, one) for one in page.shown)
        total, behind = page.dossier.items, wanted.start + len(views)
        more = behind if views and behind <= total else UNSET
        answer = ItemList(dossier=page.dossier.id, total=total, items=views, next=more)
        wire.send_tagged(req, resp, answer, version=str(page.dossier.revision))

    def on_post(self, req: falcon.Request, resp: falcon.Response, dossier: str) -> None:
        given = wire.read(req, ItemsGiven, limit=self._services.limits.max_json)
        command = AddItems(
            caller=caller(req),
            dossier=dossier,
            items=given.items,
            seen=wire.revisions_seen(req),
        )
        changed = self._services.holdings.keeper.submit(command)
        with self._services.holdings.reading() as reading:
            send_dossier(resp, reading, changed, status=201)


class DossierItem:
    """`/v1/dossiers/{dossier}/items/{item}`."""

    operations: ClassVar = {
        "DELETE": Operation(
            name="remove_dossier_item",
            told="Take an item out of an open dossier; the document stays where it is registered.",
            headers=(h.IF_MATCH,),
            answers=(Answered(told="Removed.", shape=DossierView, headers=(h.ETAG,)),),
            problems=(
                *refusals.KEEPER,
                *refusals.ACCESS,
                ConditionMissing,
                DossierChanged,
                DossierActNotOpen,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, dossier: str, item: str
    ) -> None:
        command = RemoveItems(
            caller=caller(req), dossier=dossier, items=(item,), seen=wire.revisions_seen(req)
        )
        changed = self._services.holdings.keeper.submit(command)
        with self._services.holdings.reading() as reading:
            send_dossier(resp, reading, changed)


class DossierItemMove:
    """`/v1/dossiers/{dossier}/items/{item}/move`."""

    operations: ClassVar = {
        "POST": Operation(
            name="move_dossier_item",
            told="Put an item before another, or at the end.",
            headers=(h.IF_MATCH, h.CONTENT_DIGEST),
            body=Body(shape=MoveGiven),
            answers=(Answered(told="Moved.", shape=DossierView, headers=(h.ETAG,)),),
            problems=_CHANGED,
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, dossier: str, item: str) -> None:
        given = wire.read(req, MoveGiven, limit=self._services.limits.max_json)
        command = MoveItem(
            caller=caller(req),
            dossier=dossier,
            item=item,
            before=given.before,
            seen=wire.revisions_seen(req),
        )
        changed = self._services.holdings.keeper.submit(command)
        with self._services.holdings.reading() as reading:
            send_dossier(resp, reading, changed)


class DossierItemFile:
    """`/v1/dossiers/{dossier}/items/{item}/file`."""

    operations: ClassVar = {
        "GET": Operation(
            name="download_dossier_paper",
            told="The file of a paper that no register has; a document's stand with the document.",
            headers=(h.RANGE, h.IF_RANGE, h.IF_NONE_MATCH),
            answers=downloads.ANSWERS,
            problems=(*refusals.ACCESS, *refusals.BYTES_OUT),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, dossier: str, item: str) -> None:
        holdings = self._services.holdings
        with holdings.reading() as reading:
            paper = paper_of(reading, caller(req), dossier, item, today(self._services))
        stat = holdings.blobs.stat(paper.blob)
        downloads.send_file(req, resp, self._services, stat, name=paper.name)


class DossierPrint:
    """`/v1/dossiers/{dossier}/print`."""

    operations: ClassVar = {
        "GET": Operation(
            name="print_dossier",
            told="The table of contents of a dossier (mục lục văn bản): PDF, XLSX or CSV.",
            query=PrintedWanted,
            answers=printed.answers("The contents"),
            problems=(*refusals.ACCESS, *refusals.QUERY, SheetTooLong),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, dossier: str) -> None:
        asked = printing_asked(req, self._services)
        services = self._services
        printer = services.printers[asked.format]
        send_printed(
            resp,
            asked.format,
            lambda out: print_contents(services.holdings, asked, dossier, printer, out),
        )


def printing_asked(req: falcon.Request, services: Services) -> Printing:
    """Who prints, when, as what, as the query says."""
    wanted = wire.query(req, PrintedWanted)
    stretch = Stretch(wanted.start, None if wanted.stop is UNSET else wanted.stop)
    return Printing(caller=caller(req), now=services.clock(), format=wanted.format, stretch=stretch)
