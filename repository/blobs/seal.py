"""Sealing: a closed pack becomes an immutable one, packed with zstd, with a footer.

The sealed pack is a new file under a new number, published whole; rows are moved to it, then
the old file goes. Whatever step a crash interrupts, the next start finishes or forgets it.
"""

import time
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import NamedTuple

import blake3

from repository.blobs.address import address_of
from repository.blobs.codec import MIN_BYTES, SAMPLE_BYTES, SAMPLES_BYTES, Packer, trained
from repository.blobs.ledger import Ledger
from repository.blobs.pack import (
    HEADER_BYTES,
    SEALING,
    PackBroken,
    Placed,
    number_of,
    open_name,
    pack_header,
    sealed_name,
    walk,
    write_footer,
)
from repository.blobs.pack_io import Buffer, DiskFailed, PackFile, PackIO
from repository.blobs.port import MiB
from repository.blobs.record import (
    BLOCK_BYTES,
    DICTIONARY,
    FRAME_BYTES,
    ZSTD,
    ZSTD_DICTIONARY,
    Record,
    checks_of,
    record_of,
    row_of,
    write_header,
    write_tail,
)
from repository.errors import Trouble
from repository.model.blobs import Landed, pack_marks, pack_row, pack_segments
from repository.model.ids import BlobId

MOVE_BATCH = 2000
"""Rows moved by one command: the keeper is never held up for long."""
LARGE_BYTES = 32 * MiB
"""Longer literals are packed piece by piece, never held in memory whole."""


class Sealed(NamedTuple):
    """What became of a pack."""

    source: int
    target: int
    records: int
    before: int
    """Bytes of the open pack."""
    after: int
    """Bytes of the sealed pack with its footer."""


def seal_closed(medium: PackIO, ledger: Ledger, store: uuid.UUID) -> Iterator[Sealed]:
    """Seal every closed pack, and remove the files of retired ones."""
    names = set(medium.names())
    for number in ledger.closed_packs():
        if open_name(number) in names:  # an old catalogue may know one that is long gone
            yield seal_pack(medium, ledger, store, number)
    remove_retired(medium, ledger)


def remove_retired(medium: PackIO, ledger: Ledger) -> None:
    """Remove the files of packs whose records all live elsewhere."""
    names = set(medium.names())
    for number in ledger.retired_packs():
        for name in names & {open_name(number), sealed_name(number)}:
            medium.remove(name)
        ledger.forget(number)


def adopt_abandoned(medium: PackIO, ledger: Ledger) -> int:
    """Close packs whose writer died; enter what it wrote whole. Return how many records."""
    names = set(medium.names())
    entered = 0
    for number, watermark in ledger.open_packs():
        name = open_name(number)
        if name in names and not medium.held(name):
            entered += enter_walked(medium, ledger, number, watermark)
            ledger.close_pack(number, medium.size(name))
    return entered


def enter_walked(medium: PackIO, ledger: Ledger, number: int, watermark: int) -> int:
    """Enter the intact records of an open pack that lie behind *watermark*."""
    medium.settle(open_name(number))
    landed: list[Landed] = []
    reached = watermark
    entered = 0
    for placed in walk(medium, open_name(number), start=watermark, whole=True):
        reached = placed.offset + placed.record.total
        if placed.broken:
            continue
        landed.append(_landed(placed, number))
        if len(landed) == MOVE_BATCH:
            ledger.land(number, reached, landed, (), found=True)
            entered += len(landed)
            landed = []
    ledger.land(number, reached, landed, (), found=True)
    return entered + len(landed)


def seal_pack(medium: PackIO, ledger: Ledger, store: uuid.UUID, number: int) -> Sealed:
    """Seal one closed pack; raise `PackBroken` and change nothing when it cannot be walked."""
    source = open_name(number)
    live = _chained(_live(medium, ledger, number))
    dictionary = trained(_samples(medium, source, live))
    with new_sealed(medium, ledger, store, dictionary) as writing:
        for placed in live:
            writing.pack(placed.record, partial(_pieces, medium, source, placed))
        return take_over(medium, ledger, writing, source=source)


@contextmanager
def new_sealed(
    medium: PackIO, ledger: Ledger, store: uuid.UUID, dictionary: bytes
) -> Generator["SealedFile"]:
    """A sealed pack under a new number, to be written; nothing is left of one that fails."""
    seen = max((number_of(name) or 0 for name in medium.names()), default=0)
    number = ledger.allocate(above=seen)
    temporary = f"{number:012x}{SEALING}"
    medium.remove(temporary)
    with _begun(medium, temporary) as file:
        yield SealedFile(file, number, store, dictionary)


def take_over(medium: PackIO, ledger: Ledger, writing: "SealedFile", *, source: str) -> Sealed:
    """Publish what was written in the place of the pack *source*: rows move, then its file goes.

    From the moment it has its name the new pack stands for the old one, which its footer names.
    """
    number, target = number_of(source) or 0, writing.number
    after = writing.finish((number,))
    medium.publish(f"{target:012x}{SEALING}", sealed_name(target))
    rows = [(BlobId(p.record.blob), _row(p, target)) for p in writing.placed]
    for first in range(0, len(rows), MOVE_BATCH):
        ledger.move(number, target, rows[first : first + MOVE_BATCH])
    before = medium.size(source)
    ledger.retire(number, target, size=after, records=len(rows))
    medium.remove(source)
    ledger.forget(number)
    return Sealed(number, target, len(rows), before, after)


@contextmanager
def _begun(medium: PackIO, temporary: str) -> Generator[PackFile]:
    """A new file, closed at the end of the block; gone when the block failed."""
    file = medium.create(temporary)
    try:
        with closing(file):
            yield file
    except DiskFailed:  # nothing more is written, not even this; the next start removes it
        raise
    except BaseException:
        with suppress(Trouble):
            medium.remove(temporary)
        raise


def _live(medium: PackIO, ledger: Ledger, number: int) -> Iterator[Placed]:
    """The records to which the catalogue points; a blob written twice lives once."""
    reached = HEADER_BYTES
    for placed in walk(medium, open_name(number), start=0, whole=True):
        reached = placed.offset + placed.record.total
        with ledger.looking() as lookup:
            row = lookup.row(placed.record.blob)
        if row and (row.pack, row.offset) == (number, placed.offset):
            if placed.broken:
                raise PackBroken(pack=open_name(number), why=f"rot at byte {placed.offset}")
            yield placed
    if reached < ledger.landed_upto(number):
        raise PackBroken(pack=open_name(number), why=f"cannot be read on from byte {reached}")


def _chained(live: Iterable[Placed]) -> list[Placed]:
    """Revisions of one file behind one another, as they came; a read of the last then runs on."""
    chains: dict[BlobId, list[Placed]] = {}
    for placed in live:
        segments = placed.record.segments
        root = segments[0].base if segments else placed.record.blob
        chains.setdefault(root, []).append(placed)
    return [placed for chain in chains.values() for placed in chain]


def _samples(medium: PackIO, name: str, live: list[Placed]) -> list[bytes]:
    """Short literals to learn from, spread over the pack, `SAMPLES_BYTES` of them at most."""
    short = [placed for placed in live if MIN_BYTES <= placed.record.stored <= SAMPLE_BYTES]
    every = max(1, sum(placed.record.stored for placed in short) // SAMPLES_BYTES)
    return [_literal(medium, name, placed) for placed in short[::every]]


def _literal(medium: PackIO, name: str, placed: Placed) -> bytes:
    begin = placed.offset + placed.record.header
    return medium.pread(name, begin, placed.record.stored)


def _pieces(medium: PackIO, name: str, placed: Placed) -> Iterator[bytes]:
    """The record's own bytes, a frame's worth at a time."""
    begin, stored = placed.offset + placed.record.header, placed.record.stored
    for at in range(0, stored, FRAME_BYTES):
        yield medium.pread(name, begin + at, min(FRAME_BYTES, stored - at))


def _row(placed: Placed, number: int) -> bytes:
    return pack_row(row_of(placed.record, number, placed.offset))


def _landed(placed: Placed, number: int) -> Landed:
    return Landed(
        blob=placed.record.blob,
        row=_row(placed, number),
        segments=pack_segments(placed.record.segments),
        marks=pack_marks(placed.record.marks),
    )


class SealedFile:
    """A sealed pack being written."""

    def __init__(self, file: PackFile, number: int, store: uuid.UUID, dictionary: bytes) -> None:
        self._file = file
        self.number = number
        self._packer = Packer(dictionary)
        self._codec = ZSTD_DICTIONARY if dictionary else ZSTD
        self._body = blake3.blake3()
        self.placed: list[Placed] = []
        self._append([pack_header(number, store, time.time_ns() // 1000)])
        if dictionary:
            address = address_of(dictionary)
            record = record_of(address, segments=(), marks=(), at=0)._replace(kind=DICTIONARY)
            checks = checks_of(dictionary)
            self._append([write_header(record), dictionary, write_tail(record, checks)])

    def pack(self, record: Record, literal: Callable[[], Iterator[bytes]]) -> None:
        """Add a record, its bytes packed where that saves something.

        *record* has them as they are (`RAW`); *literal* gives them a frame's worth at a time, as
        often as it is asked.
        """
        if record.stored > LARGE_BYTES:
            self._add_large(record, literal)
        else:
            self._add(record, b"".join(literal()))

    def _add(self, record: Record, literal: bytes) -> None:
        tight = self._packer.packed(literal)
        stored = tight.stored if tight else literal
        if tight:
            record = record._replace(codec=self._codec, stored=len(stored))
        self.placed.append(Placed(self._file.size, record))
        frames = tight.frames if tight else ()
        self._append([write_header(record), stored, write_tail(record, checks_of(stored), frames)])

    def _add_large(self, record: Record, literal: Callable[[], Iterator[bytes]]) -> None:
        frames = self._packer.measured(literal())
        if frames:
            record = record._replace(codec=self._codec, stored=sum(frames))
        self.placed.append(Placed(self._file.size, record))
        self._append([write_header(record)])
        checks: list[bytes] = []
        for blocks in _in_blocks(self._packer.frames(literal()) if frames else literal()):
            checks.append(checks_of(blocks))
            self._append([blocks])
        self._append([write_tail(record, b"".join(checks), frames or ())])

    def copy(self, record: Record, pieces: Iterable[bytes]) -> None:
        """Add the bytes of a whole record, just as they stand elsewhere."""
        self.placed.append(Placed(self._file.size, record))
        for piece in pieces:
            self._append([piece])

    def finish(self, replaces: tuple[int, ...]) -> int:
        """Write the footer, sync; return the size of the file."""
        offset = self._file.size
        footer = write_footer(self.number, self.placed, replaces, self._body.digest(), offset)
        self._file.append([footer])
        self._file.sync()
        return self._file.size

    def _append(self, buffers: list[Buffer]) -> None:
        for buffer in buffers:
            self._body.update(buffer)
        self._file.append(buffers)


def _in_blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut so that each piece but the last is of whole blocks."""
    held = b""
    for piece in pieces:
        held += piece
        whole = len(held) - len(held) % BLOCK_BYTES
        if whole:
            yield held[:whole]
            held = held[whole:]
    if held:
        yield held
