"""`/v1/agencies` and the registers below it."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import Meta

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.registers import RegisterView, register_view
from api.services import Services
from api.services.access import agency_for
from api.services.agencies import AgencyCodeTaken, OpenAgency, visible_agencies
from api.services.fields import AgencyCodeText, DayText, Line, ShortName
from api.services.registers import MAX_OPENING, OpenRegister, RegisterCodeTaken
from api.session import caller
from repository.catalogue.homes import home_of
from repository.model.access import NotAllowed, Right
from repository.model.agencies import Agency, AgencyEnded
from repository.model.grammar import GrammarUnfit
from repository.model.moves import Home, HomeState
from repository.model.registers import Direction, NumberingPeriod


class AgencyGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agency to be declared."""

    code: AgencyCodeText
    name: Line
    """At most 200 characters, once composed."""
    founded: DayText = ""
    """Its first day, which may lie ahead; empty = it has been there."""


class RegisterGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A register to be declared."""

    code: ShortName
    direction: Direction
    title: Line
    """At most 200 characters, once composed."""
    notation: str = ""
    """Outgoing: what follows the number where a document names nothing else; at most 30."""
    period: NumberingPeriod = NumberingPeriod.CALENDAR_YEAR
    opening: Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": MAX_OPENING})] = 1
    """The first number of the first period."""
    opens: DayText = ""
    """The first day on which it gives numbers; empty = today."""
    historical: bool = False
    """Kept elsewhere before: rows are entered as found, no number is given."""
    abbreviation: str = ""
    """Outgoing: how the agency is abbreviated in symbols that `typed` composes."""
    typed: str = ""
    """Outgoing: the pattern of symbols, such as `{number}/{type}-{agency}`; empty = number, slash
    and notation."""
    untyped: str = ""
    """The pattern for types without an abbreviation; empty = as `typed`."""


class AgencyView(msgspec.Struct, frozen=True, kw_only=True):
    """An agency as it is shown."""

    id: str
    code: str
    name: str
    opened: datetime
    registers_url: str
    founded: str = ""
    """Its first day, or empty."""
    ended: str = ""
    """The first day on which it is no more, or empty."""
    url: str = ""
    home: str = ""
    """The node at which its numbers are given, where that is not this one."""
    home_address: str = ""
    """At which people reach that node, where it was told."""


class AgencyList(msgspec.Struct, frozen=True, kw_only=True):
    """The agencies that the caller may see, in the order of their declaration."""

    agencies: tuple[AgencyView, ...]


class RegisterList(msgspec.Struct, frozen=True, kw_only=True):
    """The registers of an agency, by their short names."""

    registers: tuple[RegisterView, ...]


class Agencies:
    """`/v1/agencies`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_agencies",
            told="The agencies in which you have any right.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The agencies.", AgencyList),
        ),
        "POST": Operation(
            name="declare_agency",
            told="Declare an agency; takes `administer` in all agencies.",
            body=Body(shape=AgencyGiven),
            answers=(
                Answered(told="Declared.", status=201, shape=AgencyView, headers=(h.LOCATION,)),
            ),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                NotAllowed,
                AgencyCodeTaken,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with self._services.holdings.reading() as reading:
            agencies = visible_agencies(reading, caller(req))
            homes = [home_of(reading, agency.id) for agency in agencies]
        listed = AgencyList(agencies=tuple(map(agency_view, agencies, homes)))
        wire.send_tagged(req, resp, listed)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = wire.read(req, AgencyGiven, limit=self._services.limits.max_json)
        command = OpenAgency(caller=caller(req), **msgspec.structs.asdict(given))
        view = agency_view(self._services.holdings.keeper.submit(command))
        resp.location = view.registers_url
        wire.send(resp, view, status=201)


class RegistersOfAgency:
    """`/v1/agencies/{code}/registers`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_registers",
            told="The registers of an agency.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The registers.", RegisterList),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="declare_register",
            told="Declare a register; takes `administer` in the agency.",
            body=Body(shape=RegisterGiven),
            answers=(
                Answered(told="Declared.", status=201, shape=RegisterView, headers=(h.LOCATION,)),
            ),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *refusals.ACCESS,
                AgencyEnded,
                RegisterCodeTaken,
                GrammarUnfit,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        now = self._services.clock()
        with self._services.holdings.reading() as reading:
            agency = agency_for(reading, caller(req), Right.READ, code)
            registers = tuple(
                register_view(reading, register, now)
                for register in reading.registers_of(agency.id)
            )
        wire.send_tagged(req, resp, RegisterList(registers=registers))

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        given = wire.read(req, RegisterGiven, limit=self._services.limits.max_json)
        command = OpenRegister(caller=caller(req), agency=code, **msgspec.structs.asdict(given))
        register = self._services.holdings.keeper.submit(command)
        with self._services.holdings.reading() as reading:
            view = register_view(reading, register, self._services.clock())
        resp.location = view.url
        wire.send(resp, view, status=201)


def agency_view(agency: Agency, home: Home | None = None) -> AgencyView:
    """*agency* as it is shown; *home* says where it is at home."""
    away = home is not None and home.state is HomeState.ELSEWHERE
    return AgencyView(
        id=agency.id,
        code=agency.code,
        name=agency.name,
        opened=wire.moment(agency.opened),
        founded=agency.founded,
        ended=agency.ended,
        url=f"/v1/agencies/{agency.code}",
        registers_url=f"/v1/agencies/{agency.code}/registers",
        home=home.node if home and away else "",
        home_address=home.address if home and away else "",
    )
