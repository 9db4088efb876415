"""Giving room back: sealed packs of which much is dead are rewritten with what is alive."""

from collections.abc import Iterator

from repository.blobs.compact import Literal, compact_pack, highest_number
from repository.blobs.pack import PackBroken
from repository.blobs.port import ReserveReached
from repository.blobs.seal import Sealed
from repository.holdings import Holdings
from repository.maintenance import maintaining
from repository.upkeep.room import PackUse, sealed_packs

DEAD_SHARE = 0.3
"""Rewriting a pack for less costs more than it gives."""


def worth_compacting(holdings: Holdings, *, share: float = DEAD_SHARE) -> list[PackUse]:
    """The sealed packs of which more than *share* is dead, or nothing is alive.

    The newest one may be empty: it keeps the place of its number.
    """
    newest = highest_number(holdings.shelves.packs)
    return [
        use
        for use in sealed_packs(holdings)
        if use.dead > share * use.size or not (use.records or use.pack == newest)
    ]


def compact(holdings: Holdings, *, share: float = DEAD_SHARE) -> Iterator[Sealed]:
    """Rewrite the packs worth it, one after the other; each is told when it is done.

    Wait while somebody else moves records about. Raise `ReserveReached` before a pack for which
    there is no room; and at the end `PackBroken` for the first one with a damaged record, of which
    nothing was changed.
    """
    broken: PackBroken | None = None
    with maintaining(holdings.shelves.layout):
        for use in worth_compacting(holdings, share=share):
            try:
                yield rewrite(holdings, use.pack, room=use.live)
            except PackBroken as found:
                broken = broken or found
    if broken:
        raise broken


def rewrite(holdings: Holdings, pack: int, *, room: int, unpacked: Literal | None = None) -> Sealed:
    """Rewrite one pack, for which *room* bytes are needed; whoever calls it maintains the store.

    With *unpacked*, no dictionary outlives it (`compact_pack`).
    """
    shelves = holdings.shelves
    require_room(holdings, room)
    return compact_pack(shelves.packs, shelves.ledger, shelves.store, pack, unpacked=unpacked)


def require_room(holdings: Holdings, room: int) -> None:
    """Raise `ReserveReached` unless *room* more bytes can be written above the disk's reserve."""
    reserve = holdings.shelves.reserve
    reserve.require()
    if reserve.free() - room < reserve.reserve:
        raise ReserveReached(reserve=reserve.reserve)
