"""Reading blobs back: whole, a range, or piece by piece, put together from segments.

A served read is checked: the whole against the blob's name, a range against the checks of
the blocks it touches. The catalogue is asked first and let go before any byte is read; a pack
that was sealed meanwhile is found again under its new number.
"""

import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import blake3

from repository.blobs.codec import Unpack, ZstdError, unpacker
from repository.blobs.extents import Extent, Stored, damaged, extents_of, row_in, runs
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
from repository.model.blobs import BlobDamaged, BlobLookup, BlobMissing, BlobRow
from repository.model.ids import BlobId, show_blob

T = TypeVar("T")
CHUNK_BYTES = 1 * MiB
MAX_UNPACKERS = 64
"""Packs whose dictionaries one thread keeps ready: 112 KiB each."""
_ATTEMPTS = 4
"""A pack can move only once while one reads; more means that it is gone."""


class BlobReader:
    """Gives bytes back from packs."""

    def __init__(self, medium: PackIO, ledger: Ledger) -> None:
        self._medium = medium
        self._ledger = ledger
        self._sealed: dict[int, str] = {}
        """The names of packs that are known to be sealed."""
        self._local = threading.local()

    def row(self, blob: BlobId) -> BlobRow:
        """The row of *blob*; raise `BlobMissing`."""
        with self._ledger.looking() as lookup:
            return row_in(lookup, blob)

    def read(self, blob: BlobId, *, checked: bool) -> bytes:
        """All bytes of *blob*, compared with its name when *checked*."""
        try:
            return self._read(blob, checked=checked)
        except (FileNotFoundError, BlobDamaged):
            return self._steadily(blob, lambda: self._read(blob, checked=checked))

    def _read(self, blob: BlobId, *, checked: bool) -> bytes:
        with self._ledger.looking() as lookup:
            row = row_in(lookup, blob)
            extents = extents_of(lookup, blob, row, 0, row.length)
        if len(extents) == 1:
            whole = self._literal(blob, extents[0], checked=False)
        else:
            whole = b"".join([piece for run in runs(extents) for piece in self._run(blob, run)])
        if checked and blake3.blake3(whole).digest() != blob:
            raise BlobDamaged(blob=show_blob(blob), pack=row.pack, offset=row.offset)
        return whole

    def read_range(self, blob: BlobId, offset: int, length: int, *, checked: bool) -> bytes:
        """Up to *length* bytes from *offset*, blocks checked when *checked*."""
        try:
            return self._read_range(blob, offset, length, checked=checked)
        except (FileNotFoundError, BlobDamaged):
            return self._steadily(
                blob, lambda: self._read_range(blob, offset, length, checked=checked)
            )

    def _read_range(self, blob: BlobId, offset: int, length: int, *, checked: bool) -> bytes:
        with self._ledger.looking() as lookup:
            row = row_in(lookup, blob)
            if offset < 0 or (offset >= row.length and offset):
                raise RangeOutside(offset=offset, size=row.length)
            length = min(length, row.length - offset)
            extents = extents_of(lookup, blob, row, offset, length)
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
        again = False
        for _ in range(_ATTEMPTS):
            try:
                return read()
            except FileNotFoundError:
                self._sealed.clear()
            except BlobDamaged:
                # Erased, or written anew, since it was looked up? A second look tells; rot stays.
                if again:
                    raise
                again = True
        raise BlobDamaged(blob=show_blob(blob), pack="missing", offset=0)

    # A run of extents.

    def _run(self, blob: BlobId, run: list[Stored]) -> Iterator[bytes | memoryview]:
        """The bytes of *run*, unchecked, brought by one read."""
        if len(run) == 1:
            yield self._literal(blob, run[0].extent, checked=False)
            return
        begin, end = run[0].begin, run[-1].end
        kept = memoryview(self._pread(run[0].extent.row.pack, begin, end - begin))
        if len(kept) != end - begin:
            raise damaged(blob, run[-1].extent.row)
        for (row, offset, length), first, last in run:
            stored = kept[first - begin : last - begin]
            if row.codec == RAW:
                yield stored
                continue
            piece = self._unpacked(blob, row, stored)
            if length != row.literal:
                piece = piece[offset : offset + length]
            yield _whole(blob, row, piece, length)

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
        known = self._sealed.get(pack)
        if known:
            return self._medium.pread(known, offset, length)
        try:
            return self._medium.pread(open_name(pack), offset, length)
        except FileNotFoundError:
            name = sealed_name(pack)
            got = self._medium.pread(name, offset, length)
            self._sealed[pack] = name
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
                raise damaged(blob, row)
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

    def _unpacked(self, blob: BlobId, row: BlobRow, frame: bytes | memoryview) -> bytes:
        try:
            return self._unpacker(row)(frame)
        except (PackBroken, ZstdError) as error:
            raise damaged(blob, row) from error

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
            raise damaged(blob, row)
        return lengths


def is_grounded(lookup: BlobLookup, blob: BlobId) -> bool:
    """Say whether every byte of *blob* leads to some record's own bytes."""
    try:
        row = row_in(lookup, blob)
        extents_of(lookup, blob, row, 0, row.length)
    except (BlobMissing, BlobDamaged):
        return False
    return True


def _whole(blob: BlobId, row: BlobRow, got: bytes, length: int) -> bytes:
    if len(got) != length:
        raise damaged(blob, row)
    return got
