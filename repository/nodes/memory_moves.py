"""The twin in memory of a store node's part in moves: the same rules, and nothing on a disk."""

from collections.abc import Callable, Sequence

import msgspec

from repository.blobs.store_node import StoreNodeUnreachable
from repository.model.access import Hidden
from repository.model.ids import AgencyId, BlobId
from repository.model.moves import (
    Act,
    AgencyElsewhere,
    Move,
    Moved,
    MoveId,
    MoveUnderWay,
    NodeUnfit,
    OfferState,
    turned,
)
from repository.model.nodes import NodeName, require_epoch
from repository.model.terms import Term
from repository.nodes.memory_store_node import SharedMemory
from repository.nodes.moves import Overview


class SharedMoves:
    """What all nodes of a store node in memory share of moves."""

    def __init__(self, shared: SharedMemory) -> None:
        self.shared = shared
        self.moves: dict[MoveId, Move] = {}
        self.moved: dict[AgencyId, Moved] = {}


class MemoryMoves:
    """Moves at a store node in memory, as the node *name* sees them."""

    def __init__(self, name: NodeName, moves: SharedMoves) -> None:
        self._name = name
        self._moves = moves

    def overview(self) -> Overview:
        """The moves from and to this node, and who there is."""
        self._answer()
        found = (
            one for one in self._moves.moves.values() if self._name in (one.source, one.target)
        )
        offices = (node for node in self._moves.shared.nodes.values() if not node.dismissed)
        return Overview(moves=tuple(found), offices=tuple(node.name for node in offices))

    def turn(self, act: Act, move: Move, *, epoch: int) -> Move:
        """Let *act* happen to *move*."""
        self._answer()
        require_epoch(self._moves.shared.nodes[self._name], epoch)
        kept, term = self._moves.moves.get(move.id), self._moves.shared.term.number
        mover = move.source if act in (Act.OFFER, Act.WITHDRAW) else move.target
        if mover != self._name or (kept is None and act in (Act.CLAIM, Act.REFUSE)):
            raise Hidden
        after = turned(kept, act, move, term)
        if act is Act.OFFER and (kept is None or kept.state is OfferState.OFFERED):
            self._require_offerable(move)
            custody = self._moves.shared.custody
            custody[move.bundle, move.target] = next(self._moves.shared.stamps)
        confirmed = term if kept is None or act is Act.OFFER else kept.confirmed
        known = kept.address if kept else ""
        told = (move.address if act is Act.CLAIM else "") or known
        stands = msgspec.structs.replace(
            move if kept is None or act is Act.OFFER else kept,
            state=after,
            confirmed=confirmed,
            address=told,
        )
        self._moves.moves[move.id] = stands
        if act is Act.CLAIM:
            self._moves.moved[move.agency] = Moved(
                node=move.target, move=move.id, hop=move.hop, address=told
            )
        return stands

    def take(self, move: MoveId, blobs: Sequence[BlobId], *, epoch: int) -> tuple[BlobId, ...]:
        """Have *blobs* kept for this node."""
        self._answer()
        require_epoch(self._moves.shared.nodes[self._name], epoch)
        kept = self._moves.moves.get(move)
        if kept is None or (kept.target, kept.state) != (self._name, OfferState.CLAIMED):
            raise Hidden
        custody = self._moves.shared.custody
        there = tuple(blob for blob in blobs if (blob, kept.source) in custody)
        for blob in there:
            custody[blob, self._name] = next(self._moves.shared.stamps)
        return there

    def works_in(self, term: Callable[[], Term]) -> None:
        """A store node in memory is told no term of moves: it has one."""
        del term

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self) -> None:
        if self._moves.shared.away:
            raise StoreNodeUnreachable(reason="away")

    def _require_offerable(self, move: Move) -> None:
        shared = self._moves.shared
        if move.target not in shared.nodes or move.target == move.source:
            raise NodeUnfit(node=move.target)
        moved = self._moves.moved.get(move.agency)
        if moved and moved.node != move.source and moved.hop >= move.hop:
            raise AgencyElsewhere(agency=move.code, node=moved.node, address=moved.address or "–")
        for other in self._moves.moves.values():
            same = other.agency == move.agency and other.id != move.id
            if same and other.state is OfferState.OFFERED and other.hop >= move.hop:
                raise MoveUnderWay(agency=move.code, move=other.id)
        if (move.bundle, move.source) not in shared.custody:
            raise Hidden
