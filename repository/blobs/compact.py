"""Compaction: the live records of a sealed pack go into a new one, the rest gives its room back.

Records are copied as they stand, each checked against its block checks on the way. What is
published under its final name, with a footer that names the pack it replaces, is the commit
marker: before it nothing has happened, after it start-up finishes the rest (`recovery`).
"""

import uuid
from collections.abc import Callable, Iterator
from functools import partial

from repository.blobs.codec import MIN_BYTES, SAMPLE_BYTES, SAMPLES_BYTES, trained
from repository.blobs.ledger import Ledger
from repository.blobs.pack import (
    PackBroken,
    Placed,
    dictionary_of,
    entry_items,
    intact,
    number_of,
    read_footer,
    sealed_name,
)
from repository.blobs.pack_io import PackIO
from repository.blobs.port import MiB
from repository.blobs.record import FRAME_BYTES, RAW, ZSTD_DICTIONARY, read_header
from repository.blobs.seal import Sealed, new_sealed, take_over
from repository.model.blobs import unpack_row
from repository.model.ids import BlobId

PIECE_BYTES = 4 * MiB
Literal = Callable[[Placed, int, int], bytes]
"""Gives so many of the record's own bytes from an offset on, unpacked and checked."""


def compact_pack(
    medium: PackIO, ledger: Ledger, store: uuid.UUID, number: int, *, unpacked: Literal | None
) -> Sealed:
    """Rewrite the sealed pack *number* with its live records alone; `target` 0 = none was left.

    With *unpacked*, what was packed with the pack's dictionary is packed anew with another one:
    a dictionary holds pieces of the records it was learned from, also of erased ones.

    Raise `PackBroken` and change nothing where a live record fails its checks.
    """
    source = sealed_name(number)
    live = list(live_records(medium, ledger, number))
    if not live and number < highest_number(medium):
        return _drop(medium, ledger, number)
    require_intact(medium, source, live)
    anew = [placed for placed in live if unpacked and placed.record.codec == ZSTD_DICTIONARY]
    dictionary = _learned(anew, unpacked) if unpacked else _kept_dictionary(medium, source, live)
    with new_sealed(medium, ledger, store, dictionary) as writing:
        for placed in live:
            if unpacked and placed.record.codec == ZSTD_DICTIONARY:
                raw = placed.record._replace(codec=RAW, stored=placed.record.literal)
                writing.pack(raw, partial(_frames, placed, unpacked))
            else:
                writing.copy(placed.record, record_bytes(medium, source, placed))
        return take_over(medium, ledger, writing, source=source)


def live_records(medium: PackIO, ledger: Ledger, number: int) -> Iterator[Placed]:
    """The records of a sealed pack to which the catalogue points, in the order of their places."""
    name = sealed_name(number)
    entries = entry_items(read_footer(medium, name))
    rows = sorted((unpack_row(row).offset, blob, row) for blob, row in entries)
    for offset, blob, kept in rows:
        with ledger.looking() as lookup:
            row = lookup.row(BlobId(blob))
        if row is None or (row.pack, row.offset) != (number, offset):
            continue
        record = read_header(medium.pread(name, offset, unpack_row(kept).header))
        if record is None or record.blob != blob:
            raise PackBroken(pack=name, why=f"no record at byte {offset}")
        yield Placed(offset, record)


def require_intact(medium: PackIO, name: str, live: list[Placed]) -> None:
    """Raise `PackBroken` unless every byte of *live* matches its check."""
    for placed in live:
        if not intact(medium, name, placed.offset, placed.record):
            raise PackBroken(pack=name, why=f"the record at byte {placed.offset} fails its checks")


def record_bytes(medium: PackIO, name: str, placed: Placed) -> Iterator[bytes]:
    """A whole record, header to trailer, in pieces."""
    end = placed.offset + placed.record.total
    for at in range(placed.offset, end, PIECE_BYTES):
        yield medium.pread(name, at, min(PIECE_BYTES, end - at))


def highest_number(medium: PackIO) -> int:
    """The highest number of a pack that is there.

    Its file is never removed without a successor: an old catalogue would give its number again.
    """
    return max((number_of(name) or 0 for name in medium.names()), default=0)


def _drop(medium: PackIO, ledger: Ledger, number: int) -> Sealed:
    """Nothing of the pack lives: its file goes."""
    before = medium.size(sealed_name(number))
    ledger.retire(number, 0, size=0, records=0)
    medium.remove(sealed_name(number))
    ledger.forget(number)
    return Sealed(number, 0, 0, before, 0)


def _kept_dictionary(medium: PackIO, name: str, live: list[Placed]) -> bytes:
    needed = any(placed.record.codec == ZSTD_DICTIONARY for placed in live)
    return dictionary_of(medium, name) if needed else b""


def _learned(anew: list[Placed], unpacked: Literal) -> bytes:
    """A dictionary from what is still there, as at sealing."""
    short = [placed for placed in anew if MIN_BYTES <= placed.record.literal <= SAMPLE_BYTES]
    every = max(1, sum(placed.record.literal for placed in short) // SAMPLES_BYTES)
    return trained([unpacked(placed, 0, placed.record.literal) for placed in short[::every]])


def _frames(placed: Placed, unpacked: Literal) -> Iterator[bytes]:
    """The record's own bytes, unpacked, a frame's worth at a time."""
    literal = placed.record.literal
    for at in range(0, literal, FRAME_BYTES):
        yield unpacked(placed, at, min(FRAME_BYTES, literal - at))
