"""Many files at once: which of them have to be sent, which may be fetched (Git LFS's batch).

Nothing is sent or given here, and nobody learns of files that others have: what the caller may
not use is to be uploaded, whether it is here or not (decision 20).
"""

import enum

import msgspec

from api.services.access import agency_for
from api.services.blob_access import BlobErased, may_use_blob, require_readable
from repository.blobs.port import BlobTooLarge
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.model.access import Caller, Hidden, NotAllowed, Right, holds_anywhere
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
        elif not holds_anywhere(caller, right) and not (right is Right.READ and caller.person):
            raise NotAllowed(right=right.value)
        # Each file is looked at once: asking for the same one again and again would make the time
        # that a look takes large enough to be measured from outside.
        look = _to_be_stored if transfer is Transfer.UPLOAD else _to_be_read
        found = {blob: look(now, caller, blob) for blob in dict.fromkeys(one.blob for one in items)}
        return tuple(_outcome(item, transfer, found[item.blob], max_blob) for item in items)


def _to_be_stored(now: Reading, caller: Caller, blob: BlobId) -> int | None:
    """The true size of *blob* where the caller need not send it."""
    row = now.row(blob) if may_use_blob(now, caller, blob) else None
    return row.length if row else None


def _to_be_read(now: Reading, caller: Caller, blob: BlobId) -> int | Trouble:
    """The true size of *blob* where the caller may read it, or what is told instead."""
    try:
        require_readable(now, caller, blob)
    except (Hidden, BlobErased) as refused:
        return refused
    row = now.row(blob)
    return row.length if row else Hidden()


def _outcome(item: Item, transfer: Transfer, found: int | Trouble | None, max_blob: int) -> Outcome:
    """What to do about *item*, whose true size was *found* where the caller may use it."""
    if isinstance(found, Trouble):
        return Outcome(item=item, trouble=found)
    if found is not None and found != item.size:
        return Outcome(item=item, trouble=SizeDiffers(actual=found, given=item.size))
    if found is not None:
        return Outcome(item=item, action=None if transfer is Transfer.UPLOAD else transfer)
    if item.size > max_blob:
        return Outcome(item=item, trouble=BlobTooLarge(limit=max_blob))
    return Outcome(item=item, action=transfer)
