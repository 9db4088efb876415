"""Where the copies of a blob lie, those included that nothing points to; and their destruction.

The catalogue knows one copy of each blob. Another may lie in an open pack whose writer came
second, or in a sealed pack that was not compacted yet: who destroys content has to find them all.
"""

import bisect
from collections.abc import Collection, Iterator
from typing import NamedTuple

from repository.blobs.pack import (
    ENTRY_BYTES,
    HEADER_BYTES,
    SEALED,
    PackBroken,
    intact,
    next_record,
    open_name,
    read_footer,
    sealed_name,
    walk,
)
from repository.blobs.pack_io import PackIO
from repository.blobs.record import Record, read_header
from repository.model.blobs import BlobRow, unpack_row
from repository.model.ids import BlobId


class Copy(NamedTuple):
    """A record of a blob, somewhere."""

    name: str
    """The pack's file."""
    offset: int
    record: Record


def record_at(medium: PackIO, row: BlobRow) -> Record | None:
    """The record that *row* points to, by its header; None when none stands there."""
    for name in (sealed_name(row.pack), open_name(row.pack)):
        try:
            return read_header(medium.pread(name, row.offset, row.header))
        except FileNotFoundError:
            continue
    return None


def copies_in(medium: PackIO, name: str, blobs: Collection[BlobId], upto: int) -> Iterator[Copy]:
    """The records of *blobs* in the pack *name*; in an open one those before byte *upto*."""
    if name.endswith(SEALED):
        try:
            yield from _by_footer(medium, name, blobs)
        except PackBroken:
            upto = medium.size(name)
        else:
            return
    yield from _by_walking(medium, name, blobs, upto)


def _by_footer(medium: PackIO, name: str, blobs: Collection[BlobId]) -> Iterator[Copy]:
    entries = read_footer(medium, name).entries
    for at in _places(entries, blobs):
        row = unpack_row(entries[at + 32 : at + ENTRY_BYTES])
        record = read_header(medium.pread(name, row.offset, row.header))
        if record is None or record.blob != entries[at : at + 32]:
            raise PackBroken(pack=name, why="the footer does not fit the records")
        yield Copy(name, row.offset, record)


def _places(entries: bytes, blobs: Collection[BlobId]) -> Iterator[int]:
    """Where in sorted *entries* those of *blobs* stand: sought one by one while they are few."""
    count = len(entries) // ENTRY_BYTES
    if len(blobs) * 16 > count:
        wanted = set(blobs)
        every = range(0, len(entries), ENTRY_BYTES)
        yield from (at for at in every if entries[at : at + 32] in wanted)
        return
    for blob in blobs:
        place = bisect.bisect_left(
            range(count), blob, key=lambda n: entries[n * ENTRY_BYTES : n * ENTRY_BYTES + 32]
        )
        if entries[place * ENTRY_BYTES : place * ENTRY_BYTES + 32] == blob:
            yield place * ENTRY_BYTES


def _by_walking(medium: PackIO, name: str, blobs: Collection[BlobId], upto: int) -> Iterator[Copy]:
    """As above from header to header, past what is damaged."""
    start: int | None = HEADER_BYTES
    while start is not None and start < upto:
        at = start
        for placed in walk(medium, name, start=start, whole=False):
            if placed.offset >= upto:
                return
            at = placed.offset + placed.record.total
            if placed.record.blob in blobs:
                yield Copy(name, placed.offset, placed.record)
        start = next_record(medium, name, max(at, start + 1))


def erase(medium: PackIO, copy: Copy) -> None:
    """Destroy the stored bytes of *copy*; its header, which holds none of them, is left."""
    if copy.record.stored:
        medium.erase(copy.name, copy.offset + copy.record.header, copy.record.stored)


def is_intact(medium: PackIO, copy: Copy) -> bool:
    """Say whether *copy* is still what its checks say."""
    return intact(medium, copy.name, copy.offset, copy.record)
