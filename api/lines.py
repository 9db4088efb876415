"""Bodies and answers of one JSON value a line (NDJSON), for batches."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

import falcon
import msgspec

from api import problems, wire
from api.services.blob_batch import BatchTooLong
from repository.errors import Trouble
from repository.keeper_wire import Refusal, refusal_of, trouble_of

NDJSON = "application/x-ndjson"
Given = TypeVar("Given")


class Unread(NamedTuple):
    """A line that could not be read, and why."""

    number: int
    refusal: Refusal


def read_lines(
    body: bytes, shape: type[Given], *, limit: int, atomic: bool
) -> tuple[list[tuple[int, Given]], list[Unread]]:
    """The lines of *body* by their numbers, and those that cannot be read.

    Raise `BatchTooLong`, and for an *atomic* batch the trouble of the first that cannot.
    """
    lines: list[tuple[int, Given]] = []
    unread: list[Unread] = []
    for number, content in numbered(body, limit=limit):
        try:
            lines.append((number, wire.decode(content, shape)))
        except Trouble as trouble:
            if atomic:
                trouble.facts["line"] = number
                raise
            unread.append(Unread(number, refusal_of(trouble)))
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


def send_lines(resp: falcon.Response, views: Iterable[object]) -> None:
    """Answer with one of *views* a line."""
    resp.content_type = NDJSON
    resp.set_header("X-Content-Type-Options", "nosniff")
    resp.data = b"".join(msgspec.json.encode(view, enc_hook=str) + b"\n" for view in views)


def told_of(req: falcon.Request, refusal: Refusal | None) -> dict[str, Any]:
    """A refusal of one line as the problem that refusing it alone would be."""
    trouble = trouble_of(refusal) if refusal else problems.Unexpected()
    return problems.told(req, trouble)
