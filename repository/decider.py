"""A batch of commands, decided, logged and committed: the body of every keeper."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from repository.blobs.group import Ticket
from repository.blobs.pack_io import DiskFailed
from repository.catalogue.change import Change, Frame, Sources, Stamp
from repository.catalogue.engine import Engine, Transaction
from repository.catalogue.lmdb_engine import CatalogueFailed, CatalogueFull
from repository.epochs import Fence, Unfenced
from repository.errors import Trouble
from repository.figures import Counting
from repository.keeper import Command, KeeperStopped, Rules

_LOG = logging.getLogger(__name__)
MAP_RESERVE_BYTES = 4 * 1024 * 1024
"""Free map below which nothing more is decided: a commit must never find the map full."""


class Log(Protocol):
    """Where events go; MUST be on disk when `append` returns."""

    def append(self, first: int, frames: list[Frame]) -> None:
        """Keep the events from sequence *first* on, all or none."""
        ...


class Decider:
    """Decides batches against one catalogue and one log; called by one thread at a time."""

    def __init__(  # noqa: PLR0913 - everything a decision rests on is passed in
        self,
        engine: Engine,
        log: Log,
        rules: Rules,
        *,
        clock: Callable[[], datetime],
        sources: Sources,
        stop: Callable[[Trouble], None],
        halted: Callable[[], bool] = lambda: False,
        fence: Fence | None = None,
    ) -> None:
        """*stop* hears of a disk that failed; after it nothing is decided any more.

        *halted* says whether another process of this node heard of one; *fence* whether
        another has taken this node's place.
        """
        self._fence = fence or Unfenced()
        self._halted = halted
        self._engine = engine
        self._log = log
        self._counting = Counting()
        self._rules = {**rules, **self._counting.rules}
        self._clock = clock
        self._sources = sources
        self._stop = stop
        self.stopped = False
        """Writing has ended; only a new start, after `vankho doctor`, begins again."""

    def decide(self, batch: list[Ticket[Command[Any]]]) -> None:
        """Give every ticket its answer or its trouble; raise what befell the whole batch."""
        if self.stopped or self._halted():
            raise KeeperStopped
        self._fence.require()
        if self._engine.room() < MAP_RESERVE_BYTES:
            raise CatalogueFull(size=0)
        began = time.perf_counter()
        try:
            with self._engine.writing() as txn:
                frames = self._decide_each(txn, batch)
                self._log_events(txn, frames)
        except (DiskFailed, CatalogueFailed) as failed:
            self.stopped = True
            self._stop(failed)
            raise
        self._counting.note(
            commands=len(batch),
            refused=sum(ticket.error is not None for ticket in batch),
            events=len(frames),
            seconds=time.perf_counter() - began,
        )
        # Stopped for long between deciding and here, this process may have been replaced.
        self._fence.confirm()

    def _decide_each(self, txn: Transaction, batch: list[Ticket[Command[Any]]]) -> list[Frame]:
        frames: list[Frame] = []
        for ticket in batch:
            try:
                with txn.child() as part:
                    change = self._change(part, ticket.item)
                    ticket.answer = self._rules[type(ticket.item)](change, ticket.item)
                frames.extend(_together(change.frames))
            except CatalogueFailed:
                raise
            except Trouble as refused:
                ticket.error = refused
            except Exception as mistake:  # noqa: BLE001 - one bad command must not harm the others
                _LOG.exception("a rule failed on %s", type(ticket.item).__name__)
                ticket.error = mistake
        return frames

    def _change(self, part: Transaction, command: Command[Any]) -> Change:
        stamp = Stamp(self._clock(), command.caller.name, command.on_behalf_of)
        return Change(part, stamp, self._sources)

    def _log_events(self, txn: Transaction, frames: list[Frame]) -> None:
        if frames:
            last = Change(txn, Stamp(self._clock(), ""), self._sources).watermark().sequence
            self._log.append(last - len(frames) + 1, frames)


def _together(frames: list[Frame]) -> list[Frame]:
    """The events of one command, each but the last marked as not the last."""
    return [frame._replace(more=True) for frame in frames[:-1]] + frames[-1:]
