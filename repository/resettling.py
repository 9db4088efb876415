"""Rows that lead nowhere: another copy is found for them, or they go.

Of a blob that was condemned and brought again there may be two copies, and a catalogue that is
rebuilt, or restored from a snapshot, may know the other one: one that compaction has left out since,
that leans on a blob swept since, or one that leans in the end on itself, because the blob it leans
on was written anew as a part of it. It may also know neither: replaying how the blob went took the
row of one, and the other leans on what is gone. The copies to which the rows last pointed fit
together, so some choice of copies does.
"""

from collections.abc import Collection, Iterable, Iterator

from repository.blobs.copies import Copy, copies_in, is_intact
from repository.blobs.pack import number_of, open_name, sealed_name
from repository.blobs.pack_io import PackIO
from repository.blobs.reader import is_grounded
from repository.blobs.record import row_of
from repository.catalogue import tables as t
from repository.catalogue.engine import Engine
from repository.catalogue.fates import Fates, ever_purged
from repository.catalogue.views import Reading, Writing
from repository.model.blobs import LITERAL, pack_row, pack_segments, unpack_row
from repository.model.ids import BlobId

Copies = dict[BlobId, list[Copy]]


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


def resettle(
    engine: Engine, packs: PackIO, *, circles: bool, returned: Collection[BlobId] = ()
) -> int:
    """Point rows that lead nowhere to another copy; return how many there were.

    *circles*: look also for those that lead to themselves; where no blob had any fate, none does.
    *returned*: blobs that came back after they had gone; those without a row get one.

    Where no copy fits, the row of what leans on a blob that the log calls lost goes: nobody was
    promised it. Any other stays as it is, so that the loss is told.
    """
    with engine.writing() as txn:
        rows = Writing(txn)
        present = _standing(rows, packs)
        astray = dict(_astray(rows, present, circles=circles))
        astray |= dict.fromkeys(_without_row(rows, returned), False)
        if astray:
            left = set(astray)
            for copies in _copies(rows, packs, left, present):
                left = _without_fitting_copy(rows, left, copies)
            for blob in left:
                if astray[blob]:
                    rows.transaction.delete(t.BLOBS.name, blob)
                    rows.transaction.delete(t.SEGMENTS.name, blob)
        _drop_packs(rows, present)
    return len(astray)


def _standing(rows: Writing, packs: PackIO) -> set[int]:
    """The packs that are there to stay: the file of a retired one is about to be removed."""
    retired = {number for number, pack in _packs(rows) if pack.state is t.PackState.RETIRED}
    present = {number for name in packs.names() if (number := number_of(name)) is not None}
    return present - retired


def _astray(rows: Writing, present: set[int], *, circles: bool) -> Iterator[tuple[BlobId, bool]]:
    """Blobs whose row leads nowhere; each with whether it leans on one that the log calls lost."""
    fates = Fates(rows)
    for key, kept in rows.transaction.scan(t.BLOBS.name, b""):
        blob, row = BlobId(key), unpack_row(kept)
        segments = rows.transaction.get(t.SEGMENTS.name, key) or b"" if row.segments else b""
        if segments and fates.incomplete(segments):
            yield blob, True
        elif row.pack not in present or (circles and segments and not is_grounded(rows, blob)):
            yield blob, False


def _without_row(rows: Writing, returned: Iterable[BlobId]) -> Iterator[BlobId]:
    """Those of *returned* that are kept, and have no row."""
    fates = Fates(rows)
    return (blob for blob in returned if rows.row(blob) is None and not fates.lost(blob))


def _copies(
    rows: Writing, packs: PackIO, blobs: set[BlobId], present: set[int]
) -> tuple[Copies, Copies]:
    """The copies of *blobs* that may be used, the plainest first: the intact, then all.

    A damaged one may be the torn end of a pack whose writer died.
    """
    fates, purged = Fates(rows), ever_purged(rows)
    intact: Copies = {}
    damaged: Copies = {}
    for name in packs.names():
        if number_of(name) not in present:
            continue
        for copy in copies_in(packs, name, blobs, packs.size(name)):
            blob = copy.record.blob
            if fates.incomplete(pack_segments(copy.record.segments)):
                continue
            if is_intact(packs, copy):
                intact.setdefault(blob, []).append(copy)
            elif blob not in purged:  # else it was overwritten
                damaged.setdefault(blob, []).append(copy)
    for each in (*intact.values(), *damaged.values()):
        each.sort(key=lambda copy: len(copy.record.segments))
    every = {blob: [*intact.get(blob, ()), *damaged.get(blob, ())] for blob in blobs}
    return intact, every


def _without_fitting_copy(rows: Writing, blobs: set[BlobId], copies: Copies) -> set[BlobId]:
    """Give rows to those of *blobs* that have a copy which leans on settled blobs alone.

    Return the others. What is settled lets others be settled, so it is tried until nothing moves.
    """
    left = set(blobs)
    moved = True
    while moved:
        moved = False
        for blob in sorted(left):
            fitting = (copy for copy in copies.get(blob, ()) if not _bases(copy) & left)
            copy = next(fitting, None)
            if copy:
                _point(rows, copy)
                left.discard(blob)
                moved = True
    return left


def _bases(copy: Copy) -> set[BlobId]:
    return {one.base for one in copy.record.segments if one.base != LITERAL}


def _point(rows: Writing, copy: Copy) -> None:
    record, txn = copy.record, rows.transaction
    row = row_of(record, number_of(copy.name) or 0, copy.offset)
    txn.put(t.BLOBS.name, record.blob, pack_row(row))
    txn.delete(t.SEGMENTS.name, record.blob)
    if record.segments:
        txn.put(t.SEGMENTS.name, record.blob, pack_segments(record.segments))


def _drop_packs(rows: Writing, present: set[int]) -> None:
    """Forget packs that are gone, but for those of which something is missing now."""
    scanned = rows.transaction.scan(t.BLOBS.name, b"")
    missed = {unpack_row(kept).pack for _, kept in scanned} - present
    for number, pack in list(_packs(rows)):
        if pack.records and number not in present and number not in missed:
            rows.delete(t.PACKS, number)
