"""How a node stands, in figures that an operator watches; all cheap, one look at the catalogue."""

from typing import NamedTuple

import msgspec

from indexer.follower import TEXTS
from indexer.index import IndexReader
from repository.catalogue import tables as t
from repository.catalogue.tables import PackState
from repository.catalogue.views import Reading
from repository.errors import Trouble
from repository.figures import AskFigures, Figures
from repository.holdings import Holdings
from repository.model.access import Caller
from repository.model.ids import Clock

_NOBODY = Caller(name="figures", rights=frozenset())


class Behind(NamedTuple):
    """How far a follower is behind the log."""

    events: int
    seconds: float
    """Age of the oldest event that it has not read."""


class Packs(NamedTuple):
    """The packs in one state."""

    number: int
    size: int
    """Bytes."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of the node."""

    blobs: int
    documents: int
    events: int
    index: Behind
    texts: Behind
    packs: dict[str, Packs]
    free: int
    """Bytes of the disk."""
    reserve: int
    map_room: int
    """Bytes left of the catalogue's map."""
    keeper: Figures | None
    """None = it does not answer."""


def standing(holdings: Holdings, index: IndexReader, clock: Clock) -> Standing:
    """Look at the node now."""
    index.refresh()
    with holdings.reading() as now:
        blobs, documents = now.count(t.BLOBS), now.count(t.DOCUMENTS)
        events, texts = now.watermark().sequence, now.cursor(TEXTS)
        packs = _packs(now)
    free, reserve = holdings.free_bytes()
    return Standing(
        blobs=blobs,
        documents=documents,
        events=events,
        index=_behind(holdings, clock, index.position(), events),
        texts=_behind(holdings, clock, texts, events),
        packs=packs,
        free=free,
        reserve=reserve,
        map_room=holdings.engine.room(),
        keeper=_keeper(holdings),
    )


def _packs(now: Reading) -> dict[str, Packs]:
    found = {state.value: Packs(0, 0) for state in PackState}
    for _, pack in now.scan(t.PACKS):
        before = found[pack.state.value]
        size = pack.watermark if pack.state is PackState.OPEN else pack.size
        found[pack.state.value] = Packs(before.number + 1, before.size + size)
    return found


def _behind(holdings: Holdings, clock: Clock, position: int, last: int) -> Behind:
    if position >= last:
        return Behind(0, 0.0)
    oldest = next(holdings.events(position), None)
    at = oldest.event.at / 1_000_000 if oldest else clock().timestamp()
    return Behind(last - position, max(0.0, clock().timestamp() - at))


def _keeper(holdings: Holdings) -> Figures | None:
    try:
        return holdings.keeper.submit(AskFigures(caller=_NOBODY))
    except Trouble:
        return None
