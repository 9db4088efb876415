"""A ZIP around exactly one file (APPNOTE 6.3): read as hostile, written the same way every time.

Rules for the file: the name inside is compared, never used as a path. Files are written stored,
not deflated: what zlib makes of them differs between its versions, and a resend has to be the
same bytes.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from interop.edxml.limits import Limits
from interop.edxml.troubles import ZipRefused

MAGIC = b"PK\x03\x04"
CHUNK = 64 * 1024
MAX_ENTRY = 1024
"""Bytes of the name inside: a few hundred are in use."""
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_MAX_COMMENT = 65_535
_ENCRYPTED = 0x1
_UTF8 = 0x800
_STORED, _DEFLATED = 0, 8
_VERSION = 20
_DAY = 0x21
"""1980-01-01, the first day a ZIP can tell: the same for every file."""
_MAX_DESCRIPTOR = 24
"""Bytes that may stand between an entry and the directory: its sizes once more."""


class Entry(NamedTuple):
    """The one file in a ZIP."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    """Where its bytes begin."""


def single_entry(file: BinaryIO, size: int) -> Entry | None:
    """The one entry of the ZIP of *size* bytes in *file*; None unless it is whole and alone."""
    directory = _directory(file, size)
    if directory is None:
        return None
    at, central = directory
    if len(central) < _CENTRAL.size:
        return None
    fields = _CENTRAL.unpack_from(central)
    flags, method, crc, packed, whole = fields[3], fields[4], fields[7], fields[8], fields[9]
    names, extra, comment, local = fields[10], fields[11], fields[12], fields[16]
    if fields[0] != b"PK\x01\x02" or _CENTRAL.size + names + extra + comment != len(central):
        return None
    raw = central[_CENTRAL.size : _CENTRAL.size + names]
    start = _start(file, method, raw) if local == 0 and names <= MAX_ENTRY else None
    if start is None or not 0 <= at - start - packed <= _MAX_DESCRIPTOR:
        return None
    name = raw.decode("utf-8" if flags & _UTF8 else "cp437", errors="replace")
    return Entry(name, flags, method, crc, packed, whole, start)


def unpacked(file: BinaryIO, entry: Entry, limits: Limits) -> Iterator[bytes]:
    """The bytes of *entry*; raise `ZipRefused` when it is locked, damaged or swells too much."""
    if entry.flags & _ENCRYPTED:
        raise _refused("encrypted")
    if entry.method not in (_STORED, _DEFLATED):
        raise _refused("unknown method")
    file.seek(entry.start)
    packed = _taken(file, entry.packed)
    size = crc = 0
    for piece in packed if entry.method == _STORED else _inflated(packed):
        size += len(piece)
        if size > entry.size or (size > limits.ratio_from and size > limits.ratio * entry.packed):
            raise _refused("swells too much")
        crc = zlib.crc32(piece, crc)
        yield piece
    if size != entry.size or crc != entry.crc:
        raise _refused("damaged")


def packed_size(size: int, name: str) -> int:
    """How many bytes `packed` gives for a file of *size* bytes."""
    return _LOCAL.size + _CENTRAL.size + _END.size + 2 * len(name.encode()) + size


def packed(pieces: Iterable[bytes], name: str, size: int, crc: int) -> Iterator[bytes]:
    """A ZIP of the one file that *pieces* give, *size* bytes with checksum *crc*."""
    raw = name.encode()
    flags = 0 if name.isascii() else _UTF8
    told = (flags, _STORED, 0, _DAY, crc, size, size, len(raw), 0)
    yield _LOCAL.pack(MAGIC, _VERSION, *told) + raw
    yield from pieces
    central = _CENTRAL.pack(b"PK\x01\x02", _VERSION, _VERSION, *told, 0, 0, 0, 0, 0) + raw
    at = _LOCAL.size + len(raw) + size
    yield central + _END.pack(b"PK\x05\x06", 0, 0, 1, 1, len(central), at, 0)


def _directory(file: BinaryIO, size: int) -> tuple[int, bytes] | None:
    """Where the directory begins and its bytes, when it tells of one entry."""
    start = max(0, size - _END.size - _MAX_COMMENT)
    file.seek(start)
    tail = file.read(size - start)
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < _END.size:
        return None
    end = _END.unpack_from(tail, found)
    _, disk, first, here, count, length, at, comment = end
    alone = (disk, first, here, count) == (0, 0, 1, 1)
    if not alone or at + length != start + found or found + _END.size + comment != len(tail):
        return None
    if length > _CENTRAL.size + 3 * _MAX_COMMENT:
        return None
    file.seek(at)
    return at, file.read(length)


def _start(file: BinaryIO, method: int, name: bytes) -> int | None:
    """Where the bytes of the first entry begin; None when it is not the one of the directory."""
    file.seek(0)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size:
        return None
    fields = _LOCAL.unpack(head)
    same = fields[0] == MAGIC and fields[3] == method and file.read(fields[9]) == name
    return _LOCAL.size + fields[9] + fields[10] if same else None


def _taken(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size and (piece := file.read(min(CHUNK, size))):
        size -= len(piece)
        yield piece


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """*pieces* inflated, never more at once than a few chunks."""
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in pieces:
        if inflating.eof:
            raise _refused("more behind its end")
        waiting = piece
        while waiting:
            yield _inflate(inflating, waiting)
            waiting = inflating.unconsumed_tail
    if not inflating.eof or inflating.unused_data:
        raise _refused("cut short")


def _inflate(inflating: "zlib._Decompress", piece: bytes) -> bytes:  # pyright: ignore[reportPrivateUsage]
    try:
        return inflating.decompress(piece, 4 * CHUNK)
    except zlib.error:
        raise _refused("damaged") from None


def _refused(reason: str) -> ZipRefused:
    return ZipRefused(code="B.Zip", place="AttachmentEncoded/Attachment", reason=reason)
