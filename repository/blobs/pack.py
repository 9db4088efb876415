"""Packs: an open one that one writer appends to, a sealed one that nobody ever changes.

An open pack is `<number>.open`, a sealed one `<number>.pack`; numbers are given once, by the
keeper. Both begin with the same header; a sealed one ends with a footer from which the
catalogue is rebuilt without walking.
"""

import struct
import uuid
from collections.abc import Iterator
from typing import NamedTuple

import blake3

from repository.blobs.pack_io import PackIO
from repository.blobs.port import MiB
from repository.blobs.record import (
    BLOB,
    BLOCK_BYTES,
    DICTIONARY,
    MAX_HEADER_BYTES,
    Record,
    check_of,
    read_header,
    read_tail,
    row_of,
)
from repository.errors import Kind, Trouble
from repository.model.blobs import (
    MARK_BYTES,
    ROW_BYTES,
    BlobRow,
    pack_marks,
    pack_row,
    pack_segments,
)
from repository.model.ids import BlobId

OPEN = ".open"
SEALED = ".pack"
SEALING = ".sealing"
_HEADER = struct.Struct("<8sB7xQ16sQ16s")
_HEADER_MAGIC = b"VKPACK\r\n"
_FOOT = struct.Struct("<QQ32s8s")
_FOOT_MAGIC = b"VKFOOT\r\n"
_COUNTS = struct.Struct("<QQQQQ32s")
VERSION = 1
HEADER_BYTES = _HEADER.size
ENTRY_BYTES = 32 + ROW_BYTES
_MARK_ENTRY = 32 + 40
WALK_BYTES = 4 * MiB


class PackBroken(Trouble):
    """The pack {pack} is broken: {why}."""

    kind = Kind.DAMAGED
    vietnamese = "Gói {pack} đã hỏng: {why}."


class Placed(NamedTuple):
    """A record and where it stands."""

    offset: int
    record: Record
    broken: bool = False
    """Its stored bytes are no longer, or never became, what its checks say."""


class Footer(NamedTuple):
    """What a sealed pack tells without being walked."""

    entries: bytes
    """`blob + row`, `ENTRY_BYTES` each, sorted by blob."""
    marks: bytes
    """`digest + blob + length`, sorted by digest."""
    segments: tuple[tuple[BlobId, bytes], ...]
    """Packed segments of the composite blobs, sorted by blob."""
    replaces: tuple[int, ...]
    """Packs whose records were moved here."""
    body: bytes
    """BLAKE3 of everything before the footer."""


def open_name(number: int) -> str:
    """The file name of an open pack."""
    return f"{number:012x}{OPEN}"


def sealed_name(number: int) -> str:
    """The file name of a sealed pack."""
    return f"{number:012x}{SEALED}"


def number_of(name: str) -> int | None:
    """The pack's number in a file name, or None for other files."""
    stem, dot, ending = name.partition(".")
    if dot + ending not in (OPEN, SEALED) or len(stem) != 12:
        return None
    try:
        return int(stem, 16)
    except ValueError:
        return None


def pack_header(number: int, store: uuid.UUID, at: int) -> bytes:
    """The first `HEADER_BYTES` of a pack; *at* in microseconds since 1970-01-01 UTC."""
    told = _HEADER.pack(_HEADER_MAGIC, VERSION, number, store.bytes, at, bytes(16))[:-16]
    return told + blake3.blake3(told).digest(16)


def require_header(medium: PackIO, name: str, store: uuid.UUID) -> None:
    """Raise `PackBroken` unless *name* is a pack of this *store*."""
    kept = medium.pread(name, 0, HEADER_BYTES)
    if len(kept) < HEADER_BYTES or blake3.blake3(kept[:-16]).digest(16) != kept[-16:]:
        raise PackBroken(pack=name, why="header")
    magic, version, _, owner, _, _ = _HEADER.unpack(kept)
    if magic != _HEADER_MAGIC or version != VERSION or owner != store.bytes:
        raise PackBroken(pack=name, why="another store's or another version's")


def walk(medium: PackIO, name: str, *, start: int, whole: bool) -> Iterator[Placed]:
    """The intact records of a pack from *start* on; stops at the first that is not.

    *whole* also compares every stored byte with its check, as must be done where the writer
    may have died; without it headers alone are looked at. Past a record that is broken only
    between header and trailer the walk goes on: its bytes may have been erased.
    """
    end = medium.size(name) if not name.endswith(SEALED) else footer_offset(medium, name)
    offset = max(start, HEADER_BYTES)
    window, at = b"", offset
    while offset < end:
        if offset < at or offset + MAX_HEADER_BYTES > at + len(window):
            window, at = medium.pread(name, offset, _window(offset, end)), offset
        record = read_header(memoryview(window)[offset - at :])
        if record is None or offset + record.total > end:
            return
        broken = whole and not intact(medium, name, offset, record)
        if broken and not ends_whole(medium, name, offset, record):
            return
        if record.kind == BLOB:
            yield Placed(offset, record, broken)
        offset += record.total


def _window(offset: int, end: int) -> int:
    """How much to read ahead: records are mostly larger than their headers."""
    return min(64 * 1024, end - offset)


def intact(medium: PackIO, name: str, offset: int, record: Record) -> bool:
    """Say whether every stored byte of the record matches its check."""
    begin = offset + record.header
    tail = medium.pread(name, begin + record.stored, record.total - record.header - record.stored)
    told = read_tail(record, tail)
    if told is None:
        return False
    checks, _ = told
    for block in range(len(checks) // 8):
        at = block * BLOCK_BYTES
        piece = medium.pread(name, begin + at, min(BLOCK_BYTES, record.stored - at))
        if check_of(piece) != checks[block * 8 : block * 8 + 8]:
            return False
    return True


def ends_whole(medium: PackIO, name: str, offset: int, record: Record) -> bool:
    """Say whether what follows the stored bytes is as it was written, whatever they are."""
    begin = offset + record.header + record.stored
    return read_tail(record, medium.pread(name, begin, offset + record.total - begin)) is not None


def dictionary_of(medium: PackIO, name: str) -> bytes:
    """The dictionary with which the records of a sealed pack were packed.

    Raise `PackBroken` when it is not there or is no longer what its name says.
    """
    record = read_header(medium.pread(name, HEADER_BYTES, MAX_HEADER_BYTES))
    if record is None or record.kind != DICTIONARY:
        raise PackBroken(pack=name, why="no dictionary")
    kept = medium.pread(name, HEADER_BYTES + record.header, record.stored)
    if blake3.blake3(kept).digest() != record.blob:
        raise PackBroken(pack=name, why="the dictionary fails its check")
    return kept


def next_record(medium: PackIO, name: str, start: int) -> int | None:
    """Where the next intact header stands from *start* on, or None: resynchronises a walk.

    The header's own check makes a magic within some file's bytes harmless.
    """
    end = medium.size(name)
    at = start
    while at < end:
        piece = medium.pread(name, at, WALK_BYTES + MAX_HEADER_BYTES)
        found = piece.find(b"VKBLOB\r\n")
        while 0 <= found < WALK_BYTES:
            if read_header(memoryview(piece)[found:]):
                return at + found
            found = piece.find(b"VKBLOB\r\n", found + 1)
        at += WALK_BYTES
    return None


def write_footer(
    number: int, placed: list[Placed], replaces: tuple[int, ...], body: bytes, offset: int
) -> bytes:
    """The footer of a pack whose records are *placed* and whose earlier bytes hash to *body*."""
    entries = sorted(p.record.blob + pack_row(row_of(p.record, number, p.offset)) for p in placed)
    marks = sorted(
        packed[at : at + 32] + p.record.blob + packed[at + 32 : at + MARK_BYTES]
        for p in placed
        for packed in (pack_marks(p.record.marks),)
        for at in range(0, len(packed), MARK_BYTES)
    )
    segments = sorted(
        p.record.blob + len(packed).to_bytes(4, "little") + packed
        for p in placed
        for packed in (pack_segments(p.record.segments),)
        if packed
    )
    parts = (b"".join(entries), b"".join(marks), b"".join(segments))
    counts = _COUNTS.pack(VERSION, *map(len, parts), len(replaces), body)
    told = counts + b"".join(parts) + b"".join(n.to_bytes(8, "little") for n in replaces)
    return told + _FOOT.pack(offset, len(told), blake3.blake3(told).digest(), _FOOT_MAGIC)


def footer_offset(medium: PackIO, name: str) -> int:
    """Where the footer of a sealed pack begins; raise `PackBroken` if it has none."""
    return _foot(medium, name)[0]


def _foot(medium: PackIO, name: str) -> tuple[int, int, bytes]:
    size = medium.size(name)
    kept = medium.pread(name, max(0, size - _FOOT.size), _FOOT.size)
    if len(kept) < _FOOT.size or kept[-8:] != _FOOT_MAGIC:
        raise PackBroken(pack=name, why="no footer")
    offset, length, digest, _ = _FOOT.unpack(kept)
    if offset + length + _FOOT.size != size:
        raise PackBroken(pack=name, why="the footer does not fit the file")
    return offset, length, digest


def footer_digest(medium: PackIO, name: str) -> bytes:
    """What the foot of a sealed pack says its footer hashes to: it pins every byte of the file."""
    return _foot(medium, name)[2]


def read_footer(medium: PackIO, name: str) -> Footer:
    """The footer of a sealed pack, checked; raise `PackBroken`."""
    offset, length, digest = _foot(medium, name)
    told = medium.pread(name, offset, length)
    if blake3.blake3(told).digest() != digest:
        raise PackBroken(pack=name, why="the footer fails its check")
    _, entries, marks, segments, replaces, body = _COUNTS.unpack_from(told)
    at = _COUNTS.size
    ends = (at + entries, at + entries + marks, at + entries + marks + segments)
    numbers = told[ends[2] :]
    return Footer(
        entries=told[at : ends[0]],
        marks=told[ends[0] : ends[1]],
        segments=tuple(_segment_entries(told[ends[1] : ends[2]])),
        replaces=tuple(
            int.from_bytes(numbers[n * 8 : n * 8 + 8], "little") for n in range(replaces)
        ),
        body=body,
    )


def _segment_entries(kept: bytes) -> Iterator[tuple[BlobId, bytes]]:
    at = 0
    while at < len(kept):
        length = int.from_bytes(kept[at + 32 : at + 36], "little")
        yield BlobId(kept[at : at + 32]), kept[at + 36 : at + 36 + length]
        at += 36 + length


def entry_items(footer: Footer) -> list[tuple[bytes, bytes]]:
    """`(blob, row)` of every record, ready for the catalogue."""
    kept = footer.entries
    return [
        (kept[at : at + 32], kept[at + 32 : at + ENTRY_BYTES])
        for at in range(0, len(kept), ENTRY_BYTES)
    ]


def mark_items(footer: Footer) -> list[tuple[bytes, bytes]]:
    """`(digest, blob + length)` of every revision mark, ready for the catalogue."""
    kept = footer.marks
    return [
        (kept[at : at + 32], kept[at + 32 : at + _MARK_ENTRY])
        for at in range(0, len(kept), _MARK_ENTRY)
    ]


def placed_row(placed: Placed, number: int) -> BlobRow:
    """The catalogue's row of a record found by walking."""
    return row_of(placed.record, number, placed.offset)
