"""Events of recipient lines; what people write stands beside the event."""

import msgspec

from repository.model.body import Body
from repository.model.days import Day
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


class ReceiptActed(Body, frozen=True, array_like=True, tag="receipt-acted"):
    """Something was done with a line."""

    id: ReceiptId
    document: DocumentId
    act: Act
    due: Day
    answer: DocumentId


class ReceiptTurned(Body, frozen=True, array_like=True, tag="receipt-turned"):
    """A line followed the ones below it."""

    id: ReceiptId
    document: DocumentId
    turn: Turn


class WordsWritten(msgspec.Struct, frozen=True, array_like=True):
    """What somebody wrote with an act: an instruction or a reason."""

    salt: bytes
    """16 random bytes, so that the digest in the event tells nothing about short texts."""
    words: str
