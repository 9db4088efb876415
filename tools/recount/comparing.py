"""The catalogue's own rows held against an exported log: what differs, by name.

Looks are short, so that a server may go on; but the catalogue has to stand at the export's last event.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.model.documents import Document
from repository.model.ids import RegisterId
from repository.model.registers import Entry
from tools.recount.counting import Book, Counted, Named, Recount, Registered, is_historical
from tools.recount.lines import Completed
from tools.recount.reading import Told, extent, told

EVENTS_A_LOOK = 1_000


class NotTheSameLog(Trouble):
    """The export has the events {first} to {last}, the catalogue stands at {now}: export again."""

    kind = Kind.CONFLICT
    vietnamese = "Bản xuất có sự kiện {first} đến {last}, danh mục ở {now}: hãy xuất lại."


class Difference(NamedTuple):
    """A row that is not what the log says."""

    table: str
    where: str
    log: str
    """What the log says; empty = no such row."""
    catalogue: str
    """What the row says; empty = it is not there."""


def differences(holdings: Holdings, path: Path, found: Recount) -> Iterator[Difference]:
    """Every row of agencies, registers, numbers, documents, feeds, counts, last days, keys and checkpoints
    that the export at *path*, of which *found* are the figures, does not bear out.

    Raise `NotTheSameLog` unless the export is all of the log, `RecountStopped`.
    """
    first, last = extent(path)
    if (first, last) != (1, holdings.last_event()):
        raise NotTheSameLog(first=first, last=last, now=holdings.last_event())
    coming = told(path)
    while batch := list(islice(coming, EVENTS_A_LOOK)):
        with holdings.reading() as now:
            for event in batch:
                yield from _event(now, event)
    with holdings.reading() as now:
        yield from _identities(now, found)
        yield from _books(now, found)
        yield from _counts(now, found)
        yield from _punctuality(now, found)


def _event(now: Reading, event: Told) -> Iterator[Difference]:
    place = now.get(t.FEED, event.agency, event.agency_sequence)
    where = f"{event.agency or '-'}/{event.agency_sequence}"
    yield from _differing("feed", where, event.sequence, place.sequence if place else None)
    compared = _COMPARED.get(event.tag)
    if compared:
        yield from compared(now, event)


def _agency(now: Reading, event: Told) -> Iterator[Difference]:
    row = now.get(t.AGENCIES, event.body[0])
    yield from _differing("agencies", event.body[0], event.at, row.opened if row else None)


def _register(now: Reading, event: Told) -> Iterator[Difference]:
    identifier, agency, code, direction = event.body[:4]
    row = now.get(t.REGISTERS, identifier)
    kept = (row.agency, row.code, row.direction.value, row.historical) if row else None
    given = (agency, code, direction, is_historical(event))
    yield from _differing("registers", identifier, given, kept)


def _registered(now: Reading, event: Told) -> Iterator[Difference]:
    one = Registered.by(event)
    where = f"{one.register}/{one.period}/{one.number}"
    entry = _entry(now, one)
    # A number that was reserved, or a draft's, had been taken then: others compare when.
    before = bool(entry and (entry.reserved_by or entry.draft))
    kept = (entry.document, event.at if before else entry.at) if entry else None
    yield from _differing("entries", where, (one.document, event.at), kept)
    row = now.get(t.DOCUMENTS, one.document)
    given = (one.register, one.direction, one.period, one.number, event.agency, event.at)
    yield from _differing("documents", one.document, given, _bound(row) if row else None)
    if row:
        files = [(role, bytes(blob), size) for role, blob, size, *_ in one.components]
        held = [(part.role.value, bytes(part.blob), part.size) for part in row.components]
        yield from _differing("documents", f"{one.document} files", files, held)
    if row and row.revision == 1:
        noted = (one.symbol, one.issued, one.kind)
        yield from _differing("documents", one.document, noted, _noted(row))


def _entry(now: Reading, one: Registered) -> Entry | None:
    place = (one.register, one.period, one.number)
    book = now.get(t.REGISTERS, one.register)
    if book and book.historical:
        return now.get(t.FOUND_ENTRIES, *place, one.document)
    return now.get(t.ENTRIES, *place)


def _reserved(now: Reading, event: Told) -> Iterator[Difference]:
    place = tuple(event.body[:3])
    entry = now.get(t.ENTRIES, *place)
    kept = entry.at if entry and entry.reserved_by else None
    yield from _differing("entries", _where(place), event.at, kept)


def _drafted(now: Reading, event: Told) -> Iterator[Difference]:
    draft, _, *place, symbol, issued = event.body[:7]
    entry = now.get(t.ENTRIES, *place)
    where = _where(tuple(place))
    yield from _differing("entries", where, draft, entry.draft if entry else None)
    row = now.get(t.DRAFTS, draft)
    kept = (row.number, row.symbol, row.issued) if row else None
    yield from _differing("drafts", draft, (place[2], symbol, issued), kept)


def _voided(now: Reading, event: Told) -> Iterator[Difference]:
    place = tuple(event.body[:3])
    entry = now.get(t.ENTRIES, *place)
    kept = (entry.voided, entry.document) if entry else None
    yield from _differing("entries", _where(place), (event.at, event.body[3]), kept)


def _closed(now: Reading, event: Told) -> Iterator[Difference]:
    place = tuple(event.body[:2])
    row = now.get(t.CLOSINGS, *place)
    given = (*event.body[2:5], bytes(event.body[7]))
    kept = (row.first, row.last, row.count, row.digest) if row else None
    yield from _differing("closings", _where(place), given, kept)


def _where(place: tuple[object, ...]) -> str:
    return "/".join(map(str, place))


def _amended(now: Reading, event: Told) -> Iterator[Difference]:
    document, revision, *noted = event.body[:5]
    newest = now.get(t.DOCUMENTS, document)
    row = (
        newest if newest and newest.revision == revision else now.get(t.HISTORY, document, revision)
    )
    where = f"{document} revision {revision}"
    yield from _differing("documents", where, tuple(noted), _noted(row) if row else None)


def _bound(row: Document) -> tuple[object, ...]:
    """What no amendment changes."""
    direction = row.direction.value
    return row.register, direction, row.period, row.number, row.agency, row.registered


def _noted(row: Document) -> tuple[str, str, str]:
    return row.symbol, row.issued, row.kind


def _key(now: Reading, event: Told) -> Iterator[Difference]:
    public = bytes(event.body[0])
    row = now.get(t.LOG_KEYS, public)
    yield from _differing("log_keys", public.hex(), event.at, row.begun if row else None)


def _checkpoint(now: Reading, event: Told) -> Iterator[Difference]:
    size, root, note = event.body[:3]
    row = now.get(t.CHECKPOINTS, size)
    kept = (bytes(row.root), row.note) if row else None
    yield from _differing("checkpoints", str(size), (bytes(root), note), kept)


def _identities(now: Reading, found: Recount) -> Iterator[Difference]:
    """Codes and names as they were given last."""
    kept = {str(key[0]): str(row.code) for key, row in now.scan(t.AGENCIES)}
    for agency in sorted({*kept, *found.agencies}):
        log, catalogue = found.agencies.get(agency), kept.get(agency)
        yield from _differing("agencies", agency, log, catalogue)
    names = {Named(str(key[0]), str(key[1])): row.name for key, row in now.scan(t.AGENCY_NAMES)}
    for one in sorted({*names, *found.names}):
        where = "/".join(one)
        yield from _differing("agency_names", where, found.names.get(one), names.get(one))


def _books(now: Reading, found: Recount) -> Iterator[Difference]:
    """Rows that no event made, and the number that comes next."""
    for book, span in found.books.items():
        where = f"{book.register}/{book.period}"
        following = now.next_number(RegisterId(book.register), book.period)
        yield from _differing("next_numbers", where, span.last + 1, following)
    beyond = (
        (str(key[0]), int(str(key[1])), int(str(key[2])), entry.document)
        for key, entry in now.scan(t.ENTRIES)
    )
    for register, rows in found.historical.items():
        kept = sum(1 for _ in now.scan(t.FOUND_ENTRIES, register))
        yield from _differing("found_entries", register, rows, kept)
    for register, period, number, document in beyond:
        span = found.books.get(Book(register, period))
        if span is None or not span.first <= number <= span.last:
            yield Difference("entries", f"{register}/{period}/{number}", "", str(document))


def _counts(now: Reading, found: Recount) -> Iterator[Difference]:
    kept: dict[Counted, int] = {}
    for key, row in now.scan(t.COUNTS):
        kept[Counted(int(str(key[0])), str(key[1]), str(key[2]), row.kind)] = row.number
    for one in sorted({*kept, *found.documents}):
        where = "/".join(map(str, one))
        yield from _differing("counts", where, found.documents.get(one), kept.get(one))


def _punctuality(now: Reading, found: Recount) -> Iterator[Difference]:
    """How last days were kept."""
    log = found.punctuality
    kept = {
        Completed(int(str(key[0])), str(key[1]), str(key[2])): (row.on_time, row.late)
        for key, row in now.scan(t.PUNCTUALITY)
    }
    for one in sorted({*kept, *log.on_time, *log.late}):
        told = log.on_time[one], log.late[one]
        where = "/".join(map(str, one))
        yield from _differing("punctuality", where, told, kept.get(one, (0, 0)))


def _differing(table: str, where: str, log: object, catalogue: object) -> Iterator[Difference]:
    if log != catalogue:
        told = ("" if each is None else str(each) for each in (log, catalogue))
        yield Difference(table, where, *told)


_COMPARED: dict[str, Callable[[Reading, Told], Iterator[Difference]]] = {
    "agency-opened": _agency,
    "register-opened": _register,
    "document-registered": _registered,
    "number-reserved": _reserved,
    "draft-numbered": _drafted,
    "number-voided": _voided,
    "register-closed": _closed,
    "document-amended": _amended,
    "log-key-begun": _key,
    "checkpoint-kept": _checkpoint,
}
