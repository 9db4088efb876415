"""One line for each request: who asked what, how it was answered, how long it took.

No path, query or body stands in it: of an address only the route, of a caller only the public
half of the token. `peer` is the network address that asked: of a request with a wrong token it is
all that there is.
"""

from collections.abc import Callable

import falcon

from api.problems import request_id
from api.services import Note


class RequestLog:
    """Falcon middleware outside of `Metrics`, which notes when a request came."""

    def __init__(self, note: Note, stopwatch: Callable[[], float]) -> None:
        self._note = note
        self._stopwatch = stopwatch

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, _resource: object, *_succeeded: bool
    ) -> None:
        """Write the line; the time is that until the answer began."""
        context = req.context
        caller = getattr(context, "caller", None)
        known = {
            "trace": getattr(context, "trace", ""),
            "caller": caller.name if caller else "",
            "peer": req.remote_addr,
            "problem": getattr(context, "problem", ""),
        }
        self._note(
            "request",
            request=request_id(req),
            method=method_of(req),
            route=route_of(req),
            status=resp.status_code,
            seconds=round(seconds_since(req, self._stopwatch), 6),
            received=req.content_length or 0,
            bytes=_length(req, resp),
            **{name: value for name, value in known.items() if value},
        )


def seconds_since(req: falcon.Request, stopwatch: Callable[[], float]) -> float:
    """How long ago *req* came; 0 for one that was refused before anything could note it."""
    now = stopwatch()
    return now - getattr(req.context, "began", now)


def route_of(req: falcon.Request) -> str:
    """The route of *req*; addresses that lead nowhere are one."""
    return req.uri_template or "-"


def method_of(req: falcon.Request) -> str:
    """The method of *req*; those that nobody knows are one."""
    return req.method if req.method in falcon.HTTP_METHODS else "-"


def _length(req: falcon.Request, resp: falcon.Response) -> int:
    """Bytes of the body, as announced."""
    if req.method == "HEAD":
        return 0
    if resp.data is not None:
        return len(resp.data)
    return int(resp.get_header("Content-Length") or 0)
