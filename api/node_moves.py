"""`/v1/node/moves`: what office nodes ask of their store node when an agency moves (ADR 29)."""

from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import Meta

from api import headers as h
from api import refusals, wire
from api.blob_batch import BlobName
from api.nodes import EPOCH, TERM, ForNodes
from api.operations import Answered, Body, Operation, Resource
from api.services import Services, moves
from api.services.fields import AgencyCodeText, Line
from repository.blobs.store_node import MAX_HELD
from repository.model.access import Hidden
from repository.model.ids import AgencyCode, AgencyId, parse_blob, show_blob
from repository.model.moves import (
    MAX_ADDRESS,
    MOST_HOPS,
    Act,
    AgencyElsewhere,
    Move,
    MoveAdrift,
    MoveId,
    MoveOver,
    MoveUnderWay,
    NodeUnfit,
    OfferOutdated,
    OfferState,
)
from repository.model.nodes import parse_node

_Identifier = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z", max_length=32)]
_NodeText = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?\Z", max_length=40)]
_Count = Annotated[int, Meta(ge=0, lt=2**62)]


class MoveTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A move as the node that asks knows it."""

    id: _Identifier
    agency: _Identifier
    code: AgencyCodeText
    source: _NodeText
    target: _NodeText
    bundle: BlobName
    """What the agency brings: a file that the source brought."""
    hop: Annotated[int, Meta(ge=1, lt=MOST_HOPS)]
    """How often the agency has set out."""
    began: _Count = 0
    """The number of the store node's term in which it stopped at the source."""
    address: Line = ""
    """At which people reach the target, where it claims; at most 200 characters."""

    def read(self) -> Move:
        """The same as a value."""
        return Move(
            id=MoveId(self.id),
            agency=AgencyId(self.agency),
            code=AgencyCode(self.code),
            source=parse_node(self.source),
            target=parse_node(self.target),
            bundle=parse_blob(self.bundle),
            hop=self.hop,
            began=self.began,
            address=self.address[: MAX_ADDRESS + 1],
        )


class MoveAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to happen to a move."""

    act: Act
    epoch: _Count
    move: MoveTold


class MoveView(msgspec.Struct, frozen=True, kw_only=True):
    """A move as it stands."""

    id: str
    agency: str
    code: str
    source: str
    target: str
    bundle: str
    hop: int
    began: int
    confirmed: int
    """The number of the term in which the source last said that the offer stands."""
    state: OfferState
    address: str = ""


class MoveList(msgspec.Struct, frozen=True, kw_only=True):
    """The moves from and to the node, and the office nodes that there are."""

    moves: tuple[MoveView, ...]
    offices: tuple[str, ...]


class MovedFiles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files that a claimed agency needs; at most 1,000."""

    move: _Identifier
    epoch: _Count
    blobs: Annotated[tuple[BlobName, ...], Meta(max_length=MAX_HELD)]


class MovedTaken(msgspec.Struct, frozen=True, kw_only=True):
    """Those that the source had: they are kept for the target too."""

    taken: tuple[str, ...]


class NodeMoves(ForNodes):
    """`/v1/node/moves`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_moves",
            told="The moves of agencies from and to the node.",
            headers=(h.STORE_TERM,),
            answers=(Answered(told="The moves.", shape=MoveList),),
            problems=TERM,
        ),
        "POST": Operation(
            name="turn_move",
            told="Offer an agency or withdraw it, refuse it or claim it.",
            headers=(h.STORE_TERM,),
            body=Body(shape=MoveAsked),
            answers=(Answered(told="The move as it stands now.", shape=MoveView),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *TERM,
                *EPOCH,
                Hidden,
                MoveOver,
                MoveAdrift,
                OfferOutdated,
                MoveUnderWay,
                NodeUnfit,
                AgencyElsewhere,
            ),
        ),
    }

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        node = self.node(req)
        with self._services.holdings.reading() as reading:
            found = moves.overview(reading, node)
        wire.send(resp, MoveList(moves=tuple(map(_view, found.moves)), offices=found.offices))

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        node = self.node(req)
        asked = self._body(req, MoveAsked)
        keeper = self._services.holdings.keeper
        move = moves.turn(keeper, node, asked.act, asked.move.read(), epoch=asked.epoch)
        wire.send(resp, _view(move))


class NodeMovedFiles(ForNodes):
    """`/v1/node/moves/files`: what an agency's documents hold is kept for its new node, too."""

    operations: ClassVar = {
        "POST": Operation(
            name="take_moved_files",
            told="Keep files of a claimed agency for the node.",
            headers=(h.STORE_TERM,),
            body=Body(shape=MovedFiles),
            answers=(Answered(told="Those that are kept for it now.", shape=MovedTaken),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *TERM,
                *EPOCH,
                Hidden,
            ),
        )
    }

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        node = self.node(req)
        asked = self._body(req, MovedFiles)
        blobs = [parse_blob(blob) for blob in asked.blobs]
        keeper = self._services.holdings.keeper
        there = moves.take(keeper, node, MoveId(asked.move), blobs, epoch=asked.epoch)
        wire.send(resp, MovedTaken(taken=tuple(map(show_blob, there))))


def routes(services: Services) -> dict[str, Resource]:
    """What a store node answers about moves."""
    return {
        "/v1/node/moves": NodeMoves(services),
        "/v1/node/moves/files": NodeMovedFiles(services),
    }


def _view(move: Move) -> MoveView:
    return MoveView(
        id=move.id,
        agency=move.agency,
        code=move.code,
        source=move.source,
        target=move.target,
        bundle=show_blob(move.bundle),
        hop=move.hop,
        began=move.began,
        confirmed=move.confirmed,
        state=move.state,
        address=move.address,
    )
