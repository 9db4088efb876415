"""The store node over HTTP, as an office node asks it."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

import msgspec

from repository.blobs.store_node import EpochGiven, HeldBlob, LogTold, Sent
from repository.errors import Trouble
from repository.model.ids import BlobId, PurgeId, parse_blob, show_blob
from repository.model.nodes import NodeName
from repository.model.purge_orders import Lacking, OrderTold, OrderWanted, Outstanding
from repository.nodes.http_exchange import (
    ANSWER_SECONDS,
    EPOCH_HEADER,
    MAX_ANSWER,
    Exchange,
    decoded,
    refusal,
)


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    """A blob as the answers tell it."""

    id: str
    size: int
    media_type: str
    sha256: str
    crc32: int
    known: bool = False
    stamp: int = 0

    def read(self) -> HeldBlob:
        """The same as a value."""
        return HeldBlob(
            id=parse_blob(self.id),
            size=self.size,
            media_type=self.media_type,
            sha256=bytes.fromhex(self.sha256),
            crc32=self.crc32,
            known=self.known,
            stamp=self.stamp,
        )


class _HeldList(msgspec.Struct, frozen=True, kw_only=True):
    held: list[_Held]


class _Outstanding(msgspec.Struct, frozen=True, kw_only=True):
    node: str
    why: Lacking


class _Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the answers tell it."""

    id: str
    blob: str
    node: str
    everywhere: bool
    reason: str
    place: int
    done: bool
    outstanding: list[_Outstanding]

    def read(self) -> OrderTold:
        """The same as a value."""
        return OrderTold(
            id=PurgeId(self.id),
            blob=parse_blob(self.blob),
            node=NodeName(self.node),
            everywhere=self.everywhere,
            reason=self.reason,
            place=self.place,
            done=self.done,
            outstanding=tuple(
                Outstanding(node=NodeName(one.node), why=one.why) for one in self.outstanding
            ),
        )


class _OrderList(msgspec.Struct, frozen=True, kw_only=True):
    orders: list[_Order]


class HttpStoreNode(Exchange):
    """A store node at an address, for the node whose token this is."""

    def put(self, blob: BlobId, size: int, pieces: Iterable[bytes], *, epoch: int) -> HeldBlob:
        headers = {
            "Content-Length": str(size),
            "Content-Type": "application/octet-stream",
            EPOCH_HEADER: str(epoch),
        }
        path = f"/v1/node/blobs/{show_blob(blob)}"
        body = self._json("PUT", path, headers, pieces, blob=blob)
        return decoded(body, _Held).read()

    def release(self, stamps: Sequence[tuple[BlobId, int]], *, epoch: int) -> None:
        released = [{"id": show_blob(blob), "stamp": stamp} for blob, stamp in stamps]
        self._posted("/v1/node/released", {"epoch": epoch, "released": released})

    def held(self, blobs: Sequence[BlobId]) -> list[HeldBlob]:
        asked = {"blobs": [show_blob(blob) for blob in blobs]}
        body = self._posted("/v1/node/held", asked)
        return [one.read() for one in decoded(body, _HeldList).held]

    @contextmanager
    def fetch(self, blob: BlobId) -> Generator[Sent]:
        path = f"/v1/node/blobs/{show_blob(blob)}"
        with self._asked("GET", path, {}, (), ANSWER_SECONDS) as answer:
            if answer.status != 200:
                raise refusal(answer.status, answer.read(MAX_ANSWER), blob)
            if answer.length is None:
                raise self._outage.failed("an answer without its length")
            size = answer.length
            yield Sent(size, self._pieces(answer, size))

    def take_epoch(self, instance: str, lease: float, *, above: int = 0) -> EpochGiven:
        asked = {"instance": instance, "lease": lease, "above": above}
        body = self._posted("/v1/node/epochs", asked)
        return decoded(body, EpochGiven)

    def renew(self, epoch: int, log: LogTold, *, resigning: bool = False) -> None:
        told = {
            "epoch": epoch,
            "size": log.size,
            "root": log.root.hex(),
            "resigning": resigning,
        }
        self._posted("/v1/node/lease", told)

    def place(self, order: OrderWanted, *, epoch: int) -> OrderTold:
        asked, agreed = order.by
        told = {
            "epoch": epoch,
            "id": order.id,
            "blob": show_blob(order.blob),
            "everywhere": order.everywhere,
            "reason": order.reason,
            "requested_by": asked,
            "confirmed_by": agreed,
            "along": [show_blob(blob) for blob in order.along],
        }
        return decoded(self._posted("/v1/node/purges", told), _Order).read()

    def orders(self, after: int) -> list[OrderTold]:
        body = self._json("GET", f"/v1/node/purges?after={after}", {}, ())
        return [one.read() for one in decoded(body, _OrderList).orders]

    def order(self, purge: PurgeId) -> OrderTold:
        return decoded(self._json("GET", f"/v1/node/purges/{purge}", {}, ()), _Order).read()

    def answer(
        self, purge: PurgeId, *, held: bool, blobs: Sequence[BlobId], epoch: int
    ) -> OrderTold:
        told = {"epoch": epoch, "held": held, "blobs": [show_blob(blob) for blob in blobs]}
        return decoded(self._posted(f"/v1/node/purges/{purge}/answer", told), _Order).read()

    def reachable(self) -> bool:
        try:
            self.held(())
        except Trouble:
            return False
        return True
