"""The store node's twin in memory: the same promises but durability; several nodes may share one."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager

import msgspec

from repository.blobs.address import address_of, digest_of
from repository.blobs.media import NAMES
from repository.blobs.port import DigestMismatch
from repository.blobs.store_node import EpochGiven, HeldBlob, LogTold, Sent, StoreNodeUnreachable
from repository.model.blobs import BlobMissing
from repository.model.ids import BlobId, show_blob
from repository.model.nodes import (
    LogBehind,
    Node,
    NodeLog,
    NodeName,
    NodeSuperseded,
    wait_before,
)


class SharedMemory:
    """What all nodes of a store node in memory share."""

    def __init__(self) -> None:
        self.blobs: dict[BlobId, bytes] = {}
        self.custody: set[tuple[BlobId, NodeName]] = set()
        self.nodes: dict[NodeName, Node] = {}
        self.logs: dict[NodeName, NodeLog] = {}
        self.away = False
        """It answers nobody."""


class MemoryStoreNode:
    """A store node in memory, as the node *name* sees it."""

    def __init__(
        self, name: NodeName, shared: SharedMemory, *, upon: Callable[[], None] = lambda: None
    ) -> None:
        """*upon* is called before each answer."""
        self._name = name
        self._shared = shared
        self._upon = upon
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
        self._shared.custody.add((blob, self._name))
        return msgspec.structs.replace(self._held(blob), known=known)

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

    def take_epoch(self, instance: str, lease: float) -> EpochGiven:
        self._answer()
        node = self._node()
        wait = wait_before(node, self._shared.logs.get(self._name), instance)
        raised = msgspec.structs.replace(
            node, epoch=node.epoch + 1, instance=instance, lease=lease, wait=wait
        )
        self._shared.nodes[self._name] = raised
        return EpochGiven(epoch=raised.epoch, wait=wait)

    def renew(self, epoch: int, log: LogTold, *, resigning: bool = False) -> None:
        self._answer()
        self._require(epoch)
        told = self._shared.logs.get(self._name)
        if told and (log.size < told.size or (log.size == told.size and log.root != told.root)):
            raise LogBehind(node=self._name, size=log.size, told=told.size)
        self._shared.logs[self._name] = NodeLog(
            epoch=epoch, size=log.size, root=log.root, at=0, resigned=resigning
        )

    def reachable(self) -> bool:
        return not self._shared.away

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self) -> None:
        self._upon()
        if self._shared.away:
            raise StoreNodeUnreachable(reason="away")

    def _node(self) -> Node:
        return self._shared.nodes[self._name]

    def _require(self, epoch: int) -> None:
        newest = self._node().epoch
        if epoch != newest:
            raise NodeSuperseded(node=self._name, epoch=epoch, newest=newest)

    def _held(self, blob: BlobId) -> HeldBlob:
        address = address_of(self._shared.blobs[blob])
        return HeldBlob(
            id=blob,
            size=address.size,
            media_type=NAMES[address.media],
            sha256=address.sha256,
            crc32=address.crc32,
        )
