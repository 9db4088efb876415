"""Long scans of the catalogue in short looks: no reader is held open for minutes.

What stands in a table all the time is seen; what comes or goes meanwhile may be seen or not.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from repository.catalogue import tables as t
from repository.catalogue.fates import Fates, bases_in
from repository.catalogue.views import Reading
from repository.holdings import Holdings
from repository.model.ids import BlobId

ROWS_A_LOOK = 10_000
PART_BLOBS = 1_000_000
"""As many blobs are held in memory at a time, about 100 bytes each."""
Rows = list[tuple[bytes, bytes]]


class Part(NamedTuple):
    """A range of keys."""

    first: bytes = b""
    last: bytes = b"\xff" * 64
    """Keys up to here, not with it."""


WHOLE = Part()


def looks(
    holdings: Holdings, table: t.Table[Any], part: Part = WHOLE
) -> Iterator[tuple[Reading, Rows]]:
    """All rows of *part* of *table*, some at a time, each with the snapshot they stand in."""
    after = part.first
    while True:
        with holdings.reading() as now:
            found = now.raw(table, after, ROWS_A_LOOK)
            rows = [row for row in found if row[0] < part.last]
            yield now, rows
        if len(rows) < ROWS_A_LOOK:
            return
        after = rows[-1][0] + b"\0"


def parts(blobs: int) -> list[Part]:
    """All names of blobs, cut so that each part holds about `PART_BLOBS` of *blobs*."""
    count = min(256, -(-blobs // PART_BLOBS) or 1)
    cuts = [bytes([n * 256 // count]) for n in range(count)]
    return [
        Part(first if first != b"\0" else b"", last)
        for first, last in zip(cuts, [*cuts[1:], WHOLE.last], strict=True)
    ]


class Need(NamedTuple):
    """A blob that cannot be without another."""

    who: BlobId
    what: BlobId
    kept: bool
    """Who needs it is kept: neither condemned nor erased."""


def needs(holdings: Holdings) -> Iterator[Need]:
    """Everything that another blob cannot be without: its bases, its text."""
    yield from base_needs(holdings)
    yield from text_needs(holdings)


def base_needs(holdings: Holdings) -> Iterator[Need]:
    """Which blob is put together from which."""
    for now, rows in looks(holdings, t.SEGMENTS):
        fates = Fates(now)
        for key, packed in rows:
            kept = not fates.barred(BlobId(key))
            for base in bases_in(packed):
                yield Need(BlobId(key), base, kept)


def text_needs(holdings: Holdings) -> Iterator[Need]:
    """Which blob is the text of which; a plain text that is its own is left out."""
    for now, rows in looks(holdings, t.DERIVED):
        fates = Fates(now)
        for key, packed in rows:
            text = t.DERIVED.decode(packed).text
            if text and text != key and now.row(BlobId(key)):
                yield Need(BlobId(key), text, not fates.barred(BlobId(key)))
