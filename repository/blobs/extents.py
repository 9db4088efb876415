"""Where the bytes of a blob lie: ranges of records, and runs of them that one read brings.

A signed file is read from its first revision's record and from a tail for each later one. When
a pack is sealed they are laid behind one another, so a whole chain is mostly one run.
"""

from collections.abc import Iterator
from typing import NamedTuple

from repository.blobs.port import KiB
from repository.blobs.record import FRAME_BYTES, RAW
from repository.model.blobs import (
    LITERAL,
    MAX_SEGMENTS,
    BlobDamaged,
    BlobLookup,
    BlobMissing,
    BlobRow,
)
from repository.model.ids import BlobId, show_blob

MAX_EXTENTS = 16 * MAX_SEGMENTS
"""A blob has few segments; one may itself have come to be put together anew since."""
_MAX_DEPTH = 16
MAX_GAP_BYTES = 4 * KiB
"""So much between two ranges is read and thrown away: less than a second read costs."""


class Extent(NamedTuple):
    """A range of one record's own bytes."""

    row: BlobRow
    offset: int
    length: int


class Stored(NamedTuple):
    """What must be read of a record, at once, to have a range of its own bytes."""

    extent: Extent
    begin: int
    """In the pack, bytes."""
    end: int


def row_in(lookup: BlobLookup, blob: BlobId) -> BlobRow:
    """The row of *blob*; raise `BlobMissing`."""
    row = lookup.row(blob)
    if row is None:
        raise BlobMissing(blob=show_blob(blob))
    return row


def damaged(blob: BlobId, row: BlobRow) -> BlobDamaged:
    """The trouble that the record of *row*, of which *blob* is made, is not what it was."""
    return BlobDamaged(blob=show_blob(blob), pack=row.pack, offset=row.offset)


def extents_of(
    lookup: BlobLookup, blob: BlobId, row: BlobRow, offset: int, length: int
) -> list[Extent]:
    """The ranges of records that hold *length* bytes of *blob* from *offset* on, in order."""
    own_from = row.length - row.literal
    if offset >= own_from:
        return [Extent(row, offset - own_from, length)]
    found: list[Extent] = []
    _gather(lookup, blob, row, offset, length, found)
    return found


def _gather(
    lookup: BlobLookup,
    blob: BlobId,
    row: BlobRow,
    offset: int,
    length: int,
    found: list[Extent],
    depth: int = 0,
) -> None:
    if not row.segments or len(found) > MAX_EXTENTS or depth > _MAX_DEPTH:
        raise damaged(blob, row)
    at = 0
    end = offset + length
    for base, start, span in lookup.segments(blob):
        first, last = max(offset, at), min(end, at + span)
        inside = start + first - at
        at += span
        if first >= last:
            continue
        if base == LITERAL:
            found.append(Extent(row, inside, last - first))
            continue
        other = row_in(lookup, base)
        own_from = other.length - other.literal
        if inside >= own_from:  # as planned: segments name blobs that hold them literally
            found.append(Extent(other, inside - own_from, last - first))
        else:
            _gather(lookup, base, other, inside, last - first, found, depth + 1)


def runs(extents: list[Extent]) -> Iterator[list[Stored]]:
    """*extents* in order, those that lie close behind one another in one pack together.

    A record of several frames stands alone: of it only the frames that are touched are read.
    """
    run: list[Stored] = []
    for extent in extents:
        stored = _stored(extent)
        if run and not _follows(run[-1], stored):
            yield run
            run = []
        run.append(stored)
    if run:
        yield run


def _stored(extent: Extent) -> Stored:
    row = extent.row
    begin = row.offset + row.header
    if row.codec == RAW:
        return Stored(extent, begin + extent.offset, begin + extent.offset + extent.length)
    return Stored(extent, begin, begin + row.stored)


def _follows(one: Stored, other: Stored) -> bool:
    return (
        0 <= other.begin - one.end <= MAX_GAP_BYTES
        and one.extent.row.pack == other.extent.row.pack
        and _of_one_piece(one)
        and _of_one_piece(other)
    )


def _of_one_piece(stored: Stored) -> bool:
    row = stored.extent.row
    return row.codec == RAW or row.literal <= FRAME_BYTES
