"""`/v1/blobs/batch`: which of many files have to be sent, and where from they may be fetched."""

from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import Meta

from api import headers as h
from api import problems, refusals, wire
from api.operations import Answered, Body, Operation
from api.services import Services
from api.services.blob_batch import BatchTooLong, Item, Outcome, Transfer, plan
from api.session import caller
from repository.errors import Trouble
from repository.model.ids import BadIdentifier, parse_blob, show_blob

BlobName = Annotated[
    str, Meta(pattern="^blake3:[0-9a-f]{64}$", max_length=71, description="`blake3:<64 hex>`")
]
Size = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class BlobAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file as its owner knows it."""

    id: BlobName
    size: Size
    """Bytes."""


class BatchAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files to be sent or fetched; at most 1,000."""

    operation: Transfer
    objects: tuple[BlobAsked, ...]
    agency: str = ""
    """Code of the agency that brings them; all those in which you write unless given."""


class ActionView(msgspec.Struct, frozen=True, kw_only=True):
    """What to do: this method at this address."""

    method: str
    href: str


class ActionsView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """At most one of both."""

    upload: ActionView | None = None
    download: ActionView | None = None


class ErrorView(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing can be done about one file."""

    code: int
    """The status that asking for this file alone would get."""
    type: str
    """`/problems/<slug>`."""
    message: str
    """In Vietnamese."""
    message_en: str


class ObjectView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file; without `actions` and `error` it is here already, and yours to use."""

    id: str
    size: int
    actions: ActionsView | None = None
    error: ErrorView | None = None


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """The files in the order in which they were asked for."""

    objects: tuple[ObjectView, ...]


class BlobBatch:
    """`/v1/blobs/batch`."""

    operations: ClassVar = {
        "POST": Operation(
            name="plan_transfers",
            told="Ask for up to 1,000 files what to do: send, fetch, or nothing.",
            headers=(h.CONTENT_DIGEST,),
            body=Body(shape=BatchAsked),
            answers=(Answered(told="What to do about each.", shape=BatchView),),
            problems=(*refusals.JSON_BODY, *refusals.ACCESS, BadIdentifier, BatchTooLong),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        limits = self._services.limits
        asked = wire.read(req, BatchAsked, limit=limits.max_json)
        outcomes = plan(
            self._services.holdings,
            caller(req),
            asked.operation,
            tuple(Item(blob=parse_blob(one.id), size=one.size) for one in asked.objects),
            agency=asked.agency,
            max_blob=limits.max_blob,
        )
        wire.send(resp, BatchView(objects=tuple(_view(one, asked) for one in outcomes)))


def _view(outcome: Outcome, asked: BatchAsked) -> ObjectView:
    name = show_blob(outcome.item.blob)
    return ObjectView(
        id=name,
        size=outcome.item.size,
        actions=_actions(name, asked) if outcome.action else None,
        error=_error(outcome.trouble) if outcome.trouble else None,
    )


def _actions(name: str, asked: BatchAsked) -> ActionsView:
    href = f"/v1/blobs/{name}"
    if asked.operation is Transfer.DOWNLOAD:
        return ActionsView(download=ActionView(method="GET", href=href))
    brought = f"?agency={asked.agency}" if asked.agency else ""
    return ActionsView(upload=ActionView(method="PUT", href=href + brought))


def _error(trouble: Trouble) -> ErrorView:
    return ErrorView(
        code=problems.status_of(type(trouble)),
        type=f"/problems/{trouble.slug()}",
        message=trouble.sentence_vi,
        message_en=trouble.sentence,
    )
