"""The port of the content-addressed store: what everyone above may ask of it."""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Protocol

import msgspec

from repository.errors import Kind, Trouble
from repository.model.ids import AgencyId, BlobId

KiB = 1024
MiB = 1024 * KiB
GiB = 1024 * MiB


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that a blob is on disk under its own name."""

    id: BlobId
    size: int
    """Bytes."""
    media_type: str
    """Recognised from the bytes, never taken from the sender."""
    sha256: bytes
    known: bool
    """The same bytes were stored before; callers above tell it only to who may know."""


class BlobStat(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a stored blob without reading it."""

    id: BlobId
    size: int
    media_type: str
    sha256: bytes
    crc32: int


class DigestMismatch(Trouble):
    """The bytes received are {actual}, not {expected}; nothing was kept."""

    kind = Kind.CONFLICT
    vietnamese = "Nội dung nhận được là {actual}, không phải {expected}; không lưu gì."


class BlobTooLarge(Trouble):
    """The file is larger than the limit of {limit} bytes."""

    kind = Kind.TOO_LARGE
    vietnamese = "Tệp lớn hơn giới hạn {limit} byte."


class UploadCutShort(Trouble):
    """The upload ended after {received} of {announced} bytes; nothing was kept."""

    kind = Kind.MALFORMED
    vietnamese = "Tệp gửi lên bị ngắt ở {received}/{announced} byte; không lưu gì."


class ReserveReached(Trouble):
    """The disk has reached its reserve of {reserve} bytes; reading still works."""

    kind = Kind.EXHAUSTED
    vietnamese = "Đĩa đã chạm mức dự trữ {reserve} byte; vẫn đọc được, tạm ngừng ghi."


class RangeOutside(Trouble):
    """The range begins at {offset}, but the file has {size} bytes."""

    kind = Kind.INVALID
    vietnamese = "Khoảng đọc bắt đầu ở {offset}, nhưng tệp chỉ có {size} byte."


VEILED_BYTES = 1 * MiB
"""A larger file is stored as fast as can be: its time tells whether it was here."""
MayKnow = Callable[[BlobId], bool]
"""Says whether whoever brings a blob may know that it is here already, if it is."""


def anybody(_: BlobId) -> bool:
    """The node itself, and whoever works for it, may know everything."""
    return True


class BlobStore(Protocol):
    """Content-addressed bytes: every blob once, under its BLAKE3 digest."""

    def put(
        self,
        stream: BinaryIO,
        *,
        expected: BlobId | None = None,
        size: int | None = None,
        holders: Iterable[AgencyId] = (),
        may_know: MayKnow = anybody,
    ) -> Receipt:
        """Store what *stream* gives; return once the bytes are on disk.

        *holders* brought the blob and may read it before a document holds it. *size* is the
        announced length. *may_know* is asked once the bytes have a name; where it says no, up to
        `VEILED_BYTES` MUST take the same work whether the blob, or what it begins with, is here or
        not (decision 17). MUST NOT keep anything, nor show a name, when this raises
        `DigestMismatch`, `UploadCutShort`, `BlobTooLarge` or `ReserveReached`.
        """
        ...

    def put_many(self, streams: Iterable[BinaryIO], *, batch: int = 32) -> Iterator[Receipt]:
        """Store many blobs, one sync for each *batch*; a receipt comes once its blob is on disk.

        Receipts come in the order of *streams*.
        """
        ...

    def stat(self, blob: BlobId) -> BlobStat:
        """What is known of *blob*; raise `BlobMissing` when it is not stored."""
        ...

    def read(self, blob: BlobId, *, checked: bool = True) -> bytes:
        """All bytes of *blob*. MUST raise `BlobDamaged` rather than return wrong bytes."""
        ...

    def read_range(self, blob: BlobId, offset: int, length: int, *, checked: bool = True) -> bytes:
        """Up to *length* bytes from *offset*; checked as `read`; `RangeOutside` past the end."""
        ...

    def chunks(self, blob: BlobId, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The same bytes piece by piece (≤ 1 MiB each), each piece checked before it is given."""
        ...
