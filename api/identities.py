"""`/v1/agencies/{code}` and what is below it: names, codes and fonds of an agency through time."""

from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import Meta

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.reorganisations import ReorganisationView, reorganisation_view
from api.services import Services, fields
from api.services.agencies import AgencyCodeTaken, UnknownAgency
from api.services.fields import DayText, Line
from api.services.identities import Identity, identity
from api.services.reorganisation import (
    DayAhead,
    FondsCodeTaken,
    GiveIdentifier,
    OpenFonds,
    RenameAgency,
)
from api.session import caller
from repository.catalogue.views import Reading
from repository.model.access import NotAllowed
from repository.model.agencies import Fonds, Identifier, NameBorne, Scheme
from repository.model.codes import MAX_CODE
from repository.model.days import day_of

CodeText = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": MAX_CODE})]


class NameGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name to be borne."""

    name: Line
    """At most 200 characters, once composed."""
    since: DayText
    """The first day; not ahead."""
    decision: str = ""
    """The act, as cited; at most 100 characters."""


class IdentifierAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code to be borne."""

    scheme: Scheme
    value: CodeText
    since: DayText
    """The first day; not ahead."""
    decision: str = ""


class FondsGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fonds to be opened."""

    code: Line
    """At most 20 characters."""
    since: DayText = ""
    """Its first day; empty = that of the agency."""


class AgencyAsked(msgspec.Struct, frozen=True, kw_only=True):
    """On which day."""

    on: DayText = ""
    """Who bears the code on that day, `YYYY-MM-DD`; without it whoever bore it last."""


class NameView(msgspec.Struct, frozen=True, kw_only=True):
    """A name and its first day."""

    name: str
    since: str
    decision: str


class IdentifierView(msgspec.Struct, frozen=True, kw_only=True):
    """A code and its days."""

    scheme: str
    value: str
    since: str
    until: str
    """The first day on which it is borne no more, or empty."""


class FondsView(msgspec.Struct, frozen=True, kw_only=True):
    """A fonds and its days."""

    code: str
    since: str
    until: str


class IdentityView(msgspec.Struct, frozen=True, kw_only=True):
    """An agency through time."""

    id: str
    code: str
    name: str
    """What it is called on the day asked for."""
    founded: str
    ended: str
    """The first day on which it is no more, or empty."""
    names: tuple[NameView, ...]
    identifiers: tuple[IdentifierView, ...]
    fonds: tuple[FondsView, ...]
    follows: tuple[ReorganisationView, ...]
    followed: tuple[ReorganisationView, ...]
    registers_url: str


_CHANGED = (*refusals.JSON_BODY, *refusals.FIELDS, *refusals.KEEPER, NotAllowed, UnknownAgency)


class AgencyResource:
    """`/v1/agencies/{code}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_agency",
            told="An agency through time, by any of its codes.",
            query=AgencyAsked,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The agency.", IdentityView),
            problems=(*refusals.ACCESS, *refusals.QUERY, fields.FieldUnfit),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        asked = wire.query(req, AgencyAsked)
        on = fields.some_day("on", asked.on) or None
        today = day_of(self._services.clock())
        with self._services.holdings.reading() as reading:
            view = identity_view(reading, identity(reading, caller(req), code, on, today))
        wire.send_tagged(req, resp, view)


class AgencyNames:
    """`/v1/agencies/{code}/names`."""

    operations: ClassVar = {
        "POST": Operation(
            name="rename_agency",
            told="Let an agency bear another name; its registers and numbers go on.",
            body=Body(shape=NameGiven),
            answers=(Answered(told="Renamed.", status=201, shape=IdentityView),),
            problems=(*_CHANGED, *refusals.ACCESS, DayAhead),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        given = wire.read(req, NameGiven, limit=self._services.limits.max_json)
        command = RenameAgency(caller=caller(req), agency=code, **msgspec.structs.asdict(given))
        self._services.holdings.keeper.submit(command)
        _send_identity(self._services, req, resp, code)


class AgencyIdentifiers:
    """`/v1/agencies/{code}/identifiers`."""

    operations: ClassVar = {
        "POST": Operation(
            name="give_identifier",
            told="Let an agency bear a code; one of QĐ 20/2020 takes the place of the one before.",
            body=Body(shape=IdentifierAsked),
            answers=(Answered(told="Given.", status=201, shape=IdentityView),),
            problems=(*_CHANGED, *refusals.ACCESS, DayAhead, AgencyCodeTaken),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        given = wire.read(req, IdentifierAsked, limit=self._services.limits.max_json)
        command = GiveIdentifier(caller=caller(req), agency=code, **msgspec.structs.asdict(given))
        self._services.holdings.keeper.submit(command)
        _send_identity(self._services, req, resp, code)


class AgencyFonds:
    """`/v1/agencies/{code}/fonds`."""

    operations: ClassVar = {
        "POST": Operation(
            name="open_fonds",
            told="Let the papers of an agency form a fonds.",
            body=Body(shape=FondsGiven),
            answers=(Answered(told="Opened.", status=201, shape=IdentityView),),
            problems=(*_CHANGED, *refusals.ACCESS, FondsCodeTaken),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        given = wire.read(req, FondsGiven, limit=self._services.limits.max_json)
        command = OpenFonds(caller=caller(req), agency=code, **msgspec.structs.asdict(given))
        self._services.holdings.keeper.submit(command)
        _send_identity(self._services, req, resp, code)


def _send_identity(
    services: Services, req: falcon.Request, resp: falcon.Response, code: str
) -> None:
    today = day_of(services.clock())
    with services.holdings.reading() as reading:
        view = identity_view(reading, identity(reading, caller(req), code, None, today))
    wire.send(resp, view, status=201)


def identity_view(reading: Reading, found: Identity) -> IdentityView:
    """An agency through time as it is shown."""
    agency = found.agency
    return IdentityView(
        id=agency.id,
        code=agency.code,
        name=found.name,
        founded=agency.founded,
        ended=agency.ended,
        names=tuple(map(_name, found.names)),
        identifiers=tuple(map(_identifier, found.identifiers)),
        fonds=tuple(map(_fonds, found.fonds)),
        follows=tuple(reorganisation_view(reading, one) for one in found.follows),
        followed=tuple(reorganisation_view(reading, one) for one in found.followed),
        registers_url=f"/v1/agencies/{agency.code}/registers",
    )


def _name(one: NameBorne) -> NameView:
    return NameView(name=one.name, since=one.since, decision=one.decision)


def _identifier(one: Identifier) -> IdentifierView:
    return IdentifierView(
        scheme=one.scheme.value, value=one.value, since=one.since, until=one.until
    )


def _fonds(one: Fonds) -> FondsView:
    return FondsView(code=one.code, since=one.since, until=one.until)
