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
    mark_items,
    next_record,
    open_name,
    read_footer,
    sealed_name,
)
from repository.blobs.pack_io import PackIO
from repository.blobs.record import BLOB, MAX_HEADER_BYTES, Record, read_header
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
    if not name.endswith(SEALED):
        yield from _by_walking(medium, name, blobs, upto)
        return
    try:
        entries = read_footer(medium, name).entries
    except PackBroken:
        yield from _by_walking(medium, name, blobs, medium.size(name))
        return
    yield from _by_entries(medium, name, entries, blobs)


def tellers_in(medium: PackIO, name: str, blobs: Collection[BlobId], upto: int) -> Iterator[Copy]:
    """The records in the pack *name* that hold one of *blobs* as their beginning, by their marks.

    A record that holds the last bytes of a revision as its own tells the revision's mark; so these
    are all that hold them, but for what has more than `MAX_REVISIONS`.
    """
    if name.endswith(SEALED):
        try:
            footer = read_footer(medium, name)
        except PackBroken:
            upto = medium.size(name)
        else:
            told = mark_items(footer)
            found = {BlobId(kept[:32]) for digest, kept in told if digest in blobs}
            yield from _by_entries(medium, name, footer.entries, found)
            return
    for copy in _all_by_walking(medium, name, upto):
        if any(mark.digest in blobs for mark in copy.record.marks):
            yield copy


def _by_entries(
    medium: PackIO, name: str, entries: bytes, blobs: Collection[BlobId]
) -> Iterator[Copy]:
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
    return (copy for copy in _all_by_walking(medium, name, upto) if copy.record.blob in blobs)


def _all_by_walking(medium: PackIO, name: str, upto: int) -> Iterator[Copy]:
    """Every record before byte *upto*, from header to header, past what is damaged."""
    at: int | None = HEADER_BYTES
    while at is not None and at < upto:
        record = read_header(medium.pread(name, at, MAX_HEADER_BYTES))
        if record is None:
            at = next_record(medium, name, at + 1)
            continue
        if record.kind == BLOB:
            yield Copy(name, at, record)
        at += record.total


def erase(medium: PackIO, copy: Copy) -> None:
    """Destroy the stored bytes of *copy*; its header, which holds none of them, is left."""
    if copy.record.stored:
        medium.erase(copy.name, copy.offset + copy.record.header, copy.record.stored)


def is_intact(medium: PackIO, copy: Copy) -> bool:
    """Say whether *copy* is still what its checks say."""
    return intact(medium, copy.name, copy.offset, copy.record)
