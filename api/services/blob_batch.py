"""Many files at once: which of them have to be sent, which may be fetched (Git LFS's batch).

Nothing is sent or given here, and nobody learns of files that others have: what the caller may
not use is to be uploaded, whether it is here or not (decision 20).
"""

import enum

import msgspec

from api.services.access import agency_for, may_read_blob, may_use_blob
from repository.blobs.port import BlobTooLarge
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.model.access import Caller, Hidden, NotAllowed, Right
from repository.model.ids import BlobId

MAX_OBJECTS = 1000
"""Files of one batch."""


class Transfer(enum.Enum):
    """Which way files are to go."""

    UPLOAD = "upload"
    DOWNLOAD = "download"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A file as the caller knows it."""

    blob: BlobId
    size: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller may do about a file."""

    item: Item
    action: Transfer | None = None
    """None without a trouble: it is here, and the caller may use it."""
    trouble: Trouble | None = None


class BatchTooLong(Trouble):
    """A batch may have at most {limit} members."""

    kind = Kind.TOO_LARGE
    vietnamese = "Mỗi lô có nhiều nhất {limit} mục."


class SizeDiffers(Trouble):
    """The file has {actual} bytes, not {given}."""

    kind = Kind.INVALID
    vietnamese = "Tệp dài {actual} byte, không phải {given}."


def plan(
    holdings: Holdings,
    caller: Caller,
    transfer: Transfer,
    items: tuple[Item, ...],
    *,
    agency: str,
    max_blob: int,
) -> tuple[Outcome, ...]:
    """What is to be done about each of *items*, in their order.

    *agency* is the code of the one that brings them; empty = all in which the caller writes.
    Raise `BatchTooLong`, `Hidden` or `NotAllowed`.
    """
    if len(items) > MAX_OBJECTS:
        raise BatchTooLong(limit=MAX_OBJECTS)
    right = Right.WRITE if transfer is Transfer.UPLOAD else Right.READ
    with holdings.reading() as now:
        if agency:
            agency_for(now, caller, right, agency)
        elif right not in caller.rights:
            raise NotAllowed(right=right.value)
        usable = _usable(now, caller, transfer, items)
        return tuple(_outcome(item, transfer, usable.get(item.blob), max_blob) for item in items)


def _usable(
    now: Reading, caller: Caller, transfer: Transfer, items: tuple[Item, ...]
) -> dict[BlobId, int]:
    """Those of *items* that the caller may use, with their true sizes.

    Each file is looked at once: asking for the same one again and again would make the time that
    a look takes large enough to be measured from outside.
    """
    theirs = may_use_blob if transfer is Transfer.UPLOAD else may_read_blob
    distinct = dict.fromkeys(item.blob for item in items)
    rows = ((blob, now.row(blob)) for blob in distinct if theirs(now, caller, blob))
    return {blob: row.length for blob, row in rows if row}


def _outcome(item: Item, transfer: Transfer, size: int | None, max_blob: int) -> Outcome:
    """What to do about *item*, whose true *size* is known where the caller may use it."""
    uploads = transfer is Transfer.UPLOAD
    if size is not None and size != item.size:
        return Outcome(item=item, trouble=SizeDiffers(actual=size, given=item.size))
    if size is not None:
        return Outcome(item=item, action=None if uploads else transfer)
    if not uploads:
        return Outcome(item=item, trouble=Hidden())
    if item.size > max_blob:
        return Outcome(item=item, trouble=BlobTooLarge(limit=max_blob))
    return Outcome(item=item, action=transfer)
