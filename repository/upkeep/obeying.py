"""At an office node: purges ordered here or by others, until nothing of the content is left (ADR 30).

read      the store node's feed tells of orders; a cursor says how far it was read
withhold  an event, unless a hold stands; from here on nobody here is given it
destroy   an event: the rows go; then every copy in the cache
place     an order given here is told to the store node, which withholds it and tells the others
let go    of its custody at the store node, by its stamp
answer    once the index knows no word of it
complete  when the order is done everywhere; at an office that obeyed, when it has answered

Each step may be done twice. A hold stops all of it but the first, for as long as it stands.
"""

import logging
from collections.abc import Callable, Sequence

from repository.blobs.remote import RemoteStore
from repository.blobs.spool import Spool
from repository.catalogue import tables as t
from repository.catalogue.nodes import term_of
from repository.catalogue.purge_orders import feed_cursor
from repository.catalogue.views import Reading
from repository.elsewhere import LetGoOf, NoteReleased
from repository.erasing import CompletePurge, DestroyBlobs, is_erased_by
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model.ids import BlobId
from repository.model.purge_orders import (
    MAX_ANSWERED,
    MAX_ORDERS,
    OrderTold,
    OrderUnknown,
    OrderWanted,
)
from repository.model.purges import Purge, PurgeState
from repository.ordering import EraseOrdered, ReceiveOrders, Told
from repository.upkeep.gc import GRACE
from repository.upkeep.kin import Relation, kin_of

_LOG = logging.getLogger(__name__)
IndexBegun = Callable[[], int]
"""The event from which on the index has never known more than the catalogue: what was erased before
is not in it. Where there is no index, no event is later."""


def obey(holdings: Holdings, index_begun: IndexBegun) -> int:
    """Do what can be done now of all purges at this office; how many steps there were.

    Raise `StoreNodeUnreachable`, `LeaseLapsed`, `NodeSuperseded`, `EpochAdrift`: the rest waits.
    """
    store = holdings.blobs
    if not isinstance(store, RemoteStore):
        return 0
    obeying = _Obeying(holdings, store, index_begun)
    return obeying.locally() + obeying.read_feed() + obeying.advance()


class _Obeying:
    """One round."""

    def __init__(self, holdings: Holdings, store: RemoteStore, index_begun: IndexBegun) -> None:
        self._holdings = holdings
        self._store = store
        self._node = store.node
        self._submit = holdings.keeper.submit
        self._index_begun = index_begun

    # The feed.

    def read_feed(self) -> int:
        """Note what the store node tells of; in a new term everything is told, and answered, again."""
        with self._holdings.reading() as now:
            term, (known, place) = term_of(now).number, feed_cursor(now)
        if term != known:
            place = 0
            self._tell_anew()
        found = 0
        while True:
            page = self._node.orders(place)
            if not page and term == known:
                return found
            for order in page:
                self._answer_anew(order)
            place = max([place, *(order.place for order in page)])
            told = tuple(Told(one.id, one.blob, one.node, one.reason) for one in page)
            self._submit(ReceiveOrders(caller=NODE, orders=told, term=term, place=place))
            found += len(page)
            if len(page) < MAX_ORDERS:
                return found

    def _tell_anew(self) -> None:
        """A promoted or restored store node may have what was destroyed: it is told once more."""
        for purge in self._purges(PurgeState.COMPLETED):
            if purge.ordered_at is None:
                self._place(purge)
                self._give_up(purge)
                self._answered(purge)

    def _answer_anew(self, order: OrderTold) -> None:
        with self._holdings.reading() as now:
            purge = now.purge(order.id)
        if purge and purge.state is PurgeState.COMPLETED:
            self._give_up(purge)
            self._answered(purge)

    # One after another.

    def locally(self) -> int:
        """What needs nobody else: content that two persons agreed on is gone here at once."""
        for purge in self._purges(PurgeState.CONFIRMED):
            self._destroy(purge)
        for purge in self._purges(PurgeState.DESTROYED):
            _forget(self._holdings, self._store, self._gone(purge))
        return 0

    def advance(self) -> int:
        """Take every purge as far as it goes."""
        found = 0
        for purge in self._purges(PurgeState.ORDERED):
            found += self._withhold(purge)
        found += self.locally()
        for purge in self._purges(PurgeState.DESTROYED):
            found += self._reach(purge)
        return found

    def _withhold(self, purge: Purge) -> int:
        """Begin an order that came from elsewhere; tell where a hold stands."""
        before = round((self._holdings.shelves.clock() - GRACE).timestamp() * 1_000_000)
        kin = kin_of(self._holdings, purge.blob, brought_before=before)
        texts = tuple(one.blob for one in kin if one.goes and one.relation is Relation.TEXT)
        command = EraseOrdered(
            caller=NODE, purge=purge.id, with_it=texts[: MAX_ANSWERED - 1], brought_before=before
        )
        if self._submit(command).state is not PurgeState.ORDERED:
            return 1
        self._answer(purge, held=True)
        return 0

    def _destroy(self, purge: Purge) -> None:
        with self._holdings.reading() as now:
            start = now.start()
        command = DestroyBlobs(
            caller=NODE, purge=purge.id, inside=(), packs=(), stored=0, start=start
        )
        self._submit(command)

    def _reach(self, purge: Purge) -> int:
        """Tell the store node; say whether the purge is done."""
        told = self._place(purge) if purge.ordered_at is None else None
        self._give_up(purge)
        if not self._index_is_clean(purge):
            return 0
        told = self._answered(purge) or told
        if purge.ordered_at is None and (told is None or not told.done):
            return 0
        self._submit(CompletePurge(caller=NODE, purge=purge.id, packs=()))
        return 1

    # Steps.

    def _place(self, purge: Purge) -> OrderTold:
        wanted = OrderWanted(
            id=purge.id,
            blob=purge.blob,
            everywhere=purge.everywhere,
            reason=purge.reason,
            by=(purge.requested_by, purge.confirmed_by),
            along=tuple(blob for blob in purge.blobs if blob != purge.blob),
        )
        return self._node.place(wanted, epoch=self._store.epoch())

    def _give_up(self, purge: Purge) -> None:
        """Let go of its custody: whatever was not brought again since."""
        blobs = self._gone(purge)
        if not blobs:
            return
        with self._holdings.reading() as now:
            term = term_of(now).number
        there = tuple((one.id, one.stamp) for one in self._store.held(blobs))
        going = self._submit(LetGoOf(caller=NODE, term=term, stamps=there, anyway=True))
        if going:
            stamps = dict(there)
            self._store.release([(blob, stamps[blob]) for blob in going])
        left = {blob for blob, _ in there} - set(going)
        self._submit(NoteReleased(caller=NODE, blobs=tuple(b for b in blobs if b not in left)))

    def _gone(self, purge: Purge) -> list[BlobId]:
        """What this purge took that was not brought again, and what this office never entered."""
        with self._holdings.reading() as now:
            blobs = [blob for blob in purge.blobs if is_erased_by(now, blob, purge.id)]
            if purge.blob not in purge.blobs and now.row(purge.blob) is None:
                blobs.append(purge.blob)
        return blobs

    def _index_is_clean(self, purge: Purge) -> bool:
        with self._holdings.reading() as now:
            indexed = was_indexed(now, purge)
        return not indexed or self._index_begun() >= purge.sequence

    def _answered(self, purge: Purge) -> OrderTold | None:
        return self._answer(purge, held=False, blobs=purge.blobs)

    def _answer(
        self, purge: Purge, *, held: bool, blobs: Sequence[BlobId] = ()
    ) -> OrderTold | None:
        """The order as it stands now; None where the store node knows none: another has to tell it."""
        try:
            return self._node.answer(purge.id, held=held, blobs=blobs, epoch=self._store.epoch())
        except OrderUnknown as unknown:
            _LOG.warning("%s", unknown)
            return None

    def _purges(self, state: PurgeState) -> list[Purge]:
        with self._holdings.reading() as now:
            return [purge for _, purge in now.scan(t.PURGES) if purge.state is state]


def forget_erased(holdings: Holdings) -> int:
    """Drop every copy of what was ever destroyed here: one that a dying reader left since. Always 0."""
    store = holdings.blobs
    if isinstance(store, RemoteStore):
        with holdings.reading() as now:
            gone = [blob for blob, erasure in now.erasures() if erasure.destroyed]
        _forget(holdings, store, gone)
    return 0


def _forget(holdings: Holdings, store: RemoteStore, blobs: Sequence[BlobId]) -> None:
    if blobs:
        store.forget(blobs)
        Spool(holdings.shelves.layout.spool, limit=0, new_name=str).sweep()


def was_indexed(now: Reading, purge: Purge) -> bool:
    """Say whether documents here had lost a file to *purge*: their words stood in the index."""
    return any(by == purge.id for _, by in now.scan(t.ERASED_FILES, purge.blob))


def index_needed_from(holdings: Holdings) -> int:
    """The event from which on an index has to have been begun, to know no word of what was destroyed.

    0 where no document here has lost a file.
    """
    with holdings.reading() as now:
        purges = (purge for _, purge in now.scan(t.PURGES) if purge.sequence)
        return max((one.sequence for one in purges if was_indexed(now, one)), default=0)
