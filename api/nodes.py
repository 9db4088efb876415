"""`/v1/node/…`: what office nodes ask of their store node. People and their programs have no use for it."""

from typing import Any, BinaryIO, cast

import falcon
import msgspec

from api import downloads, wire
from api.services import Services, nodes
from repository.blobs.port import BlobTooLarge
from repository.blobs.store_node import HeldBlob
from repository.errors import Kind, Trouble
from repository.model.ids import parse_blob, show_blob
from repository.model.nodes import Node, NodeNotAdmitted

EPOCH_HEADER = "X-Node-Epoch"


class EpochMissing(Trouble):
    """Say in X-Node-Epoch in which epoch the node works."""

    kind = Kind.MALFORMED
    vietnamese = "Cần ghi nhiệm kỳ của nút trong tiêu đề X-Node-Epoch."


class HeldView(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a blob that is kept for the node."""

    id: str
    size: int
    media_type: str
    sha256: str
    crc32: int
    known: bool = False


class HeldAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which blobs are asked about."""

    blobs: tuple[str, ...]


class EpochAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks for an epoch."""

    instance: str
    lease: float


class LeaseTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a node tells of itself when it renews its lease."""

    epoch: int
    size: int
    root: str
    resigning: bool = False


class _ForNodes:
    """A resource that only admitted nodes may ask; it looks at their tokens itself."""

    open_to_all = True

    def __init__(self, services: Services) -> None:
        self._services = services

    def _node(self, req: falcon.Request) -> Node:
        scheme, _, bearer = (req.auth or "").partition(" ")
        if scheme.lower() != "bearer":
            raise NodeNotAdmitted
        with self._services.holdings.reading() as reading:
            return nodes.node_of(reading, bearer.strip())

    def _body(self, req: falcon.Request, shape: type[Any]) -> Any:
        return wire.read(req, shape, limit=self._services.limits.max_json)


class NodeBlob(_ForNodes):
    """`/v1/node/blobs/{blob}`."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, blob: str) -> None:
        node, name = self._node(req), parse_blob(blob)
        with self._services.holdings.reading() as reading:
            nodes.require_custody(reading, node, name)
        stat = self._services.holdings.blobs.stat(name)
        downloads.send_file(req, resp, self._services, stat, name=name.hex()[:16])

    def on_put(self, req: falcon.Request, resp: falcon.Response, blob: str) -> None:
        node = self._node(req)
        if req.content_length is None:
            raise falcon.HTTPLengthRequired
        if req.content_length > self._services.limits.max_blob:
            raise BlobTooLarge(limit=self._services.limits.max_blob)
        held = nodes.keep(
            self._services.holdings,
            node,
            cast("BinaryIO", req.bounded_stream),
            blob=parse_blob(blob),
            size=req.content_length,
            epoch=_epoch(req),
        )
        wire.send(resp, _view(held), status=201)


class NodeHeld(_ForNodes):
    """`/v1/node/held`: which of these blobs are kept for the node."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        node = self._node(req)
        asked: HeldAsked = self._body(req, HeldAsked)
        blobs = [parse_blob(blob) for blob in asked.blobs]
        with self._services.holdings.reading() as reading:
            held = nodes.held_of(reading, node, blobs)
        wire.send(resp, {"held": [_view(one) for one in held]})


class NodeEpochs(_ForNodes):
    """`/v1/node/epochs`: a new epoch for the node."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        node = self._node(req)
        asked: EpochAsked = self._body(req, EpochAsked)
        given = nodes.take_epoch(self._services.holdings.keeper, node, asked.instance, asked.lease)
        wire.send(resp, given, status=201)


class NodeLease(_ForNodes):
    """`/v1/node/lease`: the node is at work."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        node = self._node(req)
        told: LeaseTold = self._body(req, LeaseTold)
        nodes.renew(
            self._services.holdings.keeper,
            node,
            epoch=told.epoch,
            size=told.size,
            root=told.root,
            resigning=told.resigning,
        )
        wire.send(resp, {})


def routes(services: Services) -> dict[str, object]:
    """What a store node answers to office nodes."""
    return {
        "/v1/node/blobs/{blob}": NodeBlob(services),
        "/v1/node/held": NodeHeld(services),
        "/v1/node/epochs": NodeEpochs(services),
        "/v1/node/lease": NodeLease(services),
    }


def _epoch(req: falcon.Request) -> int:
    given = req.get_header(EPOCH_HEADER) or ""
    if not (given.isascii() and given.isdigit() and len(given) < 20):
        raise EpochMissing
    return int(given)


def _view(held: HeldBlob) -> HeldView:
    return HeldView(
        id=show_blob(held.id),
        size=held.size,
        media_type=held.media_type,
        sha256=held.sha256.hex(),
        crc32=held.crc32,
        known=held.known,
    )
