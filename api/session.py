"""Who is asking: the bearer token becomes a `Caller`, and every request gets a name.

Closed unless it says otherwise: a resource answers strangers only when it declares
`open_to_all = True`. One that answers office nodes (`for_nodes = True`) asks for their tokens itself.
"""

import re
from collections.abc import Callable
from typing import Any, cast

import falcon

from api import headers as h
from api.operations import is_for_nodes, is_open
from api.rates import Rate, Rates, TooManyRequests, fields
from api.services import Services
from api.services.tokens import UnknownCaller, caller_of
from repository.model.access import Caller

TRACE = "traceparent"
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
        scheme, _, bearer = (req.auth or "").partition(" ")
        if scheme.lower() != "bearer":
            raise UnknownCaller
        with self._services.holdings.reading() as reading:
            return caller_of(reading, bearer.strip(), self._services.clock())

    def _ask(self, resp: falcon.Response, caller: Caller) -> None:
        standing = self._rates.ask(caller.name)
        if standing is None:
            return
        for name, value in fields(self._rates.rate, standing).items():
            resp.set_header(name, value)
        if not standing.allowed:
            raise TooManyRequests(seconds=standing.wait)


def caller(req: falcon.Request) -> Caller:
    """Who is asking; only for resources that are not open to all."""
    return cast("Caller", req.context.caller)
