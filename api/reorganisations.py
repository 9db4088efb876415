"""`/v1/reorganisations`: agencies that follow others (sắp xếp, kế thừa)."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import Meta

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.services import Services
from api.services.access import present
from api.services.agencies import UnknownAgency
from api.services.fields import AgencyCodeText, DayText, Line
from api.services.identities import act_of, all_acts
from api.services.reorganisation import (
    PartyNotAlive,
    PartyNotNew,
    PartyOnBothSides,
    Reorganise,
    TooLateToWithdraw,
    WithdrawReorganisation,
)
from api.session import caller
from repository.catalogue.views import Reading
from repository.model.access import NotAllowed
from repository.model.ids import AgencyId
from repository.model.successions import (
    MAX_PARTIES,
    PartiesUnfit,
    Reorganisation,
    Scope,
    Succession,
)

Parties = Annotated[
    tuple[AgencyCodeText, ...],
    Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_PARTIES}),
]


class ReorganisationGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An act to be entered."""

    kind: Reorganisation
    sources: Parties
    """Codes of the agencies that are followed."""
    targets: Parties
    """Codes of the agencies that follow; new ones are declared before, with that first day."""
    effective: DayText
    """The first day on which it holds, `YYYY-MM-DD`; it may lie ahead."""
    decision: Line
    """The act, as cited; at most 100 characters."""
    scopes: tuple[Scope, ...] = tuple(Scope)
    """In what they follow."""


class ReorganisationView(msgspec.Struct, frozen=True, kw_only=True):
    """An act as it is shown."""

    id: str
    url: str
    kind: str
    sources: tuple[str, ...]
    """Codes."""
    targets: tuple[str, ...]
    effective: str
    decision: str
    scopes: tuple[str, ...]
    decided: datetime
    withdrawn: bool


class ReorganisationList(msgspec.Struct, frozen=True, kw_only=True):
    """The acts that concern an agency where the caller reads, in the order of their entry."""

    reorganisations: tuple[ReorganisationView, ...]


class Reorganisations:
    """`/v1/reorganisations`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_reorganisations",
            told="The acts that concern an agency where you read.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The acts.", ReorganisationList),
        ),
        "POST": Operation(
            name="reorganise",
            told="Let agencies follow others; takes `administer` in all agencies.",
            body=Body(shape=ReorganisationGiven),
            answers=(
                Answered(
                    told="Entered.", status=201, shape=ReorganisationView, headers=(h.LOCATION,)
                ),
            ),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                NotAllowed,
                UnknownAgency,
                PartiesUnfit,
                PartyNotAlive,
                PartyOnBothSides,
                PartyNotNew,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with self._services.holdings.reading() as reading:
            acts = all_acts(reading, caller(req))
            views = tuple(reorganisation_view(reading, act) for act in acts)
        wire.send_tagged(req, resp, ReorganisationList(reorganisations=views))

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = wire.read(req, ReorganisationGiven, limit=self._services.limits.max_json)
        command = Reorganise(caller=caller(req), **msgspec.structs.asdict(given))
        act = self._services.holdings.keeper.submit(command)
        resp.location = f"/v1/reorganisations/{act.id}"
        _send(self._services, resp, act, status=201)


class ReorganisationResource:
    """`/v1/reorganisations/{act}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_reorganisation",
            told="An act.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The act.", ReorganisationView),
            problems=refusals.ACCESS,
        ),
        "DELETE": Operation(
            name="withdraw_reorganisation",
            told="Take an act back whose day has not come; it stays on record as withdrawn.",
            answers=(Answered(told="Taken back.", shape=ReorganisationView),),
            problems=(*refusals.KEEPER, *refusals.ACCESS, TooLateToWithdraw),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, act: str) -> None:
        with self._services.holdings.reading() as reading:
            view = reorganisation_view(reading, act_of(reading, caller(req), act))
        wire.send_tagged(req, resp, view)

    def on_delete(self, req: falcon.Request, resp: falcon.Response, act: str) -> None:
        command = WithdrawReorganisation(caller=caller(req), succession=act)
        _send(self._services, resp, self._services.holdings.keeper.submit(command))


def _send(services: Services, resp: falcon.Response, act: Succession, *, status: int = 200) -> None:
    with services.holdings.reading() as reading:
        wire.send(resp, reorganisation_view(reading, act), status=status)


def reorganisation_view(reading: Reading, act: Succession) -> ReorganisationView:
    """An act as it is shown."""
    return ReorganisationView(
        id=act.id,
        url=f"/v1/reorganisations/{act.id}",
        kind=act.kind.value,
        sources=_codes(reading, act.sources),
        targets=_codes(reading, act.targets),
        effective=act.effective,
        decision=act.decision,
        scopes=tuple(scope.value for scope in act.scopes),
        decided=wire.moment(act.decided),
        withdrawn=act.withdrawn,
    )


def _codes(reading: Reading, agencies: tuple[AgencyId, ...]) -> tuple[str, ...]:
    return tuple(present(reading.agency(one)).code for one in agencies)
