"""`/v1/receipts:batch`: many papers given to many, one a line (NDJSON)."""

from typing import Any, ClassVar

import falcon
import msgspec

from api import headers as h
from api import wire
from api.lines import NDJSON, read_lines, send_lines, told_of
from api.operations import Answered, Body, Operation
from api.receipt_views import RecipientLineView, receipt_view
from api.receipts import DECIDED, GIVING
from api.services import Services
from api.services.assignment import (
    MAX_ASSIGNMENTS,
    AssignBatch,
    Assigned,
    Assignment,
    AssignmentAnswer,
    AssignmentLine,
    AtomicTooLarge,
    assign,
)
from api.services.blob_batch import BatchTooLong
from api.services.paper import IdempotencyKeyUnfit
from api.services.registration import IdempotencyKeyReused
from api.session import caller
from repository.blobs.address import digest_of
from repository.catalogue.deadlines import seen_from
from repository.catalogue.views import Reading
from repository.model.days import day_of
from repository.model.deadlines import Reckoning
from repository.model.receipts import ActNotOpen


class AssignmentsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """How a batch is to be taken."""

    atomic: bool = False
    """All or none."""


class AssignmentLineView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a line."""

    line: int
    """From 1."""
    status: int
    """What giving it alone would have been answered with: 201, or that of its problem."""
    receipts: tuple[RecipientLineView, ...] = ()
    replayed: bool = False
    """The same line had been answered before; nothing happened again."""
    problem: dict[str, Any] | None = None
    """As a refusal of the line alone (RFC 9457)."""


class AssignmentBatch:
    """`/v1/receipts:batch`."""

    operations: ClassVar = {
        "POST": Operation(
            name="assign_documents",
            told="Give up to 5,000 documents, or lines in your hand, to people and units.",
            query=AssignmentsWanted,
            headers=(h.IDEMPOTENCY_KEY, h.CONTENT_DIGEST),
            body=Body(shape=Assignment, media_type=NDJSON, lines=True),
            answers=(
                Answered(
                    told="What became of each line, in order.",
                    shape=AssignmentLineView,
                    media_type=NDJSON,
                    lines=True,
                    headers=(h.REPLAYED,),
                ),
            ),
            problems=(
                *DECIDED,
                *GIVING,
                ActNotOpen,
                IdempotencyKeyUnfit,
                IdempotencyKeyReused,
                BatchTooLong,
                AtomicTooLarge,
            ),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        atomic = wire.query(req, AssignmentsWanted).atomic
        body = wire.body(req, limit=self._services.limits.max_batch, media_type=NDJSON)
        given, unread = read_lines(body, Assignment, limit=MAX_ASSIGNMENTS, atomic=atomic)
        command = AssignBatch(
            caller=caller(req),
            lines=tuple(_line(number, one) for number, one in given),
            key=req.get_header(h.IDEMPOTENCY_KEY.name) or "",
            atomic=atomic,
        )
        refused = (AssignmentAnswer(number=one.number, refusal=one.refusal) for one in unread)
        answers = (*refused, *assign(self._services.holdings.keeper, command))
        if answers and all(one.assigned and one.assigned.replayed for one in answers):
            resp.set_header(h.REPLAYED.name, "true")
        today = day_of(self._services.clock())
        with self._services.holdings.reading() as reading:
            seen, ordered = seen_from(reading, today), sorted(answers, key=lambda one: one.number)
            send_lines(resp, (_view(req, reading, seen, one) for one in ordered))


def _line(number: int, given: Assignment) -> AssignmentLine:
    request = digest_of(msgspec.json.encode(given))
    return AssignmentLine(number=number, assignment=given, request=request)


def _view(
    req: falcon.Request, reading: Reading, seen: Reckoning, answer: AssignmentAnswer
) -> AssignmentLineView:
    if answer.assigned:
        return _assigned(reading, seen, answer.number, answer.assigned)
    told = told_of(req, answer.refusal)
    return AssignmentLineView(line=answer.number, status=told["status"], problem=told)


def _assigned(
    reading: Reading, seen: Reckoning, number: int, assigned: Assigned
) -> AssignmentLineView:
    receipts = tuple(receipt_view(reading, one, seen) for one in assigned.receipts)
    return AssignmentLineView(
        line=number, status=201, receipts=receipts, replayed=assigned.replayed
    )
