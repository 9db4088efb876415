"""The epoch of an office node in its own log: the first event of every life of its keeper.

So each life writes to a log segment of its own from the beginning, and what a superseded life
still appends to an older segment is not read any more.
"""

from typing import Protocol

from repository.catalogue.change import Change
from repository.catalogue.nodes import epoch_of
from repository.keeper import Command
from repository.model import events as e


class Fence(Protocol):
    """Says whether this process may decide; asked before and after every batch."""

    def require(self) -> None:
        """Return when it may; MUST raise `NodeSuperseded` or `LeaseLapsed` when it may not."""
        ...

    def confirm(self) -> None:
        """Return when it still might after what was decided is on disk.

        MUST raise `NodeSuperseded` or `OutcomeUnknown` otherwise: then nobody is told of success.
        """
        ...


class Unfenced:
    """A node that stands alone: its folder's lock is all it needs."""

    def require(self) -> None:
        """Nobody else can have begun."""

    def confirm(self) -> None:
        """Nobody else can have begun."""


class BeginEpoch(Command[bool], frozen=True, kw_only=True, tag="begin-epoch"):
    """This life of the keeper was given *epoch*; the answer says whether that was news."""

    epoch: int


def decide_begin(change: Change, command: BeginEpoch) -> bool:
    """Record it, once."""
    if command.epoch <= epoch_of(change):
        return False
    change.record(e.EpochBegun(command.epoch))
    return True


RULES = {BeginEpoch: decide_begin}
