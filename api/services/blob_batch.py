"""Many files at once: which of them have to be sent, which may be fetched (Git LFS's batch).

Nothing is sent or given here, and nobody learns of files that others have: what the caller may
not use is to be uploaded, whether it is here or not (decision 20).
"""

import enum
from collections.abc import Iterator

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
        return tuple(_outcomes(now, caller, transfer, items, max_blob))


def _outcomes(
    now: Reading, caller: Caller, transfer: Transfer, items: tuple[Item, ...], max_blob: int
) -> Iterator[Outcome]:
    for item in items:
        try:
            yield Outcome(item=item, action=_action(now, caller, transfer, item, max_blob))
        except Trouble as trouble:
            yield Outcome(item=item, trouble=trouble)


def _action(
    now: Reading, caller: Caller, transfer: Transfer, item: Item, max_blob: int
) -> Transfer | None:
    uploads = transfer is Transfer.UPLOAD
    theirs = may_use_blob if uploads else may_read_blob
    if theirs(now, caller, item.blob):
        _compare(now, item)
        return None if uploads else transfer
    if not uploads:
        raise Hidden
    if item.size > max_blob:
        raise BlobTooLarge(limit=max_blob)
    return transfer


def _compare(now: Reading, item: Item) -> None:
    """Raise `SizeDiffers` for a file that the caller may know."""
    row = now.row(item.blob)
    if row is not None and row.length != item.size:
        raise SizeDiffers(actual=row.length, given=item.size)
