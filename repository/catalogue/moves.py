"""What the events of moves do to a store node's catalogue, and the looks at offers."""

from collections.abc import Callable, Iterator

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.ids import AgencyId
from repository.model.moves import OFFERS, Act, Away, Move, Moved, MoveId, OfferState
from repository.model.nodes import NodeName

# Looks.


def move_of(reading: Reading, move: MoveId) -> Move | None:
    """The move by its identifier."""
    return reading.get(t.MOVES, move)


def moved_to(reading: Reading, agency: AgencyId) -> Moved | None:
    """Where *agency* was last claimed; None for one that was never moved."""
    return reading.get(t.MOVED, agency)


def moves_of(reading: Reading, node: NodeName) -> Iterator[Move]:
    """The moves from and to *node*, in the order in which they began."""
    return (move for _, move in reading.scan(t.MOVES) if node in (move.source, move.target))


def open_offer(reading: Reading, agency: AgencyId) -> Move | None:
    """The offer of *agency* that stands, if one does."""
    offers = (move for _, move in reading.scan(t.MOVES) if move.agency == agency)
    return next((each for each in offers if each.state is OfferState.OFFERED), None)


def away_from(reading: Reading, node: NodeName) -> tuple[Away, ...]:
    """The agencies that are not, or perhaps not much longer, at home at *node*; by the latest hop."""
    claimed = (
        (str(key[0]), moved.move, moved)
        for key, moved in reading.scan(t.MOVED)
        if moved.node != node
    )
    found = [
        Away(
            agency=agency,
            move=move,
            hop=moved.hop,
            node=moved.node,
            claimed=True,
            address=moved.address,
        )
        for agency, move, moved in claimed
    ]
    offered = (move for move in moves_of(reading, node) if move.source == node)
    found += [
        Away(
            agency=move.agency,
            move=move.id,
            hop=move.hop,
            node=move.target,
            claimed=False,
            began=move.began,
        )
        for move in offered
        if move.state in (OfferState.OFFERED, OfferState.REFUSED)
    ]
    return tuple(found)


# Effects.


def _offered(rows: Writing, _event: e.Event, body: e.MoveOffered, _: bytes) -> None:
    before = move_of(rows, body.move)
    move = Move(
        id=body.move,
        agency=body.agency,
        code=body.code,
        source=body.source,
        target=body.target,
        bundle=body.bundle,
        hop=body.hop,
        began=body.began,
        confirmed=body.term,
        state=before.state if before else OfferState.OFFERED,
        address=before.address if before else "",
    )
    rows.put(t.MOVES, (body.move,), move)


def _turned(rows: Writing, _event: e.Event, body: e.MoveTurned, _: bytes) -> None:
    before = move_of(rows, body.move)
    if before is None:
        return
    after = OFFERS[before.state, body.act]
    turned = msgspec.structs.replace(before, state=after, address=body.address or before.address)
    rows.put(t.MOVES, (body.move,), turned)
    if body.act is Act.CLAIM:
        moved = Moved(node=before.target, move=before.id, hop=before.hop, address=turned.address)
        rows.put(t.MOVED, (before.agency,), moved)


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.MoveOffered: _offered,
    e.MoveTurned: _turned,
}
