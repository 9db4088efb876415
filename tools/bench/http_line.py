"""A connection that costs as little as can be: what is measured is the server, not its client.

HTTP/1.1 with a Content-Length in every answer, as our server and its peer give it; nothing else
is understood, and whatever is not understood is an error of the measurement.
"""

import socket
from typing import NamedTuple, Self
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 60
PIECE_BYTES = 256 * 1024
_END = b"\r\n\r\n"


class LineBroken(Exception):
    """The server closed the connection or answered what is no HTTP."""


class Answered(NamedTuple):
    """An answer as far as a bench looks at it."""

    status: int
    body: bytes


class Line:
    """One kept-alive connection to `http://host:port`."""

    def __init__(self, address: str) -> None:
        told = urlsplit(address)
        self._socket = socket.create_connection(
            (told.hostname or "", told.port or 80), TIMEOUT_SECONDS
        )
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> Answered:
        """Send *request* whole, return its answer; raise `LineBroken`, OSError."""
        self._socket.sendall(request)
        kept = self._more(b"")
        while (end := kept.find(_END)) < 0:
            kept = self._more(kept)
        head = kept[:end].lower()
        length = content_length(head)
        pieces, missing = [kept[end + len(_END) :]], length - (len(kept) - end - len(_END))
        while missing > 0:
            piece = self._socket.recv(PIECE_BYTES)
            if not piece:
                raise LineBroken("closed within a body")
            pieces.append(piece)
            missing -= len(piece)
        return Answered(int(head[9:12]), b"".join(pieces))

    def _more(self, kept: bytes) -> bytes:
        piece = self._socket.recv(PIECE_BYTES)
        if not piece:
            raise LineBroken("closed before an answer")
        return kept + piece

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def content_length(head: bytes) -> int:
    """The Content-Length that a lower-case *head* tells; 0 where it tells none."""
    at = head.find(b"\r\ncontent-length:")
    if at < 0:
        return 0  # 204, 304
    return int(head[at + 17 : head.find(b"\r\n", at + 2) if b"\r\n" in head[at + 2 :] else None])


def request(method: str, path: str, bearer: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of a request; names of *headers* with `_` for `-`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Authorization: Bearer {bearer}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method in ("POST", "PUT"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
