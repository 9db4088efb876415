"""`/v1/tokens`: bearer tokens; for those who administer all agencies."""

from datetime import datetime

import falcon
import msgspec

from api import wire
from api.services import Services, tokens
from api.services.tokens import RevokeToken, TokenAsked
from api.session import caller
from repository.catalogue.views import Reading
from repository.model.access import Token


class TokenView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A token as it is shown; its secret only in the answer that issues it."""

    id: str
    label: str
    rights: tuple[str, ...]
    agencies: tuple[str, ...]
    """Codes of agencies."""
    every_agency: bool
    revoked: bool
    expires: datetime | None = None
    bearer: str = ""


class Tokens:
    """`/v1/tokens`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with self._services.holdings.reading() as reading:
            issued = tokens.all_tokens(reading, caller(req))
            views = [_view(reading, token) for token in issued]
        wire.send(resp, {"tokens": views})

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
        revoked=token.revoked,
        expires=wire.moment(token.expires) if token.expires else None,
    )
