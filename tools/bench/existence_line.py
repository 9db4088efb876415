"""A connection with a stopwatch: when an answer began, when it was whole, and every byte of it."""

import socket
import time
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from tools.bench.http_line import PIECE_BYTES, TIMEOUT_SECONDS, LineBroken, content_length

_END = b"\r\n\r\n"


class Timed(NamedTuple):
    """An answer, and how long after its request had been handed over it came."""

    first: float
    """Seconds until its first byte."""
    whole: float
    """Seconds until its last byte."""
    head: bytes
    body: bytes

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(self.head[9:12])


class TimedLine:
    """One kept-alive connection; a stranger's, who measures."""

    def __init__(self, address: str) -> None:
        told = urlsplit(address)
        self._socket = socket.create_connection(
            (told.hostname or "", told.port or 80), TIMEOUT_SECONDS
        )
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> Timed:
        """Send *request* whole, return its answer; raise `LineBroken`, OSError."""
        began = time.perf_counter()
        self._socket.sendall(request)
        kept = self._more(b"")
        first = time.perf_counter() - began
        while (end := kept.find(_END)) < 0:
            kept = self._more(kept)
        head, body = kept[:end], kept[end + len(_END) :]
        length = 0 if request.startswith(b"HEAD ") else content_length(head.lower())
        while len(body) < length:
            body = self._more(body)
        return Timed(first, time.perf_counter() - began, head, body)

    def _more(self, kept: bytes) -> bytes:
        piece = self._socket.recv(PIECE_BYTES)
        if not piece:
            raise LineBroken("closed within an answer")
        return kept + piece

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
