"""What followers tell the keeper: texts derived from blobs, and how far they have read the log."""

import msgspec

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


class TextOutcome(msgspec.Struct, frozen=True, array_like=True):
    """What reading one blob gave."""

    blob: BlobId
    text: BlobId | None
    """As in `RecordText`."""
    reason: str
    reader: str


class RecordTexts(Command[int], frozen=True, kw_only=True, tag="record-texts"):
    """Blobs were read; the answer says how many outcomes were news. All are recorded, or none."""

    outcomes: tuple[TextOutcome, ...]


class MoveCursor(Command[None], frozen=True, kw_only=True, tag="move-cursor"):
    """A follower has done everything up to and with event *sequence*."""

    follower: str
    sequence: int


def decide_record_text(change: Change, command: RecordText) -> bool:
    """Record the outcome unless the same one stands already, or the blob was erased meanwhile.

    Raise `BlobMissing` when the text itself is not kept.
    """
    return _recorded(
        change, TextOutcome(command.blob, command.text, command.reason, command.reader)
    )


def decide_record_texts(change: Change, command: RecordTexts) -> int:
    """Record each outcome as `decide_record_text` does; raise what it raises, and record none."""
    return sum(_recorded(change, outcome) for outcome in command.outcomes)


def _recorded(change: Change, outcome: TextOutcome) -> bool:
    found = t.Derived(outcome.text, outcome.reason, outcome.reader)
    if change.derived(outcome.blob) == found or Fates(change).leaving(outcome.blob):
        return False
    if outcome.text is not None and change.row(outcome.text) is None:
        raise BlobMissing(blob=show_blob(outcome.text))
    salt = change.entropy(SALT_BYTES)
    if outcome.text is None:
        change.record(TextMissing(outcome.blob, outcome.reason, outcome.reader, salt))
    else:
        change.record(TextDerived(outcome.blob, outcome.text, outcome.reader, salt))
    return True


def decide_move_cursor(change: Change, command: MoveCursor) -> None:
    """Set the cursor; it is no event: a follower that reads twice does no harm."""
    change.put(t.CURSORS, (command.follower,), command.sequence)


RULES = {
    RecordText: decide_record_text,
    RecordTexts: decide_record_texts,
    MoveCursor: decide_move_cursor,
}
