"""A store node's use cases for orders to destroy: noting them, telling them, hearing the answers (ADR 30).

Who may destroy what an office has, two persons decide there; the store node can only see that the office
keeps that very file here. An order of a file that is not kept for it reaches nobody else, and the
answer to it is the same whether the file is stored or not.
"""

from collections.abc import Sequence

from api.services import fields
from api.services.nodes import as_caller, at_work
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.purge_orders import is_withheld, orders_after, told
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.model import events as e
from repository.model.ids import BlobId, PurgeId, show_blob
from repository.model.nodes import Node, NodeLog, NodeName
from repository.model.purge_orders import (
    MAX_ANSWERED,
    MAX_ORDERS,
    OrderTold,
    OrderUnknown,
    OrderWanted,
    PurgeAnswer,
    PurgeOrder,
)
from repository.ordering import order_of

MAX_NAME = 200
"""Characters of who asked, and of who agreed."""


class PlaceOrder(Command[OrderTold], frozen=True, kw_only=True, tag="place-order"):
    """An office's two persons agreed to destroy a file."""

    node: NodeName
    epoch: int
    order: OrderWanted


class AnswerOrder(Command[OrderTold], frozen=True, kw_only=True, tag="answer-order"):
    """A node has nothing of it any more, or keeps it under a hold."""

    node: NodeName
    epoch: int
    purge: PurgeId
    held: bool
    blobs: tuple[BlobId, ...]


class NoteFollowed(Command[None], frozen=True, kw_only=True, tag="note-followed"):
    """A standby has followed up to event *size*, and has nothing older left."""

    node: NodeName
    size: int


class BlobWithheld(Trouble):
    """{blob} is to be destroyed: this node is asked to do so first, or to say that a hold stands on it."""

    kind = Kind.UNAVAILABLE
    vietnamese = (
        "{blob} đang bị tiêu hủy theo lệnh: nút này phải thực hiện hoặc báo có lệnh giữ trước."
    )


def place(keeper: Keeper, node: Node, order: OrderWanted, *, epoch: int) -> OrderTold:
    """Note *order* of *node*; raise `NodeSuperseded`, `OrderUnknown` or of `fields`."""
    if len(order.along) > MAX_ANSWERED:
        raise fields.FieldUnfit(path="$.along", expected=f"0–{MAX_ANSWERED}")
    fields.line("$.reason", order.reason, limit=fields.MAX_REASON, required=True)
    for path, name in zip(("$.requested_by", "$.confirmed_by"), order.by, strict=True):
        fields.line(path, name, limit=MAX_NAME, required=True)
    caller = as_caller(node)
    return keeper.submit(PlaceOrder(caller=caller, node=node.name, epoch=epoch, order=order))


def decide_place(change: Change, command: PlaceOrder) -> OrderTold:
    """Let it be told to every node; of a file that is not kept for the node, to nobody else.

    The same order again is no other. Raise `OrderUnknown` where another node's has that name.
    """
    at_work(change, command.node, command.epoch)
    wanted = command.order
    known = change.get(t.PURGE_ORDERS, wanted.id)
    if known is None:
        kept = [
            blob
            for blob in (wanted.blob, *wanted.along)
            if change.get(t.CUSTODY, blob, command.node) is not None
        ]
        theirs = wanted.blob in kept
        body = e.OrderPlaced(
            id=wanted.id,
            blob=wanted.blob,
            node=command.node,
            everywhere=wanted.everywhere and theirs,
            by=wanted.by,
            along=tuple(blob for blob in kept if theirs and blob != wanted.blob),
        )
        reason = e.ReasonGiven(salt=change.entropy(e.SALT_BYTES), reason=wanted.reason)
        change.record(body, particulars=reason)
        known = order_of(change, wanted.id)
    if known.node != command.node:
        raise OrderUnknown(purge=wanted.id)
    return told(change, known)


def answer(
    keeper: Keeper, node: Node, purge: str, *, held: bool, blobs: Sequence[BlobId], epoch: int
) -> OrderTold:
    """Note what *node* says of an order; raise `NodeSuperseded`, `OrderUnknown` or of `fields`."""
    if len(blobs) > MAX_ANSWERED:
        raise fields.FieldUnfit(path="$.blobs", expected=f"0–{MAX_ANSWERED}")
    command = AnswerOrder(
        caller=as_caller(node),
        node=node.name,
        epoch=epoch,
        purge=PurgeId(purge),
        held=held,
        blobs=tuple(blobs),
    )
    return keeper.submit(command)


def decide_answer(change: Change, command: AnswerOrder) -> OrderTold:
    """Note it, where it is news."""
    at_work(change, command.node, command.epoch)
    order = _concerning(change, command.node, command.purge)
    before = change.get(t.PURGE_ANSWERS, order.id, command.node)
    if not _says(before, command):
        change.record(e.OrderAnswered(order.id, command.node, command.held, command.blobs))
    return told(change, order)


def _says(answer: PurgeAnswer | None, command: AnswerOrder) -> bool:
    return answer is not None and (answer.held, answer.blobs) == (command.held, command.blobs)


def decide_followed(change: Change, command: NoteFollowed) -> None:
    """Note it; it is no event: the standby says it again."""
    before = change.get(t.NODE_LOGS, command.node)
    if before is None or before.size < command.size:
        at = change.stamp.microseconds
        known = NodeLog(epoch=0, size=command.size, root=b"", at=at)
        change.put(t.NODE_LOGS, (command.node,), known)


def is_news(reading: Reading, node: Node, followed: int) -> bool:
    """Say whether it was not known that the standby *node* has come so far, and it can have."""
    before = reading.get(t.NODE_LOGS, node.name)
    known = before.size if before else 0
    return known < followed <= reading.watermark().sequence


def note_followed(keeper: Keeper, node: Node, followed: int) -> None:
    """Note how far the standby *node* is."""
    keeper.submit(NoteFollowed(caller=as_caller(node), node=node.name, size=followed))


def feed(reading: Reading, after: int) -> list[OrderTold]:
    """The next orders to every node, in their order."""
    return [told(reading, order) for order in orders_after(reading, after, MAX_ORDERS)]


def order_for(reading: Reading, node: Node, purge: str) -> OrderTold:
    """The order, where *node* gave it or was given it; raise `OrderUnknown`."""
    return told(reading, _concerning(reading, node.name, purge))


def require_given(reading: Reading, node: Node, blob: BlobId) -> None:
    """Raise `BlobWithheld` where *node* has still to destroy *blob*."""
    if is_withheld(reading, node.name, blob):
        raise BlobWithheld(blob=show_blob(blob))


def _concerning(reading: Reading, node: NodeName, purge: str) -> PurgeOrder:
    order = reading.get(t.PURGE_ORDERS, purge)
    if order is None or not (order.everywhere or order.node == node):
        raise OrderUnknown(purge=purge)
    return order


RULES = {
    PlaceOrder: decide_place,
    AnswerOrder: decide_answer,
    NoteFollowed: decide_followed,
}
