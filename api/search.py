"""`/v1/search`."""

from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import refusals, wire
from api.documents import DocumentView, document_view
from api.operations import Answered, Operation
from api.services import Services
from api.services.search import Found, Wanted, search
from api.session import caller
from indexer.index import (
    MAX_DEPTH,
    MAX_LIMIT,
    IndexBroken,
    IndexBusy,
    OperatorUnsupported,
    PageTooDeep,
)
from indexer.language.mistakes import QueryMistake


class SearchWanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for, and which page of it."""

    q: Annotated[str, Meta(min_length=1)]
    """In the query language; docs/query.md."""
    agency: str = ""
    """Code of one agency; all whose papers you may see unless given."""
    limit: Annotated[int, Meta(ge=1, le=MAX_LIMIT)] = 20
    offset: Annotated[int, Meta(ge=0, le=MAX_DEPTH)] = 0
    """Hits before the page; page and offset together end at hit 10,000."""
    highlight: bool = False
    """Give the passage in which a hit's words stand."""


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


class HitPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hits, best first."""

    total: int
    """All that you may see, on every page."""
    hits: tuple[HitView, ...]
    next_offset: int | UnsetType = UNSET
    """Go on with this as `offset`; not there on the last page."""


class Search:
    """`/v1/search`."""

    operations: ClassVar = {
        "GET": Operation(
            name="search",
            told="Find documents by their words and particulars.",
            query=SearchWanted,
            answers=(Answered(told="A page.", shape=HitPage, headers=(h.INDEX_SEQUENCE,)),),
            problems=(
                *refusals.ACCESS,
                QueryMistake,
                PageTooDeep,
                OperatorUnsupported,
                IndexBroken,
                IndexBusy,
            ),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = _wanted(req)
        found = search(self._services.holdings, self._services.index, caller(req), wanted)
        resp.set_header(h.INDEX_SEQUENCE.name, str(found.position))
        beyond = wanted.offset + wanted.limit
        page = HitPage(
            total=found.total,
            hits=tuple(map(_hit, found.found)),
            next_offset=beyond if beyond < min(found.total, MAX_DEPTH) else UNSET,
        )
        wire.send(resp, page)


def _wanted(req: falcon.Request) -> Wanted:
    asked = wire.query(req, SearchWanted)
    return Wanted(
        query=asked.q,
        agency=asked.agency,
        limit=asked.limit,
        offset=asked.offset,
        highlight=asked.highlight,
    )


def _hit(found: Found) -> HitView:
    snippet = found.snippet
    return HitView(
        document=document_view(found.sheet),
        score=found.score,
        snippet=SnippetView(text=snippet.text, marks=snippet.marks) if snippet else None,
    )
