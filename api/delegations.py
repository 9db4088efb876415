"""`/v1/agencies/{code}/delegations`, `/v1/delegations/{delegation}`: who does whose duties."""

import re
from datetime import datetime
from itertools import islice
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.services import Services, delegating
from api.services.delegating import (
    Delegate,
    DelegationAsked,
    WithdrawDelegation,
    all_delegations,
    delegation_for,
)
from api.services.giving import NotOfOneAgency
from api.services.mandates import is_standing, login_of
from api.services.organisation import UnknownPerson
from api.services.work import NoPerson, NoSuchPlace
from api.session import caller
from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.model.delegations import Delegation

MAX_DELEGATIONS = 200
"""Delegations of one page."""
PLACE = r"([0-9]{1,18})\.([0-9a-f]{32})"
"""Where a page ended: the end of a delegation, and the delegation."""
_PLACE = re.compile(PLACE)


class DelegationsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which delegations."""

    ended: bool = False
    """Also those that have ended."""
    after: Annotated[str, Meta(extra_json_schema={"pattern": f"^({PLACE})?$"})] = ""
    """`next` of the page before."""
    limit: Annotated[int, Meta(ge=1, le=MAX_DELEGATIONS)] = 50


class DelegationView(msgspec.Struct, frozen=True, kw_only=True):
    """A delegation as it is shown."""

    id: str
    url: str
    principal: str
    """Login of whose duties they are."""
    delegate: str
    """Login of who does them."""
    duties: tuple[str, ...]
    since: datetime
    until: datetime
    """The first moment at which it holds no longer."""
    words: str
    given: datetime
    withdrawn: datetime | None
    stands: bool
    """It has begun, has not ended, and those duties are still the principal's."""


class DelegationPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Delegations, those that end first come first."""

    delegations: tuple[DelegationView, ...]
    next: str | UnsetType = UNSET


_DECIDED = (*refusals.KEEPER, *refusals.ACCESS)


class DelegationsOfAgency:
    """`/v1/agencies/{code}/delegations`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_delegations",
            told="Who does whose duties in an agency; for who reads there, or administers.",
            query=DelegationsWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The delegations.", DelegationPage),
            problems=(*refusals.ACCESS, NoSuchPlace),
        ),
        "POST": Operation(
            name="delegate",
            told="Let somebody do your duties as leader or head for a time; for people.",
            body=Body(shape=DelegationAsked),
            answers=(Answered(told="Given.", status=201, shape=DelegationView),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *_DECIDED,
                NoPerson,
                NotOfOneAgency,
                UnknownPerson,
                delegating.NothingToDelegate,
                delegating.DelegatedToOneself,
                delegating.SpanUnfit,
                delegating.TooManyDelegations,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        wanted = wire.query(req, DelegationsWanted)
        now = self._services.clock()
        moment = 0 if wanted.ended else round(now.timestamp() * 1_000_000) + 1
        until, after = _place(wanted.after) if wanted.after else (moment, "")
        with self._services.holdings.reading() as reading:
            found = all_delegations(reading, caller(req), code, until=until, after=after)
            some = tuple(islice(found, wanted.limit + 1))
            views = tuple(delegation_view(reading, one, now) for one in some[: wanted.limit])
        last = some[wanted.limit - 1] if len(some) > wanted.limit else None
        more = f"{last.until}.{last.id}" if last else UNSET
        wire.send_tagged(req, resp, DelegationPage(delegations=views, next=more))

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        asked = wire.read(req, DelegationAsked, limit=self._services.limits.max_json)
        command = Delegate(caller=caller(req), agency=code, asked=asked)
        _send(self._services, resp, self._services.holdings.keeper.submit(command), status=201)


class DelegationResource:
    """`/v1/delegations/{delegation}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_delegation",
            told="A delegation; for the two whom it concerns, and who reads or administers there.",
            answers=(Answered(told="The delegation.", shape=DelegationView),),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, delegation: str) -> None:
        now = self._services.clock()
        with self._services.holdings.reading() as reading:
            found = delegation_for(reading, caller(req), delegation)
            wire.send(resp, delegation_view(reading, found, now))


class DelegationWithdrawal:
    """`/v1/delegations/{delegation}/withdraw`."""

    operations: ClassVar = {
        "POST": Operation(
            name="withdraw_delegation",
            told="Take a delegation back before its end; by who gave it, or administers there.",
            answers=(Answered(told="It has ended, now or before.", shape=DelegationView),),
            problems=_DECIDED,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, delegation: str) -> None:
        command = WithdrawDelegation(caller=caller(req), delegation=delegation)
        _send(self._services, resp, self._services.holdings.keeper.submit(command))


def _send(services: Services, resp: falcon.Response, one: Delegation, *, status: int = 200) -> None:
    with services.holdings.reading() as reading:
        wire.send(resp, delegation_view(reading, one, services.clock()), status=status)


def _place(after: str) -> tuple[int, str]:
    match = _PLACE.fullmatch(after)
    if not match:
        raise NoSuchPlace
    return int(match[1]), match[2]


def delegation_view(reading: Reading, one: Delegation, now: datetime) -> DelegationView:
    """A delegation as it is shown at *now*."""
    posts = (reading.get(t.POSTS, post) for post in one.posts)
    return DelegationView(
        id=one.id,
        url=f"/v1/delegations/{one.id}",
        principal=login_of(reading, one.principal),
        delegate=login_of(reading, one.delegate),
        duties=tuple(sorted({post.duty.value for post in posts if post})),
        since=wire.moment(one.since),
        until=wire.moment(one.until),
        words=one.words,
        given=wire.moment(one.given),
        withdrawn=wire.moment(one.withdrawn) if one.withdrawn else None,
        stands=is_standing(reading, one, now),
    )
