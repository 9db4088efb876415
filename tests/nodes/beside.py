"""A real store node in this process, as one of its offices asks it: the services behind the wire."""

import io
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager

from api.services import nodes, purge_orders
from repository.blobs.store_node import EpochGiven, HeldBlob, LogTold, Sent, StoreNodeUnreachable
from repository.catalogue import tables as t
from repository.errors import Trouble
from repository.holdings import Holdings
from repository.model.blobs import BlobMissing
from repository.model.ids import BlobId, PurgeId, show_blob
from repository.model.nodes import EpochWanted, Node, NodeName
from repository.model.purge_orders import OrderTold, OrderWanted
from repository.model.terms import Term


class Beside:
    """The store node that *holdings* gives, for the node *name*."""

    def __init__(
        self,
        holdings: Callable[[], Holdings],
        name: NodeName,
        acknowledged: Callable[[], None] = lambda: None,
        cut: Callable[[], str] = str,
    ) -> None:
        """*acknowledged* is called after a file was kept, before the office knows.

        *cut* says whether what changes something is lost on its way, or its answer.
        """
        self._cut = cut
        self._store = holdings
        self._name = name
        self._acknowledged = acknowledged
        self._term: Callable[[], Term] = Term

    @property
    def _holdings(self) -> Holdings:
        return self._store()

    @property
    def _node(self) -> Node:
        with self._holdings.reading() as now:
            node = now.get(t.NODES, self._name)
        assert node is not None
        nodes.require_term(self._holdings, node, self._term())
        return node

    @contextmanager
    def _cuttable(self) -> Generator[None]:
        if self._cut() == "before":
            raise StoreNodeUnreachable(reason="cut")
        yield
        if self._cut() == "after":
            raise StoreNodeUnreachable(reason="cut")

    def put(self, blob: BlobId, size: int, pieces: Iterable[bytes], *, epoch: int) -> HeldBlob:
        stream = io.BytesIO(b"".join(pieces))
        held = nodes.keep(self._holdings, self._node, stream, blob=blob, size=size, epoch=epoch)
        self._acknowledged()
        return held

    def release(self, stamps: Sequence[tuple[BlobId, int]], *, epoch: int) -> None:
        with self._cuttable():
            nodes.release(self._holdings.keeper, self._node, stamps, epoch=epoch)

    def held(self, blobs: Sequence[BlobId]) -> list[HeldBlob]:
        node = self._node
        with self._holdings.reading() as now:
            return nodes.held_of(now, node, blobs)

    @contextmanager
    def fetch(self, blob: BlobId) -> Generator[Sent]:
        node = self._node
        with self._holdings.reading() as now:
            try:
                nodes.require_custody(now, node, blob)
            except Trouble:
                raise BlobMissing(blob=show_blob(blob)) from None
            purge_orders.require_given(now, node, blob)
        content = self._holdings.blobs.read(blob)
        yield Sent(len(content), iter([content]))

    def take_epoch(self, instance: str, lease: float, *, above: int = 0) -> EpochGiven:
        wanted = EpochWanted(instance, lease, above)
        return nodes.take_epoch(self._holdings.keeper, self._node, wanted)

    def renew(self, epoch: int, log: LogTold, *, resigning: bool = False) -> None:
        root = log.root.hex()
        nodes.renew(
            self._holdings.keeper,
            self._node,
            epoch=epoch,
            size=log.size,
            root=root,
            resigning=resigning,
        )

    def place(self, order: OrderWanted, *, epoch: int) -> OrderTold:
        with self._cuttable():
            return purge_orders.place(self._holdings.keeper, self._node, order, epoch=epoch)

    def orders(self, after: int) -> list[OrderTold]:
        assert self._node
        with self._holdings.reading() as now:
            return purge_orders.feed(now, after)

    def order(self, purge: PurgeId) -> OrderTold:
        node = self._node
        with self._holdings.reading() as now:
            return purge_orders.order_for(now, node, purge)

    def answer(
        self, purge: PurgeId, *, held: bool, blobs: Sequence[BlobId], epoch: int
    ) -> OrderTold:
        keeper, node = self._holdings.keeper, self._node
        with self._cuttable():
            return purge_orders.answer(keeper, node, purge, held=held, blobs=blobs, epoch=epoch)

    def reachable(self) -> bool:
        return True

    def works_in(self, term: Callable[[], Term]) -> None:
        self._term = term

    def close(self) -> None:
        """Nothing is held."""
