"""Events of recipient lines; what people write stands beside the event."""

import msgspec

from repository.model.body import Body
from repository.model.days import UNBOUNDED, Day
from repository.model.ids import DocumentId, PersonId, ReceiptId, UnitId
from repository.model.receipts import Act, Role, Turn


class ReceiptGiven(Body, frozen=True, array_like=True, tag="receipt-given"):
    """Somebody was given a paper."""

    id: ReceiptId
    document: DocumentId
    role: Role
    person: PersonId
    unit: UnitId
    parent: ReceiptId
    due: Day
    desk: UnitId = UnitId("")
    """Where the person works on that day."""
    idempotency_key: str = ""
    """Of many lines given at once."""
    request: bytes = b""
    """BLAKE3 of the request that carried the key."""


class ReceiptActed(Body, frozen=True, array_like=True, tag="receipt-acted"):
    """Something was done with a line."""

    id: ReceiptId
    document: DocumentId
    act: Act
    due: Day
    answer: DocumentId
    wished: Day = UNBOUNDED
    """Where another last day is asked for, decided or set: the day that is wished, or set."""


class ReceiptTurned(Body, frozen=True, array_like=True, tag="receipt-turned"):
    """A line followed the ones below it."""

    id: ReceiptId
    document: DocumentId
    turn: Turn


class DeadlineTold(Body, frozen=True, array_like=True, tag="deadline-told"):
    """Whoever has a line was told that it is due soon, or overdue."""

    id: ReceiptId
    document: DocumentId
    due: Day
    day: Day
    """On which they were told."""
    overdue: bool
    next: Day
    """When they are told next, if nothing happens until then."""


class WordsWritten(msgspec.Struct, frozen=True, array_like=True):
    """What somebody wrote with an act: an instruction or a reason."""

    salt: bytes
    """16 random bytes, so that the digest in the event tells nothing about short texts."""
    words: str
