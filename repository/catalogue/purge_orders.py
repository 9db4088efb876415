"""Orders to destroy in the catalogue: what their events do, and what is asked of them (ADR 30)."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.fates import ERASED_REASON
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.holds import held_blob, held_document
from repository.model.ids import BlobId, HoldId, PurgeId
from repository.model.nodes import Node, NodeName
from repository.model.purge_orders import (
    STORE_NODE,
    Lacking,
    OrderTold,
    Outstanding,
    PurgeAnswer,
    PurgeOrder,
)
from repository.model.purges import Purge, PurgeState

_CURSOR = "purge-feed"

# Looks, at any node.


def hold_on(rows: Reading, blob: BlobId) -> HoldId | None:
    """A hold that stands on *blob*, or on a document that holds it."""
    targets = [held_blob(blob)]
    targets += [held_document(document) for document, _ in rows.documents_holding(blob)]
    for target in targets:
        standing = next(rows.scan(t.HELD, target), None)
        if standing:
            return standing[1]
    return None


# Looks, at a store node.


def offices(rows: Reading) -> Iterator[Node]:
    """The office nodes that are admitted now."""
    return (node for _, node in rows.scan(t.NODES) if not node.dismissed and not node.standby)


def open_orders(rows: Reading) -> list[PurgeOrder]:
    """Those that are not done, oldest first."""
    found = [rows.get(t.PURGE_ORDERS, str(key[1])) for key, _ in rows.scan(t.PURGE_ORDERS_OPEN)]
    return sorted((order for order in found if order), key=lambda order: order.place)


def orders_after(rows: Reading, place: int, limit: int) -> list[PurgeOrder]:
    """Orders to every node that were placed after event *place*, in order."""
    coming = islice(rows.scan(t.PURGE_ORDER_FEED, start=place + 1), limit)
    found = [rows.get(t.PURGE_ORDERS, purge) for _, purge in coming]
    return [order for order in found if order]


def unanswered(rows: Reading, order: PurgeOrder) -> list[Outstanding]:
    """The nodes that have still to say that they have nothing of it."""
    if order.everywhere:
        asked = [node.name for node in offices(rows)]
    else:
        asked = [order.node] if order.node else []
    found: list[Outstanding] = []
    for name in asked:
        answer = rows.get(t.PURGE_ANSWERS, order.id, name)
        if answer is None or answer.held:
            why = Lacking.HELD if answer else Lacking.SILENT
            found.append(Outstanding(node=name, why=why))
    return found


def behind(rows: Reading, order: PurgeOrder) -> list[Outstanding]:
    """The standbys that have not followed up to where nothing of it was left here.

    One that was admitted before this store node's term, and was not heard of since, may be this very
    store node: it is not waited for.
    """
    standbys = [node for _, node in rows.scan(t.NODES) if node.standby and not node.dismissed]
    followed = [(node, _followed(rows, node.name)) for node in standbys]
    return [
        Outstanding(node=node.name, why=Lacking.FOLLOWING)
        for node, upto in followed
        if (upto or not node.adrift) and (not order.carried or upto < order.carried)
    ]


def outstanding(rows: Reading, order: PurgeOrder) -> tuple[Outstanding, ...]:
    """All that *order* still waits for; empty once it is done."""
    if order.done:
        return ()
    found = unanswered(rows, order)
    if not order.carried:
        held = hold_on(rows, order.blob) is not None
        why = Lacking.HELD if held else Lacking.DESTROYING
        found.append(Outstanding(node=STORE_NODE, why=why))
    return (*found, *behind(rows, order))


def told(rows: Reading, order: PurgeOrder) -> OrderTold:
    """*order* as it is told to the nodes."""
    return OrderTold(
        id=order.id,
        blob=order.blob,
        node=order.node,
        everywhere=order.everywhere,
        reason=order.reason,
        place=order.place,
        done=order.done > 0,
        outstanding=outstanding(rows, order),
    )


def is_withheld(rows: Reading, node: NodeName, blob: BlobId) -> bool:
    """Say whether *blob* is not given to *node* now: it has to be destroyed there first.

    Who holds it may read it, and so may who destroyed it and has brought it again.
    """
    for key, _ in rows.scan(t.PURGE_ORDERS_OPEN, blob):
        order = rows.get(t.PURGE_ORDERS, str(key[1]))
        if order and order.everywhere and rows.get(t.PURGE_ANSWERS, order.id, node) is None:
            return True
    return False


def given_up(rows: Reading, order: PurgeOrder) -> set[BlobId]:
    """What nodes gave up because of *order*: the file, and its texts."""
    answers = (answer for _, answer in rows.scan(t.PURGE_ANSWERS, order.id))
    return {order.blob, *order.along, *(blob for answer in answers for blob in answer.blobs)}


def _followed(rows: Reading, standby: NodeName) -> int:
    known = rows.get(t.NODE_LOGS, standby)
    return known.size if known else 0


# Looks, at an office.


def received(rows: Reading) -> list[Purge]:
    """Purges that were ordered elsewhere and are not begun here."""
    every = (purge for _, purge in rows.scan(t.PURGES))
    return [
        purge
        for purge in every
        if purge.state is PurgeState.ORDERED and purge.ordered_at is not None
    ]


def feed_cursor(rows: Reading) -> tuple[int, int]:
    """The store node's term, and the place in its feed up to which this office has read."""
    kept = rows.get(t.META, _CURSOR)
    term, _, place = (kept or b"0:0").decode().partition(":")
    return int(term), int(place)


def note_cursor(rows: Writing, term: int, place: int) -> None:
    """This office has read so far; what is lost is read again, which does no harm."""
    rows.put(t.META, (_CURSOR,), f"{term}:{place}".encode())


# Effects.


def _placed(rows: Writing, event: e.Event, body: e.OrderPlaced, kept: bytes) -> None:
    order = PurgeOrder(
        id=body.id,
        blob=body.blob,
        node=body.node,
        everywhere=body.everywhere,
        reason=e.decode_reason(kept).reason if kept else ERASED_REASON,
        by=body.by,
        along=body.along,
        placed=event.at,
        place=event.sequence,
    )
    rows.put(t.PURGE_ORDERS, (order.id,), order)
    rows.put(t.PURGE_ORDERS_OPEN, (order.blob, order.id), True)  # noqa: FBT003
    if order.everywhere:
        rows.put(t.PURGE_ORDER_FEED, (order.place,), order.id)
    known = rows.get(t.PURGES, order.id)
    if known:  # asked for here
        known = msgspec.structs.replace(
            known,
            state=PurgeState.ORDERED,
            confirmed=event.at,
            confirmed_by=event.actor,
            everywhere=order.everywhere,
        )
    else:
        asked, agreed = body.by
        known = Purge(
            id=order.id,
            blob=order.blob,
            reason=order.reason,
            state=PurgeState.ORDERED,
            requested=event.at,
            requested_by=f"{order.node}/{asked}",
            confirmed=event.at,
            confirmed_by=f"{order.node}/{agreed}",
            everywhere=order.everywhere,
            ordered_at=order.node,
        )
    rows.put(t.PURGES, (order.id,), known)


def _answered(rows: Writing, event: e.Event, body: e.OrderAnswered, _: bytes) -> None:
    rows.put(t.PURGE_ANSWERS, (body.id, body.node), PurgeAnswer(body.held, body.blobs, event.at))


def _carried(rows: Writing, event: e.Event, body: e.OrderCarried, _: bytes) -> None:
    _advance(rows, body.id, carried=event.sequence)
    purge = rows.get(t.PURGES, body.id)
    if purge and purge.state is PurgeState.ORDERED:  # others have a right to all of it
        ended = msgspec.structs.replace(purge, state=PurgeState.COMPLETED, completed=event.at)
        rows.put(t.PURGES, (purge.id,), ended)


def _done(rows: Writing, event: e.Event, body: e.OrderDone, _: bytes) -> None:
    order = _advance(rows, body.id, done=event.at)
    rows.delete(t.PURGE_ORDERS_OPEN, order.blob, order.id)


def _advance(rows: Writing, purge: PurgeId, **changes: int) -> PurgeOrder:
    order = rows.get(t.PURGE_ORDERS, purge)
    if order is None:
        raise LookupError(purge)  # the log never names one that it did not tell before
    after = msgspec.structs.replace(order, **changes)
    rows.put(t.PURGE_ORDERS, (order.id,), after)
    return after


def _received(rows: Writing, event: e.Event, body: e.OrderReceived, kept: bytes) -> None:
    by = f"node:{body.node}" if body.node else "store node"
    purge = Purge(
        id=body.id,
        blob=body.blob,
        reason=e.decode_reason(kept).reason if kept else ERASED_REASON,
        state=PurgeState.ORDERED,
        requested=event.at,
        requested_by=by,
        confirmed=event.at,
        confirmed_by=by,
        everywhere=True,
        ordered_at=body.node,
    )
    rows.put(t.PURGES, (purge.id,), purge)


EFFECTS: dict[type[e.Body], Callable[[Writing, e.Event, Any, bytes], None]] = {
    e.OrderPlaced: _placed,
    e.OrderAnswered: _answered,
    e.OrderCarried: _carried,
    e.OrderDone: _done,
    e.OrderReceived: _received,
}
