"""Reserving numbers (giữ chỗ) and voiding them (hủy số): no gap without its explanation.

A number is taken by the row that says so. Whatever becomes of it, the row stays, and nobody
gets the number again.
"""

import msgspec

from api.services import fields, numbering, paper
from api.services.access import present, readable, register_for
from api.services.agencies import require_living
from api.services.holds import reason_given
from api.services.registration import IdempotencyKeyReused
from repository.blobs.address import digest_of
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.homes import require_home
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.model import events as e
from repository.model.access import Caller, Hidden, Right
from repository.model.days import day_of
from repository.model.documents import Document
from repository.model.registers import Entry, EntryState, Register, day_in_vietnam

MAX_RESERVED = 100
"""Numbers that one request may reserve."""
MAX_HOLDER = 200
"""Characters of the name for whom numbers are reserved."""


class NumberRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a register with what stands in it."""

    register: Register
    period: int
    number: int
    entry: Entry
    document: Document | None = None
    """None where there is none, or none for the caller to see."""


class NumbersTaken(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to who reserved numbers."""

    rows: tuple[NumberRow, ...]
    replayed: bool = False


class Reservation(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Numbers to be reserved; this is also the body of the request."""

    holder: fields.Line
    """For whom, a person or a unit; at most 200 characters."""
    reason: fields.Line
    """Why; at most 500 characters."""
    until: fields.DayText = ""
    """The last day on which they may be bound; empty = as long as the period is open."""
    count: int = 1
    """How many, one behind the other: 1 to 100."""


class ReserveNumbers(Command[NumbersTaken], frozen=True, kw_only=True, tag="reserve-numbers"):
    """Take the next numbers of *register* for documents that come later."""

    register: str
    reservation: Reservation
    key: str
    """Idempotency key, scoped to the caller's name."""
    request: bytes
    """`request_digest` of what was asked."""


class VoidNumber(Command[NumberRow], frozen=True, kw_only=True, tag="void-number"):
    """Let a number be nobody's any more."""

    register: str
    number: int
    period: int | None = None
    """None = the present one."""
    reason: str


class NumberVoid(Trouble):
    """The number {number} of the period {period} was voided before, for another reason."""

    kind = Kind.CONFLICT
    vietnamese = "Số {number} của kỳ {period} đã hủy trước đó, với lý do khác."


def reserve(
    keeper: Keeper, caller: Caller, register: str, reservation: Reservation, *, key: str
) -> NumbersTaken:
    """Reserve numbers for *caller*; with the same *key* again, give the first answer.

    Raise `IdempotencyKeyUnfit`, or what `decide_reserve` refuses with.
    """
    paper.check_key(key)
    return keeper.submit(
        ReserveNumbers(
            caller=caller,
            register=register,
            reservation=reservation,
            key=key,
            request=request_digest(register, reservation),
        )
    )


def request_digest(register: str, reservation: Reservation) -> bytes:
    """BLAKE3 of what was asked."""
    return digest_of(msgspec.json.encode((register, reservation)))


def decide_reserve(change: Change, command: ReserveNumbers) -> NumbersTaken:
    """Take the numbers, one behind the other.

    Raise `Hidden`, `NotAllowed`, `AgencyEnded`, `IdempotencyKeyReused`, as `numbering.next_place`,
    or of `fields`.
    """
    paper.check_key(command.key)
    book = register_for(change, command.caller, Right.WRITE, command.register)
    known = change.get(t.RESERVATIONS, change.stamp.actor, command.key)
    if known is None:
        require_home(change, book.agency)
        require_living(change, present(change.agency(book.agency)), day_of(change.stamp.at))
        _take(change, book, command)
        known = present(change.get(t.RESERVATIONS, change.stamp.actor, command.key))
        return NumbersTaken(rows=_rows(change, command.caller, book, known))
    if known.request != command.request:
        raise IdempotencyKeyReused(key=command.key)
    return NumbersTaken(rows=_rows(change, command.caller, book, known), replayed=True)


def _rows(
    change: Change, caller: Caller, book: Register, known: t.Reserved
) -> tuple[NumberRow, ...]:
    return tuple(row_of(change, caller, book, known.period, number) for number in known.numbers)


def _take(change: Change, book: Register, command: ReserveNumbers) -> None:
    asked = command.reservation
    if not 1 <= asked.count <= MAX_RESERVED:
        raise fields.FieldUnfit(path="$.count", expected=f"1–{MAX_RESERVED}")
    holder = fields.line("$.holder", asked.holder, limit=MAX_HOLDER, required=True)
    reason = fields.line("$.reason", asked.reason, limit=fields.MAX_REASON, required=True)
    today = day_in_vietnam(change.stamp.at).isoformat()
    until = fields.day("$.until", asked.until).isoformat() if asked.until else ""
    if until and until < today:
        raise fields.FieldUnfit(path="$.until", expected=f"≥ {today}")
    for _ in range(asked.count):
        place = numbering.next_place(change, book)
        body = e.NumberReserved(
            id=book.id,
            period=place.period,
            number=place.number,
            day=today,
            until=until,
            idempotency_key=command.key,
            request=command.request,
        )
        told = e.ReservationTold(change.entropy(e.SALT_BYTES), holder, reason)
        change.record(body, agency=book.agency, particulars=told)


def decide_void(change: Change, command: VoidNumber) -> NumberRow:
    """Void the number, given, reserved or waiting for its seal; again is harmless.

    Raise `Hidden`, `NotAllowed`, `NumberVoid`, `RegisterClosed`, `PeriodClosed`,
    `RegisterHistorical`, or of `fields`.
    """
    book = register_for(change, command.caller, Right.WRITE, command.register)
    if book.historical:
        raise numbering.RegisterHistorical(register=book.code)
    period = _period(change, book, command.period)
    row = row_of(change, command.caller, book, period, command.number)
    _require_seen(row)
    told = reason_given(change, command.reason)
    if row.entry.state is EntryState.VOID:
        if row.entry.reason != told.reason:
            raise NumberVoid(number=row.number, period=period)
        return row
    numbering.require_open(change, book, period)
    body = e.NumberVoided(book.id, period, command.number, row.entry.document)
    change.record(body, agency=book.agency, particulars=told)
    return row_of(change, command.caller, book, period, command.number)


def _require_seen(row: NumberRow) -> None:
    """Raise `Hidden` where *row* is of a document that the caller may not see: it stands."""
    if row.entry.document and row.document is None:
        raise Hidden


def _period(reading: Change, book: Register, said: int | None) -> int:
    """The period *said*, or the present one."""
    if said is not None:
        return said
    return present(numbering.period_at(reading, book, reading.stamp.at))


def row_of(reading: Reading, caller: Caller, book: Register, period: int, number: int) -> NumberRow:
    """The row of *number* as *caller* sees it; raise `Hidden` where it has none."""
    entry = present(reading.get(t.ENTRIES, book.id, period, number))
    return seen_row(reading, caller, book, period, (number, entry))


def seen_row(
    reading: Reading, caller: Caller, book: Register, period: int, row: tuple[int, Entry]
) -> NumberRow:
    """*row* as *caller* sees it: that a number was given is told to who reads the register."""
    number, entry = row
    return NumberRow(
        register=book,
        period=period,
        number=number,
        entry=entry,
        document=readable(reading, caller, entry.document),
    )
