"""Written authorities to sign, and what an agency asks for before it approves a draft."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.services import Services, fields
from api.services.access import agency_for
from api.services.organisation import UnknownPerson
from api.services.signatories import (
    GiveAuthority,
    NotToBeHandedOn,
    RuleDrafting,
    WithdrawAuthority,
    WorksNotHere,
)
from api.session import caller
from repository.catalogue import tables as t
from repository.catalogue.authorities import authorities_of
from repository.catalogue.drafts import rule_of
from repository.catalogue.views import Reading
from repository.model.access import Right
from repository.model.ids import PersonId
from repository.model.signing import DraftingRule, InitialAs, SigningAuthority

SomeDay = Annotated[str, Meta(extra_json_schema={"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})]


class AuthorityAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A written authority to be entered."""

    granter: fields.Line
    """Login of the leader who gave it."""
    holder: fields.Line
    """Login of who may sign by it; they hand it on to nobody."""
    document: fields.Line
    """The paper that says so, as it is cited; at most 100 characters."""
    matter: fields.Line
    """In what; at most 500 characters."""
    since: SomeDay
    until: SomeDay
    """The first day on which it does not hold any more."""


class AuthorityView(msgspec.Struct, frozen=True, kw_only=True):
    """A written authority as it is shown."""

    id: str
    withdraw_url: str
    granter: str
    holder: str
    document: str
    matter: str
    since: str
    until: str
    withdrawn: datetime | UnsetType = UNSET


class AuthorityList(msgspec.Struct, frozen=True, kw_only=True):
    """The written authorities of an agency, those that hold no longer included."""

    authorities: tuple[AuthorityView, ...]


class DraftingRuleAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agency is to ask for beyond the decree."""

    initials: tuple[InitialAs, ...] = ()
    """Whose initials the wording bears before it is approved."""
    checker: str = ""
    """Login of who checks the form; empty = any clerk."""


class DraftingRuleView(msgspec.Struct, frozen=True, kw_only=True):
    """What an agency asks for beyond the decree."""

    initials: tuple[InitialAs, ...]
    checker: str


_DECIDED = (*refusals.JSON_BODY, *refusals.FIELDS, *refusals.KEEPER, *refusals.ACCESS)


class SigningAuthorities:
    """`/v1/agencies/{code}/signing-authorities`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_signing_authorities",
            told="Who may sign by written authority; for who reads in the agency.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The authorities.", AuthorityList),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="give_signing_authority",
            told="Enter that a person may sign for a time; takes `administer`.",
            headers=(h.CONTENT_DIGEST,),
            body=Body(shape=AuthorityAsked),
            answers=(Answered(told="Entered.", status=201, shape=AuthorityView),),
            problems=(*_DECIDED, UnknownPerson, WorksNotHere, NotToBeHandedOn),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        with self._services.holdings.reading() as reading:
            agency = agency_for(reading, caller(req), Right.READ, code)
            views = tuple(_view(reading, one) for one in authorities_of(reading, agency.id))
        wire.send_tagged(req, resp, AuthorityList(authorities=views))

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        given = wire.read(req, AuthorityAsked, limit=self._services.limits.max_json)
        command = GiveAuthority(caller=caller(req), agency=code, **msgspec.structs.asdict(given))
        _answer(resp, self._services, self._services.holdings.keeper.submit(command), status=201)


class AuthorityWithdrawal:
    """`/v1/signing-authorities/{authority}/withdraw`."""

    operations: ClassVar = {
        "POST": Operation(
            name="withdraw_signing_authority",
            told="Let a written authority hold no longer; takes `administer`.",
            answers=(Answered(told="Withdrawn, now or before.", shape=AuthorityView),),
            problems=(*refusals.KEEPER, *refusals.ACCESS),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, authority: str) -> None:
        command = WithdrawAuthority(caller=caller(req), authority=authority)
        _answer(resp, self._services, self._services.holdings.keeper.submit(command))


class DraftingRules:
    """`/v1/agencies/{code}/drafting-rule`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_drafting_rule",
            told="What an agency asks for before it approves a draft.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The rule.", DraftingRuleView),
            problems=refusals.ACCESS,
        ),
        "PUT": Operation(
            name="set_drafting_rule",
            told="Let a rule hold from now on; takes `administer`.",
            headers=(h.CONTENT_DIGEST,),
            body=Body(shape=DraftingRuleAsked),
            answers=(Answered(told="It holds.", shape=DraftingRuleView),),
            problems=(*_DECIDED, UnknownPerson, WorksNotHere),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        with self._services.holdings.reading() as reading:
            agency = agency_for(reading, caller(req), Right.READ, code)
            view = _rule(reading, rule_of(reading, agency.id))
        wire.send_tagged(req, resp, view)

    def on_put(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        given = wire.read(req, DraftingRuleAsked, limit=self._services.limits.max_json)
        command = RuleDrafting(
            caller=caller(req), agency=code, initials=given.initials, checker=given.checker
        )
        rule = self._services.holdings.keeper.submit(command)
        with self._services.holdings.reading() as reading:
            wire.send(resp, _rule(reading, rule))


def _answer(
    resp: falcon.Response, services: Services, authority: SigningAuthority, *, status: int = 200
) -> None:
    with services.holdings.reading() as reading:
        wire.send(resp, _view(reading, authority), status=status)


def _view(reading: Reading, one: SigningAuthority) -> AuthorityView:
    return AuthorityView(
        id=one.id,
        withdraw_url=f"/v1/signing-authorities/{one.id}/withdraw",
        granter=_login(reading, one.granter),
        holder=_login(reading, one.holder),
        document=one.document,
        matter=one.matter,
        since=one.since,
        until=one.until,
        withdrawn=wire.moment(one.withdrawn) if one.withdrawn else UNSET,
    )


def _rule(reading: Reading, rule: DraftingRule) -> DraftingRuleView:
    return DraftingRuleView(initials=rule.initials, checker=_login(reading, rule.checker))


def _login(reading: Reading, person: PersonId) -> str:
    found = reading.get(t.PEOPLE, person) if person else None
    return found.login if found else ""
