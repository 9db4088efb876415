"""How much of each pack is still alive."""

from collections.abc import Iterator

import msgspec

from repository.blobs.pack import HEADER_BYTES, PackBroken, footer_offset, sealed_name
from repository.blobs.pack_io import PackIO
from repository.blobs.record import (
    DICTIONARY,
    FRAME_BYTES,
    MAX_HEADER_BYTES,
    RAW,
    TRAILER_BYTES,
    read_header,
    tail_offset,
)
from repository.catalogue import tables as t
from repository.holdings import Holdings
from repository.model.blobs import BlobRow, unpack_row
from repository.upkeep.looks import looks


class PackUse(msgspec.Struct, frozen=True, kw_only=True):
    """What of a sealed pack is still needed."""

    pack: int
    size: int
    """Bytes of the file."""
    live: int
    """Bytes of records that the catalogue points to."""
    records: int
    """How many they are."""
    dead: int
    """Bytes of records that nothing points to."""


def room_of(row: BlobRow) -> int:
    """Bytes that the record of *row* takes in its pack."""
    frames = -(-row.literal // FRAME_BYTES) if row.codec != RAW else 0
    return row.header + tail_offset(row.stored, frames) + TRAILER_BYTES


def live_bytes(holdings: Holdings) -> dict[int, tuple[int, int]]:
    """Of every pack that has any: bytes and number of the records that the catalogue points to."""
    found: dict[int, tuple[int, int]] = {}
    for _, rows in looks(holdings, t.BLOBS):
        for _, kept in rows:
            row = unpack_row(kept)
            size, count = found.get(row.pack, (0, 0))
            found[row.pack] = size + room_of(row), count + 1
    return found


def sealed_packs(holdings: Holdings) -> Iterator[PackUse]:
    """Every sealed pack, and how much of it is alive; one whose footer is broken is passed over."""
    live = live_bytes(holdings)
    with holdings.reading() as now:
        sealed = [
            int(str(key[0])) for key, pack in now.scan(t.PACKS) if pack.state is t.PackState.SEALED
        ]
    for number in sealed:
        size, count = live.get(number, (0, 0))
        try:
            yield _use(holdings.shelves.packs, number, size, count)
        except (PackBroken, FileNotFoundError):
            continue


def _use(packs: PackIO, number: int, live: int, records: int) -> PackUse:
    name = sealed_name(number)
    body = footer_offset(packs, name) - HEADER_BYTES - _dictionary_bytes(packs, name)
    return PackUse(
        pack=number, size=packs.size(name), live=live, records=records, dead=max(0, body - live)
    )


def _dictionary_bytes(packs: PackIO, name: str) -> int:
    record = read_header(packs.pread(name, HEADER_BYTES, MAX_HEADER_BYTES))
    return record.total if record and record.kind == DICTIONARY else 0
