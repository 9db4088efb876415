"""`/v1/agencies` and the registers below it."""

from datetime import datetime

import falcon
import msgspec

from api import wire
from api.registers import RegisterView, register_view
from api.services import Services
from api.services.access import agency_for
from api.services.agencies import OpenAgency, visible_agencies
from api.services.registers import OpenRegister
from api.session import caller
from repository.model.access import Right
from repository.model.agencies import Agency
from repository.model.registers import Direction, NumberingPeriod


class AgencyGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agency to be declared."""

    code: str
    name: str


class RegisterGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A register to be declared."""

    code: str
    direction: Direction
    title: str
    notation: str = ""
    period: NumberingPeriod = NumberingPeriod.CALENDAR_YEAR
    opening: int = 1


class AgencyView(msgspec.Struct, frozen=True, kw_only=True):
    """An agency as it is shown."""

    id: str
    code: str
    name: str
    opened: datetime
    registers_url: str


class Agencies:
    """`/v1/agencies`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with self._services.holdings.reading() as reading:
            agencies = visible_agencies(reading, caller(req))
        wire.send(resp, {"agencies": [agency_view(agency) for agency in agencies]})

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = wire.read(req, AgencyGiven, limit=self._services.limits.max_json)
        command = OpenAgency(caller=caller(req), code=given.code, name=given.name)
        view = agency_view(self._services.holdings.keeper.submit(command))
        resp.location = view.registers_url
        wire.send(resp, view, status=201)


class RegistersOfAgency:
    """`/v1/agencies/{code}/registers`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        now = self._services.clock()
        with self._services.holdings.reading() as reading:
            agency = agency_for(reading, caller(req), Right.READ, code)
            registers: list[RegisterView] = [
                register_view(reading, register, now)
                for register in reading.registers_of(agency.id)
            ]
        wire.send(resp, {"registers": registers})

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        given = wire.read(req, RegisterGiven, limit=self._services.limits.max_json)
        command = OpenRegister(caller=caller(req), agency=code, **msgspec.structs.asdict(given))
        register = self._services.holdings.keeper.submit(command)
        with self._services.holdings.reading() as reading:
            view = register_view(reading, register, self._services.clock())
        resp.location = view.url
        wire.send(resp, view, status=201)


def agency_view(agency: Agency) -> AgencyView:
    """*agency* as it is shown."""
    return AgencyView(
        id=agency.id,
        code=agency.code,
        name=agency.name,
        opened=wire.moment(agency.opened),
        registers_url=f"/v1/agencies/{agency.code}/registers",
    )
