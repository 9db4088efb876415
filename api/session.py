"""Who is asking: the bearer token becomes a `Caller`, and every request gets a name.

Closed unless it says otherwise: a resource answers strangers only when it declares
`open_to_all = True`. One that answers office nodes (`for_nodes = True`) asks for their tokens itself.
"""

import hmac
import re
from collections.abc import Callable
from typing import Any, cast

import falcon

from api import headers as h
from api.operations import is_for_nodes, is_open
from api.rates import Rate, Rates, TooManyRequests, fields
from api.services import Services
from api.services.signing_in import csrf_of
from api.services.tokens import UnknownCaller, caller_of
from repository.errors import Kind, Trouble
from repository.model.access import Caller

TRACE = "traceparent"
COOKIE = "__Host-vankho"
"""Holds the bearer token of a session; its prefix binds it to this host, by TLS alone (RFC 6265bis)."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_USABLE_ID = re.compile(r"[0-9A-Za-z._-]{1,64}")
_REQUEST_ID_BYTES = 8
# W3C Trace Context, level 1: neither the trace nor its parent may be all zeros.
_TRACE = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Session:
    """Falcon middleware."""

    def __init__(self, services: Services, stopwatch: Callable[[], float]) -> None:
        self._services = services
        limits = services.limits
        self._rates = Rates(Rate(per_second=limits.rate, burst=limits.burst), stopwatch)

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Take over the caller's request id, or make one; give its trace back."""
        # Looked up as WSGI names them: this is asked of every request.
        given = req.env.get("HTTP_X_REQUEST_ID", "")
        usable = given and _USABLE_ID.fullmatch(given)
        name = given if usable else self._services.entropy(_REQUEST_ID_BYTES).hex()
        req.context.request_id = name
        resp.set_header(h.REQUEST_ID.name, name)
        trace = _TRACE.fullmatch(req.env.get("HTTP_TRACEPARENT", ""))
        if trace:
            req.context.trace = trace[1]
            resp.set_header(TRACE, trace[0])

    def process_resource(
        self, req: falcon.Request, resp: falcon.Response, resource: object, _params: Any
    ) -> None:
        """Raise `UnknownCaller` unless the resource is open or the token is good.

        Raise `TooManyRequests` for a token that asks more often than it may.
        """
        if not (is_open(resource) or is_for_nodes(resource)):
            req.context.caller = self._caller(req)
            self._ask(resp, req.context.caller)

    def _caller(self, req: falcon.Request) -> Caller:
        bearer = _shown(req)
        with self._services.holdings.reading() as reading:
            known = caller_of(reading, bearer, self._services.clock())
        req.context.token = bearer[3:35]
        return known

    def _ask(self, resp: falcon.Response, caller: Caller) -> None:
        standing = self._rates.ask(caller.name)
        if standing is None:
            return
        for name, value in fields(self._rates.rate, standing).items():
            resp.set_header(name, value)
        if not standing.allowed:
            raise TooManyRequests(seconds=standing.wait)


class CsrfTokenMissing(Trouble):
    """A session in a cookie changes something only with its `X-CSRF-Token`."""

    kind = Kind.FORBIDDEN
    vietnamese = "Phiên dùng cookie chỉ được thay đổi dữ liệu khi gửi kèm `X-CSRF-Token`."


def _shown(req: falcon.Request) -> str:
    """What the request shows: a bearer token, or else the cookie of a session.

    Raise `UnknownCaller`, or `CsrfTokenMissing` for a cookie that may have been sent by another
    site's page: a request that changes something proves that it is not.
    """
    if req.auth:
        scheme, _, bearer = req.auth.partition(" ")
        if scheme.lower() != "bearer":
            raise UnknownCaller
        return bearer.strip()
    cookie = cookie_of(req)
    if not cookie:
        raise UnknownCaller
    given = req.get_header(h.CSRF.name) or ""
    if req.method not in _SAFE and not hmac.compare_digest(given, csrf_of(cookie)):
        raise CsrfTokenMissing
    return cookie


def cookie_of(req: falcon.Request) -> str:
    """The cookie of a session, or nothing; of several none counts."""
    cookies = req.get_cookie_values(COOKIE) or []
    return cookies[0] if len(cookies) == 1 and cookies[0].isascii() else ""


def caller(req: falcon.Request) -> Caller:
    """Who is asking; only for resources that are not open to all."""
    return cast("Caller", req.context.caller)
