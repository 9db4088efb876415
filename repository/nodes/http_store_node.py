"""The store node over HTTP, as an office node asks it."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

import msgspec

from repository.blobs.store_node import EpochGiven, HeldBlob, LogTold, Sent
from repository.errors import Trouble
from repository.model.ids import BlobId, parse_blob, show_blob
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

    def reachable(self) -> bool:
        try:
            self.held(())
        except Trouble:
            return False
        return True
