"""What is known of a stored blob (khối dữ liệu): where it lies, of what it is made, what it was.

A blob is a list of segments: literal bytes of its own record, or a range of another blob.
Segments name hashes, never places, so that moving a record rewrites no descendant.
"""

import struct
from typing import NamedTuple, Protocol

import msgspec

from repository.errors import Kind, Trouble
from repository.model.ids import BlobId

LITERAL = BlobId(bytes(32))
"""Stands for "this record's own bytes" in a segment."""
MAX_SEGMENTS = 16
"""Reads stay cheap: a blob is put together from at most so many ranges."""


class Segment(NamedTuple):
    """A range of bytes of a blob."""

    base: BlobId
    """Whose bytes; `LITERAL` = the record's own."""
    offset: int
    """Where they begin: in the base blob, or in the record's own (unpacked) bytes."""
    length: int


class RevisionMark(NamedTuple):
    """The digest of a blob's first `length` bytes, taken at an `%%EOF`."""

    digest: BlobId
    length: int


class BlobRow(NamedTuple):
    """Where a blob lies and what it weighs: the fixed row of the catalogue and of footers."""

    pack: int
    offset: int
    """Of the record within the pack, bytes."""
    header: int
    """Length of the record's header, bytes."""
    stored: int
    """Length of the stored bytes behind the header."""
    literal: int
    """Length of the record's own bytes before packing; they are the blob's last ones."""
    length: int
    """Length of the blob itself."""
    codec: int
    media: int
    segments: int
    """Of how many segments it is put together; 0 = all bytes are the record's own."""
    crc32: int
    sha256: bytes


class Landed(msgspec.Struct, frozen=True, array_like=True):
    """A blob whose bytes are on disk, about to enter the catalogue."""

    blob: BlobId
    row: bytes
    segments: bytes
    """Packed segments, empty for a plain blob."""
    marks: bytes
    """Packed revision marks."""


class BlobLookup(Protocol):
    """What the store asks of the catalogue before and while it reads or writes."""

    def row(self, blob: BlobId) -> BlobRow | None:
        """The row of *blob*, or None when it is not stored."""
        ...

    def segments(self, blob: BlobId) -> tuple[Segment, ...]:
        """The segments of a composite *blob*; empty for a plain one."""
        ...

    def revision(self, digest: BlobId) -> tuple[BlobId, int] | None:
        """A stored blob and the length of its beginning whose digest is *digest*, if any."""
        ...


class BlobMissing(Trouble):
    """The blob {blob} is not stored here."""

    kind = Kind.MISSING
    vietnamese = "Không có khối dữ liệu {blob} trong kho."


class BlobDamaged(Trouble):
    """The stored bytes of {blob} no longer match their check; nothing of them is given out.

    Facts name the pack and the offset of the record.
    """

    kind = Kind.DAMAGED
    vietnamese = "Dữ liệu của {blob} đã hỏng; hệ thống không trả ra nội dung sai."


_ROW = struct.Struct("<QQIQQQBBHI32s")
_SEGMENT = struct.Struct("<32sQQ")
_MARK = struct.Struct("<32sQ")
ROW_BYTES = _ROW.size
SEGMENT_BYTES = _SEGMENT.size
MARK_BYTES = _MARK.size


def pack_row(row: BlobRow) -> bytes:
    """The fixed bytes of *row*, `ROW_BYTES` long."""
    return _ROW.pack(*row)


def unpack_row(kept: bytes | memoryview) -> BlobRow:
    """The row in *kept* bytes."""
    return BlobRow._make(_ROW.unpack(kept))


def pack_segments(segments: tuple[Segment, ...]) -> bytes:
    """The bytes of *segments*, `SEGMENT_BYTES` each."""
    return b"".join(_SEGMENT.pack(*segment) for segment in segments)


def unpack_segments(kept: bytes | memoryview) -> tuple[Segment, ...]:
    """The segments in *kept* bytes."""
    return tuple(map(Segment._make, _SEGMENT.iter_unpack(kept)))


def pack_marks(marks: tuple[RevisionMark, ...]) -> bytes:
    """The bytes of *marks*, `MARK_BYTES` each."""
    return b"".join(_MARK.pack(*mark) for mark in marks)


def unpack_marks(kept: bytes | memoryview) -> tuple[RevisionMark, ...]:
    """The marks in *kept* bytes."""
    return tuple(map(RevisionMark._make, _MARK.iter_unpack(kept)))
