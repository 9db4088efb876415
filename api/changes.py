"""`/v1/changes`: what happens in an agency, for whoever keeps up with it."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import Meta

from api import headers as h
from api import refusals, wire
from api.documents import DocumentView, document_view
from api.operations import Answered, Operation
from api.services import Services
from api.services.changes import (
    MAX_CHANGES,
    MAX_WAIT_SECONDS,
    ChangesGone,
    Feed,
    Happened,
    Wanted,
    follow,
)
from api.session import caller

CROWDED_SECONDS = 5
"""After which somebody who found no place to wait may ask again."""


class ChangesWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a feed."""

    agency: str
    """Code of the agency."""
    after: Annotated[int, Meta(ge=0, le=2**53 - 1)] = 0
    """The last sequence you have worked on; 0 = from the beginning."""
    limit: Annotated[int, Meta(ge=1, le=MAX_CHANGES)] = 50
    wait: Annotated[int, Meta(ge=0, le=MAX_WAIT_SECONDS)] = 0
    """Seconds to wait for something to happen, where nothing has."""


class ChangeView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event of an agency."""

    sequence: int
    """Among the agency's events: from 1, without gap."""
    at: datetime
    type: str
    """`document-registered`, `document-amended`, `relation-stated`, `file-erased`, `register-opened`, `agency-opened`,
    `withheld`; more to come."""
    id: str
    """The document, register or agency that it is about; empty where it is withheld from you."""
    document: DocumentView | None = None
    """The document as it stands now, which may be later than the event."""


class ChangePage(msgspec.Struct, frozen=True, kw_only=True):
    """Events in order; an empty page says that nothing has happened yet."""

    agency: str
    changes: tuple[ChangeView, ...]
    next: int
    """Go on with this as `after`, when you have worked on all of the page."""
    last: int
    """The agency's last event."""


class Changes:
    """`/v1/changes`."""

    operations: ClassVar = {
        "GET": Operation(
            name="follow_changes",
            told="The events of an agency after one you know, now or as soon as there are any.",
            query=ChangesWanted,
            answers=(
                Answered(
                    told="A page; `Retry-After` where too many wait already.",
                    shape=ChangePage,
                    headers=(h.RETRY_AFTER,),
                ),
            ),
            problems=(*refusals.ACCESS, ChangesGone),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        asked = wire.query(req, ChangesWanted)
        wanted = Wanted(agency=asked.agency, after=asked.after, limit=asked.limit, wait=asked.wait)
        feed = follow(self._services.holdings, self._services.watch, caller(req), wanted)
        if feed.crowded:
            resp.set_header(h.RETRY_AFTER.name, str(CROWDED_SECONDS))
        resp.set_header("Cache-Control", "no-store")
        wire.send(resp, _page(asked, feed))


def _page(asked: ChangesWanted, feed: Feed) -> ChangePage:
    return ChangePage(
        agency=asked.agency,
        changes=tuple(map(_view, feed.happened)),
        next=feed.happened[-1].sequence if feed.happened else asked.after,
        last=feed.last,
    )


def _view(happened: Happened) -> ChangeView:
    place = happened.place
    return ChangeView(
        sequence=happened.sequence,
        at=wire.moment(place.at),
        type=place.what,
        id=place.subject,
        document=document_view(happened.sheet) if happened.sheet else None,
    )
