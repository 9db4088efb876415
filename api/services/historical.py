"""Rows of historical registers (sổ cũ): entered with number and date as found.

What an earlier system or a paper register says is taken as it is, its gaps, duplicates and order
too; such a register gives no numbers, and a register that gives numbers takes no such row.
"""

import msgspec

from api.services import fields, metadata, paper
from api.services.access import present, register_for
from api.services.incidents import NoteRefusal, noting_refusals
from api.services.numbering import Place, require_open
from api.services.registration import (
    RegisterDocument,
    Registered,
    answer_of,
    event_of,
    first_answer,
    particulars_of,
    require_clearance,
)
from repository.blobs.address import digest_of
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.model import events as e
from repository.model.access import Caller, Right
from repository.model.confidentiality import Confidentiality
from repository.model.registers import MAX_NUMBER, Direction, NumberingPeriod, Register

MAX_SAME = 20
"""Rows of one period that bear the same number."""


class RowFound(
    metadata.MetadataGiven,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """A row as it was found; this is also the body of the request."""

    period: int
    """The year; of a register by terms of office the term's place; 0 for a running series."""
    number: int
    day: fields.DayText
    """Of an arrival the day it came, of an outgoing document the day it was registered."""
    subject: fields.Line
    symbol: str = ""
    """As printed."""
    issued: fields.DayText = ""
    issuer: str = ""
    kind: str = ""
    components: tuple[paper.ComponentGiven, ...] = ()
    confidentiality: Confidentiality = Confidentiality.NONE
    """Mức độ tiếp cận: `restricted` takes a clearance in the agency."""


class EnterRow(Command[Registered], frozen=True, kw_only=True, tag="enter-row"):
    """Enter a row of the historical *register* as found."""

    register: str
    row: RowFound
    key: str
    request: bytes
    """`request_digest` of what was asked."""


class RegisterNotHistorical(Trouble):
    """The register {register} gives numbers: rows as found go into a historical one."""

    kind = Kind.CONFLICT
    vietnamese = "Sổ {register} đang cấp số: dòng của sổ cũ phải nhập vào sổ loại lịch sử."


class TooManyAlike(Trouble):
    """The number {number} of the period {period} stands {limit} times already."""

    kind = Kind.CONFLICT
    vietnamese = "Số {number} của kỳ {period} đã có {limit} dòng."


def enter_row(
    keeper: Keeper, caller: Caller, register: str, row: RowFound, *, key: str
) -> Registered:
    """Enter *row* for *caller*; with the same *key* again, give the first answer.

    Raise `IdempotencyKeyUnfit`, or what `decide_enter_row` refuses with.
    """
    paper.check_key(key)
    request = digest_of(msgspec.json.encode((register, row)))
    blobs = tuple(one.blob for one in row.components)
    refusal = NoteRefusal(caller=caller, grade="", register_id=register, blobs=blobs)
    with noting_refusals(keeper, refusal):
        return keeper.submit(
            EnterRow(caller=caller, register=register, row=row, key=key, request=request)
        )


def decide_enter_row(change: Change, command: EnterRow) -> Registered:
    """Enter the row.

    Raise `Hidden`, `NotAllowed`, `IdempotencyKeyReused`, `RegisterNotHistorical`, `RegisterClosed`,
    `PeriodClosed`, `TooManyAlike`, `UnknownBlob`, `SecondMainFile`, `ClearanceNeeded` or of `fields`.
    """
    paper.check_key(command.key)
    book = register_for(change, command.caller, Right.WRITE, command.register)
    registration = _registration(change, book, command.row)
    as_registered = RegisterDocument(
        caller=command.caller,
        on_behalf_of=command.on_behalf_of,
        registration=registration,
        key=command.key,
        request=command.request,
    )
    known = change.get(t.IDEMPOTENCY, change.stamp.actor, command.key)
    if known:
        return first_answer(change, as_registered, known)
    paper.refuse_secret(registration)
    require_clearance(command.caller, book.agency, command.row.confidentiality)
    place = _place(change, book, command.row)
    wording = _wording(book, registration)
    day = fields.day("$.day", command.row.day).isoformat()
    body = event_of(change, as_registered, book, wording, place)
    change.record(body, agency=book.agency, particulars=particulars_of(change, wording))
    found = e.RowEntered(book.id, place.period, place.number, body.id, day)
    change.record(found, agency=book.agency)
    return answer_of(change, body.id)


def _registration(change: Change, book: Register, row: RowFound) -> paper.Registration:
    return paper.Registration(
        agency=present(change.agency(book.agency)).code,
        register=book.code,
        direction=book.direction,
        subject=row.subject,
        symbol=row.symbol,
        issued=row.issued,
        issuer=row.issuer,
        kind=row.kind,
        components=row.components,
        **{name: getattr(row, name) for name in metadata.NAMES},
    )


def _place(change: Change, book: Register, row: RowFound) -> Place:
    if not book.historical:
        raise RegisterNotHistorical(register=book.code)
    if not 1 <= row.number <= MAX_NUMBER:
        raise fields.FieldUnfit(path="$.number", expected=f"1–{MAX_NUMBER}")
    _check_period(change, book, row.period)
    require_open(change, book, row.period)
    alike = sum(1 for _ in change.scan(t.FOUND_ENTRIES, book.id, row.period, row.number))
    if alike >= MAX_SAME:
        raise TooManyAlike(number=row.number, period=row.period, limit=MAX_SAME)
    return Place(row.period, row.number)


def _check_period(change: Change, book: Register, period: int) -> None:
    if book.period is NumberingPeriod.NEVER and period:
        raise fields.FieldUnfit(path="$.period", expected="0")
    if book.period is NumberingPeriod.CALENDAR_YEAR and not 1 <= period <= paper.MAX_PERIOD:
        raise fields.FieldUnfit(path="$.period", expected=f"1–{paper.MAX_PERIOD}")
    if book.period is NumberingPeriod.TERM and not change.get(t.TERMS, book.id, period):
        raise fields.FieldUnfit(path="$.period", expected="/v1/registers/{register}/terms")


def _wording(book: Register, registration: paper.Registration) -> paper.Wording:
    wording = paper.incoming(registration)  # its symbol is as printed, whoever printed it
    if book.direction is Direction.INCOMING:
        return wording
    return msgspec.structs.replace(wording, origin="")
