"""`/v1/sessions`, `/v1/session`: signing in, who one is, signing out."""

import base64
import binascii
from datetime import datetime
from typing import ClassVar

import falcon
import msgspec
from msgspec import UNSET, UnsetType

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.rates import Rate, Rates, TooManyRequests
from api.services import Services
from api.services.delegating import delegations_of
from api.services.mandates import is_standing, login_of
from api.services.signing_in import (
    Credentials,
    NoDirectory,
    Note,
    SignedIn,
    SignInRefused,
    TicketWanted,
    by_password,
    by_ticket,
    csrf_of,
)
from api.services.tokens import RevokeToken
from api.services.work import NoPerson
from api.session import COOKIE, caller, cookie_of
from indexer.vietnamese import raw_key
from interop.directory.troubles import (
    DirectoryAnswerUnfit,
    DirectoryUnreachable,
    KeytabUnfit,
    ServiceAccountRefused,
)
from repository.catalogue import tables as t
from repository.catalogue.organisation import posts_of
from repository.catalogue.views import Reading
from repository.model.access import OPERATOR, Caller
from repository.model.days import day_of
from repository.model.delegations import Delegation
from repository.model.people import Post

MAX_CREDENTIALS = 8 * 1024
"""Bytes of a request to sign in."""
MAX_TICKET_TEXT = 90_000
"""Characters of a ticket in base64."""
ATTEMPTS = Rate(per_second=5 / 60, burst=5)
"""For one login, in one worker: five at once, then one every twelve seconds."""
NEGOTIATE = "Negotiate"


class SessionView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A session that has begun."""

    person: str
    expires: datetime
    csrf: str | UnsetType = UNSET
    """What has to come back as `X-CSRF-Token` with every request that changes something."""
    bearer: str | UnsetType = UNSET
    """Only where a token was asked for instead of a cookie."""


class PostHeld(msgspec.Struct, frozen=True, kw_only=True):
    """A post that one holds today."""

    agency: str
    """Code."""
    duty: str
    unit: str
    title: str


class DelegationHeld(msgspec.Struct, frozen=True, kw_only=True):
    """A delegation that you gave or were given, and that has not ended."""

    id: str
    agency: str
    """Code."""
    principal: str
    """Login of whose duties they are."""
    delegate: str
    """Login of who does them."""
    since: datetime
    until: datetime
    stands: bool
    """It has begun, and those duties are still the principal's."""


class WhoIAm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is asking."""

    person: str
    login: str
    name: str
    posts: tuple[PostHeld, ...]
    delegations: tuple[DelegationHeld, ...] = ()
    csrf: str | UnsetType = UNSET
    """Of a session in a cookie."""


_DIRECTORY = (NoDirectory, DirectoryUnreachable, ServiceAccountRefused, DirectoryAnswerUnfit)


class Sessions:
    """`/v1/sessions`."""

    open_to_all = True
    operations: ClassVar = {
        "POST": Operation(
            name="sign_in",
            told="Sign in with a name and a password of the directory.",
            body=Body(shape=Credentials),
            answers=(Answered(told="Signed in.", status=201, shape=SessionView),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.KEEPER,
                *_DIRECTORY,
                SignInRefused,
                TooManyRequests,
            ),
        )
    }

    def __init__(self, services: Services, attempts: Rates) -> None:
        self._services = services
        self._attempts = attempts

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = wire.read(req, Credentials, limit=MAX_CREDENTIALS)
        standing = self._attempts.ask(raw_key(given.login[:200]))
        if standing and not standing.allowed:
            raise TooManyRequests(seconds=standing.wait)
        signed = by_password(
            self._services.holdings.keeper,
            self._services.directory,
            given,
            entropy=self._services.entropy,
            note=noting(self._services),
        )
        send_session(resp, signed, in_cookie=not given.token)


class SessionResource:
    """`/v1/session`."""

    operations: ClassVar = {
        "GET": Operation(
            name="who_am_i",
            told="Who you are, and the posts you hold today; for people.",
            answers=(Answered(told="You.", shape=WhoIAm),),
            problems=(NoPerson,),
        ),
        "DELETE": Operation(
            name="sign_out",
            told="Let the session hold no longer; for people.",
            answers=(Answered(told="Signed out.", status=204),),
            problems=(*refusals.KEEPER, NoPerson),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        who = caller(req)
        if not who.person:
            raise NoPerson
        now = self._services.clock()
        with self._services.holdings.reading() as reading:
            told = _who(reading, who, posts_of(reading, who.person, day_of(now)))
            given = delegations_of(reading, who.person, now)
            delegations = tuple(_held(reading, one, now) for one in given)
        told = msgspec.structs.replace(told, delegations=delegations)
        cookie = cookie_of(req)
        resp.set_header("Cache-Control", "no-store")
        wire.send(resp, msgspec.structs.replace(told, csrf=csrf_of(cookie) if cookie else UNSET))

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        if not caller(req).person:
            raise NoPerson
        token = req.context.token
        self._services.holdings.keeper.submit(RevokeToken(caller=OPERATOR, token=token))
        resp.unset_cookie(COOKIE, path="/", same_site="Strict")
        resp.status = 204


class SessionTicket:
    """`/v1/sessions/ticket`: single sign-on (RFC 4559)."""

    open_to_all = True
    operations: ClassVar = {
        "GET": Operation(
            name="sign_in_by_ticket",
            told="Sign in with the ticket of the domain: a browser is asked for it and shows it.",
            answers=(Answered(told="Signed in.", status=201, shape=SessionView),),
            problems=(*refusals.KEEPER, *_DIRECTORY, SignInRefused, TicketWanted, KeytabUnfit),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        if self._services.negotiation is None:
            raise NoDirectory
        ticket = _ticket(req)
        if not ticket:
            raise TicketWanted
        signed, answer = by_ticket(
            self._services.holdings.keeper,
            self._services.directory,
            self._services.negotiation,
            ticket,
            entropy=self._services.entropy,
            note=noting(self._services),
        )
        send_session(resp, signed, in_cookie=True)
        if answer:
            told = base64.b64encode(answer).decode()
            resp.set_header(h.AUTHENTICATE.name, f"{NEGOTIATE} {told}")


def _ticket(req: falcon.Request) -> bytes:
    scheme, _, text = (req.auth or "").partition(" ")
    if scheme.lower() != NEGOTIATE.lower() or len(text) > MAX_TICKET_TEXT:
        return b""
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def noting(services: Services) -> Note:
    """Writes why somebody was refused into the process's own log."""
    line = services.note
    return lambda reason: line("sign-in-refused", reason=reason) if line else None


def send_session(resp: falcon.Response, signed: SignedIn, *, in_cookie: bool) -> None:
    """Answer that somebody has signed in: with a cookie no script reads, or with a token."""
    expires = wire.moment(signed.token.expires)
    view = SessionView(person=signed.token.person, expires=expires)
    if in_cookie:
        resp.set_cookie(
            COOKIE,
            signed.bearer,
            expires=expires,
            path="/",
            secure=True,
            http_only=True,
            same_site="Strict",
        )
        view = msgspec.structs.replace(view, csrf=csrf_of(signed.bearer))
    else:
        view = msgspec.structs.replace(view, bearer=signed.bearer)
    resp.set_header("Cache-Control", "no-store")
    wire.send(resp, view, status=201)


def _who(reading: Reading, who: Caller, posts: tuple[Post, ...]) -> WhoIAm:
    person = reading.get(t.PEOPLE, who.person)
    return WhoIAm(
        person=who.person,
        login=person.login if person else "",
        name=person.name if person else "",
        posts=tuple(_post(reading, post) for post in posts),
    )


def _held(reading: Reading, one: Delegation, now: datetime) -> DelegationHeld:
    agency = reading.agency(one.agency)
    return DelegationHeld(
        id=one.id,
        agency=agency.code if agency else "",
        principal=login_of(reading, one.principal),
        delegate=login_of(reading, one.delegate),
        since=wire.moment(one.since),
        until=wire.moment(one.until),
        stands=is_standing(reading, one, now),
    )


def _post(reading: Reading, post: Post) -> PostHeld:
    agency = reading.agency(post.agency)
    unit = reading.get(t.UNITS, post.unit) if post.unit else None
    return PostHeld(
        agency=agency.code if agency else "",
        duty=post.duty.value,
        unit=unit.code if unit else "",
        title=post.title,
    )
