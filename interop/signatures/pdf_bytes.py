"""What the bytes of a PDF tell without its objects: the gap of a signature, the end, what lies hidden.

A reader follows cross-references and sees what they name. Attacks live beside them: bytes behind the
last revision, signatures that no field names, second definitions that wait to be pointed at.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

CHUNK = 1024 * 1024
OVERLAP = 4096
"""Longer than what is looked for may be."""
EOF_MARK = b"%%EOF"
WHITESPACE = b"\x00\t\n\x0c\r "
_HEX = frozenset(b"0123456789abcdefABCDEF")
_INTEREST = re.compile(
    rb"(?:(?<=[\s>])|(?<=endobj)|^)(?P<number>\d{1,10})[\x00\t\n\x0c\r ]+(?P<generation>\d{1,5})"
    rb"[\x00\t\n\x0c\r ]+obj\b"
    rb"|/ByteRange[\x00\t\n\x0c\r ]*(?P<range>\[)"
    rb"|(?P<open>\bstream\r?\n)|(?P<close>endstream)"
    rb"|(?P<eof>%%EOF)"
)


class Definition(NamedTuple):
    """`n g obj` in the bytes."""

    number: int
    generation: int
    offset: int


class Seen(NamedTuple):
    """What one pass over a file saw."""

    size: int
    sha256: str
    definitions: tuple[Definition, ...]
    byte_ranges: int
    last_eof: int
    """Offset behind the last `%%EOF`; 0 where there is none."""
    begins: dict[int, str]
    """SHA-256 of the first so many bytes, for the lengths that were asked."""


def seen(stream: BinaryIO, lengths: tuple[int, ...] = ()) -> Seen:
    """Look once through all of *stream*, with the digests of its first *lengths* bytes."""
    definitions: list[Definition] = []
    byte_ranges = last_eof = 0
    inside = False
    for offset, found in _interesting(stream):
        if found["open"]:
            inside = True
        elif found["close"]:
            inside = False
        elif found["eof"]:
            last_eof = offset + len(EOF_MARK)
            inside = False
        elif found["range"]:
            byte_ranges += not inside
        elif not inside:
            definitions.append(Definition(int(found["number"]), int(found["generation"]), offset))
    size, digest, begins = _digests(stream, lengths)
    return Seen(size, digest, tuple(definitions), byte_ranges, last_eof, begins)


def _interesting(stream: BinaryIO) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Each match with its offset, in order, each once."""
    stream.seek(0)
    kept, base, done, last = b"", 0, 0, False
    while not last:
        chunk = stream.read(CHUNK)
        last = not chunk
        window = kept + chunk
        limit = len(window) if last else len(window) - OVERLAP
        for found in _INTEREST.finditer(window):
            offset = base + found.start()
            if found.start() < limit and offset >= done:
                done = base + found.end()
                yield offset, found
        # A little more stays, so that what stands before a match is still seen.
        keep = min(len(window), OVERLAP + 16)
        base += len(window) - keep
        kept = window[len(window) - keep :]


def _digests(stream: BinaryIO, lengths: tuple[int, ...]) -> tuple[int, str, dict[int, str]]:
    stream.seek(0)
    digest, size = hashlib.sha256(), 0
    begins: dict[int, str] = {}
    for length in (*sorted(set(lengths)), None):
        while length is None or size < length:
            chunk = stream.read(CHUNK if length is None else min(CHUNK, length - size))
            if not chunk:
                break
            digest.update(chunk)
            size += len(chunk)
        if length is not None and size == length:
            begins[length] = digest.copy().hexdigest()
    return size, digest.hexdigest(), begins


def gap_holds(stream: BinaryIO, byte_range: tuple[int, int, int, int], contents: bytes) -> bool:
    """Say whether the bytes that *byte_range* leaves out are *contents* in hexadecimal, no more."""
    _, first, second, _ = byte_range
    if second - first != 2 * len(contents) + 2:
        return False
    stream.seek(first)
    gap = stream.read(second - first)
    if gap[:1] != b"<" or gap[-1:] != b">" or not _HEX.issuperset(gap[1:-1]):
        return False
    return bytes.fromhex(gap[1:-1].decode("ascii")) == contents


def tail(stream: BinaryIO, start: int) -> bytes | None:
    """The bytes from *start* to the end; None where there are more than a reader would accept."""
    stream.seek(start)
    found = stream.read(OVERLAP + 1)
    return found if len(found) <= OVERLAP else None
