"""The store on another node: `BlobStore` over the store node's blob API, with a read cache.

An upload is hashed here, kept there, and entered in this node's catalogue once the store node has
acknowledged it: no event can name a blob that is not on the store node's disk. What comes back is
compared with the blob's name; this node trusts neither the wire nor what answers on it.
"""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import islice
from typing import BinaryIO, NamedTuple, Protocol

from repository.blobs.address import Address, digest_of
from repository.blobs.cache import BlobCache, Copy
from repository.blobs.ledger import planned_anew
from repository.blobs.media import NAMES, Media
from repository.blobs.port import (
    VEILED_BYTES,
    BlobStat,
    DigestMismatch,
    MayKnow,
    MiB,
    RangeOutside,
    Receipt,
    anybody,
)
from repository.blobs.spool import Spool, Upload
from repository.blobs.store_node import HeldBlob, Sent, StoreNode
from repository.model.blobs import BlobDamaged, BlobLookup, BlobMissing, BlobRow
from repository.model.ids import AgencyId, BlobId, show_blob
from repository.model.nodes import LeaseLapsed, NodeName, NodeSuperseded
from repository.model.terms import EpochAdrift, Term

WHOLE_BYTES = 1 * MiB
"""Up to here a blob is read whole and compared with its name each time."""
SENDING_THREADS = 4
"""Uploads of one batch that are on their way at once."""
_ATTEMPTS = 2
"""Bytes that are not what they should be are asked for once more."""


class Kept(NamedTuple):
    """A blob that the store node has acknowledged to this node."""

    address: Address
    known: bool
    """This node had brought it before."""
    term: int = 0
    """The number of the store node's term in which the stamp counts."""
    stamp: int = 0
    """Of its custody; 0: it was not brought now."""


class RemoteLedger(Protocol):
    """Where an office node's rows are kept."""

    def looking(self) -> AbstractContextManager[BlobLookup]:
        """One snapshot of all rows; short."""
        ...

    def choosing(self) -> AbstractContextManager[BlobLookup]:
        """The same without what may go: an upload of that is one of a new blob."""
        ...

    def note_elsewhere(
        self, kept: Sequence[Kept], grants: Iterable[tuple[BlobId, AgencyId]]
    ) -> None:
        """Enter blobs that the store node has acknowledged, all in one term.

        MUST raise `BlobWentAway` for one that this node has let go of since it was brought.
        """
        ...

    def term(self) -> Term:
        """The store node's term in which this node works."""
        ...

    def epoch(self) -> int:
        """The epoch in which this node works; 0 while it has none."""
        ...


class RemoteStore:
    """Blobs at the store node, read through a cache on this node's disk."""

    def __init__(
        self,
        *,
        node: StoreNode,
        spool: Spool,
        cache: BlobCache,
        ledger: RemoteLedger,
        name: NodeName,
        limit: int,
        admit: Callable[[], None],
    ) -> None:
        """*name* is this node's; *limit* the largest blob there can be, in bytes.

        *admit* raises while this node's own disk takes nothing.
        """
        self._name = name
        self._limit = limit
        self.node = node
        """The way to the store node, for what is no file."""
        self._spool = spool
        self._cache = cache
        self._ledger = ledger
        self._admit = admit

    def put(
        self,
        stream: BinaryIO,
        *,
        expected: BlobId | None = None,
        size: int | None = None,
        holders: Iterable[AgencyId] = (),
        may_know: MayKnow = anybody,
    ) -> Receipt:
        self._admit()
        with self._spool.received(stream, size=size) as upload:
            blob = upload.address.blob
            if expected is not None and expected != blob:
                raise DigestMismatch(actual=show_blob(blob), expected=show_blob(expected))
            # Somebody who may not know that it is there sends it all the way, up to a size.
            tells = upload.address.size > VEILED_BYTES or may_know(blob)
            grants = [(blob, holder) for holder in holders]
            kept = planned_anew(lambda: self._noted(upload, grants, ask_first=tells))
            return _receipt(upload.address, known=kept.known)

    def put_many(self, streams: Iterable[BinaryIO], *, batch: int = 32) -> Iterator[Receipt]:
        left = iter(streams)
        with ThreadPoolExecutor(SENDING_THREADS, "sending") as pool:
            while some := list(islice(left, batch)):
                self._admit()
                yield from self._batch(some, pool)

    def stat(self, blob: BlobId) -> BlobStat:
        with self._ledger.looking() as lookup:
            row = lookup.row(blob)
        if row is not None and any(row.sha256):
            return _stat(blob, row)
        held = self.node.held([blob])
        if not held:
            raise BlobMissing(blob=show_blob(blob))
        one = held[0]
        return BlobStat(
            id=blob,
            size=one.size,
            media_type=one.media_type,
            sha256=one.sha256,
            crc32=one.crc32,
        )

    def read(self, blob: BlobId, *, checked: bool = True) -> bytes:
        del checked  # comparing costs little beside the wire
        return b"".join(self.chunks(blob))

    def read_range(self, blob: BlobId, offset: int, length: int, *, checked: bool = True) -> bytes:
        del checked
        return b"".join(self.chunks(blob, offset, length))

    def chunks(self, blob: BlobId, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        given = 0
        for attempt in range(_ATTEMPTS):
            try:
                with self._copy(blob) as copy:
                    for piece in _pieces_of(copy, offset, length, given):
                        yield piece
                        given += len(piece)
            except BlobDamaged:
                self._cache.drop(blob)  # a copy that rotted in the cache is fetched anew
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return

    def held(self, blobs: Sequence[BlobId]) -> list[HeldBlob]:
        """Those of *blobs* that the store node keeps for this node."""
        return self.node.held(blobs)

    def resend(self, blob: BlobId) -> bool:
        """Send the copy of *blob* in the cache to the store node once more; False where there is none."""
        with self._cache.found(blob) as copy:
            if copy is None or not self._sound(copy, blob):
                return False
            self._kept(blob, copy.size, _PiecesOf(copy))
        return True

    def release(self, stamps: Sequence[tuple[BlobId, int]]) -> None:
        """Tell the store node that this node needs these no longer, up to these stamps."""
        self.node.release(stamps, epoch=self.epoch())
        for blob, _ in stamps:
            self._cache.drop(blob)

    def forget(self, blobs: Collection[BlobId]) -> None:
        """Keep no copy of *blobs* on this node's disk; call it once their rows are gone."""
        self._cache.forget(blobs)

    def epoch(self) -> int:
        """The epoch in which this node works; raise `LeaseLapsed` where it has none."""
        return self._ledger.epoch() or self._epoch_now()

    def reachable(self) -> bool:
        """Say whether the store node answers this node."""
        return self.node.reachable()

    def close(self) -> None:
        """Let go of the store node."""
        self.node.close()

    # Uploads.

    def _noted(
        self, upload: Upload, grants: list[tuple[BlobId, AgencyId]], *, ask_first: bool
    ) -> Kept:
        kept = self._sent(upload, ask_first=ask_first)
        if grants or kept.stamp:
            self._ledger.note_elsewhere([kept], grants)
        return kept

    def _batch(self, streams: list[BinaryIO], pool: ThreadPoolExecutor) -> list[Receipt]:
        with ExitStack() as spooled:
            uploads = [
                spooled.enter_context(self._spool.received(stream, size=None)) for stream in streams
            ]
            distinct = {upload.address.blob: upload for upload in uploads}

            def sent() -> list[Kept]:
                kept = list(pool.map(self._sent, distinct.values()))
                self._ledger.note_elsewhere(kept, ())
                return kept

            known = {one.address.blob: one.known for one in planned_anew(sent)}
            return [_receipt_once(upload.address, known) for upload in uploads]

    def _sent(self, upload: Upload, *, ask_first: bool = True) -> Kept:
        """Have *upload* kept by the store node."""
        blob, size = upload.address.blob, upload.address.size
        # Only a blob that this node brought before is asked about: its bytes need not travel twice.
        if ask_first and self._has_row(upload.address) and self.node.held([blob]):
            return Kept(upload.address, known=True)
        term, held = self._kept(blob, size, _Pieces(upload))
        self._cache.keep_pieces(blob, size, _Pieces(upload))
        return Kept(upload.address, held.known, term, held.stamp)

    def _kept(self, blob: BlobId, size: int, pieces: Iterable[bytes]) -> tuple[int, HeldBlob]:
        """Have *blob* kept in this node's epoch; *pieces* may be read twice. With the term's number."""
        epoch, term = self.epoch(), self._ledger.term().number
        try:
            return term, self.node.put(blob, size, pieces, epoch=epoch)
        except (NodeSuperseded, EpochAdrift):
            newer = self._epoch_now()
            if newer == epoch:
                raise
            # This node's own keeper has begun a new life, or just begins it.
            term = self._ledger.term().number
            return term, self.node.put(blob, size, pieces, epoch=newer)

    def _epoch_now(self) -> int:
        """The epoch of the keeper at work, which a command, however empty, makes begin it."""
        self._ledger.note_elsewhere((), ())
        epoch = self._ledger.epoch()
        if not epoch:
            raise LeaseLapsed(node=self._name)
        return epoch

    def _has_row(self, address: Address) -> bool:
        with self._ledger.choosing() as lookup:
            row = lookup.row(address.blob)
        return row is not None and any(row.sha256)

    # Reading.

    @contextmanager
    def _copy(self, blob: BlobId) -> Generator["Copy | _InMemory"]:
        """The bytes of *blob*, from the cache or fetched and compared with its name."""
        with self._cache.found(blob) as copy:
            if copy is not None and self._sound(copy, blob):
                yield copy
                return
        with ExitStack() as received:
            yield self._fetched(blob, received)

    def _sound(self, copy: Copy, blob: BlobId) -> bool:
        """Say whether a cached copy still is what it was; forget one that is not."""
        if copy.size > WHOLE_BYTES:
            return True  # its blocks are checked as they are read
        try:
            sound = digest_of(copy.read(0, copy.size)) == blob
        except BlobDamaged:
            sound = False
        if not sound:
            self._cache.drop(blob)
        return sound

    def _fetched(self, blob: BlobId, received: ExitStack) -> "Copy | _InMemory":
        with self.node.fetch(blob) as sent:
            taken = self._taken(blob, sent, received)
        with self._ledger.looking() as lookup:
            if lookup.row(blob) is None:  # destroyed while it came: no copy is left
                self._cache.drop(blob)
        return taken

    def _taken(self, blob: BlobId, sent: Sent, received: ExitStack) -> "Copy | _InMemory":
        if sent.size > self._limit:
            raise BlobDamaged(blob=show_blob(blob), place="wire")
        if sent.size > WHOLE_BYTES:
            return received.enter_context(self._cache.received(blob, sent.pieces))
        content = b"".join(sent.pieces)
        if digest_of(content) != blob:
            raise BlobDamaged(blob=show_blob(blob), place="wire")
        self._cache.keep(blob, content)
        return _InMemory(content)


def _pieces_of(
    copy: "Copy | _InMemory", offset: int, length: int | None, given: int
) -> Iterator[bytes]:
    """The range of *copy* in pieces, those left out that were *given* before."""
    if offset < 0 or (offset >= copy.size and offset):
        raise RangeOutside(offset=offset, size=copy.size)
    end = copy.size if length is None else min(copy.size, offset + length)
    at = offset + given
    while at < end:
        piece = copy.read(at, min(MiB, end - at))
        at += len(piece)
        yield piece


class _InMemory:
    """A small blob that has just come; it is read even where the cache has no room for it."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)

    def read(self, offset: int, length: int) -> bytes:
        """Up to *length* bytes from *offset*; raise `RangeOutside`."""
        if offset < 0 or (offset >= self.size and offset):
            raise RangeOutside(offset=offset, size=self.size)
        return self._content[offset : offset + length]


class _Pieces:
    """The bytes of an upload, as often as they are asked for."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    def __iter__(self) -> Iterator[bytes]:
        return self._upload.pieces(0, self._upload.address.size)


class _PiecesOf:
    """The bytes of a cached copy, as often as they are asked for."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy

    def __iter__(self) -> Iterator[bytes]:
        return _pieces_of(self._copy, 0, None, 0)


def _receipt_once(address: Address, known: dict[BlobId, bool]) -> Receipt:
    """The receipt of one of a batch; whoever comes again in it meets a known blob."""
    before, known[address.blob] = known[address.blob], True
    return _receipt(address, known=before)


def _receipt(address: Address, *, known: bool) -> Receipt:
    return Receipt(
        id=address.blob,
        size=address.size,
        media_type=NAMES[address.media],
        sha256=address.sha256,
        known=known,
    )


def _stat(blob: BlobId, row: BlobRow) -> BlobStat:
    return BlobStat(
        id=blob,
        size=row.length,
        media_type=NAMES[Media(row.media)],
        sha256=row.sha256,
        crc32=row.crc32,
    )
