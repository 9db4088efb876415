"""`/v1/registrations:batch`: many documents get their numbers, one a line (NDJSON)."""

from typing import Any, ClassVar

import falcon
import msgspec

from api import headers as h
from api import refusals, wire
from api.documents import DocumentView, document_view
from api.lines import NDJSON, read_lines, send_lines, told_of
from api.operations import Answered, Body, Operation
from api.registrations import REFUSED, sheet_of
from api.services import Services
from api.services.blob_batch import BatchTooLong
from api.services.paper import Registration, request_digest
from api.services.registration import Registered
from api.services.registration_batch import (
    MAX_LINES,
    Line,
    LineAnswer,
    RegisterBatch,
    register_batch,
)
from api.session import caller


class BatchWanted(msgspec.Struct, frozen=True, kw_only=True):
    """How a batch is to be taken."""

    atomic: bool = False
    """All or none, with numbers that follow one another."""


class LineView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a line."""

    line: int
    """From 1."""
    status: int
    """What registering it alone would have been answered with: 201, or that of its problem."""
    document: DocumentView | None = None
    replayed: bool = False
    """The same line had been answered before; nothing happened again."""
    problem: dict[str, Any] | None = None
    """As a refusal of the line alone (RFC 9457)."""


class RegistrationBatch:
    """`/v1/registrations:batch`."""

    operations: ClassVar = {
        "POST": Operation(
            name="register_documents",
            told="Give up to 500 documents their numbers, one a line.",
            query=BatchWanted,
            headers=(h.IDEMPOTENCY_KEY, h.CONTENT_DIGEST),
            body=Body(shape=Registration, media_type=NDJSON, lines=True),
            answers=(
                Answered(
                    told="What became of each line, in order.",
                    shape=LineView,
                    media_type=NDJSON,
                    lines=True,
                    headers=(h.REPLAYED,),
                ),
            ),
            problems=(*refusals.JSON_BODY, *REFUSED, BatchTooLong),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        atomic = wire.query(req, BatchWanted).atomic
        body = wire.body(req, limit=self._services.limits.max_batch, media_type=NDJSON)
        given, unread = read_lines(body, Registration, limit=MAX_LINES, atomic=atomic)
        command = RegisterBatch(
            caller=caller(req),
            lines=tuple(
                Line(number=number, registration=one, request=request_digest(one))
                for number, one in given
            ),
            key=req.get_header(h.IDEMPOTENCY_KEY.name) or "",
            atomic=atomic,
        )
        refused = (LineAnswer(number=one.number, refusal=one.refusal) for one in unread)
        answers = (*refused, *register_batch(self._services.holdings.keeper, command))
        if answers and all(one.registered and one.registered.replayed for one in answers):
            resp.set_header(h.REPLAYED.name, "true")
        ordered = sorted(answers, key=lambda one: one.number)
        send_lines(resp, (_view(req, one) for one in ordered))


def _view(req: falcon.Request, answer: LineAnswer) -> LineView:
    if answer.registered:
        return _registered(answer.number, answer.registered)
    told = told_of(req, answer.refusal)
    return LineView(line=answer.number, status=told["status"], problem=told)


def _registered(number: int, registered: Registered) -> LineView:
    document = document_view(sheet_of(registered))
    return LineView(line=number, status=201, document=document, replayed=registered.replayed)
