"""Bulk import: many files through the same doorway, batch behind batch, in stages that overlap.

While one batch is written, synced and entered, those behind it are being hashed. One thread
keeps, in the order of arrival: a batch may build on what the one before it brought. (Two were
tried: the disk takes syncs one after another all the same, and the GIL changes hands for it.)
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from typing import BinaryIO

from repository.blobs.ledger import Ledger, planned_anew
from repository.blobs.record import row_of
from repository.blobs.spool import Spool, Upload
from repository.blobs.writer import PackWriter, Pending
from repository.model.blobs import BlobLookup, BlobRow, Segment
from repository.model.ids import BlobId

HASHING_THREADS = 2
HASHED_AHEAD = 4
"""Batches hashed or being hashed that nobody keeps yet: what bounds the memory of an import."""

Planning = Callable[[Upload, BlobLookup], Pending]
Kept = list[tuple[Upload, bool]]
"""The uploads of a batch; beside each, whether it was known before."""


class _Received:
    """Hashed uploads, and what removes their spool files."""

    def __init__(self, uploads: list[Upload], spooled: ExitStack) -> None:
        self.uploads = uploads
        self.spooled = spooled


class BulkImport:
    """Takes many uploads in for a store."""

    def __init__(
        self,
        *,
        spool: Spool,
        writer: PackWriter,
        ledger: Ledger,
        admit: Callable[[], None],
        planning: Planning,
    ) -> None:
        """*admit* raises when nothing may be written; *planning* tells how a new blob is stored."""
        self._spool = spool
        self._writer = writer
        self._ledger = ledger
        self._admit = admit
        self._planning = planning

    def taken(self, streams: Iterable[BinaryIO], batch: int) -> Generator[tuple[Upload, bool]]:
        """Each upload once it is kept, in order, and whether its blob was known before.

        When somebody stops asking, or one fails, at most the batch behind it is kept as well.
        """
        with (
            ThreadPoolExecutor(1, "keeping") as keeping,
            self._hashing() as hashing,
            closing(self._received_ahead(streams, batch, hashing)) as batches,
        ):
            under_way: Future[Kept] | None = None
            for received in batches:
                following = keeping.submit(self._keep, received)
                if under_way:
                    yield from under_way.result()
                under_way = following
            if under_way:
                yield from under_way.result()

    # Hashing.

    @contextmanager
    def _hashing(self) -> Generator[ThreadPoolExecutor]:
        with ThreadPoolExecutor(HASHING_THREADS, "hashing") as pool:
            try:
                yield pool
            finally:
                pool.shutdown(cancel_futures=True)

    def _received_ahead(
        self, streams: Iterable[BinaryIO], batch: int, pool: ThreadPoolExecutor
    ) -> Generator[_Received]:
        """Batches of hashed uploads; `HASHED_AHEAD` more are being made meanwhile."""
        coming: deque[list[Future[_Received]]] = deque()
        left = iter(streams)
        try:
            while some := list(islice(left, batch)):
                share = -(-len(some) // HASHING_THREADS)
                parts = [some[at : at + share] for at in range(0, len(some), share)]
                coming.append([pool.submit(self._received, part) for part in parts])
                if len(coming) > HASHED_AHEAD:
                    yield _together(coming.popleft())
            while coming:
                yield _together(coming.popleft())
        finally:
            for parts in coming:
                _dropped(parts)

    def _received(self, streams: Iterable[BinaryIO]) -> _Received:
        with ExitStack() as spooled:
            uploads = [
                spooled.enter_context(self._spool.received(stream, size=None)) for stream in streams
            ]
            return _Received(uploads, spooled.pop_all())

    # Keeping.

    def _keep(self, received: _Received) -> Kept:
        """Plan all that is new on what is stored and on each other; write and enter it."""
        with received.spooled:
            self._admit()
            return planned_anew(lambda: self._kept_as_it_looks(received.uploads))

    def _kept_as_it_looks(self, uploads: list[Upload]) -> Kept:
        """The same; raise `BlobWentAway` when what was seen is no longer so."""
        kept: Kept = []
        with self._ledger.choosing() as stored:
            lookup = BatchLookup(stored)
            for upload in uploads:
                known = lookup.row(upload.address.blob) is not None
                if not known:
                    lookup.add(self._planning(upload, lookup))
                kept.append((upload, known))
        self._writer.write_batch(lookup.pending)
        return kept


def _together(parts: Sequence[Future[_Received]]) -> _Received:
    """The parts of a batch as one, in order; when one failed, what the others spooled goes."""
    try:
        received = [part.result() for part in parts]
    except BaseException:
        _dropped(parts)
        raise
    spooled = ExitStack()
    for part in received:
        spooled.enter_context(part.spooled)
    return _Received([upload for part in received for upload in part.uploads], spooled)


def _dropped(parts: Iterable[Future[_Received]]) -> None:
    """Remove what was spooled for a batch that nobody will keep."""
    for part in parts:
        if not part.cancel() and part.exception() is None:
            part.result().spooled.close()


class BatchLookup:
    """What is stored, and what is about to be by the same batch: revisions come together."""

    def __init__(self, stored: BlobLookup) -> None:
        self._stored = stored
        self._coming: dict[BlobId, Pending] = {}
        self._revisions: dict[BlobId, tuple[BlobId, int]] = {}

    @property
    def pending(self) -> tuple[Pending, ...]:
        """What is to be written, in order."""
        return tuple(self._coming.values())

    def add(self, pending: Pending) -> None:
        """Let what follows in the batch build on *pending*."""
        blob = pending.record.blob
        self._coming[blob] = pending
        for mark in pending.record.marks:
            self._revisions.setdefault(mark.digest, (blob, mark.length))

    def row(self, blob: BlobId) -> BlobRow | None:
        coming = self._coming.get(blob)
        return row_of(coming.record, 0, 0) if coming else self._stored.row(blob)

    def segments(self, blob: BlobId) -> tuple[Segment, ...]:
        coming = self._coming.get(blob)
        return coming.record.segments if coming else self._stored.segments(blob)

    def revision(self, digest: BlobId) -> tuple[BlobId, int] | None:
        return self._revisions.get(digest) or self._stored.revision(digest)
