"""One connection to our own API, kept open, opened again when it was lost.

Only what may be asked twice is asked again: reading, storing by content, and what carries an
idempotency key. Between two tries it waits, longer each time, and as long as the server says.
"""

import http.client
import os
import random
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, NamedTuple, Self, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from repository.errors import Kind, Trouble

T = TypeVar("T")
TIMEOUT_SECONDS = 120.0
MAX_ANSWER_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
TRIES = 3
FIRST_PAUSE_SECONDS = 0.25
MAX_PAUSE_SECONDS = 30.0
_NOT_DONE = frozenset([423, 429])
"""Refused before anything was done: whatever was asked may be asked again."""
_PERHAPS_DONE = frozenset([502, 503, 504])
"""The outcome may be unknown."""
_TOLD_APART = frozenset(
    [
        "self",
        "type",
        "title",
        "status",
        "detail",
        "detail_en",
        "detail_vi",
        "instance",
        "request_id",
    ]
)


class Refused(Trouble):
    """The server refused ({status}, {type}): {detail}.

    What the problem tells beside its sentence (`offset`, `limit`, `path`, …) is among the facts.
    """

    vietnamese = "Máy chủ từ chối ({status}, {type}): {detail}."

    @property
    def problem(self) -> str:
        """The problem's stable name, `offset-mismatch`."""
        return str(self.facts.get("type", "")).rpartition("/")[2]


class NotAdmitted(Refused):
    """The server does not admit this token ({status}): {detail}."""

    kind = Kind.UNKNOWN_CALLER
    vietnamese = "Máy chủ không chấp nhận mã truy cập này ({status}): {detail}."


class ServerFull(Refused):
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
    """Names in small letters."""
    body: bytes


class Patience(NamedTuple):
    """How often something is asked, and how long is waited in between."""

    tries: int = TRIES
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    """From 0 to 1: clients that were cut off together do not come back together."""

    def pauses(self) -> Iterator[float]:
        """Seconds before each further try, longer each time."""
        for n in range(self.tries - 1):
            yield min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**n) * (0.5 + self.chance() / 2)


class Client:
    """The API at *address*, asked by the holder of *token*."""

    def __init__(self, address: str, token: str = "", *, patience: Patience | None = None) -> None:
        self.address = address.rstrip("/")
        self.patience = patience or Patience()
        self._token = token
        self._connection = _connection(address)

    def get(self, path: str, shape: type[T], **parameters: object) -> T:
        """The JSON at *path* as a *shape*."""
        return decoded(self.ask("GET", path + _query(parameters)), shape)

    def get_bytes(self, path: str) -> bytes:
        """What lies at *path*, whole."""
        return self.ask("GET", path).body

    def post(self, path: str, value: object, shape: type[T], *, key: str = "") -> T:
        """Send *value* as JSON; with an idempotency *key* it may be sent again."""
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        body = msgspec.json.encode(value)
        return decoded(self.ask("POST", path, body, headers, again=bool(key)), shape)

    def post_file(self, path: str, stream: BinaryIO, shape: type[T]) -> T:
        """Send the bytes of *stream*, which can be rewound, from its beginning."""
        size = stream.seek(0, os.SEEK_END)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(size),
        }
        return decoded(self.ask("POST", path, stream, headers), shape)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | BinaryIO | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        again: bool = True,
        patience: Patience | None = None,
    ) -> Answer:
        """The answer, when the server did what was asked; *again*: it may be asked twice.

        Raise `Refused` with what the problem tells, or `ServerDown`.
        """
        waiting = _Waiting(self, patience or self.patience)
        while True:
            try:
                answer = self._once(method, path, body, headers or {})
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                waiting.or_raise(self.down(error), again=again)
                continue
            if answer.status in _NOT_DONE | _PERHAPS_DONE:
                self._connection.close()  # another worker may be able to
                may = again or answer.status in _NOT_DONE
                waiting.or_raise(self._refusal(answer), again=may, least=retry_after(answer))
                continue
            if answer.status >= 300:
                raise self._refusal(answer)
            return answer

    @contextmanager
    def opened(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> Generator[http.client.HTTPResponse]:
        """What lies at *path*, to be read in the block; once, without trying again.

        Raise `Refused`, or OSError and `http.client.HTTPException` where the line breaks.
        """
        whole = False
        try:
            self._send("GET", path, None, headers or {})
            response = self._connection.getresponse()
            if response.status >= 300:
                raise self._refusal(_answer(response))
            yield response
            whole = response.isclosed()
        finally:
            if not whole:  # what was not read would be taken for the next answer
                self._connection.close()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def down(self, error: Exception) -> ServerDown:
        """The trouble that *error*, a broken line, means."""
        return ServerDown(address=self.address, reason=str(error) or type(error).__name__)

    def _once(
        self, method: str, path: str, body: bytes | BinaryIO | None, headers: Mapping[str, str]
    ) -> Answer:
        self._send(method, path, body, headers)
        return _answer(self._connection.getresponse())

    def _send(
        self, method: str, path: str, body: bytes | BinaryIO | None, headers: Mapping[str, str]
    ) -> None:
        mine = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        sent = body
        if body is not None and not isinstance(body, bytes):
            body.seek(0)
            sent = _pieces(body)
        self._connection.request(method, path, body=sent, headers={**headers, **mine})

    def _refusal(self, answer: Answer) -> Trouble:
        problem = _problem(answer.body)
        detail = str(problem.get("detail_en") or problem.get("detail") or "").rstrip(".")
        if answer.status in _PERHAPS_DONE:
            return ServerDown(address=self.address, reason=detail or str(answer.status))
        shape = {401: NotAdmitted, 403: NotAdmitted, 507: ServerFull}.get(answer.status, Refused)
        told = {name: fact for name, fact in problem.items() if name not in _TOLD_APART}
        return shape(
            **told, status=answer.status, type=str(problem.get("type", "?")), detail=detail
        )


class _Waiting:
    """The pauses of one question."""

    def __init__(self, client: Client, patience: Patience) -> None:
        self._client = client
        self._sleep = patience.sleep
        self._pauses = patience.pauses()

    def or_raise(self, trouble: Trouble, *, again: bool, least: float = 0) -> None:
        """Wait for the next try, *least* so many seconds; raise *trouble* when there is none."""
        pause = next(self._pauses, None) if again else None
        if pause is None:
            raise trouble
        self._sleep(max(pause, least))


@contextmanager
def client(address: str, token: str = "") -> Generator[Client]:
    """A client that is closed at the end of the block."""
    with Client(address, token) as made:
        yield made


def decoded(answer: Answer, shape: type[T]) -> T:
    """The JSON of *answer* as a *shape*; raise `Refused` when it is something else."""
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except msgspec.DecodeError as error:
        raise Refused(status=answer.status, type="not our answer", detail=error) from error


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


def _query(parameters: Mapping[str, object]) -> str:
    return f"?{urlencode(parameters, quote_via=quote)}" if parameters else ""


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(CHUNK_BYTES):
        yield piece


def _answer(response: http.client.HTTPResponse) -> Answer:
    received = response.read(MAX_ANSWER_BYTES + 1)
    if len(received) > MAX_ANSWER_BYTES:
        raise http.client.HTTPException(f"answer over {MAX_ANSWER_BYTES} bytes")
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, received)


def retry_after(answer: Answer) -> float:
    """Seconds that the server asks to wait (RFC 9110, 10.2.3), within what we are ready to."""
    given = answer.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return min(MAX_PAUSE_SECONDS, float(given[:9]))
    try:
        until = parsedate_to_datetime(given)
    except ValueError:
        return 0
    if until.tzinfo is None:
        return 0
    return min(MAX_PAUSE_SECONDS, max(0.0, (until - datetime.now(UTC)).total_seconds()))


def _problem(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
