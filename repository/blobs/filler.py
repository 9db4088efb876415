"""Fillers (bản ghi chèn): records that hold nobody's bytes, so that writing takes as long as it would.

An upload by somebody who may not know that its file is here already, or what it begins with, appends
as many bytes as if it were new (decision 17). What is written for that is noise of this process: it
has no row, stands in no footer, and is not there any more once its pack is sealed.
"""

import secrets
from collections.abc import Iterator

from repository.blobs.media import Media
from repository.blobs.port import MiB
from repository.blobs.record import (
    BLOCK_BYTES,
    CHECK_BYTES,
    FILLER,
    RAW,
    TRAILER_BYTES,
    Record,
    check_of,
    checks_of,
    header_length,
    write_header,
    write_tail,
)
from repository.model.blobs import LITERAL

_HEADER_BYTES = header_length(0, 0)
LEAST_BYTES = _HEADER_BYTES + TRAILER_BYTES
"""A filler cannot be shorter; what it stands for never is."""


def filler_of(total: int, at: int) -> Record:
    """A filler of *total* bytes from header to trailer, up to 8 fewer where they do not come out even.

    *total* is a multiple of 8, at least `LEAST_BYTES`; *at* in microseconds since 1970-01-01 UTC.
    """
    room = total - LEAST_BYTES
    stored = room - -(-room // (BLOCK_BYTES + CHECK_BYTES)) * CHECK_BYTES
    return Record(
        blob=LITERAL,
        codec=RAW,
        media=Media.BINARY,
        header=_HEADER_BYTES,
        stored=stored,
        literal=stored,
        length=stored,
        crc32=0,
        sha256=bytes(32),
        sha512=bytes(64),
        at=at,
        segments=(),
        marks=(),
        kind=FILLER,
    )


class Noise:
    """Bytes that nothing packs and that are nobody's, made once a process."""

    def __init__(self, size: int = MiB) -> None:
        """*size* bytes of them, a multiple of `BLOCK_BYTES`; longer fillers repeat them."""
        self._bytes = memoryview(secrets.token_bytes(size))
        self._checks = checks_of(self._bytes)

    def written(self, filler: Record) -> Iterator[bytes | memoryview]:
        """The bytes of *filler*, in order."""
        yield write_header(filler)
        checks: list[bytes] = []
        left = filler.stored
        while left:
            piece = self._bytes[:left]
            left -= len(piece)
            checks.append(self._checks_of(piece))
            yield piece
        yield write_tail(filler, b"".join(checks))

    def _checks_of(self, piece: memoryview) -> bytes:
        whole = len(piece) // BLOCK_BYTES
        rest = piece[whole * BLOCK_BYTES :]
        return self._checks[: whole * CHECK_BYTES] + (check_of(rest) if len(rest) else b"")
