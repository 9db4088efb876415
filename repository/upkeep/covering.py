"""Which packs cover a position of the log: what a copy of a store in use has to take along.

One look at the catalogue gives both: what an event up to there names had landed before.
"""

from typing import NamedTuple

from repository.blobs.pack import HEADER_BYTES, open_name, sealed_name
from repository.catalogue import tables as t
from repository.holdings import Checkpoint, Holdings
from repository.model import merkle


class Wanted(NamedTuple):
    """A pack as the catalogue has it."""

    number: int
    sealed: bool
    size: int
    """Bytes: all of a sealed pack, an open one's landed records."""

    @property
    def name(self) -> str:
        """Its file in the store."""
        return sealed_name(self.number) if self.sealed else open_name(self.number)


class Look(NamedTuple):
    """A position of the log, and packs that hold everything named up to there."""

    at: Checkpoint
    packs: tuple[Wanted, ...]


def look(holdings: Holdings) -> Look:
    """One snapshot of the catalogue: where the log is, and which packs hold what it names."""
    with holdings.reading() as now:
        mark = now.watermark()
        packs = tuple(_wanted(int(str(key[0])), row) for key, row in now.scan(t.PACKS))
    position = Checkpoint(mark.sequence, merkle.root(mark.peaks))
    return Look(position, tuple(pack for pack in packs if pack.size > HEADER_BYTES))


def _wanted(number: int, row: t.PackRow) -> Wanted:
    """What of a pack is wanted: nothing of a retired one, or of one that nobody has written to."""
    if row.state is t.PackState.SEALED:
        return Wanted(number, sealed=True, size=row.size)
    size = row.watermark if row.state in (t.PackState.OPEN, t.PackState.CLOSED) else 0
    return Wanted(number, sealed=False, size=size)
