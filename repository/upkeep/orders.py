"""At a store node: orders to destroy, once the offices have answered (ADR 30).

    placed ── every office: nothing here ──▶ destroyed here ── every standby has followed ──▶ done
       ▲  │
       └──┘ a hold, at an office or here

What happens to the bytes is `repository.upkeep.purge`'s.
"""

from repository.blobs.copies import record_at
from repository.catalogue.fates import purge_of
from repository.catalogue.purge_orders import given_up, hold_on, open_orders, unanswered
from repository.catalogue.views import Reading
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model.ids import BlobId
from repository.model.purge_orders import PurgeOrder
from repository.model.purges import UNFINISHED, PurgeState
from repository.ordering import CarryOut, SettleOrder
from repository.upkeep.gc import GRACE
from repository.upkeep.kin import kin_of
from repository.upkeep.purge import finish_all


def carry_out(holdings: Holdings) -> int:
    """Take every order that is not done as far as it goes; how many went on.

    There are none but at a store node.
    """
    with holdings.reading() as now:
        orders = open_orders(now)
    return sum(_carried(holdings, order) for order in orders)


def _carried(holdings: Holdings, order: PurgeOrder) -> bool:
    with holdings.reading() as now:
        before, ready = _state(now, order), _is_ready(now, order)
    if ready:
        _begin(holdings, order)
    if _unfinished(holdings, order):
        finish_all(holdings)
    settled = holdings.keeper.submit(SettleOrder(caller=NODE, purge=order.id))
    with holdings.reading() as now:
        return _state(now, settled) != before


def _state(now: Reading, order: PurgeOrder) -> tuple[PurgeState, bool, bool]:
    return purge_of(now, order.id).state, order.carried > 0, order.done > 0


def _is_ready(now: Reading, order: PurgeOrder) -> bool:
    """Say whether its content may be destroyed here; the keeper looks once more."""
    return (
        purge_of(now, order.id).state is PurgeState.ORDERED
        and not unanswered(now, order)
        and hold_on(now, order.blob) is None
    )


def _unfinished(holdings: Holdings, order: PurgeOrder) -> bool:
    with holdings.reading() as now:
        return purge_of(now, order.id).state in UNFINISHED


def _begin(holdings: Holdings, order: PurgeOrder) -> None:
    before = round((holdings.shelves.clock() - GRACE).timestamp() * 1_000_000)
    with holdings.reading() as now:
        going = [blob for blob in given_up(now, order) if now.row(blob)]
    along = {
        one.blob
        for blob in going
        for one in kin_of(holdings, blob, brought_before=before)
        if one.goes
    }
    command = CarryOut(
        caller=NODE,
        purge=order.id,
        with_it=tuple(sorted(along)),
        brought_before=before,
        written=_written(holdings, order.blob),
    )
    holdings.keeper.submit(command)


def _written(holdings: Holdings, blob: BlobId) -> int:
    """When *blob* was first written, as its record says; 0 = not known."""
    with holdings.reading() as now:
        row = now.row(blob)
    record = record_at(holdings.shelves.packs, row) if row else None
    return record.at if record else 0
