"""How blobs that nobody needs go: condemned, and after a grace swept; commands to the keeper.

Who collects has looked at everything before, in snapshots that are old by now. So each command is
decided once more against what stands now, and a blob that is needed meanwhile stays.
"""

from collections.abc import Iterable

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.fates import Fates
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.blobs import MARK_BYTES
from repository.model.holds import held_blob
from repository.model.ids import BlobId

MICROSECONDS = 1_000_000
MIN_GRACE = 3600 * MICROSECONDS
"""Longer than any request stands still: an upload may just have been told that it is known."""


class GraceTooShort(Trouble):
    """A grace of {seconds} s is too short: an upload under way may rely on what would go."""

    kind = Kind.INVALID
    vietnamese = "Thời gian chờ {seconds} giây là quá ngắn: tệp đang gửi có thể cần tới."


class KeeperBeganAnew(Trouble):
    """The keeper was started again meanwhile; what was looked up before has to be looked up again."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Thủ kho vừa khởi động lại; cần xem xét lại từ đầu."


class Doomed(msgspec.Struct, frozen=True, array_like=True):
    """A condemned blob whose grace seems to be over."""

    blob: BlobId
    since: int
    """When it was condemned, as the collector saw it."""
    marks: bytes
    """The packed marks of its record."""


class CondemnBlobs(Command[int], frozen=True, kw_only=True, tag="condemn-blobs"):
    """Nothing refers to these blobs, as far as the collector saw; the answer counts them."""

    blobs: tuple[BlobId, ...]
    brought_before: int
    """Grants younger than this moment (microseconds) still protect what they name."""


class ReviveBlobs(Command[int], frozen=True, kw_only=True, tag="revive-blobs"):
    """The collector found that these are needed; the answer counts those that were condemned."""

    blobs: tuple[BlobId, ...]


class SweepBlobs(Command[int], frozen=True, kw_only=True, tag="sweep-blobs"):
    """Keep these no longer; the answer counts them."""

    doomed: tuple[Doomed, ...]
    grace: int
    """Microseconds since they were condemned; at least `MIN_GRACE`."""
    start: int
    """`Reading.start` before anything was looked at: a keeper that begins may enter what dead
    writers left, and that may lean on these."""


def referred_to(rows: Reading, blob: BlobId, *, brought_before: int) -> bool:
    """Say whether a document, a draft, a dossier, a hold, an office node or a young grant wants *blob*.

    What is put together from it, or derived as its text, is for the collector to find.
    """
    return (
        next(rows.documents_holding(blob), None) is not None
        or next(rows.scan(t.DRAFT_FILES, blob), None) is not None
        or next(rows.scan(t.ITEM_BLOBS, blob), None) is not None
        or next(rows.scan(t.HELD, held_blob(blob)), None) is not None
        or next(rows.scan(t.CUSTODY, blob), None) is not None
        or any(at >= brought_before for _, at in rows.scan(t.GRANTS, blob))
    )


def decide_condemn(change: Change, command: CondemnBlobs) -> int:
    """Condemn those of the blobs that still nobody refers to."""
    fates = Fates(change)
    found = tuple(
        blob
        for blob in command.blobs
        if change.row(blob) is not None
        and not fates.barred(blob)
        and not referred_to(change, blob, brought_before=command.brought_before)
    )
    if found:
        change.record(e.BlobsCondemned(found))
    return len(found)


def decide_revive(change: Change, command: ReviveBlobs) -> int:
    """Let those of the blobs that are condemned be kept, with what they need."""
    before = change.count(t.CONDEMNED)
    change.revive(command.blobs)
    return before - change.count(t.CONDEMNED)


def decide_sweep(change: Change, command: SweepBlobs) -> int:
    """Sweep those of the blobs that were condemned all the time.

    Raise `GraceTooShort` or `KeeperBeganAnew`.
    """
    require_start(change, command.start)
    if command.grace < MIN_GRACE:
        raise GraceTooShort(seconds=command.grace // MICROSECONDS)
    due = change.stamp.microseconds - command.grace
    going = [
        doomed
        for doomed in command.doomed
        if change.get(t.CONDEMNED, doomed.blob) == doomed.since
        and doomed.since <= due
        and not referred_to(change, doomed.blob, brought_before=due)
    ]
    if going:
        change.record(e.BlobsSwept(tuple(doomed.blob for doomed in going)))
    for doomed in going:
        drop_marks(change, doomed.blob, doomed.marks)
    return len(going)


def require_start(change: Change, start: int) -> None:
    """Raise `KeeperBeganAnew` unless the catalogue has been kept without a break since *start*."""
    if change.start() != start:
        raise KeeperBeganAnew


def drop_marks(change: Change, blob: BlobId, marks: bytes) -> None:
    """Take away the marks that *blob* tells: nothing is built on it any more."""
    for digest in _digests(marks):
        told = change.revision(digest)
        if told and told[0] == blob:
            change.transaction.delete(t.REVISIONS.name, digest)


def _digests(marks: bytes) -> Iterable[BlobId]:
    return (BlobId(marks[at : at + 32]) for at in range(0, len(marks), MARK_BYTES))


RULES = {
    CondemnBlobs: decide_condemn,
    ReviveBlobs: decide_revive,
    SweepBlobs: decide_sweep,
}
