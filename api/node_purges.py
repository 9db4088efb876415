"""`/v1/node/purges…`: orders to destroy, as office nodes give them, hear of them and answer them."""

from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import Meta

from api import headers as h
from api import refusals, wire
from api.blob_batch import BlobName
from api.log import MAX_SEQUENCE
from api.nodes import EPOCH, TERM, ForNodes
from api.operations import Answered, Body, Operation, Resource
from api.services import Services, purge_orders
from api.services.fields import MAX_REASON
from repository.model.ids import PurgeId, parse_blob, show_blob
from repository.model.purge_orders import (
    MAX_ANSWERED,
    Lacking,
    OrderTold,
    OrderUnknown,
    OrderWanted,
)

Identifier = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z", max_length=32)]
Name = Annotated[str, Meta(min_length=1, max_length=purge_orders.MAX_NAME)]
Epoch = Annotated[int, Meta(ge=0, lt=2**62)]


class OrderAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What two persons at the node agreed on."""

    epoch: Epoch
    id: Identifier
    """Of the purge at the node."""
    blob: BlobName
    everywhere: bool
    """Every node destroys it; else the node gives up what it has."""
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]
    requested_by: Name
    confirmed_by: Name
    along: Annotated[tuple[BlobName, ...], Meta(max_length=MAX_ANSWERED)] = ()
    """What the node keeps here and gives up with it: texts read from it."""


class AnswerTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of an order at the node."""

    epoch: Epoch
    held: bool
    """A hold stands there: the node keeps what it has."""
    blobs: Annotated[tuple[BlobName, ...], Meta(max_length=MAX_ANSWERED)] = ()
    """What it gave up: the file, and texts read from it."""


class OutstandingView(msgspec.Struct, frozen=True, kw_only=True):
    """A node that the order waits for."""

    node: str
    """Empty = the store node itself."""
    why: Lacking


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order, and what it still waits for."""

    id: str
    blob: str
    node: str
    """Where it was given; empty = at the store node."""
    everywhere: bool
    reason: str
    place: int
    """What the feed counts by."""
    done: bool
    outstanding: tuple[OutstandingView, ...]


class OrderList(msgspec.Struct, frozen=True, kw_only=True):
    """The next orders to every node, at most 100."""

    orders: tuple[OrderView, ...]


class OrdersAfter(msgspec.Struct, frozen=True, kw_only=True):
    """From where on."""

    after: Annotated[int, Meta(ge=0, le=MAX_SEQUENCE)] = 0


class NodePurges(ForNodes):
    """`/v1/node/purges`: orders to destroy."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_purge_orders",
            told="Orders that every node has to carry out and to answer, in the order of `place`.",
            query=OrdersAfter,
            headers=(h.STORE_TERM,),
            answers=(Answered(told="The next of them.", shape=OrderList),),
            problems=(*refusals.QUERY, *TERM),
        ),
        "POST": Operation(
            name="place_purge_order",
            told="Two persons at the node agreed to destroy a file.",
            headers=(h.STORE_TERM,),
            body=Body(shape=OrderAsked),
            answers=(Answered(told="Noted; the same order again is no other.", shape=OrderView),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *TERM,
                *EPOCH,
                OrderUnknown,
            ),
        ),
    }

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        self.node(req)
        asked = wire.query(req, OrdersAfter)
        with self._services.holdings.reading() as reading:
            found = purge_orders.feed(reading, asked.after)
        wire.send(resp, OrderList(orders=tuple(map(_view, found))))

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        node = self.node(req)
        asked = self._body(req, OrderAsked)
        order = OrderWanted(
            id=PurgeId(asked.id),
            blob=parse_blob(asked.blob),
            everywhere=asked.everywhere,
            reason=asked.reason,
            by=(asked.requested_by, asked.confirmed_by),
            along=tuple(map(parse_blob, asked.along)),
        )
        keeper = self._services.holdings.keeper
        wire.send(resp, _view(purge_orders.place(keeper, node, order, epoch=asked.epoch)))


class NodePurge(ForNodes):
    """`/v1/node/purges/{purge}`: one of them."""

    operations: ClassVar = {
        "GET": Operation(
            name="read_purge_order",
            told="How far an order is that the node gave or was given.",
            headers=(h.STORE_TERM,),
            answers=(Answered(told="It, and what it waits for.", shape=OrderView),),
            problems=(*TERM, OrderUnknown),
        )
    }

    def on_get(self, req: falcon.Request, resp: falcon.Response, purge: str) -> None:
        node = self.node(req)
        with self._services.holdings.reading() as reading:
            found = purge_orders.order_for(reading, node, purge)
        wire.send(resp, _view(found))


class NodePurgeAnswer(ForNodes):
    """`/v1/node/purges/{purge}/answer`: what became of it at the node."""

    operations: ClassVar = {
        "POST": Operation(
            name="answer_purge_order",
            told="The node has nothing of the file any more, or keeps it under a hold.",
            headers=(h.STORE_TERM,),
            body=Body(shape=AnswerTold),
            answers=(Answered(told="Noted.", shape=OrderView),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *TERM,
                *EPOCH,
                OrderUnknown,
            ),
        )
    }

    def on_post(self, req: falcon.Request, resp: falcon.Response, purge: str) -> None:
        node = self.node(req)
        asked = self._body(req, AnswerTold)
        found = purge_orders.answer(
            self._services.holdings.keeper,
            node,
            purge,
            held=asked.held,
            blobs=[parse_blob(blob) for blob in asked.blobs],
            epoch=asked.epoch,
        )
        wire.send(resp, _view(found))


def routes(services: Services) -> dict[str, Resource]:
    """What a store node answers to office nodes about orders to destroy."""
    return {
        "/v1/node/purges": NodePurges(services),
        "/v1/node/purges/{purge}": NodePurge(services),
        "/v1/node/purges/{purge}/answer": NodePurgeAnswer(services),
    }


def _view(order: OrderTold) -> OrderView:
    return OrderView(
        id=order.id,
        blob=show_blob(order.blob),
        node=order.node,
        everywhere=order.everywhere,
        reason=order.reason,
        place=order.place,
        done=order.done,
        outstanding=tuple(OutstandingView(node=one.node, why=one.why) for one in order.outstanding),
    )
