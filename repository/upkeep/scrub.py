"""Comparing every byte of a pack: with the names of its blobs, with its footer; and keeping the result.

A pack is the unit: how it was found, and when it was last sound, stands in the catalogue, so that
what was not looked at for long can be looked at next.
"""

from collections.abc import Iterable, Iterator

from repository.blobs.address import digest_of
from repository.blobs.copies import Copy, is_intact
from repository.blobs.naming import body_is_as_sealed, name_of
from repository.blobs.pack import (
    PackBroken,
    entry_items,
    number_of,
    open_name,
    read_footer,
    require_header,
    sealed_name,
    walk,
)
from repository.blobs.record import read_header
from repository.catalogue import tables as t
from repository.catalogue.fates import ever_purged
from repository.checking import NoteCheck
from repository.errors import Trouble
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model.blobs import BlobRow, unpack_row
from repository.model.ids import BlobId, show_blob
from repository.upkeep.check import Finding, Severity, damage


def packs_due(
    holdings: Holdings, *, part: int = 1, of: int = 1, since: int | None = None
) -> list[int]:
    """The packs of *part* of *of* equal parts: 30 daily parts see all in a month.

    With *since* (microseconds), only those that were not found sound from then on.
    """
    present = {number_of(name) for name in holdings.shelves.packs.names()}
    with holdings.reading() as now:
        packs = [n for key, _ in now.scan(t.PACKS) if (n := int(str(key[0]))) in present]
        checks = {int(str(key[0])): check for key, check in now.scan(t.CHECKS)}
    return [
        pack
        for pack in packs
        if _part_of(pack, of) == part
        and (since is None or pack not in checks or checks[pack].sound < since)
    ]


def _part_of(pack: int, of: int) -> int:
    """Packs get every second number, or worse: their numbers alone would not part them evenly."""
    return (int.from_bytes(digest_of(pack.to_bytes(8, "big"))[:8], "big") * of >> 64) + 1


def check_packs(holdings: Holdings, packs: Iterable[int]) -> Iterator[Finding]:
    """What is wrong in *packs*, one after the other; the outcome of each is kept."""
    for pack in packs:
        damaged = 0
        for finding in _looked_through(holdings, pack):
            damaged += finding.severity is Severity.DAMAGED
            yield finding
        holdings.keeper.submit(NoteCheck(caller=NODE, pack=pack, damaged=damaged))


def _looked_through(holdings: Holdings, pack: int) -> Iterator[Finding]:
    names = set(holdings.shelves.packs.names())
    try:
        if sealed_name(pack) in names:
            yield from _sealed(holdings, pack)
        elif open_name(pack) in names:
            yield from _open(holdings, pack)
        # Else it was sealed or compacted since, or never begun; `check_structure` tells a lost one.
    except FileNotFoundError:
        return
    except PackBroken as broken:
        yield damage(broken.slug(), f"pack {pack:012x}", broken.sentence)


def _sealed(holdings: Holdings, pack: int) -> Iterator[Finding]:
    packs, name = holdings.shelves.packs, sealed_name(pack)
    require_header(packs, name, holdings.shelves.store)
    entries = [
        (BlobId(blob), unpack_row(row)) for blob, row in entry_items(read_footer(packs, name))
    ]
    for blob, row in sorted(entries, key=lambda entry: entry[1].offset):
        yield from _blob(holdings, blob, row)
    if not body_is_as_sealed(packs, name) and not _is_explained(holdings, name, entries):
        yield Finding(
            severity=Severity.SUSPICIOUS,
            what="pack-body",
            where=f"pack {pack:012x}",
            detail="bytes that no blob needs any more have changed",
        )


def _is_explained(holdings: Holdings, name: str, entries: list[tuple[BlobId, BlobRow]]) -> bool:
    """Say whether a record in the pack was overwritten because its blob was purged."""
    packs = holdings.shelves.packs
    with holdings.reading() as now:
        purged = ever_purged(now)
    for blob, row in entries:
        record = read_header(packs.pread(name, row.offset, row.header)) if blob in purged else None
        if record and not is_intact(packs, Copy(name, row.offset, record)):
            return True
    return False


def _open(holdings: Holdings, pack: int) -> Iterator[Finding]:
    """The records that the writer has entered so far."""
    packs, name = holdings.shelves.packs, open_name(pack)
    upto = holdings.shelves.ledger.landed_upto(pack)
    if upto:
        require_header(packs, name, holdings.shelves.store)
    reached = 0
    for placed in walk(packs, name, start=0, whole=False):
        if placed.offset >= upto:
            break
        reached = placed.offset + placed.record.total
        with holdings.reading() as now:
            row = now.row(placed.record.blob)
        if row and (row.pack, row.offset) == (pack, placed.offset):
            yield from _blob(holdings, placed.record.blob, row)
    if reached < upto:
        yield damage("pack-broken", f"pack {pack:012x}", f"cannot be read on from byte {reached}")


def _blob(holdings: Holdings, blob: BlobId, told: BlobRow) -> Iterator[Finding]:
    """Read *blob* if the pack's copy is the one in use, and name it anew."""
    with holdings.reading() as now:
        row = now.row(blob)
    if row is None or (row.pack, row.offset) != (told.pack, told.offset):
        return
    try:
        found = name_of(holdings.blobs.chunks(blob))
    except Trouble as trouble:
        yield damage(trouble.slug(), show_blob(blob), f"{trouble.sentence} {trouble.facts}")
        return
    if found != blob:
        yield damage("blob-damaged", show_blob(blob), f"its bytes are those of {show_blob(found)}")
