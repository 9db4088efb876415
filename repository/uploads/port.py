"""The port of uploads that come in chunks, over many requests, until their bytes become a blob.

What has come is no blob yet and has no name: nobody reads it but the one who sent it.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple, Protocol

import msgspec

from repository.blobs.port import Receipt
from repository.errors import Kind, Trouble
from repository.model.ids import BlobId, UploadId


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of an upload when it was begun; it does not change."""

    length: int
    """Bytes of the whole file."""
    expires: int
    """Microseconds since 1970-01-01 UTC, after which it is gone."""
    metadata: str = ""
    """What the sender wrote beside it, kept as it came; printable ASCII."""
    expected: BlobId | None = None
    """The blob it is going to be, where that was said."""
    agency: str = ""
    """Code of the agency in whose name it comes; empty = all of the sender's."""


class UploadState(msgspec.Struct, frozen=True, kw_only=True):
    """How far an upload has come."""

    id: UploadId
    announced: Announced
    offset: int
    """Bytes that are on disk: none of them has to be sent again."""
    receipt: Receipt | None = None
    """Proof of the blob it has become."""

    @property
    def complete(self) -> bool:
        """All bytes are here."""
        return self.offset == self.announced.length


class Chunk(NamedTuple):
    """Some bytes of an upload on their way in."""

    offset: int
    """Where in the file they belong."""
    size: int
    """Bytes, as announced."""
    stream: BinaryIO
    digests: tuple[tuple[str, bytes], ...] = ()
    """(`hashlib` name, digest) pairs that these bytes must have."""


class UploadLimits(NamedTuple):
    """What one owner may have begun and not finished."""

    uploads: int
    """How many."""
    size: int
    """Bytes that they announced together."""


class UploadMissing(Trouble):
    """There is no such upload: it was never begun by you, was ended, or has expired."""

    kind = Kind.MISSING
    vietnamese = "Không có lượt tải lên này: chưa từng được bạn mở, đã kết thúc hoặc đã hết hạn."


class UploadBusy(Trouble):
    """Another request is at work on this upload; ask again in a moment."""

    kind = Kind.BUSY
    vietnamese = "Một yêu cầu khác đang xử lý lượt tải lên này; hãy thử lại sau giây lát."


class OffsetMismatch(Trouble):
    """The upload stands at byte {offset}, not at {given}; go on from there."""

    kind = Kind.CONFLICT
    vietnamese = "Lượt tải lên đang ở byte {offset}, không phải {given}; hãy gửi tiếp từ đó."


class ChunkBeyondEnd(Trouble):
    """The upload was announced with {length} bytes; this chunk would end at {end}."""

    kind = Kind.TOO_LARGE
    vietnamese = "Lượt tải lên được khai {length} byte; phần này sẽ kết thúc ở {end}."


class ChunkGarbled(Trouble):
    """The chunk did not arrive as it was sent ({algorithm} differs); send it again."""

    kind = Kind.GARBLED
    vietnamese = "Phần gửi lên không đến nguyên vẹn ({algorithm} khác); hãy gửi lại."


class TooManyUploads(Trouble):
    """You have {limit} unfinished uploads already; finish or end one of them first."""

    kind = Kind.TOO_LARGE
    vietnamese = "Bạn đã có {limit} lượt tải lên dở dang; hãy hoàn tất hoặc hủy bớt."


class TooManyUploadBytes(Trouble):
    """Your unfinished uploads may announce {limit} bytes together; finish or end one first."""

    kind = Kind.TOO_LARGE
    vietnamese = "Các lượt tải lên dở dang của bạn chỉ được tổng cộng {limit} byte."


class HeldUpload(Protocol):
    """An upload that nobody else touches as long as it is held."""

    @property
    def state(self) -> UploadState:
        """How far it has come."""
        ...

    def stream(self) -> BinaryIO:
        """All its bytes from the beginning; only of a complete one. Closed with the holding."""
        ...

    def finish(self, receipt: Receipt) -> None:
        """Its bytes are a blob now: durably remember *receipt*, let go of the bytes."""
        ...


class Uploads(Protocol):
    """Uploads under way. An *owner* is whoever began one: nobody else learns that it is there.

    Every method that names an upload MUST raise `UploadMissing`, the same, for one that never
    was, was removed, has expired, or is another owner's.
    """

    def begin(self, owner: str, announced: Announced) -> UploadState:
        """Durably begin an upload; nothing has come of it yet.

        MUST keep *owner* within its limits whoever else begins one at the same time: raise
        `TooManyUploads` or `TooManyUploadBytes`. Raise `ReserveReached` without room for it.
        """
        ...

    def state(self, owner: str, upload: UploadId) -> UploadState:
        """How far it has come; MUST be on disk before it is told."""
        ...

    def append(self, owner: str, upload: UploadId, chunk: Chunk) -> UploadState:
        """Add *chunk*; return once it is on disk.

        MUST leave the upload as it was when it raises `OffsetMismatch`, `ChunkBeyondEnd`,
        `ChunkGarbled`, `UploadCutShort`, `MediumFull` or `UploadBusy` (one writer at a time).
        """
        ...

    def held(self, owner: str, upload: UploadId) -> AbstractContextManager[HeldUpload]:
        """The upload, for as long as the block lasts nobody else's; raise `UploadBusy`."""
        ...

    def remove(self, owner: str, upload: UploadId) -> None:
        """End the upload and free its bytes; raise `UploadBusy`."""
        ...

    def sweep(self) -> int:
        """Remove what has expired, of all owners; say how many uploads."""
        ...


def require_within(limits: UploadLimits, lengths: Iterable[int]) -> None:
    """Raise unless unfinished uploads of these *lengths* are within *limits*."""
    announced = list(lengths)
    if len(announced) > limits.uploads:
        raise TooManyUploads(limit=limits.uploads)
    if sum(announced) > limits.size:
        raise TooManyUploadBytes(limit=limits.size)
