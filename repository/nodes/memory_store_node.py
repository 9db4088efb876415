"""The store node's twin in memory: the same promises but durability; several nodes may share one."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from itertools import count

import msgspec

from repository.blobs.address import address_of, digest_of
from repository.blobs.media import NAMES
from repository.blobs.port import DigestMismatch
from repository.blobs.store_node import EpochGiven, HeldBlob, LogTold, Sent, StoreNodeUnreachable
from repository.model.blobs import BlobMissing
from repository.model.ids import BlobId, PurgeId, show_blob
from repository.model.nodes import (
    EpochWanted,
    LogBehind,
    Node,
    NodeLog,
    NodeName,
    raised,
    require_epoch,
)
from repository.model.purge_orders import (
    MAX_ORDERS,
    Lacking,
    OrderTold,
    OrderUnknown,
    OrderWanted,
    Outstanding,
)
from repository.model.terms import Standing, StoreNodeReplaced, Term, following, standing


class SharedMemory:
    """What all nodes of a store node in memory share."""

    def __init__(self) -> None:
        self.blobs: dict[BlobId, bytes] = {}
        self.custody: dict[tuple[BlobId, NodeName], int] = {}
        """With its stamp."""
        self.stamps = count(1)
        self.nodes: dict[NodeName, Node] = {}
        self.logs: dict[NodeName, NodeLog] = {}
        self.orders: dict[PurgeId, OrderTold] = {}
        self.answers: dict[tuple[PurgeId, NodeName], bool] = {}
        """Whether a hold stands there."""
        self.away = False
        """It answers nobody."""
        self.term = Term()

    def promote(self, *lost: BlobId) -> None:
        """Become a standby that had not got the *lost* blobs, nor heard of any lease."""
        self.term = following(self.term, bytes(8), b"")
        self.custody = {held: at for held, at in self.custody.items() if held[0] not in lost}
        self.logs.clear()
        for name, node in self.nodes.items():
            self.nodes[name] = msgspec.structs.replace(node, adrift=True)


class MemoryStoreNode:
    """A store node in memory, as the node *name* sees it."""

    def __init__(
        self, name: NodeName, shared: SharedMemory, *, upon: Callable[[], None] = lambda: None
    ) -> None:
        """*upon* is called before each answer."""
        self._name = name
        self._shared = shared
        self._upon = upon
        self._term: Callable[[], Term] = Term
        shared.nodes.setdefault(name, Node(name=name, digest=b""))

    def put(self, blob: BlobId, size: int, pieces: Iterable[bytes], *, epoch: int) -> HeldBlob:
        self._answer()
        self._require(epoch)
        content = b"".join(pieces)
        if digest_of(content) != blob or len(content) != size:
            actual = show_blob(BlobId(digest_of(content)))
            raise DigestMismatch(actual=actual, expected=show_blob(blob))
        known = (blob, self._name) in self._shared.custody
        self._shared.blobs[blob] = content
        self._shared.custody[blob, self._name] = next(self._shared.stamps)
        return msgspec.structs.replace(self._held(blob), known=known)

    def release(self, stamps: Sequence[tuple[BlobId, int]], *, epoch: int) -> None:
        self._answer()
        self._require(epoch)
        for blob, stamp in stamps:
            if self._shared.custody.get((blob, self._name), stamp + 1) <= stamp:
                del self._shared.custody[blob, self._name]

    def held(self, blobs: Sequence[BlobId]) -> list[HeldBlob]:
        self._answer()
        return [self._held(blob) for blob in blobs if (blob, self._name) in self._shared.custody]

    @contextmanager
    def fetch(self, blob: BlobId) -> Generator[Sent]:
        self._answer()
        if (blob, self._name) not in self._shared.custody:
            raise BlobMissing(blob=show_blob(blob))
        content = self._shared.blobs[blob]
        yield Sent(len(content), iter([content] if content else []))

    def take_epoch(self, instance: str, lease: float, *, above: int = 0) -> EpochGiven:
        self._answer()
        wanted = EpochWanted(instance, lease, above)
        after = raised(self._node(), self._shared.logs.get(self._name), wanted)
        self._shared.nodes[self._name] = after
        return EpochGiven(epoch=after.epoch, wait=after.wait, term=str(self._shared.term))

    def renew(self, epoch: int, log: LogTold, *, resigning: bool = False) -> None:
        self._answer()
        self._require(epoch)
        told = self._shared.logs.get(self._name)
        if told and (log.size < told.size or (log.size == told.size and log.root != told.root)):
            raise LogBehind(node=self._name, size=log.size, told=told.size)
        self._shared.logs[self._name] = NodeLog(
            epoch=epoch, size=log.size, root=log.root, at=0, resigned=resigning
        )

    def place(self, order: OrderWanted, *, epoch: int) -> OrderTold:
        self._answer()
        self._require(epoch)
        if order.id not in self._shared.orders:
            self._shared.orders[order.id] = OrderTold(
                id=order.id,
                blob=order.blob,
                node=self._name,
                everywhere=order.everywhere and (order.blob, self._name) in self._shared.custody,
                reason=order.reason,
                place=next(self._shared.stamps),
            )
        if self._shared.orders[order.id].node != self._name:
            raise OrderUnknown(purge=order.id)
        return self.order(order.id)

    def orders(self, after: int) -> list[OrderTold]:
        self._answer()
        placed = (self.order(one) for one, order in self._shared.orders.items() if order.everywhere)
        return [order for order in placed if order.place > after][:MAX_ORDERS]

    def order(self, purge: PurgeId) -> OrderTold:
        self._answer()
        order = self._shared.orders.get(purge)
        if order is None or not (order.everywhere or order.node == self._name):
            raise OrderUnknown(purge=purge)
        lacking = self._lacking(order)
        if not lacking and order.everywhere:
            self._shared.blobs.pop(order.blob, None)
        return msgspec.structs.replace(order, done=not lacking, outstanding=lacking)

    def answer(
        self, purge: PurgeId, *, held: bool, blobs: Sequence[BlobId], epoch: int
    ) -> OrderTold:
        del blobs  # what nobody needs is not looked for in memory
        self._answer()
        self._require(epoch)
        self.order(purge)
        self._shared.answers[purge, self._name] = held
        return self.order(purge)

    def reachable(self) -> bool:
        return not self._shared.away

    def works_in(self, term: Callable[[], Term]) -> None:
        self._term = term

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self) -> None:
        self._upon()
        if self._shared.away:
            raise StoreNodeUnreachable(reason="away")
        if standing(self._shared.term, self._term()) in (Standing.LATER, Standing.RIVAL):
            raise StoreNodeReplaced(term=str(self._term()))

    def _lacking(self, order: OrderTold) -> tuple[Outstanding, ...]:
        asked = self._shared.nodes if order.everywhere else [order.node]
        answers = {node: self._shared.answers.get((order.id, node)) for node in asked}
        return tuple(
            Outstanding(node=node, why=Lacking.HELD if held else Lacking.SILENT)
            for node, held in answers.items()
            if held is not False
        )

    def _node(self) -> Node:
        return self._shared.nodes[self._name]

    def _require(self, epoch: int) -> None:
        require_epoch(self._node(), epoch)

    def _held(self, blob: BlobId) -> HeldBlob:
        address = address_of(self._shared.blobs[blob])
        return HeldBlob(
            id=blob,
            size=address.size,
            media_type=NAMES[address.media],
            sha256=address.sha256,
            crc32=address.crc32,
            stamp=self._shared.custody[blob, self._name],
        )
