"""Rows of an old catalogue that lead nowhere any more: another copy is found, or the row goes.

A catalogue restored from a snapshot may point at a copy that compaction has left out since, or at
one that leans on a blob that was swept since; the copy it should point at lies in some pack.
"""

from collections.abc import Iterator

from repository.blobs.copies import Copy, copies_in, is_intact
from repository.blobs.pack import number_of, open_name, sealed_name
from repository.blobs.pack_io import PackIO
from repository.blobs.record import row_of
from repository.catalogue import tables as t
from repository.catalogue.engine import Engine
from repository.catalogue.fates import Fates, ever_purged
from repository.catalogue.views import Reading, Writing
from repository.model.blobs import pack_row, pack_segments, unpack_row
from repository.model.ids import BlobId


def misplaced(engine: Engine, packs: PackIO) -> bool:
    """Say whether a pack in which the catalogue has records is no longer there."""
    names = set(packs.names())
    with engine.reading() as txn:
        return any(
            pack.records and not names & {open_name(number), sealed_name(number)}
            for number, pack in _packs(Reading(txn))
        )


def _packs(rows: Reading) -> Iterator[tuple[int, t.PackRow]]:
    return ((int(str(key[0])), pack) for key, pack in rows.scan(t.PACKS))


def resettle(engine: Engine, packs: PackIO) -> int:
    """Point rows that lead nowhere to another copy; return how many there were.

    Where no copy is left, the row of what leans on a lost blob goes: nobody was promised it. One
    whose pack is gone stays, so that the loss is told.
    """
    present = {number_of(name) for name in packs.names()}
    with engine.writing() as txn:
        rows = Writing(txn)
        astray = dict(_astray(rows, present))
        if astray:
            found = _other_copies(rows, packs, set(astray))
            for blob, torn in astray.items():
                _settle(rows, blob, found.get(blob), torn=torn)
    return len(astray)


def _astray(rows: Writing, present: set[int | None]) -> Iterator[tuple[BlobId, bool]]:
    """Blobs whose row leads nowhere; each with whether that is because of a lost base."""
    fates = Fates(rows)
    for key, kept in rows.transaction.scan(t.BLOBS.name, b""):
        row = unpack_row(kept)
        if row.segments and not fates.none():
            segments = rows.transaction.get(t.SEGMENTS.name, key) or b""
            if fates.incomplete(segments):
                yield BlobId(key), True
                continue
        if row.pack not in present:
            yield BlobId(key), False


def _other_copies(rows: Writing, packs: PackIO, blobs: set[BlobId]) -> dict[BlobId, Copy]:
    """The plainest copy of each of *blobs* that is complete, from all packs."""
    fates, purged = Fates(rows), ever_purged(rows)
    best: dict[BlobId, Copy] = {}
    for name in packs.names():
        if number_of(name) is None:
            continue
        for copy in copies_in(packs, name, blobs, packs.size(name)):
            record = copy.record
            if fates.incomplete(pack_segments(record.segments)):
                continue
            if record.blob in purged and not is_intact(packs, copy):
                continue
            known = best.get(copy.record.blob)
            if known is None or len(copy.record.segments) < len(known.record.segments):
                best[copy.record.blob] = copy
    return best


def _settle(rows: Writing, blob: BlobId, copy: Copy | None, *, torn: bool) -> None:
    txn = rows.transaction
    if copy:
        row = row_of(copy.record, number_of(copy.name) or 0, copy.offset)
        txn.put(t.BLOBS.name, blob, pack_row(row))
        txn.delete(t.SEGMENTS.name, blob)
        if copy.record.segments:
            txn.put(t.SEGMENTS.name, blob, pack_segments(copy.record.segments))
    elif torn:
        txn.delete(t.BLOBS.name, blob)
        txn.delete(t.SEGMENTS.name, blob)
