"""`/v1/tokens`: bearer tokens; for those who administer all agencies."""

from datetime import datetime
from typing import ClassVar

import falcon
import msgspec

from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.services import Services, tokens
from api.services.agencies import UnknownAgency
from api.services.organisation import UnknownPerson
from api.services.tokens import RevokeToken, TokenAsked
from api.session import caller
from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.model.access import NotAllowed, Token


class TokenView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A token as it is shown; its secret only in the answer that issues it."""

    id: str
    label: str
    rights: tuple[str, ...]
    agencies: tuple[str, ...]
    """Codes of agencies."""
    every_agency: bool
    cleared: bool
    """It works on restricted papers too."""
    revoked: bool
    expires: datetime | None = None
    person: str = ""
    """Login of the person whose it is."""
    bearer: str = ""


class TokenList(msgspec.Struct, frozen=True, kw_only=True):
    """Every token ever issued, oldest first."""

    tokens: tuple[TokenView, ...]


class Tokens:
    """`/v1/tokens`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_tokens",
            told="All tokens, without secrets; takes `administer` in all agencies.",
            answers=(Answered(told="The tokens.", shape=TokenList),),
            problems=(NotAllowed,),
        ),
        "POST": Operation(
            name="issue_token",
            told="Issue a token; takes `administer` in all agencies.",
            body=Body(shape=TokenAsked),
            answers=(
                Answered(told="Issued; `bearer` is shown once.", status=201, shape=TokenView),
            ),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                NotAllowed,
                UnknownAgency,
                UnknownPerson,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with self._services.holdings.reading() as reading:
            issued = tokens.all_tokens(reading, caller(req))
            views = tuple(_view(reading, token) for token in issued)
        resp.set_header("Cache-Control", "no-store")
        wire.send(resp, TokenList(tokens=views))

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        asked = wire.read(req, TokenAsked, limit=self._services.limits.max_json)
        keeper = self._services.holdings.keeper
        issued = tokens.issue(keeper, caller(req), asked, entropy=self._services.entropy)
        with self._services.holdings.reading() as reading:
            view = _view(reading, issued.token)
        resp.set_header("Cache-Control", "no-store")
        wire.send(resp, msgspec.structs.replace(view, bearer=issued.bearer), status=201)


class TokenResource:
    """`/v1/tokens/{token}`."""

    operations: ClassVar = {
        "DELETE": Operation(
            name="revoke_token",
            told="Let a token hold no longer; twice is harmless.",
            answers=(Answered(told="Revoked.", status=204),),
            problems=(*refusals.KEEPER, *refusals.ACCESS),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_delete(self, req: falcon.Request, resp: falcon.Response, token: str) -> None:
        self._services.holdings.keeper.submit(RevokeToken(caller=caller(req), token=token))
        resp.status = 204


def _view(reading: Reading, token: Token) -> TokenView:
    agencies = map(reading.agency, token.agencies)
    return TokenView(
        id=token.id,
        label=token.label,
        rights=tuple(right.value for right in token.rights),
        agencies=tuple(agency.code for agency in agencies if agency),
        every_agency=token.every_agency,
        cleared=token.cleared,
        revoked=token.revoked,
        expires=wire.moment(token.expires) if token.expires else None,
        person=_login(reading, token),
    )


def _login(reading: Reading, token: Token) -> str:
    person = reading.get(t.PEOPLE, token.person) if token.person else None
    return person.login if person else ""
