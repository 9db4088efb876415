"""One self-describing record of a pack: header, stored bytes, checks, trailer.

All numbers are little-endian; `docs/format.md` draws the bytes. From its header alone a
record tells the blob's name, digests, segments and revisions, so that the catalogue can be
rebuilt from packs. Each 64 KiB of stored bytes has a check of its own behind them, so that a
ranged read never returns rotten bytes. Block checks are XXH3 (ADR 8): they are for rot, which
no name can show of a part; against forgery there is the name.
"""

import struct
from typing import NamedTuple

import blake3
import xxhash

from repository.blobs.address import Address
from repository.blobs.media import Media
from repository.errors import Kind, Trouble
from repository.model.blobs import (
    LITERAL,
    MARK_BYTES,
    SEGMENT_BYTES,
    BlobRow,
    RevisionMark,
    Segment,
    pack_marks,
    pack_segments,
    unpack_marks,
    unpack_segments,
)
from repository.model.ids import BlobId

MAGIC = b"VKBLOB\r\n"
VERSION = 2
RAW = 0
ZSTD = 1
ZSTD_DICTIONARY = 2
"""zstd with the dictionary that is the first record of the same sealed pack."""
BLOB = 0
DICTIONARY = 1
"""A record that only its own pack uses; it has no row in the catalogue."""
FILLER = 2
"""A record of nobody's bytes, written for the time that it takes; it never leaves its open pack."""
BLOCK_BYTES = 64 * 1024
"""Stored bytes under one check."""
FRAME_BYTES = 256 * 1024
"""Bytes in one zstd frame of a packed record, before packing: ranges unpack only what they hit."""
CHECK_BYTES = 8
FRAME_LENGTH_BYTES = 4
HEADER_CHECK_BYTES = 16
ALIGNMENT = 8
_FIXED = struct.Struct("<8sBBBBHHIQQQQI4x32s32s64s")
_TRAILER = struct.Struct("<Q8s")
FIXED_BYTES = _FIXED.size
TRAILER_BYTES = _TRAILER.size
MAX_HEADER_BYTES = FIXED_BYTES + 64 * SEGMENT_BYTES + 256 * MARK_BYTES + 32


class RecordBroken(Trouble):
    """The record at {offset} of {pack} is broken: {why}."""

    kind = Kind.DAMAGED
    vietnamese = "Bản ghi tại {offset} của {pack} đã hỏng: {why}."


class Record(NamedTuple):
    """What a record's header says."""

    blob: BlobId
    codec: int
    media: Media
    header: int
    """Length of the header, bytes."""
    stored: int
    """Length of the stored bytes."""
    literal: int
    """Length of the record's own bytes before packing."""
    length: int
    """Length of the whole blob."""
    crc32: int
    sha256: bytes
    sha512: bytes
    at: int
    """When it was first written: microseconds since 1970-01-01 UTC."""
    segments: tuple[Segment, ...]
    """Empty for a plain blob."""
    marks: tuple[RevisionMark, ...]
    kind: int = BLOB

    @property
    def frames(self) -> int:
        """How many zstd frames hold the stored bytes."""
        return -(-self.literal // FRAME_BYTES) if self.codec != RAW else 0

    @property
    def total(self) -> int:
        """Bytes from this record's beginning to the next one's."""
        return self.header + tail_offset(self.stored, self.frames) + TRAILER_BYTES


def row_of(record: Record, pack: int, offset: int) -> BlobRow:
    """The catalogue's row of *record* at *offset* of *pack*."""
    return BlobRow(
        pack=pack,
        offset=offset,
        header=record.header,
        stored=record.stored,
        literal=record.literal,
        length=record.length,
        codec=record.codec,
        media=record.media,
        segments=len(record.segments),
        crc32=record.crc32,
        sha256=record.sha256,
    )


def record_of(
    address: Address,
    *,
    segments: tuple[Segment, ...],
    marks: tuple[RevisionMark, ...],
    at: int,
) -> Record:
    """The record of a blob newly come: its own bytes stored as they are."""
    literal = sum(s.length for s in segments if s.base == LITERAL) if segments else address.size
    return Record(
        blob=address.blob,
        codec=RAW,
        media=address.media,
        header=header_length(len(segments), len(marks)),
        stored=literal,
        literal=literal,
        length=address.size,
        crc32=address.crc32,
        sha256=address.sha256,
        sha512=address.sha512,
        at=at,
        segments=segments,
        marks=marks,
    )


def whole_of(record: Record, marks: tuple[RevisionMark, ...]) -> int:
    """Bytes that the record of the same blob would have which tells all *marks* and builds on nothing."""
    return header_length(0, len(marks)) + tail_offset(record.length, frames=0) + TRAILER_BYTES


def header_length(segments: int, marks: int) -> int:
    """Bytes of a header with so many segments and marks."""
    bare = FIXED_BYTES + segments * SEGMENT_BYTES + marks * MARK_BYTES + HEADER_CHECK_BYTES
    return _aligned(bare)


def tail_offset(stored: int, frames: int) -> int:
    """Where the trailer begins, counted from the first stored byte."""
    bare = stored + check_count(stored) * CHECK_BYTES + frames * FRAME_LENGTH_BYTES
    return _aligned(bare)


def check_count(stored: int) -> int:
    """How many blocks, and so checks, *stored* bytes have."""
    return -(-stored // BLOCK_BYTES)


def check_of(block: bytes | memoryview) -> bytes:
    """The check of one block of stored bytes: XXH3-64, highest byte first."""
    return xxhash.xxh3_64_digest(block)


def checks_of(stored: bytes | memoryview) -> bytes:
    """The checks of all blocks of *stored* bytes, in order."""
    if len(stored) <= BLOCK_BYTES:
        return check_of(stored) if len(stored) else b""
    view = memoryview(stored)
    return b"".join(
        check_of(view[at : at + BLOCK_BYTES]) for at in range(0, len(view), BLOCK_BYTES)
    )


def write_header(record: Record) -> bytes:
    """The header's bytes, as long as `record.header` says."""
    fixed = _FIXED.pack(
        MAGIC,
        VERSION,
        record.kind,
        record.codec,
        record.media,
        len(record.segments),
        len(record.marks),
        record.header,
        record.stored,
        record.literal,
        record.length,
        record.at,
        record.crc32,
        record.blob,
        record.sha256,
        record.sha512,
    )
    told = fixed + pack_segments(record.segments) + pack_marks(record.marks)
    told += bytes(record.header - HEADER_CHECK_BYTES - len(told))
    return told + blake3.blake3(told).digest(HEADER_CHECK_BYTES)


def write_tail(record: Record, checks: bytes, frames: tuple[int, ...] = ()) -> bytes:
    """What stands behind the stored bytes: checks, frame lengths, padding, trailer."""
    table = checks + struct.pack(f"<{len(frames)}I", *frames)
    padding = bytes(tail_offset(record.stored, len(frames)) - record.stored - len(table))
    return table + padding + _TRAILER.pack(record.total, check_of(table))


def read_header(kept: bytes | memoryview) -> Record | None:
    """The record whose header stands at the beginning of *kept*; None if none does.

    *kept* may be longer than the header; a header that is cut off or fails its check is none.
    """
    if len(kept) < FIXED_BYTES or kept[: len(MAGIC)] != MAGIC:
        return None
    (
        _, version, kind, codec, media, segments, marks, header, stored, literal, length, at,
        crc32, blob, sha256, sha512,
    ) = _FIXED.unpack_from(kept)  # fmt: skip
    if version != VERSION or header != header_length(segments, marks) or len(kept) < header:
        return None
    told = header - HEADER_CHECK_BYTES
    if blake3.blake3(kept[:told]).digest(HEADER_CHECK_BYTES) != kept[told:header]:
        return None
    middle = FIXED_BYTES + segments * SEGMENT_BYTES
    return Record(
        blob=BlobId(blob),
        codec=codec,
        media=Media(media),
        header=header,
        stored=stored,
        literal=literal,
        length=length,
        crc32=crc32,
        sha256=sha256,
        sha512=sha512,
        at=at,
        segments=unpack_segments(kept[FIXED_BYTES:middle]) if segments else (),
        marks=unpack_marks(kept[middle : middle + marks * MARK_BYTES]) if marks else (),
        kind=kind,
    )


def read_tail(record: Record, tail: bytes) -> tuple[bytes, tuple[int, ...]] | None:
    """The checks and frame lengths in *tail* (all that follows the stored bytes), or None."""
    table_end = check_count(record.stored) * CHECK_BYTES + record.frames * FRAME_LENGTH_BYTES
    if len(tail) < TRAILER_BYTES:
        return None
    total, check = _TRAILER.unpack_from(tail, len(tail) - TRAILER_BYTES)
    table = tail[:table_end]
    if total != record.total or check != check_of(table):
        return None
    checks = check_count(record.stored) * CHECK_BYTES
    return table[:checks], struct.unpack(f"<{record.frames}I", table[checks:])


def _aligned(length: int) -> int:
    return -(-length // ALIGNMENT) * ALIGNMENT
