"""Base64 piece by piece, strictly: RFC 4648 with white space allowed between signs, nothing else."""

import binascii
from collections.abc import Iterable, Iterator

from interop.edxml.troubles import NotBase64

_SPACES = b" \t\r\n"
_GROUP = 4
_TAKEN = 3 * 16 * 1024
"""Bytes encoded at once: whole groups, so that no padding stands inside."""


class Decoder:
    """Takes the signs of one payload as they come."""

    def __init__(self) -> None:
        self._rest = b""
        self._padded = False

    def decoded(self, text: str) -> bytes:
        """The bytes that *text* completes; raise `NotBase64`."""
        try:
            signs = text.encode("ascii")
        except UnicodeEncodeError:
            raise _refused() from None
        if any(space in signs for space in (b" ", b"\n", b"\r", b"\t")):
            signs = signs.translate(None, _SPACES)
        if not signs:
            return b""
        if self._padded:  # something stands behind the end
            raise _refused()
        signs = self._rest + signs
        whole = len(signs) - len(signs) % _GROUP
        self._rest = signs[whole:]
        return self._bytes(signs[:whole])

    def finish(self) -> None:
        """Say that there is no more; raise `NotBase64` when a group is not whole."""
        if self._rest:
            raise _refused()

    def _bytes(self, signs: bytes) -> bytes:
        self._padded = signs.endswith(b"=")
        if self._padded and self._rest:
            raise _refused()
        try:
            return binascii.a2b_base64(signs, strict_mode=True)
        except binascii.Error:
            raise _refused() from None


def encoded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """*pieces* in Base64 on one line."""
    rest = b""
    for piece in pieces:
        rest += piece
        whole = len(rest) - len(rest) % 3
        for start in range(0, whole, _TAKEN):
            yield binascii.b2a_base64(rest[start : min(start + _TAKEN, whole)], newline=False)
        rest = rest[whole:]
    if rest:
        yield binascii.b2a_base64(rest, newline=False)


def _refused() -> NotBase64:
    return NotBase64(code="B.Base64", place="AttachmentEncoded/Attachment")
