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
_DEFINES = re.compile(
    rb"(?:(?<=[\x00\t\n\x0c\r >])|(?<=endobj)|^)(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})"
    rb"[\x00\t\n\x0c\r ]+$"
)
_BEFORE = 64
"""Bytes before `obj` in which its numbers are looked for."""
_RANGE = re.compile(rb"/ByteRange[\x00\t\n\x0c\r ]*\[")
_WORDS = (b"obj", b"/ByteRange", b"stream", EOF_MARK)


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
    for offset, word, around in _words(stream):
        if word == EOF_MARK:
            last_eof, inside = offset + len(word), False
        elif word == b"stream":
            inside = not around.endswith(b"end")
        elif inside:
            continue
        elif word == b"obj":
            definitions += _defined(offset, around)
        else:
            byte_ranges += 1
    size, digest, begins = _digests(stream, lengths)
    return Seen(size, digest, tuple(definitions), byte_ranges, last_eof, begins)


def _defined(offset: int, before: bytes) -> list[Definition]:
    found = _DEFINES.search(before)
    if found is None:
        return []
    start = offset - len(before) + found.start()
    return [Definition(int(found[1]), int(found[2]), start)]


def _words(stream: BinaryIO) -> Iterator[tuple[int, bytes, bytes]]:
    """Offset of each word of interest, in order, the word, and what stands before it.

    Words are found by the fastest search there is: large files are mostly something else.
    """
    stream.seek(0)
    kept, base, done, last = b"", 0, 0, False
    while not last:
        chunk = stream.read(CHUNK)
        last = not chunk
        window = kept + chunk
        limit = len(window) if last else len(window) - OVERLAP
        for at, word in sorted(_found(window, max(0, done - base), limit)):
            if word != b"/ByteRange" or _RANGE.match(window, at):
                yield base + at, word, window[max(0, at - _BEFORE) : at]
        done = base + max(0, limit)
        # What lies before a word is still to be seen when its turn comes.
        keep = min(len(window), OVERLAP + _BEFORE)
        base += len(window) - keep
        kept = window[len(window) - keep :]


def _found(window: bytes, start: int, limit: int) -> Iterator[tuple[int, bytes]]:
    for word in _WORDS:
        at = window.find(word, start)
        while 0 <= at < limit:
            yield at, word
            at = window.find(word, at + len(word))


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
