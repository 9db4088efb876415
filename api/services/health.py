"""Whether this node can do its work now: does the keeper answer, is there room, is search behind."""

from typing import ClassVar

import msgspec

from indexer.index import IndexReader
from repository.catalogue.change import Change
from repository.errors import Trouble
from repository.holdings import Holdings
from repository.keeper import Command
from repository.model.access import Caller


class AreYouThere(Command[bool], frozen=True, kw_only=True, tag="are-you-there"):
    """Asks the keeper for a sign of life; changes nothing."""

    patient: ClassVar[bool] = False


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of the node."""

    keeper: bool
    """It takes commands."""
    room: bool
    """The disk is above its reserve."""
    index_lag: int
    """Events that search has not read yet."""
    store_node: bool | None = None
    """It answers; None where the files are this node's own."""

    @property
    def ready(self) -> bool:
        """Reading and writing both work; search may lag."""
        return self.keeper and self.room and self.store_node is not False

    @property
    def degraded(self) -> bool:
        """The store node is away: what is in catalogue, index and cache is served all the same."""
        return self.store_node is False


def decide_are_you_there(_change: Change, _command: AreYouThere) -> bool:
    """Answer."""
    return True


def readiness(holdings: Holdings, index: IndexReader) -> Readiness:
    """Look at the node now."""
    free, reserve = holdings.free_bytes()
    return Readiness(
        keeper=_keeper_answers(holdings),
        room=free > reserve,
        index_lag=index_lag(holdings, index),
        store_node=holdings.reaches_store_node(),
    )


def index_lag(holdings: Holdings, index: IndexReader) -> int:
    """How many events search is behind the catalogue."""
    with holdings.reading() as reading:
        last = reading.watermark().sequence
    index.refresh()
    return max(0, last - index.position())


def _keeper_answers(holdings: Holdings) -> bool:
    nobody = Caller(name="readiness", rights=frozenset())
    try:
        return holdings.keeper.submit(AreYouThere(caller=nobody))
    except Trouble:
        return False
