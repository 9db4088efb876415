"""How blob rows reach the catalogue: commands to the keeper, without events.

A blob's truth is its record in a pack (decision 5), so nothing here is logged: what these
commands write, recovery writes again from the packs.
"""

from collections.abc import Iterable

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model.access import Caller, Right
from repository.model.blobs import MARK_BYTES, Landed
from repository.model.ids import AgencyId, BlobId

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
    """Everything that lived in *source* lives in *target* now."""

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
    """Write rows, segments, marks and grants; refuse a pack that was taken from its writer."""
    if command.landed:
        pack = change.get(t.PACKS, command.pack)
        if pack is None or pack.state is not t.PackState.OPEN:
            raise PackNotOpen(pack=command.pack)
        _advance(change, command, pack)
        enter(change, command.landed)
    for blob, agency in command.grants:
        change.add(t.GRANTS, (blob, agency), change.stamp.microseconds)


def _advance(change: Change, command: LandBlobs, pack: t.PackRow) -> None:
    followed = msgspec.structs.replace(
        pack,
        watermark=max(pack.watermark, command.watermark),
        records=pack.records + len(command.landed),
    )
    change.put(t.PACKS, (command.pack,), followed)


def enter(change: Change, landed: Iterable[Landed]) -> None:
    """Write the rows of *landed*; a blob that is already known keeps the row it has."""
    txn = change.transaction
    for one in landed:
        if not txn.put(t.BLOBS.name, one.blob, one.row, overwrite=False):
            continue
        if one.segments:
            txn.put(t.SEGMENTS.name, one.blob, one.segments)
        for at in range(0, len(one.marks), MARK_BYTES):
            mark = one.marks[at : at + MARK_BYTES]
            txn.put(t.REVISIONS.name, mark[:32], one.blob + mark[32:], overwrite=False)


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
    sealed = t.PackRow(state=t.PackState.SEALED, size=command.size, records=command.records)
    change.put(t.PACKS, (command.target,), sealed)
    change.put(t.PACKS, (command.source,), t.PackRow(state=t.PackState.RETIRED))


def decide_forget(change: Change, command: ForgetPack) -> None:
    """Drop the row of a pack whose file is gone."""
    pack = change.get(t.PACKS, command.pack)
    if pack and pack.state is t.PackState.RETIRED:
        change.delete(t.PACKS, command.pack)


RULES = {
    AllocatePack: decide_allocate,
    LandBlobs: decide_land,
    ClosePack: decide_close,
    MoveBlobs: decide_move,
    RetirePack: decide_retire,
    ForgetPack: decide_forget,
}
