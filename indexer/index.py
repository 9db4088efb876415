"""The port for the search index: documents in, ids out, in the order of their worth (chỉ mục).

Rules for the file: values, troubles and the port. An index is a view that can be rebuilt at any
time from the log and the blobs; nothing stands only here.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Protocol

import msgspec

from indexer.language.tree import Query
from indexer.vietnamese import nfc
from repository.errors import Kind, Trouble

MAX_LIMIT = 1000
"""Hits of one page."""
MAX_DEPTH = 10_000
"""Hits that can be reached by relevance; exports go by key, not by relevance."""
MAX_BODY = 4 * 1024 * 1024
"""Characters of a body that are indexed."""
MAX_STORED = 32 * 1024
"""Characters of subject and body that are kept for snippets."""
MAX_WORD = 128
"""Bytes of UTF-8 from which on a word is no word but rubbish (base64), and not indexed."""
VIETNAM_TIME = timezone(timedelta(hours=7))
"""The zone in which the day of a registration is told."""


class IndexBroken(Trouble):
    """The index at {path} cannot be read: {cause}; it has to be rebuilt."""

    kind = Kind.DAMAGED
    vietnamese = "Không đọc được chỉ mục tại {path}: {cause}; cần dựng lại."


class IndexBusy(Trouble):
    """Another process writes the index at {path}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Chỉ mục tại {path} đang được tiến trình khác ghi."


class PageTooDeep(Trouble):
    """Asked for {limit} hits from {offset}; a page has 1 to {most}, the last hit is {deepest}."""

    kind = Kind.TOO_LARGE
    vietnamese = (
        "Yêu cầu {limit} kết quả từ vị trí {offset}; "
        "mỗi trang từ 1 đến {most}, xa nhất là kết quả thứ {deepest}."
    )


class OperatorUnsupported(Trouble):
    """This search engine cannot express {operator}."""

    kind = Kind.INVALID
    vietnamese = "Bộ máy tìm kiếm này không hỗ trợ {operator}."


class IndexedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched of a document, and who may find it."""

    id: str
    agency: str
    """Code of the agency whose register it stands in."""
    register: str
    direction: str
    """`incoming`, `outgoing` or `internal`."""
    number: int | None = None
    """The register's number (số đến, số đi); not negative; None for a document without one."""
    symbol: str = ""
    """Number and notation as printed: `12/QĐ-UBND`."""
    subject: str = ""
    issuer: str = ""
    kind: str = ""
    signer: str = ""
    """Name and position."""
    keywords: str = ""
    """One behind the other."""
    issued: date | None = None
    """Printed date; None where the paper has none."""
    registered: datetime
    body: str = ""
    """Plain text of all files; the first `MAX_BODY` characters are indexed."""
    access: tuple[str, ...]
    """Tokens; who holds one of them may find the document. None of them: nobody finds it."""


class Snippet(msgspec.Struct, frozen=True, kw_only=True):
    """A passage of a document, and where in it the words of the query stand."""

    text: str
    marks: tuple[tuple[int, int], ...]
    """Start and end, in characters of *text*."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A document found; scores compare only within one search."""

    id: str
    score: float
    snippet: Snippet | None = None
    """None unless it was asked for."""


class Hits(msgspec.Struct, frozen=True, kw_only=True):
    """One page of hits, best first; *total* counts all the caller may see, on every page."""

    total: int
    hits: tuple[Hit, ...]


class IndexReader(Protocol):
    """Port: searches what was committed.

    An adapter MUST intersect the access tokens inside the engine, so that totals and pages are
    those of the caller; MUST see one commit whole or not at all; MUST refuse an operator that it
    cannot express (`OperatorUnsupported`) rather than answer something near it.
    """

    def search(
        self,
        query: Query,
        access: frozenset[str],
        *,
        limit: int = 20,
        offset: int = 0,
        highlight: bool = False,
    ) -> Hits:
        """Give page *offset* .. *offset+limit* of what *query* finds for *access*.

        Raises `PageTooDeep`, `OperatorUnsupported`, `IndexBroken`.
        """
        ...

    def count(self) -> int:
        """Count the documents committed."""
        ...

    def position(self) -> int:
        """Give the journal position of the last commit; 0 before the first."""
        ...

    def refresh(self) -> None:
        """See what has been committed since, by whatever process."""
        ...

    def close(self) -> None:
        """Let go of everything held, dropping what was not committed; twice is harmless."""
        ...


class Index(IndexReader, Protocol):
    """Port: the one writer, which also reads its own commits without a refresh.

    `add` and `remove` MUST stay unseen until `commit`; a crash MUST leave the last commit.
    """

    def add(self, documents: Iterable[IndexedDocument]) -> None:
        """Put *documents* in; one with the id of an older one takes its place."""
        ...

    def remove(self, ids: Iterable[str]) -> None:
        """Take out the documents with these *ids*; unknown ones are no trouble."""
        ...

    def commit(self, position: int) -> None:
        """Make everything since the last commit durable and seen, together with *position*."""
        ...


def admitted(document: IndexedDocument) -> IndexedDocument:
    """Give *document* as the engines take it: composed, within the limits."""
    return msgspec.structs.replace(
        document,
        id=nfc(document.id),
        agency=nfc(document.agency),
        register=nfc(document.register),
        symbol=nfc(document.symbol),
        subject=nfc(document.subject),
        issuer=nfc(document.issuer),
        kind=nfc(document.kind),
        signer=nfc(document.signer),
        keywords=nfc(document.keywords),
        body=nfc(document.body[:MAX_BODY]),
        access=tuple(map(nfc, document.access)),
    )


def registered_day(document: IndexedDocument) -> date:
    """Give the day of registration as it is told in Vietnam."""
    return document.registered.astimezone(VIETNAM_TIME).date()


def stored_text(document: IndexedDocument) -> str:
    """Give what is kept of *document* for snippets."""
    return f"{document.subject}\n{document.body[:MAX_STORED]}".strip()[:MAX_STORED]


def check_page(limit: int, offset: int) -> None:
    """Raise `PageTooDeep` for a page that no engine gives."""
    if not 1 <= limit <= MAX_LIMIT or offset < 0 or offset + limit > MAX_DEPTH:
        raise PageTooDeep(limit=limit, offset=offset, most=MAX_LIMIT, deepest=MAX_DEPTH)
