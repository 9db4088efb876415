"""Declaring registers (sổ đăng ký) and reading their rows."""

from collections.abc import Iterator
from itertools import islice

import msgspec

from api.services import fields
from api.services.access import agency_for
from api.services.agencies import require_living
from repository.catalogue.change import Change
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Right
from repository.model.days import day_of
from repository.model.documents import Document
from repository.model.ids import RegisterId
from repository.model.registers import (
    Direction,
    NumberingPeriod,
    Register,
    first_number,
    period_of,
)

MAX_OPENING = 9_999_999
"""The largest opening number; the ordinal of Circular 05/2025 has seven digits."""


class OpenRegister(Command[Register], frozen=True, kw_only=True, tag="open-register"):
    """Declare a register of *agency* (its code) under the short name *code*."""

    agency: str
    code: str
    direction: Direction
    title: str
    notation: str = ""
    period: NumberingPeriod = NumberingPeriod.CALENDAR_YEAR
    opening: int = 1


class RegisterCodeTaken(Trouble):
    """The agency already has a register {code}."""

    kind = Kind.CONFLICT
    vietnamese = "Cơ quan đã có sổ {code}."


def decide_open_register(change: Change, command: OpenRegister) -> Register:
    """Declare the register; raise `Hidden`, `NotAllowed`, `AgencyEnded`, `RegisterCodeTaken` or of `fields`."""
    agency = agency_for(change, command.caller, Right.ADMINISTER, command.agency)
    if agency.ended:
        require_living(change, agency, day_of(change.stamp.at))
    register = _register(
        change,
        command,
        Register(
            id=RegisterId(change.new_id()),
            agency=agency.id,
            code=fields.short_name("$.code", command.code),
            direction=command.direction,
            title=fields.line("$.title", command.title, limit=fields.MAX_TITLE, required=True),
            notation=fields.line("$.notation", command.notation, limit=fields.MAX_NOTATION),
            period=command.period,
            opening=command.opening,
        ),
    )
    change.record(_opened(register), agency=agency.id)
    return register


def _register(change: Change, command: OpenRegister, register: Register) -> Register:
    """*register* with its first period; raise where it clashes with a rule or another register."""
    if not 1 <= register.opening <= MAX_OPENING:
        raise fields.FieldUnfit(path="$.opening", expected=f"1–{MAX_OPENING}")
    if register.notation and register.direction is Direction.INCOMING:
        raise fields.FieldUnfit(path="$.notation", expected='"" (incoming)')
    if change.register_by_code(register.agency, register.code):
        raise RegisterCodeTaken(code=command.code)
    period = period_of(register, change.stamp.at)
    return msgspec.structs.replace(register, opened_period=period)


def _opened(register: Register) -> e.RegisterOpened:
    return e.RegisterOpened(
        id=register.id,
        agency=register.agency,
        code=register.code,
        direction=register.direction,
        title=register.title,
        notation=register.notation,
        period=register.period,
        opening=register.opening,
        opened_period=register.opened_period,
    )


def upcoming_number(reading: Reading, register: Register, period: int) -> int:
    """The number the next document of *period* will get."""
    upcoming = reading.next_number(register.id, period)
    return first_number(register, period) if upcoming is None else upcoming


def rows_of(
    reading: Reading, register: Register, period: int, *, start: int, limit: int
) -> tuple[Document, ...]:
    """Up to *limit* documents of *register* in *period*, from number *start* on, in order."""
    return tuple(islice(_documents(reading, register, period, start), limit))


def _documents(reading: Reading, register: Register, period: int, start: int) -> Iterator[Document]:
    for _, entry in reading.entries(register.id, period, start=start):
        document = reading.document(entry.document)
        if document:
            yield document
