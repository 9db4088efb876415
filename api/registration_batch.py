"""`/v1/registrations:batch`: many documents get their numbers, one a line (NDJSON)."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import falcon
import msgspec

from api import headers as h
from api import problems, refusals, wire
from api.documents import DocumentView, document_view
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
from repository.errors import Trouble
from repository.keeper_wire import refusal_of, trouble_of

NDJSON = "application/x-ndjson"


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
        lines, unread = _lines(body, atomic=atomic)
        command = RegisterBatch(
            caller=caller(req),
            lines=tuple(lines),
            key=req.get_header(h.IDEMPOTENCY_KEY.name) or "",
            atomic=atomic,
        )
        answers = (*unread, *register_batch(self._services.holdings.keeper, command))
        if answers and all(one.registered and one.registered.replayed for one in answers):
            resp.set_header(h.REPLAYED.name, "true")
        _send(req, resp, answers)


def _lines(body: bytes, *, atomic: bool) -> tuple[list[Line], list[LineAnswer]]:
    """The lines that can be read, and the answers to those that cannot.

    Raise `BatchTooLong`, and for an *atomic* batch the trouble of the first that cannot.
    """
    lines: list[Line] = []
    unread: list[LineAnswer] = []
    for number, content in numbered(body, limit=MAX_LINES):
        try:
            given = wire.decode(content, Registration)
        except Trouble as trouble:
            if atomic:
                trouble.facts["line"] = number
                raise
            unread.append(LineAnswer(number=number, refusal=refusal_of(trouble)))
        else:
            lines.append(Line(number=number, registration=given, request=request_digest(given)))
    return lines, unread


def numbered(body: bytes, *, limit: int) -> Iterator[tuple[int, bytes]]:
    """Lines that hold something, at most *limit*, as their sender counts them; raise `BatchTooLong`."""
    if body.count(b"\n") > 2 * limit:  # as many empty ones as others, and no million of them
        raise BatchTooLong(limit=limit)
    every = body.split(b"\n")
    filled = [(number, line) for number, line in enumerate(every, start=1) if line.strip()]
    if len(filled) > limit:
        raise BatchTooLong(limit=limit)
    yield from filled


def _send(req: falcon.Request, resp: falcon.Response, answers: Iterable[LineAnswer]) -> None:
    ordered = sorted(answers, key=lambda one: one.number)
    resp.content_type = NDJSON
    resp.set_header("X-Content-Type-Options", "nosniff")
    resp.data = b"".join(
        msgspec.json.encode(_view(req, one), enc_hook=str) + b"\n" for one in ordered
    )


def _view(req: falcon.Request, answer: LineAnswer) -> LineView:
    if answer.registered:
        return _registered(answer.number, answer.registered)
    trouble = trouble_of(answer.refusal) if answer.refusal else problems.Unexpected()
    told = problems.told(req, trouble)
    return LineView(line=answer.number, status=told["status"], problem=told)


def _registered(number: int, registered: Registered) -> LineView:
    document = document_view(sheet_of(registered))
    return LineView(line=number, status=201, document=document, replayed=registered.replayed)
