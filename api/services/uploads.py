"""Bringing a large file in chunks (tải lên từng phần), so that a cut line costs one chunk at most.

Nothing is stored before the commit: then all bytes go through the one doorway that every
other file goes through, in the same agencies' name, and are known or new as little as any.
"""

from typing import NamedTuple

from api.services import Services, blobs
from repository.blobs.port import BlobTooLarge, Receipt
from repository.errors import Kind, Trouble
from repository.model.access import Caller
from repository.model.ids import BlobId, UploadId, show_blob
from repository.uploads.port import Announced, Chunk, HeldUpload, UploadState


class UploadAsked(NamedTuple):
    """An upload as it is asked for."""

    length: int
    """Bytes of the whole file."""
    metadata: str = ""
    """Kept and told again as it came."""
    expected: BlobId | None = None
    agency: str = ""
    """Code of the agency that brings it; empty = all those in which the caller writes."""


class Named(NamedTuple):
    """What the sender says the file is."""

    blob: BlobId | None = None
    sha256: bytes | None = None


class UploadIncomplete(Trouble):
    """Of {length} bytes only {offset} have come; send the others first."""

    kind = Kind.CONFLICT
    vietnamese = "Mới nhận {offset}/{length} byte; hãy gửi hết phần còn lại."


class DigestNotNamed(Trouble):
    """Say which file it is: `blob` or `sha256`."""

    kind = Kind.INVALID
    vietnamese = "Cần nêu tệp này là tệp nào: `blob` hoặc `sha256`."


class NamedOtherwise(Trouble):
    """This upload is {known}, by what was said before, not {named}."""

    kind = Kind.CONFLICT
    vietnamese = "Lượt tải lên này là {known} theo thông tin trước đó, không phải {named}."


def begin(services: Services, caller: Caller, asked: UploadAsked) -> UploadState:
    """Begin an upload; raise `NotAllowed`, `Hidden`, `BlobTooLarge` or as `Uploads.begin`."""
    if asked.length > services.limits.max_blob:
        raise BlobTooLarge(limit=services.limits.max_blob)
    with services.holdings.reading() as reading:
        blobs.in_whose_name(reading, caller, asked.agency)
    lifetime = services.limits.upload_seconds
    announced = Announced(
        length=asked.length,
        expires=round((services.clock().timestamp() + lifetime) * 1_000_000),
        metadata=asked.metadata,
        expected=asked.expected,
        agency=asked.agency,
    )
    return services.holdings.uploads.begin(caller.name, announced)


def look(services: Services, caller: Caller, upload: str) -> UploadState:
    """How far the upload has come; raise `UploadMissing`."""
    return services.holdings.uploads.state(caller.name, UploadId(upload))


def append(services: Services, caller: Caller, upload: str, chunk: Chunk) -> UploadState:
    """Add a chunk; return once it is on disk. Raise as `Uploads.append`."""
    return services.holdings.uploads.append(caller.name, UploadId(upload), chunk)


def end(services: Services, caller: Caller, upload: str) -> None:
    """Give the upload up; of a committed one only the memory of it ends, never the file."""
    services.holdings.uploads.remove(caller.name, UploadId(upload))


def commit(services: Services, caller: Caller, upload: str, named: Named) -> Receipt:
    """Make the upload's bytes a stored file; return once it is. Again, give the same answer.

    Raise `UploadIncomplete`, `DigestNotNamed`, `NamedOtherwise`, `UploadBusy`, and what
    `BlobStore.put` raises; then nothing was kept, and the upload is what it was before.
    """
    with services.holdings.uploads.held(caller.name, UploadId(upload)) as held:
        receipt = held.state.receipt or _stored(services, caller, held, named)
        _require_same("blob", receipt.id, named.blob)
        _require_same("sha256", receipt.sha256, named.sha256)
        return receipt


def _stored(services: Services, caller: Caller, held: HeldUpload, named: Named) -> Receipt:
    state = held.state
    if not state.complete:
        raise UploadIncomplete(offset=state.offset, length=state.announced.length)
    expected = _expected(state.announced, named)
    digests = (("sha256", named.sha256),) if named.sha256 else ()
    brought = blobs.Upload(
        stream=held.stream(),
        size=state.announced.length,
        expected=expected,
        digests=digests,
        agency=state.announced.agency,
    )
    receipt = blobs.put(services.holdings, caller, brought).receipt
    held.finish(receipt)
    return receipt


def _expected(announced: Announced, named: Named) -> BlobId | None:
    if announced.expected is None and named.blob is None and named.sha256 is None:
        raise DigestNotNamed
    if announced.expected is not None:
        _require_same("blob", announced.expected, named.blob)
    return announced.expected or named.blob


def _require_same(what: str, known: bytes, named: bytes | None) -> None:
    if named is not None and named != known:
        show = show_blob if what == "blob" else bytes.hex
        raise NamedOtherwise(known=show(BlobId(known)), named=show(BlobId(named)))
