"""A store node's use cases of moves: it alone says where an agency is at home (ADR 29).

An office node offers an agency that it has stopped; another claims it. Who may do what is told by the node's
token: the source offers and withdraws, the target claims and refuses, and nobody else learns of the move.
"""

from collections.abc import Sequence

from api.services import fields
from api.services.nodes import as_caller
from repository.blobs.store_node import MAX_HELD
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.moves import move_of, moved_to, moves_of, open_offer
from repository.catalogue.nodes import term_of
from repository.catalogue.views import Reading
from repository.keeper import Command, Keeper
from repository.model import events as e
from repository.model.access import Hidden
from repository.model.ids import BlobId
from repository.model.moves import (
    MAX_ADDRESS,
    MOST_HOPS,
    Act,
    AgencyElsewhere,
    Move,
    MoveId,
    MoveUnderWay,
    NodeUnfit,
    OfferState,
    turned,
)
from repository.model.nodes import Node, NodeName, NodeNotAdmitted, require_epoch
from repository.nodes.moves import Overview

MOST_MOVES = 5000
"""Told at once; far more than a province has in decades."""


class TurnMove(Command[Move], frozen=True, kw_only=True, tag="turn-move"):
    """Offer, withdraw, refuse or claim; *told* is the move as whoever asks knows it."""

    node: NodeName
    epoch: int
    act: Act
    told: Move


class TakeMoved(Command[tuple[BlobId, ...]], frozen=True, kw_only=True, tag="take-moved"):
    """Keep files that the source brought for the target too; the answer names those that it had."""

    node: NodeName
    epoch: int
    move: MoveId
    blobs: tuple[BlobId, ...]


def overview(reading: Reading, node: Node) -> Overview:
    """The moves from and to *node*, and the office nodes that there are."""
    moves = tuple(moves_of(reading, node.name))[-MOST_MOVES:]
    offices = tuple(one.name for _, one in reading.scan(t.NODES) if _is_office(one))
    return Overview(moves=moves, offices=offices)


def turn(keeper: Keeper, node: Node, act: Act, told: Move, *, epoch: int) -> Move:
    """What becomes of *told* by *act* of *node*; raise as `decide_turn`, or of `fields`."""
    address = fields.line("$.move.address", told.address, limit=MAX_ADDRESS)
    if address and not address.startswith(("http://", "https://")):
        raise fields.FieldUnfit(path="$.move.address", expected="https://…")
    if not 0 < told.hop < MOST_HOPS:
        raise fields.FieldUnfit(path="$.move.hop", expected=f"1–{MOST_HOPS}")
    command = TurnMove(caller=as_caller(node), node=node.name, epoch=epoch, act=act, told=told)
    return keeper.submit(command)


def decide_turn(change: Change, command: TurnMove) -> Move:
    """Let the act have happened; again is harmless.

    Raise `NodeNotAdmitted`, `NodeSuperseded`, `EpochAdrift`, `Hidden`, `MoveOver`, `MoveAdrift`,
    `OfferOutdated`, and for an offer `NodeUnfit`, `AgencyElsewhere`, `MoveUnderWay`.
    """
    told, act = command.told, command.act
    require_epoch(_node(change, command.node), command.epoch)
    kept = move_of(change, told.id)
    mover = told.source if act in (Act.OFFER, Act.WITHDRAW) else told.target
    if mover != command.node or (kept is not None and not _same(kept, told)):
        raise Hidden
    if kept is None and act in (Act.CLAIM, Act.REFUSE):
        raise Hidden
    term = term_of(change).number
    after = turned(kept, act, told, term)
    if act is Act.OFFER:
        _offer(change, kept, told, term)
    elif kept is None:
        _note(change, told, term)  # so that an offer which is still on its way comes too late
    before = kept.state if kept else OfferState.OFFERED
    address = told.address if act is Act.CLAIM else ""
    news = after is not before or (kept is not None and address not in ("", kept.address))
    if act is not Act.OFFER and news:
        change.record(e.MoveTurned(told.id, act, address))
    found = move_of(change, told.id)
    if found is None:
        raise Hidden
    return found


def _offer(change: Change, kept: Move | None, told: Move, term: int) -> None:
    """Let it be offered, or let the offer stand in this *term* too."""
    if kept is not None and (kept.state is not OfferState.OFFERED or kept.confirmed == term):
        return
    target = change.get(t.NODES, told.target)
    if target is None or not _is_office(target) or told.target == told.source:
        raise NodeUnfit(node=told.target)
    moved = moved_to(change, told.agency)
    if moved and moved.node != told.source and moved.hop >= told.hop:
        raise AgencyElsewhere(agency=told.code, node=moved.node, address=moved.address or "–")
    other = open_offer(change, told.agency)
    if other and other.id != told.id and other.hop >= told.hop:
        raise MoveUnderWay(agency=told.code, move=other.id)
    if change.get(t.CUSTODY, told.bundle, told.source) is None:
        raise Hidden
    _note(change, told, term)
    change.record(e.CustodyTaken(told.target, (told.bundle,)))


def _note(change: Change, told: Move, term: int) -> None:
    change.record(
        e.MoveOffered(
            move=told.id,
            agency=told.agency,
            code=told.code,
            source=told.source,
            target=told.target,
            bundle=told.bundle,
            hop=told.hop,
            began=told.began,
            term=term,
        )
    )


def take(
    keeper: Keeper, node: Node, move: MoveId, blobs: Sequence[BlobId], *, epoch: int
) -> tuple[BlobId, ...]:
    """Keep *blobs* for *node*, which has claimed *move*; those that the source had."""
    if len(blobs) > MAX_HELD:
        raise fields.FieldUnfit(path="$.blobs", expected=f"0–{MAX_HELD}")
    command = TakeMoved(
        caller=as_caller(node), node=node.name, epoch=epoch, move=move, blobs=tuple(blobs)
    )
    return keeper.submit(command)


def decide_take(change: Change, command: TakeMoved) -> tuple[BlobId, ...]:
    """Take custody for the target of what is in the source's.

    Raise `NodeNotAdmitted`, `NodeSuperseded`, `EpochAdrift`, or `Hidden` where the move is not claimed.
    """
    require_epoch(_node(change, command.node), command.epoch)
    move = move_of(change, command.move)
    if move is None or (move.target, move.state) != (command.node, OfferState.CLAIMED):
        raise Hidden
    there = tuple(
        blob
        for blob in command.blobs
        if change.row(blob) is not None and change.get(t.CUSTODY, blob, move.source) is not None
    )
    if there:
        change.record(e.CustodyTaken(command.node, there))
    return there


def _same(kept: Move, told: Move) -> bool:
    """Say whether both speak of one move; the source may have made its bundle anew since."""
    ours = (kept.agency, kept.source, kept.target, kept.hop)
    return ours == (told.agency, told.source, told.target, told.hop)


def _node(reading: Reading, name: NodeName) -> Node:
    node = reading.get(t.NODES, name)
    if node is None or node.dismissed:
        raise NodeNotAdmitted
    return node


def _is_office(node: Node) -> bool:
    return not (node.dismissed or node.standby)


RULES = {TurnMove: decide_turn, TakeMoved: decide_take}
