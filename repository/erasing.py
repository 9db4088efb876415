"""The machine's part of a purge: what others need is written anew, then the rows go.

People ask and agree in `api.services.purges`; `repository.upkeep.purge` overwrites the bytes.
"""

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.fates import purge_of
from repository.catalogue.views import Reading
from repository.condemning import require_start
from repository.keeper import Command
from repository.landing import adopt_marks
from repository.model import events as e
from repository.model.blobs import Landed
from repository.model.ids import BlobId, PurgeId
from repository.model.purges import Purge, PurgeState


class Promoted(msgspec.Struct, frozen=True, array_like=True):
    """A blob written anew without the bases it had."""

    landed: Landed
    before: bytes
    """The row it had; when it has another by now, somebody else has written it."""


class Promote(Command[int], frozen=True, kw_only=True, tag="promote"):
    """Blobs were written anew into the sealed pack *pack*: point to them. The answer counts them."""

    pack: int
    size: int
    promoted: tuple[Promoted, ...]


class DestroyBlobs(Command[Purge], frozen=True, kw_only=True, tag="destroy-blobs"):
    """Nothing is put together any more from what *purge* destroys: let the rows go."""

    purge: PurgeId
    inside: tuple[BlobId, ...]
    packs: tuple[int, ...]
    stored: int
    """As in `BlobsDestroyed`."""
    start: int
    """As in `SweepBlobs`."""


class CompletePurge(Command[Purge], frozen=True, kw_only=True, tag="complete-purge"):
    """The bytes were overwritten wherever they lay."""

    purge: PurgeId
    packs: tuple[int, ...]


def decide_promote(change: Change, command: Promote) -> int:
    """Let the rows that are still as they were point to what was written anew."""
    sealed = t.PackRow(state=t.PackState.SEALED, size=command.size, records=len(command.promoted))
    change.put(t.PACKS, (command.pack,), sealed)
    return sum(_repoint(change, one) for one in command.promoted)


def _repoint(change: Change, one: Promoted) -> bool:
    txn, landed = change.transaction, one.landed
    if txn.get(t.BLOBS.name, landed.blob) != one.before:
        return False
    txn.put(t.BLOBS.name, landed.blob, landed.row)
    txn.delete(t.SEGMENTS.name, landed.blob)
    if landed.segments:
        txn.put(t.SEGMENTS.name, landed.blob, landed.segments)
    adopt_marks(change, landed.blob, landed.marks)
    return True


def decide_destroy(change: Change, command: DestroyBlobs) -> Purge:
    """Let the rows go; raise `KeeperBeganAnew`.

    Since the confirmation nothing new can be built on them, so whoever looked afterwards has
    seen all that was.
    """
    purge = purge_of(change, command.purge)
    if purge.state is PurgeState.CONFIRMED:
        require_start(change, command.start)
        going = tuple(blob for blob in purge.blobs if is_erased_by(change, blob, purge.id))
        body = e.BlobsDestroyed(purge.id, going, command.inside, command.packs, command.stored)
        change.record(body)
    return purge_of(change, command.purge)


def is_erased_by(rows: Reading, blob: BlobId, purge: PurgeId) -> bool:
    """Say whether *purge* still destroys *blob*: it may have been brought again meanwhile."""
    found = rows.get(t.ERASURES, blob)
    return found is not None and found.purge == purge


def decide_complete(change: Change, command: CompletePurge) -> Purge:
    """Let the purge be done, once."""
    purge = purge_of(change, command.purge)
    if purge.state is PurgeState.DESTROYED:
        packs = tuple(sorted({*purge.packs, *command.packs}))
        change.record(e.PurgeCompleted(purge.id, packs))
    return purge_of(change, command.purge)


RULES = {Promote: decide_promote, DestroyBlobs: decide_destroy, CompletePurge: decide_complete}
