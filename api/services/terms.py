"""Terms of office (nhiệm kỳ) by which a register counts: declared as congresses end them."""

from api.services import fields, numbering
from api.services.access import present, register_for
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Right
from repository.model.registers import NumberingPeriod, Register, Term

MAX_NAME = 100
"""Characters of a term's name."""
MAX_TERMS = 200
"""Terms of one register."""


class DeclareTerm(Command[Term], frozen=True, kw_only=True, tag="declare-term"):
    """Let *register* begin again at its opening number on the day *first*."""

    register: str
    name: str
    first: str
    last: str = ""


class TermOutOfOrder(Trouble):
    """A term of the register {register} cannot begin on {first}: {earliest} is the earliest."""

    kind = Kind.CONFLICT
    vietnamese = (
        "Nhiệm kỳ của sổ {register} không thể bắt đầu ngày {first}; sớm nhất là {earliest}."
    )


def decide_declare_term(change: Change, command: DeclareTerm) -> Term:
    """Declare the term; the same once more is harmless.

    One before it that had no end lasts until the day before. Raise `Hidden`, `NotAllowed`,
    `TermOutOfOrder`, `RegisterClosed` or of `fields`.
    """
    book = register_for(change, command.caller, Right.ADMINISTER, command.register)
    if book.period is not NumberingPeriod.TERM:
        raise fields.FieldUnfit(path="$.register", expected=NumberingPeriod.TERM.value)
    name = fields.line("$.name", command.name, limit=MAX_NAME, required=True)
    first = fields.day("$.first", command.first).isoformat()
    last = fields.day("$.last", command.last).isoformat() if command.last else ""
    if last and last < first:
        raise fields.FieldUnfit(path="$.last", expected=f"≥ {first}")
    terms = change.terms(book.id)
    if terms and (terms[-1].name, terms[-1].first, terms[-1].last) == (name, first, last):
        return terms[-1]
    if book.closed:
        raise numbering.RegisterClosed(register=book.code, day=numbering.day_of_moment(book.closed))
    if len(terms) >= MAX_TERMS:
        raise fields.FieldUnfit(path="$.register", expected=f"≤ {MAX_TERMS}")
    _require_order(change, book, terms, first)
    body = e.TermDeclared(book.id, len(terms) + 1, name, first, last)
    change.record(body, agency=book.agency)
    return present(change.get(t.TERMS, book.id, body.ordinal))


def _require_order(change: Change, book: Register, terms: tuple[Term, ...], first: str) -> None:
    """Raise `TermOutOfOrder` where *first* lies in an earlier term, or before its last number."""
    if not terms:
        return
    before = terms[-1]
    taken = [before.first, before.last]
    following = change.next_number(book.id, before.ordinal)
    if following is not None:
        row = present(change.get(t.ENTRIES, book.id, before.ordinal, following - 1))
        taken.append(numbering.row_day(change, book, row))
    latest = max(taken)
    if first <= latest:
        raise TermOutOfOrder(register=book.code, first=first, earliest=f"> {latest}")
