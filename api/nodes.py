"""`/v1/node/…`: what office nodes ask of their store node. People and their programs have no use for it."""

from typing import Annotated, BinaryIO, ClassVar, TypeVar, cast

import falcon
import msgspec
from msgspec import Meta

from api import downloads, refusals, wire
from api import headers as h
from api.blob_batch import BlobName
from api.log import MAX_SEQUENCE
from api.operations import Answered, Body, Operation, Resource
from api.services import Services, nodes, purge_orders
from repository.blobs.port import BlobTooLarge
from repository.blobs.store_node import MAX_HELD, EpochGiven, HeldBlob
from repository.errors import Kind, Trouble
from repository.model.access import Hidden
from repository.model.ids import BadIdentifier, parse_blob, show_blob
from repository.model.nodes import (
    EpochWanted,
    LogBehind,
    Node,
    NodeNotAdmitted,
    NodeSuperseded,
)
from repository.model.terms import EpochAdrift, StoreNodeReplaced, parse_term

T = TypeVar("T")
TERM: refusals.Refusals = (StoreNodeReplaced, BadIdentifier)
"""Of who works in another term than this store node's."""
EPOCH: refusals.Refusals = (NodeSuperseded, EpochAdrift)
"""Of who works in another epoch than the node's newest."""


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
    stamp: int = 0
    """Of its custody; later each time the node brings it."""


class HeldList(msgspec.Struct, frozen=True, kw_only=True):
    """Those of the blobs asked about that are kept for the node, in their order."""

    held: tuple[HeldView, ...]


class HeldAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which blobs are asked about."""

    blobs: Annotated[tuple[BlobName, ...], Meta(max_length=MAX_HELD)]


class ReleaseTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that the node lets go of."""

    id: BlobName
    stamp: Annotated[int, Meta(ge=0, lt=2**62)]
    """Of its custody: one that was brought again since has a later one, and stays."""


class ReleasesTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the node lets go of; at most 1,000."""

    epoch: Annotated[int, Meta(ge=0, lt=2**62)]
    released: Annotated[tuple[ReleaseTold, ...], Meta(max_length=MAX_HELD)]


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """How many of them are not kept for the node any more because of this."""

    released: int


class EpochAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks for an epoch."""

    instance: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z", max_length=32)]
    lease: Annotated[float, Meta(ge=nodes.LEAST_LEASE, le=nodes.LONGEST_LEASE)]
    """Seconds."""
    above: int = 0
    """Up to which epoch its own log has come; the new one is later."""


class LeaseTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a node tells of itself when it renews its lease."""

    epoch: Annotated[int, Meta(ge=1, le=MAX_SEQUENCE)]
    size: Annotated[int, Meta(ge=0, le=MAX_SEQUENCE)]
    """Events of its log."""
    root: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", max_length=64)]
    """Hex."""
    resigning: bool = False
    """It ends in order and gives the lease back."""


class Renewed(msgspec.Struct, frozen=True, kw_only=True):
    """The lease runs anew from the moment the request was sent."""


class ForNodes:
    """A resource that only admitted nodes may ask; it looks at their tokens itself."""

    for_nodes = True
    for_standbys = False

    def __init__(self, services: Services) -> None:
        self._services = services

    def node(self, req: falcon.Request) -> Node:
        """Who asks; raise `NodeNotAdmitted` or `StoreNodeReplaced`."""
        scheme, _, bearer = (req.auth or "").partition(" ")
        if scheme.lower() != "bearer":
            raise NodeNotAdmitted
        with self._services.holdings.reading() as reading:
            node = nodes.node_of(reading, bearer.strip())
        req.context.caller = nodes.as_caller(node)  # for the request log
        if node.standby is not self.for_standbys:
            raise NodeNotAdmitted
        shown = parse_term(req.get_header(h.STORE_TERM.name) or "")
        nodes.require_term(self._services.holdings, node, shown)
        return node

    def _body(self, req: falcon.Request, shape: type[T]) -> T:
        return wire.read(req, shape, limit=self._services.limits.max_json)


class NodeBlob(ForNodes):
    """`/v1/node/blobs/{blob}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="read_kept_file",
            told="A file that is kept for the node, whole or in part.",
            headers=(h.STORE_TERM, h.RANGE, h.IF_RANGE, h.IF_NONE_MATCH),
            answers=downloads.ANSWERS,
            problems=(*refusals.BYTES_OUT, *TERM, Hidden, purge_orders.BlobWithheld),
        ),
        "PUT": Operation(
            name="keep_file",
            told="Keep a file for the node, in the epoch in which it works.",
            headers=(h.STORE_TERM, h.NODE_EPOCH),
            body=Body(shape=bytes, media_type="application/octet-stream", required=False),
            answers=(Answered(told="On disk, in custody.", status=201, shape=HeldView),),
            problems=(*refusals.BYTES_IN, *TERM, *EPOCH, EpochMissing),
        ),
    }

    def on_get(self, req: falcon.Request, resp: falcon.Response, blob: str) -> None:
        node, name = self.node(req), parse_blob(blob)
        with self._services.holdings.reading() as reading:
            nodes.require_custody(reading, node, name)
            purge_orders.require_given(reading, node, name)
        stat = self._services.holdings.blobs.stat(name)
        downloads.send_file(req, resp, self._services, stat, name=name.hex()[:16])

    def on_put(self, req: falcon.Request, resp: falcon.Response, blob: str) -> None:
        node = self.node(req)
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


class NodeHeld(ForNodes):
    """`/v1/node/held`: which of these blobs are kept for the node."""

    operations: ClassVar = {
        "POST": Operation(
            name="list_kept_files",
            told="Which of these files are kept for the node.",
            headers=(h.STORE_TERM,),
            body=Body(shape=HeldAsked),
            answers=(Answered(told="Those that are.", shape=HeldList),),
            problems=(*refusals.JSON_BODY, *refusals.FIELDS, *TERM),
        )
    }

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        node = self.node(req)
        asked = self._body(req, HeldAsked)
        blobs = [parse_blob(blob) for blob in asked.blobs]
        with self._services.holdings.reading() as reading:
            held = nodes.held_of(reading, node, blobs)
        wire.send(resp, HeldList(held=tuple(map(_view, held))))


class NodeReleased(ForNodes):
    """`/v1/node/released`: files that the node needs no longer."""

    operations: ClassVar = {
        "POST": Operation(
            name="release_files",
            told="Keep these files for the node no longer.",
            headers=(h.STORE_TERM,),
            body=Body(shape=ReleasesTold),
            answers=(Answered(told="They are let go of.", shape=Released),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *TERM,
                *EPOCH,
            ),
        )
    }

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        node = self.node(req)
        told = self._body(req, ReleasesTold)
        stamps = [(parse_blob(one.id), one.stamp) for one in told.released]
        done = nodes.release(self._services.holdings.keeper, node, stamps, epoch=told.epoch)
        wire.send(resp, Released(released=done))


class NodeEpochs(ForNodes):
    """`/v1/node/epochs`: a new epoch for the node."""

    operations: ClassVar = {
        "POST": Operation(
            name="take_epoch",
            told="The node's next epoch; all older ones are refused from now on.",
            headers=(h.STORE_TERM,),
            body=Body(shape=EpochAsked),
            answers=(
                Answered(told="The epoch, and the wait before it.", status=201, shape=EpochGiven),
            ),
            problems=(*refusals.JSON_BODY, *refusals.FIELDS, *refusals.KEEPER, *TERM),
        )
    }

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        node = self.node(req)
        asked = self._body(req, EpochAsked)
        wanted = EpochWanted(asked.instance, asked.lease, asked.above)
        given = nodes.take_epoch(self._services.holdings.keeper, node, wanted)
        wire.send(resp, given, status=201)


class NodeLease(ForNodes):
    """`/v1/node/lease`: the node is at work."""

    operations: ClassVar = {
        "POST": Operation(
            name="renew_lease",
            told="The node is at work in its epoch, and its log is so long.",
            headers=(h.STORE_TERM,),
            body=Body(shape=LeaseTold),
            answers=(Answered(told="It may go on.", shape=Renewed),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *TERM,
                *EPOCH,
                LogBehind,
            ),
        )
    }

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        node = self.node(req)
        told = self._body(req, LeaseTold)
        nodes.renew(
            self._services.holdings.keeper,
            node,
            epoch=told.epoch,
            size=told.size,
            root=told.root,
            resigning=told.resigning,
        )
        wire.send(resp, Renewed())


def routes(services: Services) -> dict[str, Resource]:
    """What a store node answers to office nodes."""
    return {
        "/v1/node/blobs/{blob}": NodeBlob(services),
        "/v1/node/held": NodeHeld(services),
        "/v1/node/released": NodeReleased(services),
        "/v1/node/epochs": NodeEpochs(services),
        "/v1/node/lease": NodeLease(services),
    }


def _epoch(req: falcon.Request) -> int:
    given = req.get_header(h.NODE_EPOCH.name) or ""
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
        stamp=held.stamp,
    )
