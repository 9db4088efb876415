"""What an exported log says was registered: by year, agency, direction and kind, register by register."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tools.recount.lines import Lines, Punctuality, with_last_day
from tools.recount.reading import Told, told

_SEVEN_HOURS = timedelta(hours=7)
_QD20 = "qd20"
HISTORICAL = 10
"""Where in `register-opened` that stands."""


class Counted(NamedTuple):
    """What is counted together."""

    year: int
    agency: str
    direction: str
    kind: str


class Book(NamedTuple):
    """A register in one numbering period."""

    register: str
    period: int


class Named(NamedTuple):
    """From which day an agency bears a name; empty = from its beginning."""

    agency: str
    since: str


class Span(NamedTuple):
    """The numbers that were given."""

    first: int
    last: int
    rows: int


class Recount(NamedTuple):
    """The figures of an export."""

    documents: Counter[Counted]
    books: dict[Book, Span]
    agencies: dict[str, str]
    """The code that was given last (QĐ 20/2020/QĐ-TTg), by identifier."""
    names: dict[Named, str]
    events: int
    historical: dict[str, int]
    """How many rows each historical register has; its numbers are as found, not given."""
    punctuality: Punctuality
    """How last days of recipient lines were kept."""


class Registered(NamedTuple):
    """A registration as its event tells it."""

    document: str
    register: str
    direction: str
    period: int
    number: int
    symbol: str
    issued: str
    kind: str
    components: list[tuple[str, bytes, int, str]]

    @classmethod
    def by(cls, event: Told) -> "Registered":
        """What a `document-registered` event tells."""
        *told, components = event.body[:9]
        document, register, direction, period, number, symbol, issued, kind = told
        files = [tuple(each) for each in components]
        return cls(document, register, direction, period, number, symbol, issued, kind, files)


def recount(path: Path) -> Recount:
    """Count everything in the export at *path*, twice through it; raise `RecountStopped`.

    The first time looks for kinds that were amended, which are few, and for lines that have a last
    day: memory stays small.
    """
    kinds, dated = _looked_ahead(path)
    lines = Lines(dated)
    found = Recount(Counter(), {}, {}, {}, 0, {}, lines.counted())
    reserved: set[tuple[str, int, int]] = set()
    events = 0
    for event in told(path):
        events += 1
        _identify(found, event)
        lines.follow(event)
        if event.tag == "number-reserved":
            register, period, number = event.body[:3]
            reserved.add((register, period, number))
            _enter(found.books, Book(register, period), number)
        if event.tag == "draft-numbered":
            register, period, number = event.body[2:5]
            if (register, period, number) not in reserved:
                _enter(found.books, Book(register, period), number)
            reserved.add((register, period, number))
        if event.tag == "document-registered":
            one = Registered.by(event)
            kind = kinds.get(one.document, one.kind)
            year = one.period or year_of(event.at)
            found.documents[Counted(year, event.agency, one.direction, kind)] += 1
            if one.register in found.historical:
                found.historical[one.register] += 1
            elif (one.register, one.period, one.number) not in reserved:
                _enter(found.books, Book(one.register, one.period), one.number)
    return found._replace(events=events, punctuality=lines.counted())


def _looked_ahead(path: Path) -> tuple[dict[str, str], set[bytes]]:
    """The kinds of amended documents, and the lines that have a last day at some time."""
    kinds: dict[str, str] = {}
    dated: set[bytes] = set()
    for event in told(path):
        if event.tag == "document-amended":
            kinds[event.body[0]] = event.body[4]
        line = with_last_day(event)
        if line:
            dated.add(line)
    return kinds, dated


def _identify(found: Recount, event: Told) -> None:
    """Enter which code and which name an agency was given, and which registers are historical."""
    if event.tag == "register-opened" and is_historical(event):
        found.historical[event.body[0]] = 0
    if event.tag == "agency-opened":
        agency, code, name, *founded = event.body
        found.agencies[agency] = code
        found.names[Named(agency, founded[0] if founded else "")] = name
    elif event.tag == "agency-renamed":
        agency, name, since = event.body[:3]
        found.names[Named(agency, since)] = name
    elif event.tag == "identifier-given" and event.body[1] == _QD20:
        found.agencies[event.body[0]] = event.body[2]


def is_historical(event: Told) -> bool:
    """Say whether a `register-opened` event declares a historical register."""
    return len(event.body) > HISTORICAL and bool(event.body[HISTORICAL])


def year_of(at: int) -> int:
    """The year in Vietnam of a moment in microseconds."""
    return (datetime.fromtimestamp(at // 1_000_000, UTC) + _SEVEN_HOURS).year


def _enter(books: dict[Book, Span], book: Book, number: int) -> None:
    span = books.get(book, Span(number, number, 0))
    books[book] = Span(min(span.first, number), max(span.last, number), span.rows + 1)
