"""Reading blobs back: whole, a range, or piece by piece, put together from segments.

A served read is checked: the whole against the blob's name, a range against the checks of
the blocks it touches. The catalogue is asked first and let go before any byte is read; a pack
that was sealed meanwhile is found again under its new number.
"""

import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import blake3

from repository.blobs.codec import Unpack, ZstdError, unpacker
from repository.blobs.ledger import Ledger
from repository.blobs.pack import PackBroken, dictionary_of, open_name, sealed_name
from repository.blobs.pack_io import PackIO
from repository.blobs.port import MiB, RangeOutside
from repository.blobs.record import (
    BLOCK_BYTES,
    CHECK_BYTES,
    FRAME_BYTES,
    FRAME_LENGTH_BYTES,
    RAW,
    ZSTD_DICTIONARY,
    check_count,
    check_of,
)
from repository.model.blobs import (
    LITERAL,
    MAX_SEGMENTS,
    BlobDamaged,
    BlobLookup,
    BlobMissing,
    BlobRow,
)
from repository.model.ids import BlobId, show_blob

T = TypeVar("T")
CHUNK_BYTES = 1 * MiB
MAX_UNPACKERS = 64
"""Packs whose dictionaries one thread keeps ready: 112 KiB each."""
MAX_EXTENTS = 16 * MAX_SEGMENTS
"""A blob has few segments; one may itself have come to be put together anew since."""
_MAX_DEPTH = 16
_ATTEMPTS = 4
"""A pack can move only once while one reads; more means that it is gone."""


class Extent(NamedTuple):
    """A range of one record's own bytes."""

    row: BlobRow
    offset: int
    length: int


class BlobReader:
    """Gives bytes back from packs."""

    def __init__(self, medium: PackIO, ledger: Ledger) -> None:
        self._medium = medium
        self._ledger = ledger
        self._sealed: dict[int, bool] = {}
        self._local = threading.local()

    def row(self, blob: BlobId) -> BlobRow:
        """The row of *blob*; raise `BlobMissing`."""
        with self._ledger.looking() as lookup:
            return _row(lookup, blob)

    def read(self, blob: BlobId, *, checked: bool) -> bytes:
        """All bytes of *blob*, compared with its name when *checked*."""
        return self._steadily(blob, lambda: self._read(blob, checked=checked))

    def _read(self, blob: BlobId, *, checked: bool) -> bytes:
        with self._ledger.looking() as lookup:
            row = _row(lookup, blob)
            extents = None if not row.segments else _extents(lookup, blob, 0, row.length)
        if extents is None:
            whole = self._literal(blob, Extent(row, 0, row.length), checked=False)
        else:
            whole = b"".join([self._literal(blob, extent, checked=False) for extent in extents])
        if checked and blake3.blake3(whole).digest() != blob:
            raise BlobDamaged(blob=show_blob(blob), pack=row.pack, offset=row.offset)
        return whole

    def read_range(self, blob: BlobId, offset: int, length: int, *, checked: bool) -> bytes:
        """Up to *length* bytes from *offset*, blocks checked when *checked*."""
        return self._steadily(blob, lambda: self._read_range(blob, offset, length, checked=checked))

    def _read_range(self, blob: BlobId, offset: int, length: int, *, checked: bool) -> bytes:
        with self._ledger.looking() as lookup:
            row = _row(lookup, blob)
            if offset < 0 or (offset >= row.length and offset):
                raise RangeOutside(offset=offset, size=row.length)
            length = min(length, row.length - offset)
            if not row.segments:
                extents = [Extent(row, offset, length)]
            else:
                extents = _extents(lookup, blob, offset, length)
        if len(extents) == 1:
            return self._literal(blob, extents[0], checked=checked)
        return b"".join([self._literal(blob, extent, checked=checked) for extent in extents])

    def chunks(self, blob: BlobId, offset: int, length: int | None) -> Iterator[bytes]:
        """The bytes from *offset* on in pieces of at most `CHUNK_BYTES`, each checked."""
        size = self.row(blob).length
        if offset < 0 or (offset >= size and offset):
            raise RangeOutside(offset=offset, size=size)
        end = size if length is None else min(size, offset + length)
        if offset == 0 and end == size <= CHUNK_BYTES:
            yield self.read(blob, checked=True)
            return
        while offset < end:
            piece = self.read_range(blob, offset, min(CHUNK_BYTES, end - offset), checked=True)
            offset += len(piece)
            yield piece

    def _steadily(self, blob: BlobId, read: Callable[[], T]) -> T:
        """*read* again when the pack was sealed between the look and the read."""
        damaged = False
        for _ in range(_ATTEMPTS):
            try:
                return read()
            except FileNotFoundError:
                self._sealed.clear()
            except BlobDamaged:
                # Erased, or written anew, since it was looked up? A second look tells; rot stays.
                if damaged:
                    raise
                damaged = True
        raise BlobDamaged(blob=show_blob(blob), pack="missing", offset=0)

    # One extent.

    def _literal(self, blob: BlobId, extent: Extent, *, checked: bool) -> bytes:
        row = extent.row
        if row.codec != RAW:
            return self._from_frames(blob, extent, checked=checked)
        if checked:
            return self._checked_stored(blob, extent, extent.offset, extent.length)
        begin = row.offset + row.header + extent.offset
        got = self._pread(row.pack, begin, extent.length)
        return _whole(blob, row, got, extent.length)

    def _pread(self, pack: int, offset: int, length: int) -> bytes:
        if self._sealed.get(pack):
            return self._medium.pread(sealed_name(pack), offset, length)
        try:
            return self._medium.pread(open_name(pack), offset, length)
        except FileNotFoundError:
            got = self._medium.pread(sealed_name(pack), offset, length)
            self._sealed[pack] = True
            return got

    def _checked_stored(self, blob: BlobId, extent: Extent, offset: int, length: int) -> bytes:
        """*length* stored bytes from *offset*, each block they touch compared with its check."""
        row = extent.row
        first = offset // BLOCK_BYTES
        last = max(first, -(-(offset + length) // BLOCK_BYTES) - 1)
        begin, end = first * BLOCK_BYTES, min(row.stored, (last + 1) * BLOCK_BYTES)
        base = row.offset + row.header
        if end == row.stored and first == 0:
            # The checks stand right behind: one read gives blocks and checks.
            got = self._pread(row.pack, base, end + check_count(end) * CHECK_BYTES)
            blocks, checks = memoryview(got)[:end], got[end:]
        else:
            got = self._pread(row.pack, base + begin, end - begin)
            blocks = memoryview(got)
            checks = self._pread(
                row.pack,
                base + row.stored + first * CHECK_BYTES,
                (last - first + 1) * CHECK_BYTES,
            )
        for at in range(0, len(blocks), BLOCK_BYTES):
            check = checks[at // BLOCK_BYTES * CHECK_BYTES :][:CHECK_BYTES]
            if check_of(blocks[at : at + BLOCK_BYTES]) != check:
                raise _damaged(blob, row)
        return _whole(blob, row, got[offset - begin : offset - begin + length], length)

    def _from_frames(self, blob: BlobId, extent: Extent, *, checked: bool) -> bytes:
        """A range of a packed record: only the frames that it touches are unpacked."""
        row = extent.row
        if not checked and extent.length == row.literal <= FRAME_BYTES:
            begin = row.offset + row.header
            stored = self._pread(row.pack, begin, row.stored)
            return _whole(blob, row, self._unpacked(blob, row, stored), extent.length)
        first, last = (
            extent.offset // FRAME_BYTES,
            (extent.offset + extent.length - 1) // FRAME_BYTES,
        )
        if extent.length == 0:
            return b""
        frames = -(-row.literal // FRAME_BYTES)
        lengths = [row.stored] if frames == 1 else self._frame_lengths(blob, row, frames)
        begin = sum(lengths[:first])
        span = sum(lengths[first : last + 1])
        whole = extent._replace(offset=begin, length=span)
        stored = (
            self._checked_stored(blob, whole, begin, span)
            if checked
            else self._pread(row.pack, row.offset + row.header + begin, span)
        )
        pieces: list[bytes] = []
        at = 0
        for length in lengths[first : last + 1]:
            pieces.append(self._unpacked(blob, row, stored[at : at + length]))
            at += length
        skip = extent.offset - first * FRAME_BYTES
        return _whole(blob, row, b"".join(pieces)[skip : skip + extent.length], extent.length)

    def _unpacked(self, blob: BlobId, row: BlobRow, frame: bytes) -> bytes:
        try:
            return self._unpacker(row)(frame)
        except (PackBroken, ZstdError) as error:
            raise _damaged(blob, row) from error

    def _unpacker(self, row: BlobRow) -> Unpack:
        """What unpacks the frames of *row*'s pack, in this thread."""
        key = row.pack if row.codec == ZSTD_DICTIONARY else 0
        known: dict[int, Unpack] = self._local.__dict__.setdefault("unpackers", {})
        found = known.get(key)
        if found is None:
            if len(known) >= MAX_UNPACKERS:
                known.clear()
            dictionary = dictionary_of(self._medium, sealed_name(key)) if key else b""
            found = known[key] = unpacker(dictionary)
        return found

    def _frame_lengths(self, blob: BlobId, row: BlobRow, frames: int) -> list[int]:
        """How long each frame is; no check covers them but that they make up the stored bytes."""
        at = row.offset + row.header + row.stored + check_count(row.stored) * CHECK_BYTES
        kept = self._pread(row.pack, at, frames * FRAME_LENGTH_BYTES)
        lengths = [
            int.from_bytes(kept[n : n + FRAME_LENGTH_BYTES], "little")
            for n in range(0, len(kept), FRAME_LENGTH_BYTES)
        ]
        if len(lengths) != frames or sum(lengths) != row.stored:
            raise _damaged(blob, row)
        return lengths


def _row(lookup: BlobLookup, blob: BlobId) -> BlobRow:
    row = lookup.row(blob)
    if row is None:
        raise BlobMissing(blob=show_blob(blob))
    return row


def is_grounded(lookup: BlobLookup, blob: BlobId) -> bool:
    """Say whether every byte of *blob* leads to some record's own bytes."""
    try:
        _extents(lookup, blob, 0, _row(lookup, blob).length)
    except (BlobMissing, BlobDamaged):
        return False
    return True


def _extents(lookup: BlobLookup, blob: BlobId, offset: int, length: int) -> list[Extent]:
    """The ranges of records that hold *length* bytes of *blob* from *offset* on, in order."""
    found: list[Extent] = []
    _gather(lookup, blob, offset, length, found)
    return found


def _gather(
    lookup: BlobLookup,
    blob: BlobId,
    offset: int,
    length: int,
    found: list[Extent],
    depth: int = 0,
) -> None:
    row = _row(lookup, blob)
    own_from = row.length - row.literal
    if offset >= own_from:
        found.append(Extent(row, offset - own_from, length))
        return
    if not row.segments or len(found) > MAX_EXTENTS or depth > _MAX_DEPTH:
        raise _damaged(blob, row)
    at = 0
    for segment in lookup.segments(blob):
        begin, end = max(offset, at), min(offset + length, at + segment.length)
        if begin < end:
            start = segment.offset + begin - at
            if segment.base == LITERAL:
                found.append(Extent(row, start, end - begin))
            else:
                _gather(lookup, segment.base, start, end - begin, found, depth + 1)
        at += segment.length


def _whole(blob: BlobId, row: BlobRow, got: bytes, length: int) -> bytes:
    if len(got) != length:
        raise _damaged(blob, row)
    return got


def _damaged(blob: BlobId, row: BlobRow) -> BlobDamaged:
    return BlobDamaged(blob=show_blob(blob), pack=row.pack, offset=row.offset)
