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
from repository.model.purges import UNDER_WAY
from repository.runs import RunKind, runs

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


class Checks(NamedTuple):
    """How the packs were found when each was last read."""

    damaged: int
    """Packs in which damage was found."""
    unchecked: int
    """Sealed packs never read since they were written."""
    oldest: float
    """Seconds since 1970-01-01 UTC at which the one that was sound longest ago was so; 0 = none was."""


class Waiting(NamedTuple):
    """What waits for something to be done."""

    number: int
    seconds: float
    """Age of the oldest."""


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
    checks: Checks
    purges: Waiting
    """Confirmed and not completed."""
    condemned: int
    """Blobs that wait to be swept."""
    runs: dict[RunKind, t.Run]
    """How the node was last looked after."""
    nodes: dict[str, float]
    """At a store node: when each office node was last heard of, seconds since 1970-01-01 UTC; 0 = never."""
    store_node: bool | None
    """It answers; None where the files are this node's own."""
    keeper: Figures | None
    """None = it does not answer."""


def standing(holdings: Holdings, index: IndexReader, clock: Clock) -> Standing:
    """Look at the node now."""
    index.refresh()
    with holdings.reading() as now:
        blobs, documents = now.count(t.BLOBS), now.count(t.DOCUMENTS)
        events, texts = now.watermark().sequence, now.cursor(TEXTS)
        packs, checks = _packs(now), _checks(now)
        purges, condemned = _purges(now, clock), now.count(t.CONDEMNED)
        looked_after, nodes = runs(now), _nodes(now)
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
        checks=checks,
        purges=purges,
        condemned=condemned,
        runs=looked_after,
        nodes=nodes,
        store_node=holdings.reaches_store_node(),
        keeper=_keeper(holdings),
    )


def _packs(now: Reading) -> dict[str, Packs]:
    found = {state.value: Packs(0, 0) for state in PackState}
    for _, pack in now.scan(t.PACKS):
        before = found[pack.state.value]
        size = pack.watermark if pack.state is PackState.OPEN else pack.size
        found[pack.state.value] = Packs(before.number + 1, before.size + size)
    return found


def _checks(now: Reading) -> Checks:
    found = {key[0]: check for key, check in now.scan(t.CHECKS)}
    sealed = {key[0] for key, pack in now.scan(t.PACKS) if pack.state is PackState.SEALED}
    return Checks(
        damaged=sum(check.damaged > 0 for check in found.values()),
        unchecked=len(sealed - found.keys()),
        oldest=min((check.sound for check in found.values()), default=0) / 1_000_000,
    )


def _purges(now: Reading, clock: Clock) -> Waiting:
    since = [one.confirmed for _, one in now.scan(t.PURGES) if one.state in UNDER_WAY]
    oldest = min(since) / 1_000_000 if since else clock().timestamp()
    return Waiting(len(since), max(0.0, clock().timestamp() - oldest))


def _nodes(now: Reading) -> dict[str, float]:
    heard = {str(key[0]): log.at / 1_000_000 for key, log in now.scan(t.NODE_LOGS)}
    # A standby is heard of only when it has come on.
    offices = (node.name for _, node in now.scan(t.NODES) if not node.standby)
    return {name: heard.get(name, 0.0) for name in offices}


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
