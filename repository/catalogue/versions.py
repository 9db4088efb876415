"""The catalogue's schema number, and the steps from one to the next.

The catalogue is a view of packs and log, so a step that would be hard to write empties what
follows from the log; start-up then fills it anew.
"""

from collections.abc import Callable
from itertools import islice

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.agencies import note_identity
from repository.catalogue.counting import count_anew
from repository.catalogue.directions import place_all
from repository.catalogue.engine import Engine
from repository.catalogue.views import Writing
from repository.errors import Kind, Trouble

ROWS_AT_ONCE = 10_000


class SchemaUnknown(Trouble):
    """The catalogue has schema {found}; this vankho knows {known}. Use a newer vankho."""

    kind = Kind.INVALID
    vietnamese = "Danh mục có lược đồ {found}; bản này biết {known}. Hãy dùng bản vankho mới hơn."


def begin_anew(rows: Writing) -> None:
    """Empty all that the log tells: recovery, which comes next, reads it from event 1.

    Rows of blobs stay. That is right as long as no event that the catalogue had seen lets blobs go:
    to read one again would take away what was brought again after it. No schema 1 has seen any.
    """
    for table in (t.WATERMARK, *t.FROM_LOG):
        rows.transaction.clear(table.name)


def note_identities(rows: Writing) -> None:
    """Give every agency the rows of names and codes by day; until now there were only its own."""
    for agency in tuple(rows.agencies()):
        note_identity(rows, agency)


def order_holders_by_agency(rows: Writing) -> None:
    """From blob and document as key, and the agency as record, to all three as key."""
    txn, start = rows.transaction, b""
    while some := list(islice(txn.scan(t.HOLDERS.name, start), ROWS_AT_ONCE)):
        start = some[-1][0] + b"\0"
        for key, kept in some:
            if key.count(b"\0", 32) == 1:  # else it was moved here just now
                txn.delete(t.HOLDERS.name, key)
                agency = msgspec.msgpack.decode(kept, type=str)
                rows.put(t.HOLDERS, (key[:32], agency, key[32:-1].decode()), True)  # noqa: FBT003


def stamp_custody(rows: Writing) -> None:
    """Give every custody the earliest stamp, where its time stood until now: any later one is later."""
    for key in [key for key, _ in rows.scan(t.CUSTODY)]:
        rows.put(t.CUSTODY, key, 1)


STEPS: dict[int, Callable[[Writing], None]] = {
    1: begin_anew,
    2: note_identities,
    3: count_anew,
    4: order_holders_by_agency,
    5: stamp_custody,
    6: place_all,
}
"""`{n: step}` leads from schema n to n + 1, within one transaction."""


def require_schema(engine: Engine) -> None:
    """Bring the catalogue to `SCHEMA` and count that it is begun to be kept.

    Raise `SchemaUnknown` for one from the future.
    """
    with engine.writing() as txn:
        rows = Writing(txn)
        kept = rows.get(t.META, "schema")
        found = t.SCHEMA if kept is None else int(kept)
        if found > t.SCHEMA:
            raise SchemaUnknown(found=found, known=t.SCHEMA)
        while found < t.SCHEMA:
            STEPS[found](rows)
            found += 1
        rows.put(t.META, ("schema",), str(found).encode())
        rows.put(t.META, ("starts",), str(rows.start() + 1).encode())
