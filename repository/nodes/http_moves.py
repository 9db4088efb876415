"""Moves of agencies, asked of a store node over HTTP."""

from collections.abc import Sequence
from typing import Any

import msgspec

from repository.blobs.store_node import StoreNodeUnreachable
from repository.errors import Trouble
from repository.model.ids import AgencyCode, AgencyId, BlobId, parse_blob, show_blob
from repository.model.moves import Act, Move, MoveId, OfferState
from repository.model.nodes import NodeName
from repository.nodes.http_exchange import Exchange, decoded
from repository.nodes.moves import Overview


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """A move as the answers tell it."""

    id: MoveId
    agency: AgencyId
    code: AgencyCode
    source: NodeName
    target: NodeName
    bundle: str
    hop: int
    began: int
    confirmed: int = 0
    state: OfferState = OfferState.OFFERED
    address: str = ""

    def read(self) -> Move:
        """The same as a value."""
        try:
            bundle = parse_blob(self.bundle)
        except Trouble as error:
            raise StoreNodeUnreachable(reason=f"no move: {error}") from error
        return Move(
            id=self.id,
            agency=self.agency,
            code=self.code,
            source=self.source,
            target=self.target,
            bundle=bundle,
            hop=self.hop,
            began=self.began,
            confirmed=self.confirmed,
            state=self.state,
            address=self.address,
        )


class _Overview(msgspec.Struct, frozen=True, kw_only=True):
    moves: tuple[_Told, ...]
    offices: tuple[NodeName, ...]


class _Taken(msgspec.Struct, frozen=True, kw_only=True):
    taken: tuple[str, ...]


class HttpMoves(Exchange):
    """A store node at an address, for the node whose token this is."""

    def overview(self) -> Overview:
        """The moves from and to this node, and who there is."""
        body = self._json("GET", "/v1/node/moves", {}, ())
        told: _Overview = decoded(body, _Overview)
        return Overview(moves=tuple(one.read() for one in told.moves), offices=told.offices)

    def turn(self, act: Act, move: Move, *, epoch: int) -> Move:
        """Let *act* happen to *move*."""
        told: _Told = decoded(self._posted("/v1/node/moves", _asked(act, move, epoch)), _Told)
        return told.read()

    def take(self, move: MoveId, blobs: Sequence[BlobId], *, epoch: int) -> tuple[BlobId, ...]:
        """Have *blobs* kept for this node."""
        asked = {"move": move, "epoch": epoch, "blobs": [show_blob(blob) for blob in blobs]}
        told: _Taken = decoded(self._posted("/v1/node/moves/files", asked), _Taken)
        return tuple(map(parse_blob, told.taken))


def _asked(act: Act, move: Move, epoch: int) -> dict[str, Any]:
    told = {
        "id": move.id,
        "agency": move.agency,
        "code": move.code,
        "source": move.source,
        "target": move.target,
        "bundle": show_blob(move.bundle),
        "hop": move.hop,
        "began": move.began,
        "address": move.address,
    }
    return {"act": act.value, "epoch": epoch, "move": told}
