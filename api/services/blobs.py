"""Storing and reading files (khối dữ liệu) by their digest, without telling who else has them."""

import hashlib
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, NamedTuple, cast

from api.services.access import agencies_of, agency_for
from api.services.blob_access import may_read_blob, may_use_blob, require_readable
from api.services.draft_access import own_hand
from repository.blobs.port import BlobStat, DigestMismatch, Receipt
from repository.catalogue.views import Reading
from repository.holdings import Holdings
from repository.model.access import Caller, Hidden, NotAllowed, Right, holds_anywhere
from repository.model.ids import AgencyId, BlobId


class Upload(NamedTuple):
    """Bytes on their way in, with what was announced of them."""

    stream: BinaryIO
    size: int
    """Bytes, as announced."""
    expected: BlobId | None = None
    digests: tuple[tuple[str, bytes], ...] = ()
    """(`hashlib` name, digest) pairs that the bytes must have."""
    agency: str = ""
    """Code of the agency that brings it; empty = all those in which the caller writes."""


class Stored(NamedTuple):
    """What became of an upload."""

    receipt: Receipt
    readable_before: bool
    """The caller could read these bytes already: only then may it be told that they were here."""


def put(holdings: Holdings, caller: Caller, upload: Upload) -> Stored:
    """Store *upload* for *caller*; return once it is on disk.

    Raise `NotAllowed`, `Hidden`, and what `BlobStore.put` raises; then nothing was kept.
    """
    with holdings.reading() as reading:
        holders = in_whose_name(reading, caller, upload.agency)
        readable = upload.expected is not None and may_read_blob(reading, caller, upload.expected)
    stream = _Checked(upload.stream, upload.size, upload.digests)
    receipt = holdings.blobs.put(
        cast("BinaryIO", stream),
        expected=upload.expected,
        size=upload.size,
        holders=holders,
        may_know=partial(_may_know, holdings, caller),
    )
    return Stored(receipt, readable)


def _may_know(holdings: Holdings, caller: Caller, blob: BlobId) -> bool:
    """Say whether it may show that *blob*, or what it begins with, is here.

    Whoever reads everywhere learns nothing by it, so nothing is written for their eyes, but where
    restricted papers alone hold it.
    """
    with holdings.reading() as reading:
        everywhere = caller.every_agency and Right.READ in caller.rights
        if everywhere and not reading.stored(blob):
            return True
        return may_use_blob(reading, caller, blob)


def stat(holdings: Holdings, caller: Caller, blob: BlobId) -> BlobStat:
    """What is known of *blob*; raise `Hidden`, the same whether it is stored or not.

    Raise `BlobErased` for whoever could read it before its content was destroyed.
    """
    with holdings.reading() as reading:
        require_readable(reading, caller, blob)
    return holdings.blobs.stat(blob)


def at_once(holdings: Holdings, stat: BlobStat, offset: int, length: int) -> bytes:
    """*length* bytes of a blob from *offset*: the whole compared with its name, a part by blocks."""
    if length == stat.size:
        return holdings.blobs.read(stat.id)
    return holdings.blobs.read_range(stat.id, offset, length)


def chunks(holdings: Holdings, blob: BlobId, offset: int, length: int) -> Iterator[bytes]:
    """Bytes of *blob* piece by piece, the first one already read and checked.

    So that damage in the first piece raises `BlobDamaged` here, before an answer has begun.
    """
    pieces = holdings.blobs.chunks(blob, offset, length)
    first = next(pieces, b"")
    return _chained(first, pieces)


def _chained(first: bytes, following: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from following


def in_whose_name(reading: Reading, caller: Caller, agency: str) -> frozenset[AgencyId]:
    """In whose name *caller* brings something: *agency*, or all in which it writes.

    Who works in an agency without writing there (who drafts, checks or signs) brings it in their
    own. Raise `NotAllowed` or `Hidden` where it may bring nothing in that name.
    """
    if caller.standing and not holds_anywhere(caller, Right.WRITE):
        _require_standing(reading, caller, agency)
        return frozenset({own_hand(caller)})
    if agency:
        return frozenset({agency_for(reading, caller, Right.WRITE, agency).id})
    if not holds_anywhere(caller, Right.WRITE):
        raise NotAllowed(right=Right.WRITE.value)
    # Whoever writes everywhere reads by that right; no agency is told to have brought it.
    return frozenset() if caller.every_agency else agencies_of(reading, caller, Right.WRITE)


def _require_standing(reading: Reading, caller: Caller, agency: str) -> None:
    """Raise `Hidden` where *agency* is named and *caller* does not work there."""
    named = reading.agency_by_code(agency) if agency else None
    if agency and (named is None or named.id not in caller.standing):
        raise Hidden


class _Checked:
    """A stream that raises `DigestMismatch` instead of ending, when a promised digest differs.

    The store keeps nothing when its stream raises; so the bytes are checked against digests
    the store itself does not know before they get a name.
    """

    def __init__(self, stream: BinaryIO, size: int, digests: tuple[tuple[str, bytes], ...]) -> None:
        self._stream = stream
        self._left = size
        self._promised = [(name, digest, hashlib.new(name)) for name, digest in digests]

    def read(self, size: int = -1, /) -> bytes:
        piece = self._stream.read(size)
        self._left -= len(piece)
        for _, _, running in self._promised:
            running.update(piece)
        if self._left <= 0 or not piece:
            self._check()
        return piece

    def _check(self) -> None:
        for name, promised, running in self._promised:
            if running.digest() != promised:
                raise DigestMismatch(
                    actual=f"{name}:{running.hexdigest()}", expected=f"{name}:{promised.hex()}"
                )
