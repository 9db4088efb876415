"""Bulk import: many files through the same doorway, batch behind batch, in stages that overlap.

While one batch enters the catalogue, the next is on its way to the disk and those behind it are
being hashed. Each stage keeps the order of arrival: a batch is planned on what the one before it
wrote, so it may never enter the catalogue first.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import BinaryIO

from repository.blobs.ledger import Ledger
from repository.blobs.record import row_of
from repository.blobs.spool import Spool, Upload
from repository.blobs.writer import PackWriter, Pending
from repository.model.blobs import BlobLookup, BlobRow, Segment
from repository.model.ids import BlobId

HASHING_THREADS = 2
KEEPING_THREADS = 1
"""Batches between disk and catalogue at once. A third would be planned on what is two ahead."""
HASHED_AHEAD = 2
"""Batches hashed or being hashed that nobody keeps yet: what bounds the memory of an import."""

Planning = Callable[[Upload, BlobLookup], Pending]
Kept = list[tuple[Upload, bool]]
"""The uploads of a batch; beside each, whether it was known before."""


class _Received:
    """Hashed uploads, and what removes their spool files."""

    def __init__(self, uploads: list[Upload], spooled: ExitStack) -> None:
        self.uploads = uploads
        self.spooled = spooled


class _Passage:
    """One batch on its way: what it brings, and how far it is."""

    def __init__(self, ahead: "_Passage | None") -> None:
        self.ahead = ahead
        self.pending: tuple[Pending, ...] = ()
        self.written: Future[None] = Future()
        self.landed: Future[None] = Future()

    @contextmanager
    def under_way(self) -> Generator[None]:
        """Tell whoever waits behind this batch when it failed; it then fails likewise."""
        try:
            yield
        except BaseException as error:
            for stage in (self.written, self.landed):
                if not stage.done():
                    stage.set_exception(error)
            raise


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

    def taken(self, streams: Iterable[BinaryIO], batch: int) -> Iterator[tuple[Upload, bool]]:
        """Each upload once it is kept, in order, and whether its blob was known before.

        What was not reached when somebody stops asking, or when one fails, is not kept.
        """
        with (
            ThreadPoolExecutor(HASHING_THREADS, "hashing") as hashing,
            ThreadPoolExecutor(KEEPING_THREADS, "keeping") as keeping,
        ):
            coming: deque[Future[Kept]] = deque()
            ahead: _Passage | None = None
            try:
                for received in self._received_ahead(streams, batch, hashing):
                    passage = _Passage(ahead)
                    coming.append(keeping.submit(self._keep, received, passage))
                    ahead = passage
                    if len(coming) > KEEPING_THREADS:
                        yield from coming.popleft().result()
                while coming:
                    yield from coming.popleft().result()
            finally:
                hashing.shutdown(cancel_futures=True)

    # Hashing.

    def _received_ahead(
        self, streams: Iterable[BinaryIO], batch: int, pool: ThreadPoolExecutor
    ) -> Iterator[_Received]:
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

    def _keep(self, received: _Received, mine: _Passage) -> Kept:
        with received.spooled, mine.under_way():
            self._admit()
            if mine.ahead:
                mine.ahead.written.result()
            kept = self._planned(received.uploads, mine)
            land = self._writer.append_batch(mine.pending)
            mine.written.set_result(None)
            if mine.ahead:
                mine.ahead.landed.result()
            land()
            mine.landed.set_result(None)
            mine.ahead = None
            return kept

    def _planned(self, uploads: list[Upload], mine: _Passage) -> Kept:
        """Plan all that is new on what is stored, what is ahead, and each other."""
        kept: Kept = []
        with self._ledger.looking() as stored:
            lookup = BatchLookup(stored, mine.ahead.pending if mine.ahead else ())
            for upload in uploads:
                known = lookup.row(upload.address.blob) is not None
                if not known:
                    lookup.add(self._planning(upload, lookup))
                kept.append((upload, known))
        mine.pending = lookup.pending
        return kept


def _together(parts: Iterable[Future[_Received]]) -> _Received:
    """The parts of a batch as one, in order; what one part spooled goes when another failed."""
    uploads: list[Upload] = []
    with ExitStack() as spooled:
        for part in parts:
            received = part.result()
            spooled.enter_context(received.spooled)
            uploads.extend(received.uploads)
        return _Received(uploads, spooled.pop_all())


def _dropped(parts: Iterable[Future[_Received]]) -> None:
    """Remove what was spooled for a batch that nobody will keep."""
    for part in parts:
        if not part.cancel() and part.exception() is None:
            part.result().spooled.close()


class BatchLookup:
    """What is stored, and what is about to be by this batch and the one ahead of it."""

    def __init__(self, stored: BlobLookup, ahead: Iterable[Pending]) -> None:
        self._stored = stored
        self._coming: dict[BlobId, Pending] = {}
        self._revisions: dict[BlobId, tuple[BlobId, int]] = {}
        for pending in ahead:
            self.add(pending)
        self._ahead = len(self._coming)

    @property
    def pending(self) -> tuple[Pending, ...]:
        """What this batch is to write, in order."""
        return tuple(islice(self._coming.values(), self._ahead, None))

    def add(self, pending: Pending) -> None:
        """Let what follows build on *pending*."""
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
