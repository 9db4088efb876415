"""Who is asking: the bearer token becomes a `Caller`, and every request gets a name.

Closed unless it says otherwise: a resource answers strangers only when it declares
`open_to_all = True`.
"""

import re
from typing import Any, cast

import falcon

from api.services import Services
from api.services.tokens import UnknownCaller, caller_of
from repository.model.access import Caller

REQUEST_ID = "X-Request-Id"
_USABLE_ID = re.compile(r"[0-9A-Za-z._-]{1,64}")
_REQUEST_ID_BYTES = 8


class Session:
    """Falcon middleware."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Take over the caller's request id, or make one."""
        given = req.get_header(REQUEST_ID) or ""
        made = self._services.entropy(_REQUEST_ID_BYTES).hex()
        req.context.request_id = given if _USABLE_ID.fullmatch(given) else made
        resp.set_header(REQUEST_ID, req.context.request_id)

    def process_resource(
        self, req: falcon.Request, _resp: falcon.Response, resource: object, _params: Any
    ) -> None:
        """Raise `UnknownCaller` unless the resource is open or the token is good."""
        if not getattr(resource, "open_to_all", False):
            req.context.caller = self._caller(req)

    def _caller(self, req: falcon.Request) -> Caller:
        scheme, _, bearer = (req.auth or "").partition(" ")
        if scheme.lower() != "bearer":
            raise UnknownCaller
        with self._services.holdings.reading() as reading:
            return caller_of(reading, bearer.strip(), self._services.clock())


def caller(req: falcon.Request) -> Caller:
    """Who is asking; only for resources that are not open to all."""
    return cast("Caller", req.context.caller)
