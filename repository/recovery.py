"""Start-up: what the packs and the log know, the catalogue learns again.

Unattended and idempotent: torn tails end a walk, unfinished sealings are finished or
forgotten, the catalogue may be of any age, or gone. Nothing here is asked of a person.
"""

import uuid
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import NamedTuple

from repository.blobs.copies import copies_in, is_intact
from repository.blobs.pack import (
    HEADER_BYTES,
    OPEN,
    SEALED,
    SEALING,
    entry_items,
    mark_items,
    number_of,
    open_name,
    read_footer,
    require_header,
    sealed_name,
    walk,
)
from repository.blobs.pack_io import PackIO
from repository.blobs.record import row_of
from repository.catalogue import tables as t
from repository.catalogue.engine import Engine
from repository.catalogue.fates import Fates, ever_purged
from repository.catalogue.projection import apply
from repository.catalogue.tree import entered
from repository.catalogue.views import NODE_LOG, Reading, Writing
from repository.log.event_log import EventLog
from repository.log.frame import Read
from repository.model.blobs import pack_marks, pack_row, pack_segments, unpack_row
from repository.model.events import BlobsCondemned, BlobsDestroyed, BlobsRevived, BlobsSwept
from repository.model.ids import BlobId
from repository.resettling import misplaced

EVENTS_A_COMMIT = 20_000
_UNSETTLED = "unsettled"
FATES = (BlobsCondemned, BlobsRevived, BlobsSwept, BlobsDestroyed)


class Recovered(NamedTuple):
    """What start-up found to do."""

    events: int
    """Rolled forward."""
    packs: int
    """Absorbed that the catalogue did not know as sealed."""
    records: int
    """Entered from those packs."""
    doubtful: bool = False
    """Rows may lead nowhere: `resettle` once everything has been entered."""
    fates: bool = False
    """… or, by way of others, to themselves."""
    returned: frozenset[BlobId] = frozenset()
    since: int = 0
    """As in `Rolled`."""


def recover(
    engine: Engine, packs: PackIO, log: EventLog, store: uuid.UUID, *, by_walking: bool = False
) -> Recovered:
    """Bring the catalogue up to the packs and the log.

    *by_walking* reads sealed packs record by record, as if they had no footer. Open packs
    are registered here and entered by `adopt_abandoned`, which needs a keeper.
    """
    rolled = roll_forward(engine, log)
    fresh = _is_empty(engine)
    absorbed, records = absorb_packs(engine, packs, store, by_walking=by_walking)
    doubtful = (
        rolled.resumed or rolled.fates or (not fresh and (absorbed > 0 or misplaced(engine, packs)))
    )
    return Recovered(
        events=rolled.events,
        packs=absorbed,
        records=records,
        doubtful=doubtful,
        fates=rolled.fates,
        returned=rolled.returned,
        since=rolled.since,
    )


def settled(engine: Engine) -> None:
    """Say that all is done which follows from what was rolled forward and absorbed.

    A start that dies before this has to be gone through again by the next, from the same event on:
    the catalogue no longer shows what it had not seen.
    """
    with engine.reading() as txn:
        if Reading(txn).get(t.META, _UNSETTLED) is None:
            return
    with engine.writing() as txn:
        Writing(txn).delete(t.META, _UNSETTLED)


def _unsettle(rows: Writing, seen: int) -> None:
    """Let the catalogue remember that after event *seen* not everything is done."""
    rows.add(t.META, (_UNSETTLED,), str(seen).encode())


def _is_empty(engine: Engine) -> bool:
    with engine.reading() as txn:
        return Reading(txn).count(t.BLOBS) == 0


class Rolled(NamedTuple):
    """What rolling forward did; all but `events` also of starts before that were not `settled`."""

    events: int
    fates: bool = False
    """Blobs were condemned, swept, destroyed or brought again: of some there may be two copies."""
    returned: frozenset[BlobId] = frozenset()
    """Blobs that were brought again: what let them go before may have taken their rows, and the
    copy that is left may lie in a pack that the catalogue thought it knew."""
    since: int = 0
    """The last event after which nothing is certain to have been settled."""
    resumed: bool = False
    """A start before this one was not `settled`."""


def roll_forward(engine: Engine, log: EventLog) -> Rolled:
    """Apply the events that the catalogue has not seen; whoever calls it ends with `settled`."""
    log.settle()
    with engine.reading() as txn:
        rows = Reading(txn)
        seen, left = rows.watermark().sequence, rows.get(t.META, _UNSETTLED)
    since = seen if left is None else min(seen, int(left))
    done, fates = 0, False
    returned: set[BlobId] = set()
    coming = log.events(since)
    while batch := list(islice(coming, EVENTS_A_COMMIT)):
        done += _applied(engine, seen, batch)
        fates |= any(isinstance(read.event.body, FATES) for read in batch)
        returned.update(_returned(batch))
    return Rolled(done, fates, frozenset(returned), since, resumed=left is not None)


def _applied(engine: Engine, seen: int, batch: list[Read]) -> int:
    """Apply those of *batch* after event *seen*; count them."""
    unseen = [read for read in batch if read.event.sequence > seen]
    if unseen:
        with engine.writing() as txn:
            rows = Writing(txn)
            _unsettle(rows, seen)
            _apply_all(rows, unseen)
    return len(unseen)


def _returned(batch: Iterable[Read]) -> Iterator[BlobId]:
    bodies = (read.event.body for read in batch)
    return (blob for body in bodies if isinstance(body, BlobsRevived) for blob in body.blobs)


def _apply_all(rows: Writing, batch: Iterable[Read]) -> None:
    mark = rows.watermark()
    for read in batch:
        apply(rows, read.event, read.particulars)
        mark = entered(rows, mark, read.canonical)
    rows.put(t.WATERMARK, (NODE_LOG,), mark)


def absorb_packs(
    engine: Engine, packs: PackIO, store: uuid.UUID, *, by_walking: bool
) -> tuple[int, int]:
    """Enter sealed packs that the catalogue does not know as such; note the open ones."""
    for name in packs.names():
        if name.endswith(SEALING):
            packs.remove(name)
    # What an operator laid beside the packs is none of ours, whatever its ending.
    names = [name for name in packs.names() if number_of(name) is not None]
    with engine.writing() as txn:
        rows = Writing(txn)
        _note_open(rows, packs, store, [name for name in names if name.endswith(OPEN)])
        new = [name for name in names if name.endswith(SEALED) and not _known_sealed(rows, name)]
        if new:
            _unsettle(rows, rows.watermark().sequence)
        records = _absorb(rows, packs, store, new, set(names), by_walking=by_walking)
    return len(new), records


def _note_open(rows: Writing, packs: PackIO, store: uuid.UUID, names: list[str]) -> None:
    for name in names:
        number = number_of(name)
        if number is None:
            continue
        header = packs.pread(name, 0, HEADER_BYTES)
        if len(header) == HEADER_BYTES and any(header[-16:]):
            require_header(packs, name, store)
        # Otherwise the header was torn while the pack was begun: nothing follows it.
        rows.add(t.PACKS, (number,), t.PackRow(state=t.PackState.OPEN, writer="unknown"))


def _known_sealed(rows: Writing, name: str) -> bool:
    pack = rows.get(t.PACKS, number_of(name))
    return pack is not None and pack.state is t.PackState.SEALED


class _Found(NamedTuple):
    """Everything that one sealed pack brings."""

    number: int
    entries: list[tuple[bytes, bytes]]
    marks: list[tuple[bytes, bytes]]
    segments: list[tuple[bytes, bytes]]
    replaces: tuple[int, ...]


def _absorb(
    rows: Writing,
    packs: PackIO,
    store: uuid.UUID,
    new: list[str],
    names: set[str],
    *,
    by_walking: bool,
) -> int:
    fresh = rows.count(t.BLOBS) == 0
    fates, purged = Fates(rows), ever_purged(rows)
    found: list[_Found] = []
    for name in new:
        require_header(packs, name, store)
        one = _walked(packs, name) if by_walking else _from_footer(packs, name)
        found.append(_still_kept(one, fates, _overwritten(packs, name, one, purged)))
        size = packs.size(name)
        sealed = t.PackRow(state=t.PackState.SEALED, size=size, records=len(one.entries))
        rows.put(t.PACKS, (number_of(name),), sealed)
        for source in one.replaces:
            rows.put(t.PACKS, (source,), t.PackRow(state=t.PackState.RETIRED))
    gone = {source for one in found for source in one.replaces}
    entries = _one_of_each(found)
    if not fresh:
        entries = [entry for entry in entries if _wanted(rows, entry[0], gone, names)]
    _enter(rows, found, entries, fresh=fresh)
    return len(entries)


def _overwritten(packs: PackIO, name: str, one: _Found, purged: set[BlobId]) -> set[bytes]:
    """Those of *purged* whose bytes in this pack were destroyed, or begun to be."""
    blobs = purged & {BlobId(blob) for blob, _ in one.entries} if purged else set[BlobId]()
    found = copies_in(packs, name, blobs, packs.size(name)) if blobs else ()
    return {copy.record.blob for copy in found if not is_intact(packs, copy)}


def _still_kept(one: _Found, fates: Fates, overwritten: set[bytes]) -> _Found:
    """*one* without what the log says is no longer kept, or leans on what is not."""
    if fates.none() and not overwritten:
        return one
    torn = {blob for blob, packed in one.segments if fates.incomplete(packed)}
    lost = torn | overwritten | {blob for blob, _ in one.entries if fates.lost(BlobId(blob))}
    return one._replace(
        entries=[entry for entry in one.entries if entry[0] not in lost],
        marks=[mark for mark in one.marks if mark[1][:32] not in lost],
        segments=[each for each in one.segments if each[0] not in lost],
    )


def _one_of_each(found: list[_Found]) -> list[tuple[bytes, bytes]]:
    """All entries, sorted; of a blob that was written twice the plainest."""
    entries = sorted(entry for one in found for entry in one.entries)
    twice = {one[0] for one, following in pairwise(entries) if one[0] == following[0]}
    if not twice:
        return entries
    best: dict[bytes, bytes] = {}
    for blob, row in entries:
        best[blob] = min(best.get(blob, row), row, key=_plainness)
    return sorted(best.items())


def _plainness(row: bytes) -> tuple[int, int]:
    told = unpack_row(row)
    return told.segments, told.pack


def _enter(
    rows: Writing, found: list[_Found], entries: list[tuple[bytes, bytes]], *, fresh: bool
) -> None:
    """Write *entries* with the segments that stand in the same pack, and all marks."""
    places = {blob: unpack_row(row).pack for blob, row in entries if unpack_row(row).segments}
    segments = sorted(
        each for one in found for each in one.segments if places.get(each[0]) == one.number
    )
    txn = rows.transaction
    if not fresh:
        for blob, _ in entries:
            txn.delete(t.SEGMENTS.name, blob)
    txn.put_many(t.BLOBS.name, entries)
    txn.put_many(t.REVISIONS.name, sorted(mark for one in found for mark in one.marks))
    txn.put_many(t.SEGMENTS.name, segments)


def _wanted(rows: Writing, blob: bytes, gone: set[int], names: set[str]) -> bool:
    """Say whether the catalogue has no row of *blob*, or one that points to a pack now gone."""
    kept = rows.transaction.get(t.BLOBS.name, blob)
    if kept is None:
        return True
    pack = unpack_row(kept).pack
    return pack in gone or not names & {open_name(pack), sealed_name(pack)}


def _from_footer(packs: PackIO, name: str) -> _Found:
    footer = read_footer(packs, name)
    segments: list[tuple[bytes, bytes]] = [(blob, kept) for blob, kept in footer.segments]
    number = number_of(name) or 0
    return _Found(number, entry_items(footer), mark_items(footer), segments, footer.replaces)


def _walked(packs: PackIO, name: str) -> _Found:
    number = number_of(name) or 0
    found = _Found(number, [], [], [], read_footer(packs, name).replaces)
    for offset, record, _ in walk(packs, name, start=0, whole=False):
        found.entries.append((record.blob, pack_row(row_of(record, number, offset))))
        found.marks.extend(
            (mark.digest, record.blob + pack_marks((mark,))[32:]) for mark in record.marks
        )
        if record.segments:
            found.segments.append((record.blob, pack_segments(record.segments)))
    return found
