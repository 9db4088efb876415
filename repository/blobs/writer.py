"""The writer of this process's open pack: append, sync, land, in that order, in groups."""

import itertools
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import NamedTuple

import blake3

from repository.blobs.filler import LEAST_BYTES, Noise, filler_of
from repository.blobs.group import GroupCommit, Ticket
from repository.blobs.ledger import Ledger
from repository.blobs.pack import number_of, open_name, pack_header
from repository.blobs.pack_io import (
    Buffer,
    DiskFailed,
    MediumFull,
    PackFile,
    PackIO,
    WriteFailed,
    let_go_when_it_fails,
    require_durable,
)
from repository.blobs.port import MiB
from repository.blobs.record import (
    Record,
    checks_of,
    row_of,
    whole_of,
    write_header,
    write_tail,
)
from repository.blobs.spool import Upload
from repository.errors import Trouble
from repository.model.blobs import Landed, pack_marks, pack_row, pack_segments
from repository.model.ids import AgencyId

MAX_BATCH_BYTES = 16 * MiB
OWN_PACK_BYTES = 32 * MiB
"""A longer literal gets a pack of its own: nobody waits behind it."""


class SpoolChanged(DiskFailed):
    """The spool file of {name} no longer holds the bytes that were hashed: writing stops."""

    vietnamese = "Tệp tạm của {name} không còn đúng nội dung đã băm: ngừng ghi."


class Pending(NamedTuple):
    """A blob on its way into the pack."""

    record: Record
    upload: Upload
    literal_from: int
    holders: tuple[AgencyId, ...]
    filler: Record | None = None
    """Written before it, for the time that it takes."""
    known: bool = False
    """The blob is here already: nothing but the filler is written."""

    @property
    def total(self) -> int:
        """Bytes that are written."""
        own = 0 if self.known else self.record.total
        return own + (self.filler.total if self.filler else 0)


def veiled(pending: Pending, *, known: bool) -> Pending:
    """*pending* with a filler: as many bytes as if it had to be written whole.

    *known* says that it is here already, and not to be written at all.
    """
    whole = whole_of(pending.record, pending.upload.address.marks)
    short = whole if known else whole - pending.record.total
    # A new file has a filler too, of no bytes: it takes some time to make one.
    filler = filler_of(LEAST_BYTES + short, pending.record.at)
    return pending._replace(filler=filler, known=known)


class _OpenPack:
    """A pack being written, and how many of its batches are not in the catalogue yet."""

    def __init__(self, number: int, file: PackFile) -> None:
        self.number = number
        self.file = file
        self.flying = 0
        self.full = False


class _Synced(NamedTuple):
    """A batch that is on disk and not yet in the catalogue."""

    pack: _OpenPack
    watermark: int
    """The end of its last blob: behind it there may be a filler, at which no walk ends. 0: none."""
    offsets: tuple[int, ...]


class PackWriter:
    """Writes records into packs of its own; every process has one."""

    def __init__(
        self,
        medium: PackIO,
        ledger: Ledger,
        *,
        store: uuid.UUID,
        target: int,
        stop: Callable[[DiskFailed], None],
    ) -> None:
        """*target* is the size in bytes at which a pack is closed; *stop* hears of a failed disk."""
        require_durable(medium)
        self._medium = medium
        self._ledger = ledger
        self._store = store
        self._target = target
        self._stop = stop
        self._current: _OpenPack | None = None
        self._synced: dict[int, _Synced] = {}
        self._count = Lock()
        self._failed: DiskFailed | None = None
        self._group = GroupCommit(
            self._write, self._land, most=MAX_BATCH_BYTES, weigh=lambda p: p.total
        )
        self._noise = Noise()

    def write(self, pending: Pending) -> None:
        """Return once the record is on disk and in the catalogue."""
        if pending.record.stored > OWN_PACK_BYTES:
            self._write_alone(pending)
        else:
            self._group.submit(pending)

    def write_batch(self, batch: Iterable[Pending]) -> None:
        """The same for several at once, with one sync."""
        tickets = [Ticket(pending) for pending in batch]
        if tickets:
            with self._group.turn():
                self._write(tickets)
            self._land(tickets)

    def close(self) -> None:
        """Close the current pack; it may be sealed from now on."""
        with self._group.turn():
            pack, self._current = self._current, None
        if pack:
            pack.full = True
            self._close_if_landed(pack)

    # First step: in turn.

    def _write(self, batch: list[Ticket[Pending]]) -> None:
        pack = self._current or self._begun()
        self._current = pack
        self._synced[id(batch[0])] = self._appended(pack, [ticket.item for ticket in batch])
        if pack.file.size >= self._target:
            pack.full = True
            self._current = None

    def _appended(self, pack: _OpenPack, batch: list[Pending]) -> _Synced:
        ends = tuple(itertools.accumulate((p.total for p in batch), initial=pack.file.size))[1:]
        if self._failed:
            raise self._failed
        try:
            pack.file.append(piece for pending in batch for piece in self._pieces(pending))
            pack.file.sync()
        except DiskFailed as failed:
            self._fail(failed)
            raise
        with self._count:
            pack.flying += 1
        return _synced(pack, batch, ends)

    def _pieces(self, pending: Pending) -> Iterator[Buffer]:
        """All that is written for *pending*, in order."""
        if pending.filler:
            yield from self._noise.written(pending.filler)
        if not pending.known:
            yield from _buffers(pending)

    def _begun(self) -> _OpenPack:
        if self._failed:
            raise self._failed
        try:
            return self._create()
        except DiskFailed as failed:
            self._fail(failed)
            raise

    def _fail(self, failed: DiskFailed) -> None:
        """What lies behind bytes that may be lost could not be found again: nothing follows."""
        self._failed = failed
        self._stop(failed)

    def _create(self) -> _OpenPack:
        while True:
            numbers = [number_of(name) or 0 for name in self._medium.names()]
            number = self._ledger.allocate(above=max(numbers, default=0))
            try:
                file = self._medium.create(open_name(number))
            except FileExistsError:  # another process was given it by a keeper since replaced
                continue
            with let_go_when_it_fails(file):  # and taken over like a dead writer's
                file.append([pack_header(number, self._store, time.time_ns() // 1000)])
            return _OpenPack(number, file)

    # Second step: may overlap the next batch's first.

    def _land(self, batch: list[Ticket[Pending]]) -> None:
        synced = self._synced.pop(id(batch[0]))
        entries = [
            (ticket.item.known, _landed(ticket.item.record, synced.pack.number, offset))
            for ticket, offset in zip(batch, synced.offsets, strict=True)
        ]
        landed = [entry for known, entry in entries if not known]
        veiled = [entry for known, entry in entries if known]
        grants = [
            (ticket.item.record.blob, holder) for ticket in batch for holder in ticket.item.holders
        ]
        try:
            self._ledger.land(synced.pack.number, synced.watermark, landed, grants, veiled=veiled)
        except Trouble:
            # Perhaps the pack was taken over: whatever it was, the next batch opens another.
            synced.pack.full = True
            if self._current is synced.pack:
                self._current = None
            raise
        finally:
            with self._count:
                synced.pack.flying -= 1
            self._close_if_landed(synced.pack)

    def _close_if_landed(self, pack: _OpenPack) -> None:
        """A full pack is closed by whoever lands its last batch: a sealer must see all rows."""
        with self._count:
            if not pack.full or pack.flying or pack.number < 0:
                return
            number, pack.number = pack.number, -1
        pack.file.close()
        self._ledger.close_pack(number, pack.file.size)

    def _write_alone(self, pending: Pending) -> None:
        pack = self._begun()
        ticket = Ticket(pending)
        try:
            self._synced[id(ticket)] = self._appended(pack, [pending])
        except (MediumFull, WriteFailed):  # it ends with its header: whoever tidies takes it over
            pack.file.close()
            raise
        pack.full = True
        self._land([ticket])


def _synced(pack: _OpenPack, batch: list[Pending], ends: tuple[int, ...]) -> _Synced:
    kept = [end for pending, end in zip(batch, ends, strict=True) if not pending.known]
    offsets = tuple(end - p.record.total for p, end in zip(batch, ends, strict=True))
    return _Synced(pack, max(kept, default=0), offsets)


def _landed(record: Record, pack: int, offset: int) -> Landed:
    return Landed(
        blob=record.blob,
        row=pack_row(row_of(record, pack, offset)),
        segments=pack_segments(record.segments),
        marks=pack_marks(record.marks),
    )


def _buffers(pending: Pending) -> Iterator[Buffer]:
    """The record's bytes in order: small ones from memory, large ones piece by piece."""
    record, upload = pending.record, pending.upload
    yield write_header(record)
    if upload.content is not None:
        literal = memoryview(upload.content)[pending.literal_from :]
        yield literal
        yield write_tail(record, checks_of(literal) if pending.literal_from else upload.checks)
        return
    yield from _spooled_buffers(pending)


def _spooled_buffers(pending: Pending) -> Iterator[Buffer]:
    """As above from the spool file, whose bytes are named once more: a disk may have lied."""
    record, upload = pending.record, pending.upload
    again = blake3.blake3()
    for piece in upload.pieces(0, pending.literal_from):
        again.update(piece)
    checks: list[bytes] = []
    for piece in upload.pieces(pending.literal_from, record.stored):
        again.update(piece)
        checks.append(checks_of(piece))
        yield piece
    if again.digest() != record.blob:
        raise SpoolChanged(name=record.blob.hex(), why="changed since it was hashed")
    yield write_tail(record, b"".join(checks))
