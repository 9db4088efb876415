"""How blob rows reach the catalogue: commands to the keeper, without events.

A blob's truth is its record in a pack (decision 5), so nothing here is logged: what these
commands write, recovery writes again from the packs. Only a blob that comes back from being
condemned, swept or erased leaves an event: that it had gone is told by the log.
"""

from collections.abc import Iterable

import msgspec

from repository.blobs.ledger import BlobWentAway
from repository.blobs.reader import is_grounded
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.fates import Fates, bases_in, bases_of
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Right
from repository.model.blobs import MARK_BYTES, Landed
from repository.model.ids import AgencyId, BlobId, show_blob

NODE = Caller(name="node", rights=frozenset(Right), every_agency=True)
"""The node itself, when it keeps its own house in order."""


class PackNotOpen(Trouble):
    """The pack {pack} takes no more blobs; the writer must ask for a new one."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Gói {pack} không còn nhận dữ liệu; cần mở gói mới."


class AllocatePack(Command[int], frozen=True, kw_only=True, tag="allocate-pack"):
    """Ask for the number of a new pack; the answer is never given twice."""

    writer: str
    above: int = 0
    """The highest number seen on the medium: an old copy of the catalogue may not know it."""


class LandBlobs(Command[None], frozen=True, kw_only=True, tag="land-blobs"):
    """Enter blobs whose bytes are on disk."""

    pack: int
    watermark: int
    """The pack is synced up to here, bytes."""
    landed: tuple[Landed, ...] = ()
    grants: tuple[tuple[BlobId, AgencyId], ...] = ()
    found: bool = False
    """A dead writer left them; nobody was told of them."""
    veiled: tuple[Landed, ...] = ()
    """Of these only as many bytes are on disk: they are here already, which takes as long to find
    out as to enter them (decision 17)."""


class ClosePack(Command[None], frozen=True, kw_only=True, tag="close-pack"):
    """Nobody appends to this pack any more."""

    pack: int
    size: int


class MoveBlobs(Command[int], frozen=True, kw_only=True, tag="move-blobs"):
    """Records were copied to a sealed pack: point to the copies. The answer counts them."""

    source: int
    target: int
    rows: tuple[tuple[BlobId, bytes], ...]


class RetirePack(Command[None], frozen=True, kw_only=True, tag="retire-pack"):
    """Everything that lived in *source* lives in *target* now; 0 = nothing lived there."""

    source: int
    target: int
    size: int
    records: int


class ForgetPack(Command[None], frozen=True, kw_only=True, tag="forget-pack"):
    """The file of a retired pack has been removed."""

    pack: int


def decide_allocate(change: Change, command: AllocatePack) -> int:
    """Give the number after the highest one ever given or seen."""
    known = next(iter(change.scan(t.PACKS, backwards=True)), None)
    highest = 0 if known is None else int(str(known[0][0]))
    number = max(highest, command.above) + 1
    change.put(t.PACKS, (number,), t.PackRow(state=t.PackState.OPEN, writer=command.writer))
    return number


def decide_land(change: Change, command: LandBlobs) -> None:
    """Write rows, segments, marks and grants; refuse a pack that was taken from its writer.

    Raise `PackNotOpen`, or `BlobWentAway` for what relies on a blob that is no longer kept.
    """
    if command.landed or command.veiled:
        pack = change.get(t.PACKS, command.pack)
        if pack is None or pack.state is not t.PackState.OPEN:
            raise PackNotOpen(pack=command.pack)
        _advance(change, command, pack)
        if command.found:
            enter_found(change, command.landed)
        else:
            enter(change, command.landed)
        for one in command.veiled:
            _enter_again(change, one)
    for blob, agency in command.grants:
        _grant(change, blob, agency)


def _advance(change: Change, command: LandBlobs, pack: t.PackRow) -> None:
    followed = msgspec.structs.replace(
        pack,
        watermark=max(pack.watermark, command.watermark),
        records=pack.records + len(command.landed),
    )
    change.put(t.PACKS, (command.pack,), followed)


def _grant(change: Change, blob: BlobId, agency: AgencyId) -> None:
    """Let *agency* have brought *blob* now: what was brought again stays as long as what is new."""
    if change.row(blob) is None or Fates(change).leaving(blob):
        raise BlobWentAway(blob=show_blob(blob))
    change.put(t.GRANTS, (blob, agency), change.stamp.microseconds)
    change.revive((blob,))


def enter(change: Change, landed: Iterable[Landed]) -> None:
    """Write the rows of *landed*; a blob that is known, and stays so, keeps the row it has."""
    if Fates(change).none():
        for one in landed:
            _add(change, one)
        return
    for one in landed:
        _enter_among_fates(change, one)


def _enter_among_fates(change: Change, one: Landed) -> None:
    fates = Fates(change)
    for base in bases_in(one.segments):
        if fates.leaving(base):
            raise BlobWentAway(blob=show_blob(base))
    if fates.leaving(one.blob):
        # Its earlier bytes are gone, or about to be; a condemned blob keeps those it has.
        _forget_row(change, one.blob)
        change.record(e.BlobsRevived((one.blob,)))
    elif any(map(fates.leaving, bases_of(change, one.blob))):
        _forget_row(change, one.blob)  # it was to be written anew without them: so it is
    if _add(change, one) and one.segments and not is_grounded(change, one.blob):
        raise BlobWentAway(blob=show_blob(one.blob))
    change.revive((one.blob,))


def _enter_again(change: Change, one: Landed) -> None:
    """Write for a blob that is here what would be written for a new one, as it stands already.

    The same pages of the catalogue are written so, and no row changes.
    """
    if change.row(one.blob) is None or Fates(change).leaving(one.blob):
        raise BlobWentAway(blob=show_blob(one.blob))
    txn = change.transaction
    keys = [(t.BLOBS.name, bytes(one.blob))]
    if one.segments:
        keys.append((t.SEGMENTS.name, one.blob))
    keys += [
        (t.REVISIONS.name, one.marks[at : at + 32]) for at in range(0, len(one.marks), MARK_BYTES)
    ]
    for table, key in keys:
        kept = txn.get(table, key)
        if kept is not None:
            txn.put(table, key, bytes(kept))
    change.revive((one.blob,))


def enter_found(change: Change, landed: Iterable[Landed]) -> None:
    """Write the rows of what a dead writer left; what the log calls lost stays lost."""
    fates = Fates(change)
    for one in landed:
        if not fates.lost(one.blob) and not fates.incomplete(one.segments):
            _add(change, one)


def _add(change: Change, one: Landed) -> bool:
    """Write the row of *one* unless there is one; say whether it was written."""
    if not change.transaction.put(t.BLOBS.name, one.blob, one.row, overwrite=False):
        return False
    if one.segments:
        change.transaction.put(t.SEGMENTS.name, one.blob, one.segments)
    adopt_marks(change, one.blob, one.marks)
    return True


def _forget_row(change: Change, blob: BlobId) -> None:
    """Make room for the row of a copy written anew."""
    change.transaction.delete(t.BLOBS.name, blob)
    change.transaction.delete(t.SEGMENTS.name, blob)


def adopt_marks(change: Change, blob: BlobId, marks: bytes) -> None:
    """Let *blob* tell its marks, where no other blob that stays does."""
    txn = change.transaction
    for at in range(0, len(marks), MARK_BYTES):
        mark = marks[at : at + MARK_BYTES]
        if not txn.put(t.REVISIONS.name, mark[:32], blob + mark[32:], overwrite=False):
            told = change.revision(BlobId(mark[:32]))
            if told and (change.row(told[0]) is None or Fates(change).barred(told[0])):
                txn.put(t.REVISIONS.name, mark[:32], blob + mark[32:])


def decide_close(change: Change, command: ClosePack) -> None:
    """Close an open pack."""
    pack = change.get(t.PACKS, command.pack)
    if pack and pack.state is t.PackState.OPEN:
        closed = msgspec.structs.replace(pack, state=t.PackState.CLOSED, size=command.size)
        change.put(t.PACKS, (command.pack,), closed)


def decide_move(change: Change, command: MoveBlobs) -> int:
    """Point to the copies, but only where the row still points at the source."""
    txn = change.transaction
    moved = 0
    for blob, row in command.rows:
        known = change.row(blob)
        if known and known.pack == command.source:
            txn.put(t.BLOBS.name, blob, row)
            moved += 1
    return moved


def decide_retire(change: Change, command: RetirePack) -> None:
    """Say that the target is sealed and the source may go."""
    if command.target:
        sealed = t.PackRow(state=t.PackState.SEALED, size=command.size, records=command.records)
        change.put(t.PACKS, (command.target,), sealed)
    change.put(t.PACKS, (command.source,), t.PackRow(state=t.PackState.RETIRED))


def decide_forget(change: Change, command: ForgetPack) -> None:
    """Drop the row of a pack whose file is gone."""
    pack = change.get(t.PACKS, command.pack)
    if pack and pack.state is t.PackState.RETIRED:
        change.delete(t.PACKS, command.pack)
        change.delete(t.CHECKS, command.pack)


RULES = {
    AllocatePack: decide_allocate,
    LandBlobs: decide_land,
    ClosePack: decide_close,
    MoveBlobs: decide_move,
    RetirePack: decide_retire,
    ForgetPack: decide_forget,
}
