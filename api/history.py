"""`/v1/documents/{document}/history`: what was noted of a document, by whom, and when."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import refusals, wire
from api.operations import Answered, Operation
from api.services import Services
from api.services.differences import Shown, differences
from api.services.documents import history
from api.session import caller
from repository.model.documents import Document

MAX_REVISIONS = 200
"""Revisions of one page."""


class RevisionsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which revisions of a document."""

    start: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 1
    limit: Annotated[int, Meta(ge=1, le=MAX_REVISIONS)] = 50


class ChangeNoted(msgspec.Struct, frozen=True, kw_only=True):
    """A field that is said otherwise."""

    field: str
    """As requests call it: `subject`, `signer.name`, `components[1]`; a file's former content is
    read at `files/{place}?revision=`."""
    before: Shown
    """Null = it was not there."""
    after: Shown


class RevisionView(msgspec.Struct, frozen=True, kw_only=True):
    """What was noted of a document from one moment on."""

    revision: int
    """1 is the registration."""
    at: datetime
    actor: str
    """Who did it: `token:<id>` or `operator`."""
    log_sequence: int
    """The event's place in the node's log; `/v1/log/proof?seq=` proves it."""
    symbol: str
    issued: str
    issuer: str
    kind: str
    subject: str
    reason: str | UnsetType = UNSET
    """Why files were changed."""
    changes: tuple[ChangeNoted, ...]
    """What is said otherwise than at the revision before; of the first one nothing."""


class RevisionPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Revisions, the first one first."""

    document: str
    revisions: tuple[RevisionView, ...]
    next: int | UnsetType = UNSET
    """Go on with this as `start`; not there on the last page."""


class DocumentHistory:
    """`/v1/documents/{document}/history`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_history",
            told="A document at each of its revisions.",
            query=RevisionsWanted,
            answers=(Answered(told="A page.", shape=RevisionPage),),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        wanted = wire.query(req, RevisionsWanted)
        with self._services.holdings.reading() as now:
            found = history(now, caller(req), document, start=wanted.start, limit=wanted.limit + 1)
        shown = _with_what_was_before(found, wanted.start)
        page = RevisionPage(
            document=document,
            revisions=tuple(_view(one, other) for one, other in shown[: wanted.limit]),
            next=found[-1].revision if len(shown) > wanted.limit else UNSET,
        )
        wire.send(resp, page)


def _with_what_was_before(
    found: tuple[Document, ...], start: int
) -> list[tuple[Document | None, Document]]:
    """Each revision from *start* on, beside the one before it."""
    return [
        (found[n - 1] if n else None, one) for n, one in enumerate(found) if one.revision >= start
    ]


def _view(before: Document | None, document: Document) -> RevisionView:
    return RevisionView(
        revision=document.revision,
        at=wire.moment(document.amended or document.registered),
        actor=document.actor,
        log_sequence=document.sequence,
        symbol=document.symbol,
        issued=document.issued,
        issuer=document.issuer,
        kind=document.kind,
        subject=document.subject,
        reason=document.reason or UNSET,
        changes=tuple(
            ChangeNoted(field=one.field, before=one.before, after=one.after)
            for one in (differences(before, document) if before else ())
        ),
    )
