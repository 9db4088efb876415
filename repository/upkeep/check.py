"""Looking whether everything kept is still what it says; nothing is ever repaired here.

*Structure*: every document's files are in the catalogue, every row points into a pack that is
there and to a header that says the same; registers have no gap; the log gives the root that
the catalogue has. *Data*: in addition, every byte is compared with its blob's name.
"""

import enum
from collections.abc import Iterator

import msgspec

from repository.blobs.port import BlobStore
from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.errors import Trouble
from repository.holdings import Holdings
from repository.model import merkle
from repository.model.ids import BlobId, show_blob
from repository.model.registers import first_number

ROWS_A_LOOK = 10_000
"""Rows read in one snapshot: a scrub of hours holds no reader open."""


class Severity(enum.Enum):
    """How bad a finding is."""

    DAMAGED = "damaged"
    """Bytes or records are lost or wrong."""
    SUSPICIOUS = "suspicious"
    """Something does not fit; nothing is lost as far as can be seen."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it should be."""

    severity: Severity
    what: str
    """A stable word."""
    where: str
    detail: str = ""


def check_structure(holdings: Holdings) -> Iterator[Finding]:
    """Everything but the bytes of blobs."""
    yield from _log(holdings)
    with holdings.reading() as now:
        yield from _registers(now)
        yield from _components(now)


def check_data(holdings: Holdings, *, part: int = 1, of: int = 1) -> Iterator[Finding]:
    """Every byte of the blobs in *part* of *of* equal parts: 30 daily parts see all in a month."""
    for blob in _blobs(holdings):
        if int.from_bytes(blob[:8], "big") * of >> 64 == part - 1:
            yield from _readable(holdings.blobs, blob)


def count_blobs(holdings: Holdings) -> int:
    """How many blobs there are to check."""
    with holdings.reading() as now:
        return now.count(t.BLOBS)


def _readable(blobs: BlobStore, blob: BlobId) -> Iterator[Finding]:
    try:
        size = sum(len(piece) for piece in blobs.chunks(blob))
        if size != blobs.stat(blob).size:
            yield _damage("blob-length", show_blob(blob), f"{size} bytes")
    except Trouble as trouble:
        yield _damage(trouble.slug(), show_blob(blob), f"{trouble.sentence} {trouble.facts}")


def _blobs(holdings: Holdings) -> Iterator[BlobId]:
    """All blobs in the order of their names, in short looks."""
    after = b""
    while True:
        with holdings.reading() as now:
            found = now.blobs(after, ROWS_A_LOOK)
        yield from found
        if len(found) < ROWS_A_LOOK:
            return
        after = found[-1] + b"\0"


def _log(holdings: Holdings) -> Iterator[Finding]:
    expected = holdings.checkpoint()
    peaks: merkle.Peaks = ()
    size = 0
    try:
        for read in holdings.events(0):
            if size == expected.size:
                break
            peaks = merkle.appended(size, peaks, merkle.leaf(read.canonical))
            size += 1
    except Trouble as trouble:
        yield _damage(trouble.slug(), "log", trouble.sentence)
        return
    if (size, merkle.root(peaks)) != expected:
        yield _damage("log-root", f"event {size}", "the log does not give the catalogue's root")


def _registers(now: Reading) -> Iterator[Finding]:
    """Numbers follow one another from the opening number on."""
    for key, following in now.scan(t.NEXT_NUMBERS):
        register = now.get(t.REGISTERS, key[0])
        period = int(str(key[1]))
        if register is None:
            yield _damage("register-missing", str(key[0]))
            continue
        expected = first_number(register, period)
        for number, entry in now.entries(register.id, period):
            if number != expected:
                yield _damage("number-gap", f"{register.id}/{period}", f"{expected}..{number - 1}")
            if now.document(entry.document) is None:
                yield _damage("document-missing", entry.document, f"number {number}")
            expected = number + 1
        if expected != following:
            yield _damage("next-number", f"{register.id}/{period}", f"{expected} != {following}")


def _components(now: Reading) -> Iterator[Finding]:
    for _, document in now.scan(t.DOCUMENTS):
        for part in document.components:
            row = now.row(part.blob)
            if row is None:
                yield _damage("blob-missing", show_blob(part.blob), f"document {document.id}")
            elif row.length != part.size:
                yield _damage("blob-length", show_blob(part.blob), f"document {document.id}")


def _damage(what: str, where: str, detail: str = "") -> Finding:
    return Finding(severity=Severity.DAMAGED, what=what, where=where, detail=detail)
