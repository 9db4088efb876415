"""`/v1/registers/{register}/terms`: the terms of office by which a register counts."""

from typing import ClassVar

import falcon
import msgspec

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.services import Services
from api.services.access import register_for
from api.services.fields import DayText, Line
from api.services.numbering import RegisterClosed
from api.services.terms import DeclareTerm, TermOutOfOrder
from api.session import caller
from repository.model.access import Right
from repository.model.registers import Term


class TermGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A term to be declared."""

    name: Line
    """At most 100 characters."""
    first: DayText
    """Its first day, `YYYY-MM-DD`."""
    last: DayText = ""
    """Its last day; empty = it lasts until the next begins."""


class TermView(msgspec.Struct, frozen=True, kw_only=True):
    """A term as it is shown."""

    period: int
    """What its rows are found under."""
    name: str
    first: str
    last: str


class TermList(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of a register, in order."""

    terms: tuple[TermView, ...]


class Terms:
    """`/v1/registers/{register}/terms`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_terms",
            told="The terms of office by which a register counts.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The terms.", TermList),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="declare_term",
            told="Let a register begin again on a day; takes `administer` in its agency.",
            body=Body(shape=TermGiven),
            answers=(Answered(told="Declared, now or before.", status=201, shape=TermView),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *refusals.ACCESS,
                TermOutOfOrder,
                RegisterClosed,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        with self._services.holdings.reading() as reading:
            book = register_for(reading, caller(req), Right.READ, register)
            terms = tuple(map(_view, reading.terms(book.id)))
        wire.send_tagged(req, resp, TermList(terms=terms))

    def on_post(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        given = wire.read(req, TermGiven, limit=self._services.limits.max_json)
        command = DeclareTerm(
            caller=caller(req), register=register, **msgspec.structs.asdict(given)
        )
        wire.send(resp, _view(self._services.holdings.keeper.submit(command)), status=201)


def _view(term: Term) -> TermView:
    return TermView(period=term.ordinal, name=term.name, first=term.first, last=term.last)
