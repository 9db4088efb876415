"""Orders to destroy, as the keepers decide them: an office obeys, a store node carries out (ADR 30).

People ask and agree in `api.services.purges`, nodes answer through `api.services.purge_orders`;
`repository.upkeep.obeying` and `repository.upkeep.orders` do the work between these commands.
"""

from collections.abc import Iterable

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.dossier_items import papers_holding
from repository.catalogue.fates import Fates, purge_of
from repository.catalogue.homes import is_home
from repository.catalogue.purge_orders import (
    given_up,
    hold_on,
    note_cursor,
    outstanding,
    unanswered,
)
from repository.condemning import referred_to
from repository.keeper import Command
from repository.model import events as e
from repository.model.ids import AgencyId, BlobId, PurgeId
from repository.model.nodes import NodeName
from repository.model.purge_orders import OrderUnknown, PurgeOrder
from repository.model.purges import Purge, PurgeState


class Told(msgspec.Struct, frozen=True, array_like=True):
    """An order as an office heard of it."""

    id: PurgeId
    blob: BlobId
    node: NodeName
    reason: str


class ReceiveOrders(Command[None], frozen=True, kw_only=True, tag="receive-orders"):
    """At an office: these were read in the store node's feed, up to *place* in its *term*."""

    orders: tuple[Told, ...]
    term: int
    place: int


class EraseOrdered(Command[Purge], frozen=True, kw_only=True, tag="erase-ordered"):
    """At an office: withhold what was ordered, unless a hold stands on it."""

    purge: PurgeId
    with_it: tuple[BlobId, ...] = ()
    """As in `ConfirmPurge`."""
    brought_before: int = 0


class CarryOut(Command[Purge], frozen=True, kw_only=True, tag="carry-out-order"):
    """At a store node: all have answered; what nobody needs is to be destroyed here."""

    purge: PurgeId
    with_it: tuple[BlobId, ...] = ()
    brought_before: int = 0
    written: int = 0
    """As in `ConfirmPurge`."""


class SettleOrder(Command[PurgeOrder], frozen=True, kw_only=True, tag="settle-order"):
    """At a store node: note how far an order is."""

    purge: PurgeId


def agree(
    change: Change, purge: PurgeId, blobs: Iterable[BlobId], *, written: int, withheld: BlobId
) -> None:
    """Let *blobs* be withheld and destroyed from now on; *withheld* is what was asked for.

    Each document and each dossier that holds it says so in its agency's feed.
    """
    going = tuple(blobs)
    bringers = tuple((blob, agency) for blob in going for agency in change.grants(blob))
    holders = list(change.documents_holding(withheld))
    papers = list(papers_holding(change, withheld))
    change.record(e.PurgeConfirmed(purge, going, bringers, written))
    for document, agency in holders:
        change.record(e.FileErased(document, withheld, purge), agency=_feed(change, agency))
    for agency, dossier, item in papers:
        change.record(e.ItemErased(dossier, item, withheld, purge), agency=_feed(change, agency))


def _feed(change: Change, agency: AgencyId) -> str:
    """In whose feed it is told: what an agency left here is erased as well, but its feed goes on elsewhere."""
    return agency if is_home(change, agency) else ""


def still_unreferred(
    change: Change, blobs: Iterable[BlobId], *, brought_before: int
) -> list[BlobId]:
    """Those of *blobs* that go along: somebody may have come to refer to one since it was looked at."""
    fates = Fates(change)
    return [
        blob
        for blob in blobs
        if change.row(blob) is not None
        and not fates.erased(blob)
        and not referred_to(change, blob, brought_before=brought_before)
    ]


def decide_receive(change: Change, command: ReceiveOrders) -> None:
    """Note orders that are new here, and how far the feed was read."""
    for told in command.orders:
        if change.get(t.PURGES, told.id) is None:
            reason = e.ReasonGiven(salt=change.entropy(e.SALT_BYTES), reason=told.reason)
            body = e.OrderReceived(told.id, told.blob, told.node)
            change.record(body, particulars=reason)
    note_cursor(change, command.term, command.place)


def decide_erase_ordered(change: Change, command: EraseOrdered) -> Purge:
    """Withhold it from now on; where a hold stands nothing happens, and the purge stays ordered."""
    purge = purge_of(change, command.purge)
    if purge.state is not PurgeState.ORDERED or hold_on(change, purge.blob):
        return purge
    along = still_unreferred(change, command.with_it, brought_before=command.brought_before)
    going = [blob for blob in along if blob != purge.blob]
    if _is_known(change, purge.blob):
        going.insert(0, purge.blob)
    agree(change, purge.id, going, written=0, withheld=purge.blob)
    return purge_of(change, purge.id)


def _is_known(change: Change, blob: BlobId) -> bool:
    """Say whether this office has, or lately had, anything of *blob*."""
    return (
        change.row(blob) is not None
        or change.get(t.LEAVING, blob) is not None
        or next(change.documents_holding(blob), None) is not None
    )


def decide_carry_out(change: Change, command: CarryOut) -> Purge:
    """Destroy what nobody has a right to any more; what others have a right to stays theirs."""
    order = order_of(change, command.purge)
    purge = purge_of(change, order.id)
    if purge.state is not PurgeState.ORDERED or unanswered(change, order):
        return purge
    if hold_on(change, order.blob):
        return purge
    if order.everywhere:
        # Only what was in the orderer's own custody: any node may name any blob in its answer.
        _release_dismissed(change, {order.blob, *order.along})
    before = command.brought_before
    going = [
        blob
        for blob in sorted(given_up(change, order), key=lambda blob: (blob != order.blob, blob))
        if not referred_to(change, blob, brought_before=before)
    ]
    if not going:
        change.record(e.OrderCarried(order.id))
        return purge_of(change, order.id)
    along = still_unreferred(change, command.with_it, brought_before=before)
    going += [blob for blob in along if blob not in going]
    agree(change, order.id, going, written=command.written, withheld=order.blob)
    return purge_of(change, order.id)


def _release_dismissed(change: Change, blobs: Iterable[BlobId]) -> None:
    """Nobody answers for a node that was dismissed: an order to all reaches what it brought."""
    for blob in sorted(blobs):
        for key, _ in list(change.scan(t.CUSTODY, blob)):
            name = NodeName(str(key[1]))
            node = change.get(t.NODES, name)
            if node is None or node.dismissed:
                change.record(e.CustodyReleased(name, (blob,)))


def decide_settle(change: Change, command: SettleOrder) -> PurgeOrder:
    """Note that nothing of it is left here, and once the standbys have followed, that it is done."""
    order = order_of(change, command.purge)
    if not order.carried and purge_of(change, order.id).state is PurgeState.COMPLETED:
        change.record(e.OrderCarried(order.id))
        order = order_of(change, order.id)
    if not order.done and not outstanding(change, order):
        change.record(e.OrderDone(order.id))
    return order_of(change, order.id)


def order_of(change: Change, purge: str) -> PurgeOrder:
    """The order; raise `OrderUnknown`."""
    order = change.get(t.PURGE_ORDERS, purge)
    if order is None:
        raise OrderUnknown(purge=purge)
    return order


RULES = {
    ReceiveOrders: decide_receive,
    EraseOrdered: decide_erase_ordered,
    CarryOut: decide_carry_out,
    SettleOrder: decide_settle,
}
