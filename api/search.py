"""`/v1/search?q=&agency=&limit=&offset=&highlight=`."""

import falcon
import msgspec

from api import wire
from api.documents import DocumentView, document_view
from api.services import Services
from api.services.search import Found, Wanted, search
from api.session import caller
from indexer.index import MAX_DEPTH, MAX_LIMIT

INDEX_SEQUENCE = "X-Index-Sequence"
"""Up to which event of the log the answer knows."""


class SnippetView(msgspec.Struct, frozen=True, kw_only=True):
    """A passage and the words in it that were looked for."""

    text: str
    marks: tuple[tuple[int, int], ...]
    """Start and end, in characters of *text*."""


class HitView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document found."""

    document: DocumentView
    score: float
    snippet: SnippetView | None = None


class Search:
    """`/v1/search`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = _wanted(req)
        found = search(self._services.holdings, self._services.index, caller(req), wanted)
        resp.set_header(INDEX_SEQUENCE, str(found.position))
        page = {"total": found.total, "hits": [_hit(one) for one in found.found]}
        beyond = wanted.offset + wanted.limit
        following = {"next_offset": beyond} if beyond < min(found.total, MAX_DEPTH) else {}
        wire.send(resp, page | following)


def _wanted(req: falcon.Request) -> Wanted:
    return Wanted(
        query=req.get_param("q") or "",
        agency=req.get_param("agency") or "",
        limit=wire.whole_number(req, "limit", default=20, least=1, most=MAX_LIMIT),
        offset=wire.whole_number(req, "offset", default=0, least=0, most=MAX_DEPTH),
        highlight=wire.yes_or_no(req, "highlight"),
    )


def _hit(found: Found) -> HitView:
    snippet = found.snippet
    return HitView(
        document=document_view(found.sheet),
        score=found.score,
        snippet=SnippetView(text=snippet.text, marks=snippet.marks) if snippet else None,
    )
