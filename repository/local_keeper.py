"""The keeper within this process: for tests, small sites and offline commands."""

from typing import Any, TypeVar, cast

from repository.blobs.group import GroupCommit, Ticket
from repository.decider import Decider
from repository.keeper import Command, KeeperStopped

R = TypeVar("R")
MAX_BATCH = 256
"""Commands decided under one sync."""


class LocalKeeper:
    """Decides in the thread of whoever comes first; the others share the batch."""

    def __init__(self, decider: Decider) -> None:
        self._group: GroupCommit[Command[Any]] = GroupCommit(
            decider.decide, _nothing, most=MAX_BATCH
        )
        self._closed = False

    def submit(self, command: Command[R]) -> R:
        if self._closed:
            raise KeeperStopped
        return cast(R, self._group.submit(command).answer)

    def close(self) -> None:
        self._closed = True


def _nothing(_: list[Ticket[Command[Any]]]) -> None:
    """All is done in the first step."""
