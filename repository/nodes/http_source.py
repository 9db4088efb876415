"""A store node over HTTP, as its standby reads it."""

import uuid
from typing import Any
from urllib.parse import urlencode

import msgspec

from repository.blobs.store_node import StoreNodeUnreachable
from repository.errors import Trouble
from repository.model.terms import parse_term
from repository.nodes.http_exchange import ANSWER_SECONDS, MAX_ANSWER, Exchange, decoded, refusal
from repository.nodes.source import MOST_EVENTS_BYTES, PIECE_BYTES, PackAt, Position


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    store: uuid.UUID
    format: int
    term: str
    events: int
    root: str
    at: int
    packs: tuple[PackAt, ...]


class HttpSource(Exchange):
    """A store node at an address, for the standby whose token this is."""

    def position(self, followed: int = 0) -> Position:
        asked = {"followed": followed} if followed else None
        told: _Told = decoded(self._got("/v1/node/position", MAX_ANSWER, asked), _Told)
        try:
            return Position(
                store=told.store,
                format=told.format,
                term=parse_term(told.term),
                events=told.events,
                root=bytes.fromhex(told.root),
                at=told.at,
                packs=told.packs,
            )
        except (ValueError, Trouble) as error:
            raise StoreNodeUnreachable(reason=f"no position: {error}") from error

    def pack(self, pack: PackAt, offset: int) -> bytes:
        asked = {"number": pack.number, "sealed": pack.sealed, "size": pack.size, "offset": offset}
        return self._got("/v1/node/position/pack", PIECE_BYTES, asked)

    def events(self, after: int, upto: int) -> bytes:
        asked = {"after": after, "upto": upto}
        return self._got("/v1/node/position/events", MOST_EVENTS_BYTES, asked)

    def _got(self, path: str, limit: int, asked: dict[str, Any] | None = None) -> bytes:
        query = "?" + urlencode(asked).lower() if asked else ""
        with self._asked("GET", path + query, {}, (), ANSWER_SECONDS) as answer:
            body = answer.read(limit + 1)
            if answer.status != 200:
                raise refusal(answer.status, body, None)
            if len(body) > limit:
                raise StoreNodeUnreachable(reason="an answer that is too long")
            return body
