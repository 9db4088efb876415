"""What is kept and what it takes: as plain files, each file once, and as it is stored.

*Naive* counts a file in every document that holds it, as a folder for each agency would keep it;
*once* counts every distinct file once; *stored* is what the packs hold of them.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.keys import unpack_key
from repository.catalogue.views import Reading
from repository.holdings import Holdings
from repository.model.blobs import unpack_row
from repository.model.ids import AgencyId, BlobId
from repository.upkeep.looks import looks
from repository.upkeep.room import room_of, sealed_packs

BLOCK_BYTES = 512
"""The unit of `st_blocks` (stat(2))."""


class AgencyStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """What one agency's documents hold."""

    code: str
    files: int
    """Files of its documents, each document's counted."""
    naive: int
    """Their bytes."""
    once: int
    """Bytes of its distinct files."""


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """The whole store."""

    documents: int
    files: int
    naive: int
    once: int
    blobs: int
    """All stored: files, texts, and what no document holds."""
    live: int
    """Bytes of packs in records that are in use."""
    texts: int
    """Of these, those of texts derived from files."""
    condemned: int
    """Bytes of blobs that wait to be swept."""
    dead: int
    """Bytes of sealed packs that nothing points to."""
    packs: int
    """Bytes on disk."""
    log: int
    catalogue: int
    snapshots: int
    index: int
    agencies: tuple[AgencyStatistics, ...]

    @property
    def figures(self) -> dict[str, int]:
        """All of it but for the agencies, to be kept (`repository.runs`)."""
        told: dict[str, int] = msgspec.structs.asdict(self)
        return {name: value for name, value in told.items() if name != "agencies"}

    @property
    def saved(self) -> float:
        """How much less packs and log take than plain files would; negative when more."""
        return 1 - (self.packs + self.log) / self.naive if self.naive else 0.0


class _Sum:
    """Running sums of one agency."""

    def __init__(self) -> None:
        self.files = 0
        self.naive = 0
        self.once = 0


def statistics(holdings: Holdings) -> Statistics:
    """Count everything; a scan of the catalogue, in short looks."""
    sums: dict[AgencyId, _Sum] = {}
    once = 0
    for length, agencies in _held(holdings):
        once += length
        for agency, count in agencies.items():
            its = sums.setdefault(agency, _Sum())
            its.files += count
            its.naive += count * length
            its.once += length
    live, texts, condemned, blobs = _stored(holdings)
    layout = holdings.shelves.layout
    with holdings.reading() as now:
        documents = now.count(t.DOCUMENTS)
        agencies = tuple(_agencies(now, sums))
    return Statistics(
        documents=documents,
        files=sum(each.files for each in agencies),
        naive=sum(each.naive for each in agencies),
        once=once,
        blobs=blobs,
        live=live,
        texts=texts,
        condemned=condemned,
        dead=sum(use.dead for use in sealed_packs(holdings)),
        packs=on_disk(layout.packs),
        log=on_disk(layout.log),
        catalogue=on_disk(layout.catalogue),
        snapshots=on_disk(layout.snapshots),
        index=on_disk(layout.index),
        agencies=agencies,
    )


def on_disk(folder: Path) -> int:
    """Bytes that the files below *folder* take on their disk; holes take none."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks * BLOCK_BYTES
        except FileNotFoundError:  # sealed, merged or swept meanwhile
            continue
    return total


def _held(holdings: Holdings) -> Iterator[tuple[int, dict[AgencyId, int]]]:
    """Every file that a document holds: its length, and in how many documents of which agency."""
    for blob, holders in groupby(_holders(holdings), key=lambda holder: holder[0]):
        agencies: dict[AgencyId, int] = {}
        for _, agency in holders:
            agencies[agency] = agencies.get(agency, 0) + 1
        with holdings.reading() as now:
            row = now.row(blob)
        if row:
            yield row.length, agencies


def _holders(holdings: Holdings) -> Iterator[tuple[BlobId, AgencyId]]:
    """In the order of blobs."""
    for _, rows in looks(holdings, t.HOLDERS):
        for key, _ in rows:
            _, agency, _ = unpack_key(t.HOLDERS.key, key)
            yield BlobId(key[:32]), AgencyId(str(agency))


def _stored(holdings: Holdings) -> tuple[int, int, int, int]:
    """Bytes of records in use, of texts among them, of condemned ones among them; and blobs."""
    live = condemned = blobs = 0
    for now, rows in looks(holdings, t.BLOBS):
        for key, kept in rows:
            room = room_of(unpack_row(kept))
            live += room
            blobs += 1
            condemned += room if now.get(t.CONDEMNED, BlobId(key)) else 0
    return live, _texts(holdings), condemned, blobs


def _texts(holdings: Holdings) -> int:
    """Bytes of texts that are no files themselves."""
    total = 0
    for now, rows in looks(holdings, t.DERIVED):
        for _, kept in rows:
            text = t.DERIVED.decode(kept).text
            row = now.row(text) if text else None
            if text and row and next(now.documents_holding(text), None) is None:
                total += room_of(row)
    return total


def _agencies(now: Reading, sums: dict[AgencyId, _Sum]) -> Iterator[AgencyStatistics]:
    for agency in now.agencies():
        its = sums.get(agency.id, _Sum())
        yield AgencyStatistics(code=agency.code, files=its.files, naive=its.naive, once=its.once)
