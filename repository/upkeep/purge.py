"""Destroying content: what a confirmed purge does to the packs, step by step, resumable at each.

promote   what is put together from the blob is written anew without it
destroy   an event: the rows go; from here on a record of it in a pack is none
overwrite every copy, in every pack, also those nobody points to
rewrite   the sealed packs among them, so that no dictionary keeps pieces of it
complete  an event: this store holds it no longer, and these packs did
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

import msgspec

from repository.blobs.copies import Copy, copies_in, erase, record_at, tellers_in
from repository.blobs.pack import (
    SEALING,
    PackBroken,
    Placed,
    number_of,
    sealed_name,
)
from repository.blobs.pack_io import DiskFailed, PackIO
from repository.blobs.promote import standing
from repository.blobs.record import FRAME_BYTES, Record, row_of
from repository.blobs.remote import RemoteStore
from repository.blobs.seal import (
    SealedFile,
    adopt_abandoned,
    new_sealed,
    remove_retired,
    seal_closed,
)
from repository.blobs.spool import Spool
from repository.catalogue import tables as t
from repository.catalogue.fates import purge_of
from repository.erasing import CompletePurge, DestroyBlobs, Promote, Promoted, is_erased_by
from repository.errors import Trouble
from repository.holdings import Holdings
from repository.landing import NODE
from repository.maintenance import UpkeepBusy, maintaining
from repository.model.blobs import (
    BlobMissing,
    BlobRow,
    Landed,
    pack_marks,
    pack_row,
    pack_segments,
)
from repository.model.ids import BlobId, PurgeId, show_blob
from repository.model.purges import UNFINISHED, Purge, PurgeState
from repository.upkeep.compaction import require_room, rewrite
from repository.upkeep.kin import dependents

_LOG = logging.getLogger(__name__)
Search = Callable[[PackIO, str, Collection[BlobId], int], Iterator[Copy]]


class Destroyed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a purge."""

    purge: Purge
    promoted: int
    """Blobs that were written anew because they were put together from it."""
    left: tuple[int, ...] = ()
    """Packs that could not be rewritten: overwritten all the same, but damaged elsewhere."""


def finish(holdings: Holdings, purge: PurgeId) -> Destroyed:
    """Do what is left of a confirmed purge; twice is harmless.

    Wait while somebody else moves records about. Raise `ReserveReached` (what could be overwritten
    is), `BlobDamaged` where a dependent blob cannot be read, `KeeperBeganAnew`.
    """
    with maintaining(holdings.shelves.layout):
        return _Purging(holdings, purge).run()


def finish_all(holdings: Holdings) -> list[Destroyed]:
    """Take up every purge that was interrupted, unless somebody else moves records about.

    One that cannot be finished now (no room, a damaged dependent) is told in the log of this
    process and left for the next time: its content is withheld all the while. At an office node the
    bytes lie elsewhere: `repository.upkeep.obeying`.
    """
    if isinstance(holdings.blobs, RemoteStore):
        return []
    with holdings.reading() as now:
        left = [purge.id for _, purge in now.scan(t.PURGES) if purge.state in UNFINISHED]
    if not left:
        return []
    try:
        with maintaining(holdings.shelves.layout, wait=False):
            return [done for purge in left if (done := _taken_up(holdings, purge))]
    except UpkeepBusy:
        return []


def _taken_up(holdings: Holdings, purge: PurgeId) -> Destroyed | None:
    try:
        return _Purging(holdings, purge).run()
    except DiskFailed:
        raise
    except Trouble as hindered:
        _LOG.warning("purge %s is not finished: %s", purge, hindered)
        return None


class _Purging:
    """One run, by whoever maintains the store."""

    def __init__(self, holdings: Holdings, purge: PurgeId) -> None:
        self._holdings = holdings
        self._shelves = holdings.shelves
        self._id = purge
        self._promoted = 0

    def run(self) -> Destroyed:
        self._tidy()
        purge = self._purge()
        if purge.state is PurgeState.CONFIRMED:
            purge = self._destroy()
        left: tuple[int, ...] = ()
        if purge.state is PurgeState.DESTROYED:
            packs = self._overwrite(purge)
            left = self._rewrite(purge)
            command = CompletePurge(caller=NODE, purge=self._id, packs=packs)
            purge = self._holdings.keeper.submit(command)
        return Destroyed(purge=purge, promoted=self._promoted, left=left)

    def _purge(self) -> Purge:
        with self._holdings.reading() as now:
            return purge_of(now, self._id)

    def _tidy(self) -> None:
        """What dead processes left may hold copies: packs, half-sealed packs, uploads."""
        packs, ledger = self._shelves.packs, self._shelves.ledger
        adopt_abandoned(packs, ledger)
        remove_retired(packs, ledger)
        for name in packs.names():
            if name.endswith(SEALING):
                packs.remove(name)
        Spool(self._shelves.layout.spool, limit=0, new_name=str).sweep()

    # The rows.

    def _destroy(self) -> Purge:
        with self._holdings.reading() as now:
            start = now.start()
        going = self._going(self._purge())
        leaning = dependents(self._holdings, going)
        if leaning:
            self._promoted = self._promote(sorted(leaning), going)
        copies, inside = list(self._copies(going)), list(self._inside(going))
        command = DestroyBlobs(
            caller=NODE,
            purge=self._id,
            inside=tuple(sorted({copy.record.blob for copy in inside})),
            packs=_packs([*copies, *inside]),
            stored=sum(copy.record.stored for copy in (*copies, *inside)),
            start=start,
        )
        return self._holdings.keeper.submit(command)

    def _going(self, purge: Purge) -> frozenset[BlobId]:
        """The blobs of *purge* that were not brought again since."""
        with self._holdings.reading() as now:
            return frozenset(blob for blob in purge.blobs if is_erased_by(now, blob, purge.id))

    def _promote(self, blobs: list[BlobId], going: frozenset[BlobId]) -> int:
        """Write *blobs* anew without *going*, into a sealed pack of their own."""
        bases = [record for blob in going if (record := self._record(blob))]
        shelves = self._shelves
        with self._holdings.reading() as now:
            require_room(self._holdings, sum(row.length for b in blobs if (row := now.row(b))))
        with new_sealed(shelves.packs, shelves.ledger, shelves.store, b"") as writing:
            before = [self._write_anew(writing, blob, going, bases) for blob in blobs]
            size = writing.finish(())
            number = writing.number
            shelves.packs.publish(f"{number:012x}{SEALING}", sealed_name(number))
        promoted = tuple(
            Promoted(_landed(placed, number), row)
            for placed, row in zip(writing.placed, before, strict=True)
        )
        return self._holdings.keeper.submit(
            Promote(caller=NODE, pack=number, size=size, promoted=promoted)
        )

    def _write_anew(
        self, writing: SealedFile, blob: BlobId, going: frozenset[BlobId], bases: list[Record]
    ) -> bytes:
        """Write *blob* anew; give the row it had."""
        with self._holdings.reading() as now:
            row = now.row(blob)
        record = self._record(blob)
        if row is None or record is None:
            raise BlobMissing(blob=show_blob(blob))
        anew, begin = standing(record, going, bases)
        writing.pack(anew, partial(self._frames, blob, begin, record.length))
        return pack_row(row)

    def _frames(self, blob: BlobId, begin: int, end: int) -> Iterator[bytes]:
        """Bytes of *blob*, checked, a frame's worth at a time."""
        for at in range(begin, end, FRAME_BYTES):
            yield self._holdings.blobs.read_range(blob, at, min(FRAME_BYTES, end - at))

    def _record(self, blob: BlobId) -> Record | None:
        with self._holdings.reading() as now:
            row = now.row(blob)
        return record_at(self._shelves.packs, row) if row else None

    # The bytes.

    def _overwrite(self, purge: Purge) -> tuple[int, ...]:
        """Overwrite every copy; say in which packs."""
        # One to which the catalogue points was brought again since, and is somebody's.
        dead = list(filter(self._is_dead, self._copies(_reach(purge))))
        for copy in dead:
            erase(self._shelves.packs, copy)
        return _packs(dead)

    def _copies(self, blobs: frozenset[BlobId]) -> Iterator[Copy]:
        """Every record of *blobs*; of packs that are written to, those that were entered.

        What was written and not entered yet may be somebody's new copy.
        """
        return self._found(copies_in, blobs)

    def _inside(self, blobs: frozenset[BlobId]) -> Iterator[Copy]:
        """Copies of others that begin with one of *blobs*, and to which nothing points."""
        found = self._found(tellers_in, blobs)
        return (copy for copy in found if copy.record.blob not in blobs and self._is_dead(copy))

    def _found(self, search: Search, blobs: frozenset[BlobId]) -> Iterator[Copy]:
        packs, growing = self._shelves.packs, dict(self._shelves.ledger.open_packs())
        for name in packs.names():
            number = number_of(name)
            if number is not None:
                upto = growing[number] if number in growing else packs.size(name)
                yield from search(packs, name, blobs, upto)

    def _rewrite(self, purge: Purge) -> tuple[int, ...]:
        """Rewrite the sealed packs that hold an overwritten record; give those that cannot be.

        Packs that wait to be sealed are: a torn end behind their records may hold anything.
        """
        shelves = self._shelves
        for _ in seal_closed(shelves.packs, shelves.ledger, shelves.store):
            pass
        left: list[int] = []
        for number in _packs(filter(self._is_dead, self._copies(_reach(purge)))):
            name = sealed_name(number)
            if name not in self._shelves.packs.names():
                continue  # an open one: sealing leaves such records out
            room = self._shelves.packs.size(name)
            try:
                rewrite(self._holdings, number, room=room, unpacked=self._literal)
            except PackBroken:
                left.append(number)
        return tuple(left)

    def _is_dead(self, copy: Copy) -> bool:
        with self._holdings.reading() as now:
            return not _is_at(copy, now.row(copy.record.blob))

    def _literal(self, placed: Placed, offset: int, length: int) -> bytes:
        """Some of a record's own bytes, unpacked and checked: they are the last of its blob."""
        record = placed.record
        begin = record.length - record.literal + offset
        return self._holdings.blobs.read_range(record.blob, begin, length)


def _reach(purge: Purge) -> frozenset[BlobId]:
    """All blobs of which copies are overwritten."""
    return frozenset((*purge.blobs, *purge.inside))


def _is_at(copy: Copy, row: BlobRow | None) -> bool:
    """Say whether *row* points to *copy*."""
    return row is not None and (row.pack, row.offset) == (number_of(copy.name), copy.offset)


def _packs(copies: Iterable[Copy]) -> tuple[int, ...]:
    return tuple(sorted({number_of(copy.name) or 0 for copy in copies}))


def _landed(placed: Placed, number: int) -> Landed:
    record = placed.record
    return Landed(
        blob=record.blob,
        row=pack_row(row_of(record, number, placed.offset)),
        segments=pack_segments(record.segments),
        marks=pack_marks(record.marks),
    )
