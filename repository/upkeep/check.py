"""Looking whether everything kept is still what it says; nothing is ever repaired here.

*Structure*: the log gives the root that the catalogue has, registers have no gap, every document's
files are there or known to be erased, every row leads into a pack that is there and leans on rows
that are. *Data*, pack by pack (`check_packs`): every byte is compared.
"""

import enum
from collections.abc import Iterator

import msgspec

from repository.blobs.pack import number_of
from repository.catalogue import tables as t
from repository.catalogue.fates import bases_in
from repository.catalogue.register_rows import recount
from repository.catalogue.views import Reading
from repository.errors import Trouble
from repository.holdings import Holdings
from repository.model import merkle
from repository.model.blobs import unpack_row
from repository.model.documents import Document
from repository.model.dossiers import Item
from repository.model.ids import show_blob
from repository.model.purges import UNDER_WAY
from repository.model.registers import first_number
from repository.upkeep.looks import looks


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
        yield from _closings(now)
        yield from _purges(now)
    for now, rows in looks(holdings, t.DOCUMENTS):
        for _, kept in rows:
            yield from _components(now, t.DOCUMENTS.decode(kept))
    for now, rows in looks(holdings, t.ITEMS):
        for _, kept in rows:
            yield from _paper(now, t.ITEMS.decode(kept))
    yield from _rows(holdings)


def count_blobs(holdings: Holdings) -> int:
    """How many blobs there are to check."""
    with holdings.reading() as now:
        return now.count(t.BLOBS)


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
        yield damage(trouble.slug(), "log", trouble.sentence)
        return
    if (size, merkle.root(peaks)) != expected:
        yield damage("log-root", f"event {size}", "the log does not give the catalogue's root")


def _registers(now: Reading) -> Iterator[Finding]:
    """Numbers follow one another from the opening number on."""
    for key, following in now.scan(t.NEXT_NUMBERS):
        register = now.get(t.REGISTERS, key[0])
        period = int(str(key[1]))
        if register is None:
            yield damage("register-missing", str(key[0]))
            continue
        expected = first_number(register, period)
        for number, entry in now.entries(register.id, period):
            if number != expected:
                yield damage("number-gap", f"{register.id}/{period}", f"{expected}..{number - 1}")
            if entry.document and now.document(entry.document) is None:
                yield damage("document-missing", entry.document, f"number {number}")
            expected = number + 1
        if expected != following:
            yield damage("next-number", f"{register.id}/{period}", f"{expected} != {following}")


def _closings(now: Reading) -> Iterator[Finding]:
    """The rows of closed periods are those that were certified."""
    for _, certificate in now.scan(t.CLOSINGS):
        register = now.register(certificate.register)
        if register and recount(now, register, certificate.period) != certificate.digest:
            place = f"{certificate.register}/{certificate.period}"
            yield damage("closing-digest", place, "its rows are not those that were certified")


def _components(now: Reading, document: Document) -> Iterator[Finding]:
    for part in document.components:
        row = now.row(part.blob)
        if now.erased_from(document.id, part.blob):
            continue
        if row is None:
            yield damage("blob-missing", show_blob(part.blob), f"document {document.id}")
        elif row.length != part.size:
            yield damage("blob-length", show_blob(part.blob), f"document {document.id}")


def _paper(now: Reading, item: Item) -> Iterator[Finding]:
    """A dossier's item is a document that is there, or a paper whose file is."""
    where = f"dossier {item.dossier}"
    if item.document:
        if now.document(item.document) is None:
            yield damage("document-missing", item.document, where)
        return
    row = now.row(item.blob)
    if row is None and not item.purge:
        yield damage("blob-missing", show_blob(item.blob), where)
    elif row and row.length != item.size:
        yield damage("blob-length", show_blob(item.blob), where)


def _purges(now: Reading) -> Iterator[Finding]:
    for _, purge in now.scan(t.PURGES):
        if purge.state in UNDER_WAY:
            yield Finding(
                severity=Severity.SUSPICIOUS,
                what="purge-unfinished",
                where=purge.id,
                detail=purge.state.value,
            )


def _rows(holdings: Holdings) -> Iterator[Finding]:
    """Rows that lead nowhere, or lean on what is not there."""
    for now, rows in looks(holdings, t.SEGMENTS):
        for blob, packed in rows:
            for base in bases_in(packed):
                if now.row(base) is None:
                    yield damage("base-missing", f"blake3:{blob.hex()}", show_blob(base))
    if holdings.on_disk:
        yield from _places(holdings, {number_of(n) for n in holdings.shelves.packs.names()})


def _places(holdings: Holdings, present: set[int | None]) -> Iterator[Finding]:
    for now, rows in looks(holdings, t.BLOBS):
        for blob, kept in rows:
            pack = unpack_row(kept).pack
            # A pack that was sealed or compacted since has taken its rows with it.
            if pack not in present and now.get(t.PACKS, pack) is not None:
                yield damage("pack-missing", f"blake3:{blob.hex()}", f"pack {pack:012x}")


def damage(what: str, where: str, detail: str = "") -> Finding:
    """A finding of something lost or wrong."""
    return Finding(severity=Severity.DAMAGED, what=what, where=where, detail=detail)
