"""Garbage collection (dọn khối thừa): mark, condemn, wait, sweep; compaction gives the room back.

Needed is what documents, holds and young grants name, and what those cannot be without: the bases
they are put together from, their texts. The rest is condemned, by an event: still read, but nothing
new is told from it or built on it. What is condemned after the grace, and needed by nobody, is swept.

Both looks are old by the time they are acted upon. A reference that comes between them revives
what it names, in the keeper; one that was overlooked by the first is found by the second.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import TypeVar

import msgspec

from repository.blobs.copies import record_at
from repository.catalogue import tables as t
from repository.catalogue.fates import Fates
from repository.condemning import (
    CondemnBlobs,
    Doomed,
    ReviveBlobs,
    SweepBlobs,
    referred_to,
)
from repository.holdings import Holdings
from repository.landing import NODE
from repository.maintenance import maintaining
from repository.model.blobs import pack_marks
from repository.model.ids import BlobId
from repository.model.nodes import ELSEWHERE
from repository.upkeep.looks import Need, Part, looks, needs, parts
from repository.upkeep.room import room_of

T = TypeVar("T")
GRACE = timedelta(days=30)
BLOBS_A_COMMAND = 500


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and done where it was to be done."""

    condemned: int = 0
    """Blobs that nobody needs, condemned by this run."""
    condemned_bytes: int = 0
    revived: int = 0
    """Condemned before, and needed after all."""
    waiting: int = 0
    """Condemned, and the grace is not over, or something condemned later still needs them."""
    swept: int = 0
    swept_bytes: int = 0
    """Bytes of packs that compaction can give back."""


def collect(holdings: Holdings, *, grace: timedelta = GRACE, really: bool) -> Collected:
    """Condemn what nobody needs, sweep what was condemned *grace* ago; only look unless *really*.

    Wait while somebody else moves records about. Raise `GraceTooShort`, `KeeperBeganAnew`.
    """
    with maintaining(holdings.shelves.layout, also_elsewhere=True):
        collector = _Collector(holdings, round(grace / timedelta(microseconds=1)))
        return collector.run(really=really)


class _Collector:
    """One run."""

    def __init__(self, holdings: Holdings, grace: int) -> None:
        self._holdings = holdings
        self._grace = grace
        now = round(holdings.shelves.clock().timestamp() * 1_000_000)
        self._horizon = now - grace
        """What was brought or condemned before this moment has had its grace."""
        with holdings.reading() as rows:
            self._start = rows.start()

    def run(self, *, really: bool) -> Collected:
        condemned = self._condemned()
        needed = self._needed_after_all(condemned)
        due = self._due(condemned, needed)
        garbage = self._garbage()
        found = Collected(
            condemned=len(garbage),
            condemned_bytes=self._weigh(garbage),
            revived=len(needed),
            waiting=len(condemned) - len(needed) - len(due),
            swept=len(due),
            swept_bytes=self._weigh(due),
        )
        return self._acted(found, needed, due, garbage) if really else found

    # What was condemned before.

    def _condemned(self) -> dict[BlobId, int]:
        """Every condemned blob, and since when."""
        return {
            BlobId(key): t.CONDEMNED.decode(kept)
            for _, rows in looks(self._holdings, t.CONDEMNED)
            for key, kept in rows
        }

    def _needed_after_all(self, condemned: dict[BlobId, int]) -> set[BlobId]:
        """Those of *condemned* that somebody refers to, or that a blob which is kept needs."""
        needed = {blob for blob in condemned if self._is_referred_to(blob)}
        coming = needs(self._holdings) if condemned else ()
        needed.update(need.what for need in coming if need.kept and need.what in condemned)
        return needed

    def _is_referred_to(self, blob: BlobId) -> bool:
        with self._holdings.reading() as now:
            return referred_to(now, blob, brought_before=self._horizon)

    def _due(self, condemned: dict[BlobId, int], needed: set[BlobId]) -> list[BlobId]:
        """What may be swept, dependents first: nothing that stays needs any of it.

        A condemned blob that waits can still be revived, so what it needs waits with it.
        """
        due = {b for b, since in condemned.items() if since <= self._horizon and b not in needed}
        if not due:
            return []
        wanted = [need for need in needs(self._holdings) if need.what in due]
        while staying := {n.what for n in wanted if n.what in due and n.who not in due}:
            due -= staying
        return list(_dependents_first(due, wanted))

    # What nobody needs now.

    def _garbage(self) -> set[BlobId]:
        """Blobs that nobody needs and that are not condemned yet."""
        with self._holdings.reading() as now:
            blobs = now.count(t.BLOBS)
        garbage: set[BlobId] = set()
        # What only garbage needed is garbage as well: look until there is no more.
        while more := self._more_garbage(parts(blobs), garbage):
            garbage |= more
        return garbage

    def _more_garbage(self, ranges: list[Part], garbage: set[BlobId]) -> set[BlobId]:
        return {blob for part in ranges for blob in self._garbage_in(part, garbage)}

    def _garbage_in(self, part: Part, garbage: set[BlobId]) -> Iterator[BlobId]:
        candidates = self._unreferred(part) - garbage
        if candidates:
            for need in needs(self._holdings):
                if need.kept and need.who not in garbage:
                    candidates.discard(need.what)
        return (blob for blob in candidates if self._is_old(blob))

    def _unreferred(self, part: Part) -> set[BlobId]:
        found: set[BlobId] = set()
        for now, rows in looks(self._holdings, t.BLOBS, part):
            fates = Fates(now)
            found.update(
                BlobId(key)
                for key, _ in rows
                if not fates.barred(BlobId(key))
                and not referred_to(now, BlobId(key), brought_before=self._horizon)
            )
        return found

    def _is_old(self, blob: BlobId) -> bool:
        """Say whether *blob* was written long ago: not every uploader leaves a grant."""
        with self._holdings.reading() as now:
            row = now.row(blob)
        if row and row.pack == ELSEWHERE:
            return True  # at an office nothing says how old; it waits condemned all the same
        record = record_at(self._holdings.shelves.packs, row) if row else None
        return record is not None and record.at < self._horizon

    # Acting.

    def _acted(
        self, found: Collected, needed: set[BlobId], due: list[BlobId], garbage: set[BlobId]
    ) -> Collected:
        submit = self._holdings.keeper.submit
        for some in _batches(sorted(needed)):
            submit(ReviveBlobs(caller=NODE, blobs=tuple(some)))
        swept = sum(self._sweep(some) for some in _batches(due))
        condemned = sum(
            submit(CondemnBlobs(caller=NODE, blobs=tuple(some), brought_before=self._horizon))
            for some in _batches(sorted(garbage))
        )
        return msgspec.structs.replace(found, swept=swept, condemned=condemned)

    def _sweep(self, blobs: list[BlobId]) -> int:
        doomed = tuple(map(self._doomed, blobs))
        command = SweepBlobs(caller=NODE, doomed=doomed, grace=self._grace, start=self._start)
        return self._holdings.keeper.submit(command)

    def _doomed(self, blob: BlobId) -> Doomed:
        with self._holdings.reading() as now:
            since, row = now.get(t.CONDEMNED, blob), now.row(blob)
        here = row is not None and row.pack != ELSEWHERE
        record = record_at(self._holdings.shelves.packs, row) if row and here else None
        return Doomed(blob, since or 0, pack_marks(record.marks) if record else b"")

    def _weigh(self, blobs: Iterable[BlobId]) -> int:
        total = 0
        for blob in blobs:
            with self._holdings.reading() as now:
                row = now.row(blob)
            total += room_of(row) if row else 0
        return total


def _dependents_first(blobs: set[BlobId], wanted: list[Need]) -> Iterator[BlobId]:
    """*blobs*, none before one that needs it."""
    left = set(blobs)
    while left:
        free = left - {need.what for need in wanted if need.who in left} or left
        yield from sorted(free)
        left -= free


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    coming = iter(items)
    while some := list(islice(coming, BLOBS_A_COMMAND)):
        yield some
