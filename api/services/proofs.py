"""Proving that an event stands in the log (chứng minh): RFC 6962, 2.1.1, with BLAKE3.

Whoever may see the event may have it proved: one about a document whoever may see that, another
who reads in its agency, one of the node itself who reads everywhere.
"""

from itertools import islice

import msgspec

from api.services.access import present, require_event
from repository.catalogue.tree import Leaves, Proof
from repository.holdings import Holdings
from repository.log.frame import Read
from repository.model import merkle
from repository.model.access import Caller


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """An event, and what leads from it to the root."""

    sequence: int
    event: bytes
    """Its canonical bytes."""
    leaf: bytes
    path: tuple[bytes, ...]
    """The nearest first."""
    size: int
    root: bytes


def prove(holdings: Holdings, caller: Caller, sequence: int, size: int | None) -> Proved:
    """Prove that event *sequence* is among the first *size*; None = all there are.

    Raise `Hidden` for an event that is not there or not for *caller*.
    """
    with holdings.reading() as now:
        known = now.watermark().sequence
    upto = known if size is None else size
    read = present(_event(holdings, sequence) if sequence <= upto <= known else None)
    with holdings.reading() as now:
        require_event(now, caller, read.event)
    leaves = leaves_around(holdings, upto, (sequence - 1, upto - 1))
    with holdings.reading() as now:
        proof = Proof(now, upto, leaves)
        path, root = proof.path(sequence - 1), proof.root()
    return Proved(
        sequence=sequence,
        event=read.canonical,
        leaf=merkle.leaf(read.canonical),
        path=path,
        size=upto,
        root=root,
    )


def leaves_around(holdings: Holdings, size: int, places: tuple[int, ...]) -> Leaves:
    """The blocks of leaves around *places* of a log of *size* events, read now.

    A snapshot of the catalogue is not kept waiting for the log.
    """
    return _Blocks(holdings, size, places).between


class _Blocks:
    """The blocks of leaves around some places, read before the catalogue is looked at."""

    def __init__(self, holdings: Holdings, size: int, places: tuple[int, ...]) -> None:
        self._blocks: dict[int, tuple[bytes, ...]] = {}
        for place in places:
            first = place - place % merkle.BLOCK_LEAVES
            if first not in self._blocks:
                end = min(first + merkle.BLOCK_LEAVES, size)
                self._blocks[first] = _leaves(holdings, first, end)

    def between(self, start: int, end: int) -> tuple[bytes, ...]:
        """The leaves of a whole block."""
        return self._blocks[start][: end - start]


def _event(holdings: Holdings, sequence: int) -> Read | None:
    return next(holdings.events(sequence - 1), None)


def _leaves(holdings: Holdings, start: int, end: int) -> tuple[bytes, ...]:
    reads = islice(holdings.events(start), end - start)
    return tuple(merkle.leaf(read.canonical) for read in reads)
