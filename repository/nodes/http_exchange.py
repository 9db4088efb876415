"""Requests to a store node over HTTP: the one place below `api` that speaks it.

Connections are kept and used again. Every request may be sent twice (a blob is named by its
bytes), so one that died on a kept connection is sent once more on a new one.
"""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec

from repository.blobs.port import BlobTooLarge, DigestMismatch, MiB
from repository.blobs.store_node import StoreNodeFull, StoreNodeRefuses, StoreNodeUnreachable
from repository.errors import Kind, Trouble
from repository.model.access import Hidden
from repository.model.blobs import BlobDamaged, BlobMissing
from repository.model.ids import BlobId, show_blob
from repository.model.moves import (
    AgencyElsewhere,
    MoveAdrift,
    MoveOver,
    MoveUnderWay,
    NodeUnfit,
    OfferOutdated,
)
from repository.model.nodes import LogBehind, NodeNotAdmitted, NodeSuperseded
from repository.model.purge_orders import OrderUnknown
from repository.model.terms import EpochAdrift, StoreNodeReplaced, Term
from repository.nodes.outage import Outage
from repository.nodes.source import PackGone

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
"""Longest silence: the store node may be syncing a large file."""
CONTROL_SECONDS = 5.0
"""The same where nothing large is under way."""
MAX_ANSWER = 4 * MiB
"""Bytes of a JSON answer."""
MAX_IDLE = 16
"""Connections kept for the next request."""
EPOCH_HEADER = "X-Node-Epoch"
TERM_HEADER = "X-Store-Term"


class StoreAddressUnfit(Trouble):
    """The store node's address {given} is no http:// or https:// address."""

    kind = Kind.MALFORMED
    vietnamese = "Địa chỉ nút kho {given} không phải dạng http:// hoặc https://."


class Exchange:
    """What is asked of a store node at an address, by the node whose token this is."""

    def __init__(self, address: str, token: str, *, outage: Outage | None = None) -> None:
        """Raise `StoreAddressUnfit`; nothing is connected yet."""
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise StoreAddressUnfit(given=address)
        self.address = address
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._prefix = parts.path.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        self._outage = outage or Outage()
        self._tls = ssl.create_default_context() if self._secure else None
        self._term: Callable[[], Term] = Term
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def works_in(self, term: Callable[[], Term]) -> None:
        """Show *term* with every request from now on."""
        self._term = term

    def close(self) -> None:
        """Let go of connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    # Requests.

    def _posted(self, path: str, body: object) -> bytes:
        headers = {"Content-Type": "application/json"}
        return self._json("POST", path, headers, [json.dumps(body).encode()])

    def _json(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        pieces: Iterable[bytes],
        *,
        blob: BlobId | None = None,
    ) -> bytes:
        seconds = CONTROL_SECONDS if blob is None else ANSWER_SECONDS
        with self._asked(method, path, headers, pieces, seconds) as answer:
            body = answer.read(MAX_ANSWER)
            if answer.status >= 300:
                raise refusal(answer.status, body, blob)
            return body

    @contextmanager
    def _asked(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        pieces: Iterable[bytes],
        seconds: float,
    ) -> Generator[http.client.HTTPResponse]:
        """The answer's head; its body within the block. Raise `StoreNodeUnreachable`."""
        self._outage.require()
        told = self._headers | headers
        if shown := str(self._term()):
            told[TERM_HEADER] = shown
        if method == "POST":
            told["Content-Length"] = str(sum(map(len, pieces)))
        try:
            connection, answer = self._exchanged(method, self._prefix + path, told, pieces, seconds)
        except (OSError, http.client.HTTPException) as error:
            raise self._outage.failed(_reason(error)) from error
        self._outage.over()
        try:
            yield answer
        except (OSError, http.client.HTTPException) as error:
            raise self._outage.failed(_reason(error)) from error
        finally:
            self._give_back(connection, answer)

    def _exchanged(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        pieces: Iterable[bytes],
        seconds: float,
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        kept = self._kept()
        if kept is not None:
            try:
                return kept, _exchange(kept, method, path, headers, pieces, seconds)
            except (OSError, http.client.HTTPException):
                kept.close()  # it had been closed over there while it lay idle
        fresh = self._fresh()
        try:
            return fresh, _exchange(fresh, method, path, headers, pieces, seconds)
        except BaseException:
            fresh.close()
            raise

    def _pieces(self, answer: http.client.HTTPResponse, size: int) -> Iterator[bytes]:
        left = size
        while left:
            piece = answer.read(min(MiB, left))
            if not piece:
                raise self._outage.failed("cut short")
            left -= len(piece)
            yield piece

    # Connections.

    def _kept(self) -> http.client.HTTPConnection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _fresh(self) -> http.client.HTTPConnection:
        if self._tls is not None:
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=CONNECT_SECONDS, context=self._tls
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=CONNECT_SECONDS)

    def _give_back(
        self, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse
    ) -> None:
        with suppress(OSError, http.client.HTTPException):
            if answer.isclosed() and connection.sock is not None:
                with self._lock:
                    if len(self._idle) < MAX_IDLE:
                        self._idle.append(connection)
                        return
        connection.close()


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: dict[str, str],
    pieces: Iterable[bytes],
    seconds: float,
) -> http.client.HTTPResponse:
    if connection.sock is None:
        connection.connect()
    wire: socket.socket = cast("socket.socket", connection.sock)
    wire.settimeout(seconds)
    connection.putrequest(method, path)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    for piece in pieces:
        connection.send(piece)
    return connection.getresponse()


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def decoded(body: bytes, shape: Any) -> Any:
    """*body* as a *shape*; raise `StoreNodeUnreachable` for what no store node would answer."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.MsgspecError as error:
        raise StoreNodeUnreachable(reason=f"no answer of a store node: {error}") from error


def refusal(status: int, body: bytes, blob: BlobId | None) -> Trouble:
    """The trouble that a problem (RFC 9457) of the store node is to this node."""
    try:
        told: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        told = {}
    name = str(told.get("type", "")).removeprefix("/problems/")
    named = show_blob(blob) if blob else "?"
    if name in _SAME:
        found = _SAME[name]
        return found(**{fact: told.get(fact, "?") for fact in _FACTS[found]})
    if name in ("hidden", "blob-missing"):
        return BlobMissing(blob=named) if blob else Hidden()
    if name == BlobDamaged.slug():
        return BlobDamaged(blob=named, place="store node")
    if name == NodeNotAdmitted.slug():
        return StoreNodeRefuses(reason=told.get("detail", status))
    if status == 507:
        return StoreNodeFull()
    return StoreNodeUnreachable(reason=f"{status} {name}".strip())


_FACTS: dict[type[Trouble], tuple[str, ...]] = {
    NodeSuperseded: ("node", "epoch", "newest"),
    LogBehind: ("node", "size", "told"),
    EpochAdrift: ("node", "epoch"),
    StoreNodeReplaced: ("term",),
    PackGone: ("pack",),
    OrderUnknown: ("purge",),
    BlobTooLarge: ("limit",),
    DigestMismatch: ("actual", "expected"),
    MoveOver: ("move", "state"),
    MoveAdrift: ("move", "node"),
    OfferOutdated: ("move", "node"),
    MoveUnderWay: ("agency", "move"),
    NodeUnfit: ("node",),
    AgencyElsewhere: ("agency", "node", "address"),
}
"""Troubles that are to this node what they are to the store node, with their facts."""
_SAME = {each.slug(): each for each in _FACTS}
