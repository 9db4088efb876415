"""The store's twin in memory: the same promises but durability; for tests of what stands above."""

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from repository.blobs.address import address_of
from repository.blobs.ledger import Ledger
from repository.blobs.media import NAMES, Media
from repository.blobs.port import (
    BlobStat,
    BlobTooLarge,
    DigestMismatch,
    GiB,
    MayKnow,
    MiB,
    RangeOutside,
    Receipt,
    UploadCutShort,
    anybody,
)
from repository.blobs.record import record_of, row_of
from repository.blobs.spool import read_up_to
from repository.model.blobs import BlobMissing, Landed, pack_row
from repository.model.ids import AgencyId, BlobId, show_blob


class MemoryBlobs:
    """A dictionary behind the `BlobStore` port; rows go to the ledger as the real ones do."""

    def __init__(self, ledger: Ledger, *, limit: int = GiB) -> None:
        self._ledger = ledger
        self._limit = limit
        self._kept: dict[BlobId, bytes] = {}
        self._pack = 0

    def put(
        self,
        stream: BinaryIO,
        *,
        expected: BlobId | None = None,
        size: int | None = None,
        holders: Iterable[AgencyId] = (),
        may_know: MayKnow = anybody,
    ) -> Receipt:
        del may_know  # memory keeps no time
        content = read_up_to(stream, self._limit + 1)
        if len(content) > self._limit or (size or 0) > self._limit:
            raise BlobTooLarge(limit=self._limit)
        if size is not None and len(content) != size:
            raise UploadCutShort(received=len(content), announced=size)
        address = address_of(content)
        if expected is not None and expected != address.blob:
            raise DigestMismatch(actual=show_blob(address.blob), expected=show_blob(expected))
        known = address.blob in self._kept
        self._kept[address.blob] = content
        row = row_of(record_of(address, segments=(), marks=(), at=0), 0, 0)
        landed = Landed(blob=address.blob, row=pack_row(row), segments=b"", marks=b"")
        self._pack = self._pack or self._ledger.allocate(above=0)
        self._ledger.land(self._pack, 0, [landed], [(address.blob, each) for each in holders])
        return Receipt(
            id=address.blob,
            size=address.size,
            media_type=NAMES[address.media],
            sha256=address.sha256,
            known=known,
        )

    def put_many(self, streams: Iterable[BinaryIO], *, batch: int = 32) -> Iterator[Receipt]:
        del batch
        return (self.put(stream) for stream in streams)

    def stat(self, blob: BlobId) -> BlobStat:
        content = self._content(blob)
        address = address_of(content)
        return BlobStat(
            id=blob,
            size=len(content),
            media_type=NAMES[Media(address.media)],
            sha256=address.sha256,
            crc32=address.crc32,
        )

    def read(self, blob: BlobId, *, checked: bool = True) -> bytes:
        del checked
        return self._content(blob)

    def read_range(self, blob: BlobId, offset: int, length: int, *, checked: bool = True) -> bytes:
        del checked
        content = self._content(blob)
        if offset < 0 or (offset >= len(content) and offset):
            raise RangeOutside(offset=offset, size=len(content))
        return content[offset : offset + length]

    def chunks(self, blob: BlobId, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        whole = len(self._content(blob)) if length is None else length
        stream = io.BytesIO(self.read_range(blob, offset, whole))
        return iter(lambda: stream.read(MiB), b"")

    def _content(self, blob: BlobId) -> bytes:
        try:
            return self._kept[blob]
        except KeyError:
            raise BlobMissing(blob=show_blob(blob)) from None
