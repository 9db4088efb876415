"""A small client of our own API: one connection, kept open, opened again when it was lost.

Only what may be asked twice is asked again: reading, storing by content, and registering
under an idempotency key.
"""

import http.client
import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, Self, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from repository.errors import Kind, Trouble

T = TypeVar("T")
TIMEOUT_SECONDS = 120.0
MAX_ANSWER_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
TRIES = 3


class Refused(Trouble):
    """The server refused ({status}, {type}): {detail}."""

    vietnamese = "Máy chủ từ chối ({status}, {type}): {detail}."


class NotAdmitted(Trouble):
    """The server does not admit this token ({status}): {detail}."""

    kind = Kind.UNKNOWN_CALLER
    vietnamese = "Máy chủ không chấp nhận mã truy cập này ({status}): {detail}."


class ServerFull(Trouble):
    """The server has reached its disk reserve: {detail}."""

    kind = Kind.EXHAUSTED
    vietnamese = "Máy chủ đã chạm mức dự trữ đĩa: {detail}."


class ServerDown(Trouble):
    """The server at {address} cannot be reached now: {reason}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Hiện không kết nối được máy chủ {address}: {reason}."


class BadAddress(Trouble):
    """{given} is not an address such as http://127.0.0.1:8080."""

    kind = Kind.MALFORMED
    vietnamese = "{given} không phải là địa chỉ dạng http://127.0.0.1:8080."


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """The API at *address*, asked by the holder of *token*."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address = address.rstrip("/")
        self._token = token
        self._connection = _connection(address)

    def get(self, path: str, shape: type[T], **parameters: object) -> T:
        """The JSON at *path* as a *shape*."""
        query = f"?{urlencode(parameters, quote_via=quote)}" if parameters else ""
        return _decoded(self._asked("GET", path + query), shape)

    def get_bytes(self, path: str) -> bytes:
        """What lies at *path*, whole."""
        return self._asked("GET", path).body

    def post(self, path: str, value: object, shape: type[T], *, key: str = "") -> T:
        """Send *value* as JSON; with an idempotency *key* it may be sent again."""
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        body = msgspec.json.encode(value)
        return _decoded(self._asked("POST", path, body, headers, again=bool(key)), shape)

    def post_file(self, path: str, stream: BinaryIO, shape: type[T]) -> T:
        """Send the bytes of *stream*, which can be rewound, from its beginning."""
        size = stream.seek(0, os.SEEK_END)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(size),
        }
        return _decoded(self._asked("POST", path, stream, headers), shape)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _asked(
        self,
        method: str,
        path: str,
        body: bytes | BinaryIO | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        again: bool = True,
    ) -> Answer:
        for left in reversed(range(TRIES if again else 1)):
            try:
                return _admitted(self._once(method, path, body, dict(headers or {})))
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                if not left:
                    reason = str(error) or type(error).__name__
                    raise ServerDown(address=self.address, reason=reason) from error
        raise AssertionError("unreachable")

    def _once(
        self, method: str, path: str, body: bytes | BinaryIO | None, headers: dict[str, str]
    ) -> Answer:
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        sent = body
        if body is not None and not isinstance(body, bytes):
            body.seek(0)
            sent = _pieces(body)
        self._connection.request(method, path, body=sent, headers=headers)
        response = self._connection.getresponse()
        received = response.read(MAX_ANSWER_BYTES + 1)
        if len(received) > MAX_ANSWER_BYTES:
            raise http.client.HTTPException(f"answer over {MAX_ANSWER_BYTES} bytes")
        return Answer(response.status, dict(response.getheaders()), received)


@contextmanager
def client(address: str, token: str = "") -> Generator[Client]:
    """A client that is closed at the end of the block."""
    with Client(address, token) as made:
        yield made


def _connection(address: str) -> http.client.HTTPConnection:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadAddress(given=address) from error
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if parts.scheme not in kinds or not host or parts.path.strip("/") or parts.query:
        raise BadAddress(given=address)
    return kinds[parts.scheme](host, port, timeout=TIMEOUT_SECONDS)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(CHUNK_BYTES):
        yield piece


def _admitted(answer: Answer) -> Answer:
    """*answer*, when the server did what was asked; else the trouble it told."""
    if answer.status < 300:
        return answer
    problem = _problem(answer.body)
    detail = str(problem.get("detail_en") or problem.get("detail") or "").rstrip(".")
    if answer.status in (401, 403):
        raise NotAdmitted(status=answer.status, detail=detail)
    if answer.status == 507:
        raise ServerFull(detail=detail)
    if answer.status == 503:
        raise http.client.HTTPException(detail or "503")
    raise Refused(status=answer.status, type=problem.get("type", "?"), detail=detail)


def _problem(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _decoded(answer: Answer, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except msgspec.DecodeError as error:
        raise Refused(status=answer.status, type="not our answer", detail=error) from error
