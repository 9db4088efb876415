"""Purges (tiêu hủy nội dung): content destroyed at once by two persons, with a reason (decision 10).

Requested by one and confirmed by another; from then on nobody is given the content. What others
need of it is written anew, its rows go, its bytes are overwritten, and what became of them is told.
"""

import enum

import msgspec

from repository.model.ids import BlobId, PurgeId


class PurgeState(enum.Enum):
    """How far a purge is; it goes through these in order, and is taken up again after a crash."""

    REQUESTED = "requested"
    WITHDRAWN = "withdrawn"
    """Given up before it was confirmed."""
    ORDERED = "ordered"
    """Agreed elsewhere, or at a store node: it waits for the offices' answers, or for a hold here."""
    CONFIRMED = "confirmed"
    """Nobody is given the content; its bytes may still lie in packs."""
    DESTROYED = "destroyed"
    """Nothing needs the bytes any more; they are being overwritten."""
    COMPLETED = "completed"
    """No pack of this store holds them."""


UNFINISHED = frozenset({PurgeState.CONFIRMED, PurgeState.DESTROYED})
"""Agreed, and not through at this node."""
UNDER_WAY = UNFINISHED | {PurgeState.ORDERED}
"""The same, those included that wait for other nodes, or for a hold."""


class Purge(msgspec.Struct, frozen=True, kw_only=True):
    """A purge as it stands now."""

    id: PurgeId
    blob: BlobId
    """What was asked to be destroyed."""
    reason: str
    state: PurgeState
    requested: int
    """Microseconds since 1970-01-01 UTC."""
    requested_by: str
    confirmed: int = 0
    confirmed_by: str = ""
    blobs: tuple[BlobId, ...] = ()
    """All that goes with it: the blob, its text, and what shares its bytes and nobody refers to."""
    inside: tuple[BlobId, ...] = ()
    """Others of which a copy that nothing pointed to was overwritten: they begin with one of these."""
    written: int = 0
    """When the blob was first written; copies of the packs made since hold it. 0 = not known."""
    completed: int = 0
    packs: tuple[int, ...] = ()
    """The packs in which bytes were overwritten: a copy made before holds them still."""
    stored: int = 0
    """Bytes overwritten, all copies together."""
    everywhere: bool = False
    """Every node of the province destroys it; else an office node only gives up what it has."""
    ordered_at: str | None = None
    """At a node that was told to: where two persons agreed (empty = at the store node)."""
    sequence: int = 0
    """The event by which it was confirmed here: an index begun later knows no word of it."""


class Erasure(msgspec.Struct, frozen=True, array_like=True):
    """A blob whose content was destroyed, or is about to be."""

    purge: PurgeId
    destroyed: bool = False
    """Its row is gone; what is found of it in a pack is none."""
