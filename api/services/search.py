"""Searching (tìm kiếm): the index finds, the catalogue shows, both only what the caller may read."""

import msgspec

from api.services.access import readable, search_tokens
from api.services.documents import Sheet, sheet_for
from api.services.draft_access import shows_files
from indexer.index import Hits, IndexReader, Snippet
from indexer.query import parse
from repository.catalogue.views import Reading
from repository.holdings import Holdings
from repository.model.access import Caller


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for, and which page of it."""

    query: str
    agency: str = ""
    """Code of one agency; empty = all whose papers the caller may see."""
    limit: int = 20
    offset: int = 0
    highlight: bool = False


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A document found."""

    sheet: Sheet
    score: float
    snippet: Snippet | None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One page of what was found."""

    total: int
    """All the caller may see, on every page."""
    found: tuple[Found, ...]
    position: int
    """Up to which event of the log the index has read."""


def search(holdings: Holdings, index: IndexReader, caller: Caller, wanted: Wanted) -> Finding:
    """Find what *caller* may read; raise `QueryMistake`, `PageTooDeep`, `Hidden`, `NotAllowed`."""
    query = parse(wanted.query)
    with holdings.reading() as reading:
        access = search_tokens(reading, caller, wanted.agency)
    index.refresh()
    hits = index.search(
        query,
        access,
        limit=wanted.limit,
        offset=wanted.offset,
        highlight=wanted.highlight,
    )
    with holdings.reading() as reading:
        found = _rows(reading, caller, hits)
    return Finding(total=hits.total, found=found, position=index.position())


def _rows(reading: Reading, caller: Caller, hits: Hits) -> tuple[Found, ...]:
    """The documents of *hits* that are still held and still theirs, in the same order.

    The index follows by a moment: what was taken from *caller* since is not shown, though counted.
    """
    held = ((hit, readable(reading, caller, hit.id)) for hit in hits.hits)
    return tuple(
        Found(
            sheet=sheet_for(reading, caller, document),
            score=hit.score,
            snippet=hit.snippet if shows_files(reading, caller, document) else None,
        )
        for hit, document in held
        if document is not None
    )
