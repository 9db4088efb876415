"""The store on this node: the one checked doorway for bytes (`BlobStore` over packs)."""

import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from repository.blobs.address import Address
from repository.blobs.bulk import BulkImport
from repository.blobs.ledger import Ledger, planned_anew
from repository.blobs.lineage import plan
from repository.blobs.media import NAMES, Media
from repository.blobs.port import (
    VEILED_BYTES,
    BlobStat,
    DigestMismatch,
    MayKnow,
    Receipt,
    ReserveReached,
    anybody,
)
from repository.blobs.reader import BlobReader
from repository.blobs.record import record_of
from repository.blobs.spool import Spool, Upload
from repository.blobs.writer import PackWriter, Pending, veiled
from repository.errors import Kind, Trouble
from repository.model.blobs import BlobLookup
from repository.model.ids import AgencyId, BlobId, show_blob


class WritingStopped(Trouble):
    """The disk failed to keep what was written; run `vankho doctor`. Reading still works."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Đĩa đã lỗi khi ghi; hãy chạy `vankho doctor`. Vẫn đọc được."


class DiskReserve:
    """Keeps some of the disk free, so that a full store can still be read, sealed and moved."""

    def __init__(self, folder: Path, reserve: int, *, mark: Path) -> None:
        """*reserve* in bytes; while the file *mark* is there, nothing is written at all."""
        self._folder = folder
        self._mark = mark
        self.reserve = reserve

    def free(self) -> int:
        """Bytes that an ordinary user may still write."""
        state = os.statvfs(self._folder)
        return state.f_bavail * state.f_frsize

    def require(self, room: int = 0) -> None:
        """Raise `ReserveReached` or `WritingStopped` when *room* more bytes may not be written."""
        self.require_sound()
        if self.free() < self.reserve + room:
            raise ReserveReached(reserve=self.reserve)

    def require_sound(self) -> None:
        """Raise `WritingStopped` when the disk has failed."""
        if os.access(self._mark, os.F_OK):
            raise WritingStopped


class LocalStore:
    """Blobs in packs on this node's storage."""

    def __init__(
        self,
        *,
        spool: Spool,
        writer: PackWriter,
        reader: BlobReader,
        ledger: Ledger,
        reserve: DiskReserve,
        clock: Callable[[], datetime],
    ) -> None:
        self._spool = spool
        self._writer = writer
        self._reader = reader
        self._ledger = ledger
        self._reserve = reserve
        self._clock = clock
        self._arriving: dict[BlobId, threading.Lock] = {}
        self._arriving_lock = threading.Lock()
        self._bulk = BulkImport(
            spool=spool,
            writer=writer,
            ledger=ledger,
            admit=reserve.require,
            planning=lambda upload, lookup: self._pending(upload, (), lookup),
        )

    def put(
        self,
        stream: BinaryIO,
        *,
        expected: BlobId | None = None,
        size: int | None = None,
        holders: Iterable[AgencyId] = (),
        may_know: MayKnow = anybody,
    ) -> Receipt:
        self._reserve.require()
        with self._spool.received(stream, size=size) as upload:
            address = upload.address
            if expected is not None and expected != address.blob:
                raise DigestMismatch(actual=show_blob(address.blob), expected=show_blob(expected))
            if address.size > VEILED_BYTES or may_know(address.blob):
                known = self._kept(upload, tuple(holders))
            else:
                known = self._kept_veiled(upload, tuple(holders))
            return _receipt(address, known=known)

    def put_many(self, streams: Iterable[BinaryIO], *, batch: int = 32) -> Iterator[Receipt]:
        for upload, known in self._bulk.taken(streams, batch):
            yield _receipt(upload.address, known=known)

    def stat(self, blob: BlobId) -> BlobStat:
        row = self._reader.row(blob)
        return BlobStat(
            id=blob,
            size=row.length,
            media_type=NAMES[Media(row.media)],
            sha256=row.sha256,
            crc32=row.crc32,
        )

    def read(self, blob: BlobId, *, checked: bool = True) -> bytes:
        return self._reader.read(blob, checked=checked)

    def read_range(self, blob: BlobId, offset: int, length: int, *, checked: bool = True) -> bytes:
        return self._reader.read_range(blob, offset, length, checked=checked)

    def chunks(self, blob: BlobId, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        return self._reader.chunks(blob, offset, length)

    def close_pack(self) -> None:
        """Close this process's open pack, so that it may be sealed."""
        self._writer.close()

    def close(self) -> None:
        """Close the open pack; no put may be under way."""
        self._writer.close()

    # One upload.

    def _kept(self, upload: Upload, holders: tuple[AgencyId, ...]) -> bool:
        """Keep *upload*; say whether its blob was here already."""
        return planned_anew(lambda: self._kept_as_it_looks(upload, holders))

    def _kept_as_it_looks(self, upload: Upload, holders: tuple[AgencyId, ...]) -> bool:
        """The same; raise `BlobWentAway` when what was seen is no longer so."""
        while not self._known(upload.address.blob):
            with self._alone(upload.address.blob) as mine:
                pending = self._still_unknown(upload, holders) if mine else None
                if pending:
                    self._writer.write(pending)
                    return False
        if holders:
            self._ledger.land(0, 0, (), [(upload.address.blob, holder) for holder in holders])
        return True

    def _kept_veiled(self, upload: Upload, holders: tuple[AgencyId, ...]) -> bool:
        """The same with the work that a new blob would make which begins with nothing known.

        Nobody waits here for another who brings the same: both write, and one of the records is
        dropped when its pack is sealed.
        """

        def keep() -> bool:
            with self._ledger.choosing() as lookup:
                known = lookup.row(upload.address.blob) is not None
                pending = self._pending(upload, holders, lookup)
            self._writer.write(veiled(pending, known=known))
            return known

        return planned_anew(keep)

    def _still_unknown(self, upload: Upload, holders: tuple[AgencyId, ...]) -> Pending | None:
        with self._ledger.choosing() as lookup:
            if lookup.row(upload.address.blob):
                return None
            return self._pending(upload, holders, lookup)

    def _known(self, blob: BlobId) -> bool:
        with self._ledger.choosing() as lookup:
            return lookup.row(blob) is not None

    @contextmanager
    def _alone(self, blob: BlobId) -> Generator[bool]:
        """Let one thread write *blob*; the others wait until it is through, then look again."""
        with self._arriving_lock:
            other = self._arriving.get(blob)
            if other is None:
                mine = self._arriving[blob] = threading.Lock()
                mine.acquire()
        if other is not None:
            with other:  # held until the other thread is through
                pass
            yield False
            return
        try:
            yield True
        finally:
            with self._arriving_lock:
                self._arriving.pop(blob).release()

    def _pending(
        self, upload: Upload, holders: tuple[AgencyId, ...], lookup: BlobLookup
    ) -> Pending:
        planned = plan(upload.address, lookup)
        record = record_of(
            upload.address,
            segments=planned.segments,
            marks=planned.marks,
            at=round(self._clock().timestamp() * 1_000_000),
        )
        return Pending(record, upload, planned.literal_from, holders)


def _receipt(address: Address, *, known: bool) -> Receipt:
    return Receipt(
        id=address.blob,
        size=address.size,
        media_type=NAMES[address.media],
        sha256=address.sha256,
        known=known,
    )
