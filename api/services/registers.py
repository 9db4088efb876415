"""Declaring registers (sổ đăng ký) and reading their rows."""

from itertools import islice
from typing import NamedTuple

import msgspec

from api.services import fields, numbering
from api.services.access import agency_for
from api.services.agencies import require_living
from repository.catalogue.change import Change
from repository.catalogue.register_rows import rows_of as all_rows
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model import grammar as g
from repository.model.access import Right
from repository.model.days import day_of
from repository.model.grammar import PLAIN, SymbolGrammar
from repository.model.ids import RegisterId
from repository.model.registers import (
    MAX_NUMBER,
    Direction,
    Entry,
    NumberingPeriod,
    Register,
    day_in_vietnam,
    period_of,
)

MAX_OPENING = MAX_NUMBER
"""The largest opening number."""
FIRST_TERM = 1
"""The period of the first term of office."""


class OpenRegister(Command[Register], frozen=True, kw_only=True, tag="open-register"):
    """Declare a register of *agency* (its code) under the short name *code*."""

    agency: str
    code: str
    direction: Direction
    title: str
    notation: str = ""
    period: NumberingPeriod = NumberingPeriod.CALENDAR_YEAR
    opening: int = 1
    opens: str = ""
    historical: bool = False
    abbreviation: str = ""
    typed: str = ""
    untyped: str = ""


class RegisterCodeTaken(Trouble):
    """The agency already has a register {code}."""

    kind = Kind.CONFLICT
    vietnamese = "Cơ quan đã có sổ {code}."


def decide_open_register(change: Change, command: OpenRegister) -> Register:
    """Declare the register.

    Raise `Hidden`, `NotAllowed`, `AgencyEnded`, `RegisterCodeTaken`, `GrammarUnfit` or of `fields`.
    """
    agency = agency_for(change, command.caller, Right.ADMINISTER, command.agency)
    if agency.ended:
        require_living(change, agency, day_of(change.stamp.at))
    register = _register(
        change,
        Register(
            id=RegisterId(change.new_id()),
            agency=agency.id,
            code=fields.short_name("$.code", command.code),
            direction=command.direction,
            title=fields.line("$.title", command.title, limit=fields.MAX_TITLE, required=True),
            notation=fields.line("$.notation", command.notation, limit=fields.MAX_NOTATION),
            period=command.period,
            opening=command.opening,
            opens=_opening_day(change, command),
            historical=command.historical,
            abbreviation=fields.line(
                "$.abbreviation", command.abbreviation, limit=fields.MAX_NOTATION
            ),
            grammar=_grammar(command),
        ),
    )
    change.record(_opened(register), agency=agency.id)
    return register


def _opening_day(change: Change, command: OpenRegister) -> str:
    """The day on which it opens, where that is still to come; empty = it is open at once."""
    if not command.opens:
        return ""
    day = fields.day("$.opens", command.opens)
    today = day_in_vietnam(change.stamp.at)
    if command.historical or day < today:
        raise fields.FieldUnfit(path="$.opens", expected=f'"" / ≥ {today.isoformat()}')
    return day.isoformat()


def _grammar(command: OpenRegister) -> SymbolGrammar:
    if not command.typed and not command.untyped:
        return PLAIN
    grammar = SymbolGrammar(command.typed, command.untyped)
    g.check(grammar)
    if "agency" in g.named(grammar) and not command.abbreviation:
        raise fields.FieldMissing(path="$.abbreviation")
    return grammar


def _register(change: Change, register: Register) -> Register:
    """*register* with its first period; raise where it clashes with a rule or another register."""
    if not 1 <= register.opening <= MAX_OPENING:
        raise fields.FieldUnfit(path="$.opening", expected=f"1–{MAX_OPENING}")
    if register.direction is Direction.INCOMING:
        _refuse_symbols(register)
    if change.register_by_code(register.agency, register.code):
        raise RegisterCodeTaken(code=register.code)
    return msgspec.structs.replace(register, opened_period=_first_period(change, register))


def _refuse_symbols(register: Register) -> None:
    """An arrival bears its sender's symbol: none is made here."""
    for name in ("notation", "abbreviation"):
        if getattr(register, name):
            raise fields.FieldUnfit(path=f"$.{name}", expected='"" (incoming)')
    if register.grammar != PLAIN:
        raise fields.FieldUnfit(path="$.typed", expected='"" (incoming)')


def _first_period(change: Change, register: Register) -> int:
    if register.period is NumberingPeriod.TERM:
        return FIRST_TERM
    if register.opens and register.period is NumberingPeriod.CALENDAR_YEAR:
        return int(register.opens[:4])
    return period_of(register, change.stamp.at)


def _opened(register: Register) -> e.RegisterOpened:
    plain = register.grammar == PLAIN
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
        opens=register.opens,
        historical=register.historical,
        abbreviation=register.abbreviation,
        typed="" if plain else register.grammar.typed,
        untyped="" if plain else register.grammar.untyped,
    )


class Page(NamedTuple):
    """Rows of a register, and where they go on."""

    rows: tuple[tuple[int, Entry], ...]
    following: int | None
    """The number with which the next page begins; None = there is none."""


def page_of(reading: Reading, register: Register, period: int, *, start: int, limit: int) -> Page:
    """About *limit* rows of *register* in *period*, from number *start* on, whatever they are.

    Rows that bear one number (historical registers) stand on one page.
    """
    rows = all_rows(reading, register, period, start=start)
    taken = list(islice(rows, limit))
    for number, entry in rows:
        if number != taken[-1][0]:
            return Page(tuple(taken), number)
        taken.append((number, entry))
    return Page(tuple(taken), None)


def next_number(reading: Reading, register: Register, period: int | None) -> int | None:
    """The number that comes next in *period*; None where none is given."""
    if period is None or register.historical or register.closed:
        return None
    if reading.closing(register.id, period):
        return None
    return numbering.upcoming_number(reading, register, period)
