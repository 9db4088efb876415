"""What followers tell the keeper: texts derived from blobs, and how far they have read the log."""

from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.fates import Fates
from repository.keeper import Command
from repository.model.blobs import BlobMissing
from repository.model.events import SALT_BYTES, TextDerived, TextMissing
from repository.model.ids import BlobId, show_blob


class RecordText(Command[bool], frozen=True, kw_only=True, tag="record-text"):
    """A blob was read; the answer says whether that was news."""

    blob: BlobId
    text: BlobId | None
    """The blob that holds the text, NFC, UTF-8; None when there is none."""
    reason: str = ""
    """Why there is none: a stable word."""
    reader: str
    """Name and version of what read it."""


class MoveCursor(Command[None], frozen=True, kw_only=True, tag="move-cursor"):
    """A follower has done everything up to and with event *sequence*."""

    follower: str
    sequence: int


def decide_record_text(change: Change, command: RecordText) -> bool:
    """Record the outcome unless the same one stands already, or the blob was erased meanwhile.

    Raise `BlobMissing` when the text itself is not kept.
    """
    found = t.Derived(command.text, command.reason, command.reader)
    if change.derived(command.blob) == found or Fates(change).leaving(command.blob):
        return False
    if command.text is not None and change.row(command.text) is None:
        raise BlobMissing(blob=show_blob(command.text))
    salt = change.entropy(SALT_BYTES)
    if command.text is None:
        change.record(TextMissing(command.blob, command.reason, command.reader, salt))
    else:
        change.record(TextDerived(command.blob, command.text, command.reader, salt))
    return True


def decide_move_cursor(change: Change, command: MoveCursor) -> None:
    """Set the cursor; it is no event: a follower that reads twice does no harm."""
    change.put(t.CURSORS, (command.follower,), command.sequence)


RULES = {RecordText: decide_record_text, MoveCursor: decide_move_cursor}
