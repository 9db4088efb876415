"""Going through the rows of a register: in order, counted, chained (`repository.model.closings`)."""

from collections.abc import Iterator
from itertools import islice

from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.model.closings import Counted, with_row
from repository.model.documents import Document
from repository.model.registers import Entry, Register


def rows_of(
    reading: Reading, register: Register, period: int, *, start: int = 0
) -> Iterator[tuple[int, Entry]]:
    """The rows of *register* in *period* from number *start* on, whatever kind it is."""
    if register.historical:
        return reading.found_entries(register.id, period, start=start)
    return reading.entries(register.id, period, start=start)


def periods_of(reading: Reading, register: Register) -> tuple[int, ...]:
    """The periods in which *register* has a row, in order."""
    table = t.FOUND_ENTRIES if register.historical else t.ENTRIES
    found: list[int] = []
    start = 0
    while first := next(reading.scan(table, register.id, start=start), None):
        found.append(int(str(first[0][1])))
        start = found[-1] + 1
    return tuple(found)


def as_registered(reading: Reading, entry: Entry) -> Document | None:
    """The document of *entry* as it was entered, before anybody amended it."""
    document = reading.document(entry.document) if entry.document else None
    if document is None or document.revision == 1:
        return document
    return next(reading.history(document.id), document)


def altered(reading: Reading, register: Register, period: int) -> int:
    """The last event that changed a row of *period* which stood there before; 0 = none did."""
    return reading.get(t.ALTERED, register.id, period) or 0


def count(reading: Reading, register: Register, period: int) -> Counted:
    """Count all rows of *period*."""
    begun = Counted(period=period, altered=altered(reading, register, period))
    return count_on(reading, register, begun)


def count_on(
    reading: Reading, register: Register, counted: Counted, *, most: int | None = None
) -> Counted:
    """*counted* and the rows behind it, at most *most* of them.

    Right as long as `altered` is what it was; of a historical register, whose rows come in
    any order, only when it is counted in one go.
    """
    start = counted.last + 1 if counted.count else 0
    for number, entry in islice(rows_of(reading, register, counted.period, start=start), most):
        counted = with_row(counted, number, entry, as_registered(reading, entry))
    return counted


def is_behind(reading: Reading, register: Register, counted: Counted) -> bool:
    """Say whether there are rows behind those *counted*."""
    start = counted.last + 1 if counted.count else 0
    rows = rows_of(reading, register, counted.period, start=start)
    return next(rows, None) is not None


def recount(reading: Reading, register: Register, period: int) -> bytes:
    """The digest of the rows of *period* as they stand."""
    return count(reading, register, period).digest
