"""The port through which an office node asks its store node about moves of agencies (ADR 29)."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from repository.model.ids import BlobId
from repository.model.moves import Act, Move, MoveId
from repository.model.nodes import NodeName
from repository.model.terms import Term


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What the store node tells a node of moves."""

    moves: tuple[Move, ...]
    """From and to this node, in the order in which they began."""
    offices: tuple[NodeName, ...]
    """The office nodes that are admitted."""


class MoveDesk(Protocol):
    """Where offers are made and claimed.

    Every method MUST raise `StoreNodeUnreachable` when no answer came, `StoreNodeRefuses` when this node
    is not admitted, `StoreNodeReplaced` when it is not the one of the term in which this node works.
    Whatever is sent may be sent twice.
    """

    def overview(self) -> Overview:
        """The moves from and to this node, and who there is."""
        ...

    def turn(self, act: Act, move: Move, *, epoch: int) -> Move:
        """Let *act* happen to *move*; the answer is the move as it stands then.

        MUST be durable when it returns. MUST raise `NodeSuperseded` when *epoch* is not the newest,
        `MoveOver`, `MoveAdrift` or `OfferOutdated` as `repository.model.moves.turned` says,
        `NodeUnfit`, `AgencyElsewhere` or `MoveUnderWay` for an offer that cannot be made.
        """
        ...

    def take(self, move: MoveId, blobs: Sequence[BlobId], *, epoch: int) -> tuple[BlobId, ...]:
        """Have *blobs* (at most `MAX_HELD`) kept for this node, which has claimed *move*.

        The answer names those that the source had; each then has a new stamp.
        """
        ...

    def works_in(self, term: Callable[[], Term]) -> None:
        """Show the store node's *term* in which this node works with every request from now on."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
