"""The engine for PDF: pyHanko reads and compares, the verdict is ours; a reader per call, no network.

Everything a file may raise ends here, in a remark or a value that is never valid. In one process and
without limits on time: files of others go through `interop.signatures.pool`.
"""

# pyHanko's core has no stubs: what comes out of it is given a type here.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeArgument=false

import logging
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from interop.signatures import hex_strings, names
from interop.signatures.dimensions import Coverage, Integrity, Remark
from interop.signatures.pdf_bytes import Seen, seen
from interop.signatures.pdf_pages import Page, entry, pages_of
from interop.signatures.pdf_signature import Bench, Document, archival_facts, signature_facts
from interop.signatures.pdf_tail import end_remarks, hidden_definitions
from interop.signatures.port import (
    MAX_FILE,
    MAX_REVISIONS,
    MAX_SIGNATURES,
    Allowance,
    Question,
    Trusted,
)
from interop.signatures.verdicts import FileFacts, SignatureFacts

HEADER = b"%PDF-"
HEAD_BYTES = 1024
MAX_DETAIL = 200

T = TypeVar("T")


class _Field(NamedTuple):
    name: str
    entries: generic.DictionaryObject
    value: generic.Reference | None


class _Unreadable(Exception):
    """The file cannot be judged at all."""

    def __init__(self, remark: Remark, detail: str = "") -> None:
        super().__init__(remark, detail)
        self.remark = remark
        self.detail = detail


class PdfVerifier:
    """A `Verifier` in the caller's own process, over one trust store."""

    def __init__(self, trusted: Trusted, allowance: Allowance | None = None) -> None:
        hex_strings.install()
        names.install()
        for name in ("pyhanko", "pyhanko_certvalidator"):
            # It tells by its log what we tell by values; nobody else is told anything.
            logging.getLogger(name).addHandler(logging.NullHandler())
            logging.getLogger(name).propagate = False
        self._bench = Bench.of(trusted, allowance or Allowance())
        self._version = trusted.version

    def look(self, path: Path, question: Question) -> FileFacts:
        with path.open("rb") as stream:
            return self.look_at(stream, question)

    def look_at(self, stream: BinaryIO, question: Question) -> FileFacts:
        """The same for an open file or bytes in memory."""
        size = stream.seek(0, os.SEEK_END)
        if size > MAX_FILE:
            return FileFacts(size=size, sha256="", remarks=(Remark.TOO_LARGE,))
        bytes_seen = seen(stream, tuple(one.length for one in question.revisions))
        begins = tuple(
            one.length
            for one in question.revisions
            if bytes_seen.begins.get(one.length) == one.sha256.lower()
        )
        facts = FileFacts(
            size=size, sha256=bytes_seen.sha256, begins=begins, trust_version=self._version
        )
        return _sayable(
            _judged(facts, stream, bytes_seen, _Call(self._bench, question, begins)), facts
        )

    def close(self) -> None:
        """Do nothing: nothing is held."""


class _Call(NamedTuple):
    bench: Bench
    question: Question
    begins: tuple[int, ...]


def attempted(call: Callable[[], T]) -> T | str:
    """What *call* gives, or the name of what it raised: bytes of others raise anything.

    pyHanko raises KeyError, TypeError, AssertionError and more on broken files. Memory that is used
    up is no matter of the file alone, and goes on.
    """
    try:
        return call()
    except MemoryError:
        raise
    except Exception as surprise:  # noqa: BLE001 - fail closed: every surprise becomes a verdict
        return f"{type(surprise).__name__}: {surprise}"[:MAX_DETAIL]


def _judged(facts: FileFacts, stream: BinaryIO, bytes_seen: Seen, call: _Call) -> FileFacts:
    try:
        head = _head(stream)
        reader = _opened(stream)
        fields = _fields(reader)
    except _Unreadable as unreadable:
        return replace(facts, remarks=(unreadable.remark,), detail=unreadable.detail)
    document = _document(stream, reader, bytes_seen, call)
    signatures = _signatures(fields, document, call)
    remarks = [*head, *_about_fields(fields, bytes_seen, signatures)]
    end = attempted(lambda: _about_bytes(document, bytes_seen, signatures))
    if isinstance(end, str):
        return replace(facts, remarks=(Remark.MALFORMED,), signatures=signatures, detail=end)
    return replace(facts, remarks=(*remarks, *end), signatures=signatures)


def _sayable(found: FileFacts, bare: FileFacts) -> FileFacts:
    """*found*, or *bare* with a remark where the file's text is none that can be written down."""
    try:
        msgspec.msgpack.encode(found)
    except (UnicodeEncodeError, TypeError):
        return replace(bare, remarks=(Remark.MALFORMED,), detail="text that is no Unicode")
    return found


def _head(stream: BinaryIO) -> list[Remark]:
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if HEADER not in head:
        raise _Unreadable(Remark.NOT_PDF)
    return [] if head.startswith(HEADER) else [Remark.HEAD_OTHER]


def _opened(stream: BinaryIO) -> PdfFileReader:
    def opened() -> PdfFileReader:
        reader = PdfFileReader(stream, strict=True)
        return reader if "/Pages" in reader.root else _no_pages()

    reader = attempted(opened)
    if isinstance(reader, str):
        raise _Unreadable(Remark.MALFORMED, reader)
    if reader.encrypted:
        raise _Unreadable(Remark.ENCRYPTED)
    if reader.xrefs.hybrid_xrefs_present:
        raise _Unreadable(Remark.MALFORMED, "two kinds of cross-references that may differ")
    if reader.xrefs.total_revisions > MAX_REVISIONS:
        raise _Unreadable(Remark.TOO_MANY)
    return reader


def _no_pages() -> PdfFileReader:
    raise PdfReadError("no pages")


def _fields(reader: PdfFileReader) -> list[_Field]:
    def listed() -> list[_Field]:
        found: list[_Field] = []
        for name, _, field in enumerate_sig_fields(reader, filled_status=True):
            entries: Any = field.get_object()
            found.append(
                _Field(unicodedata.normalize("NFC", str(name)), entries, _reference(entries))
            )
        return found

    fields = attempted(listed)
    if isinstance(fields, str):
        raise _Unreadable(Remark.MALFORMED, fields)
    if len(fields) > MAX_SIGNATURES:
        raise _Unreadable(Remark.TOO_MANY)
    return fields


def _reference(field: generic.DictionaryObject) -> generic.Reference | None:
    value: Any = field.raw_get("/V")
    return value.reference if isinstance(value, generic.IndirectObject) else None


def _document(stream: BinaryIO, reader: PdfFileReader, bytes_seen: Seen, call: _Call) -> Document:
    pages = attempted(lambda: pages_of(reader))
    known: tuple[Page, ...] | None = None if isinstance(pages, str) else pages
    proofs = tuple(
        (one.length, one.at)
        for one in call.question.revisions
        if one.length in call.begins and one.at is not None and one.at <= call.question.at
    )
    return Document(
        stream=stream,
        reader=reader,
        size=bytes_seen.size,
        pages=known,
        at=call.question.at,
        proofs=proofs,
    )


def _signatures(
    fields: list[_Field], document: Document, call: _Call
) -> tuple[SignatureFacts, ...]:
    """All of them in the order in which they were made; time-stamps over the file speak first."""
    found: list[SignatureFacts] = []
    stamps = [field for field in fields if _is_stamp(field)]
    for field in stamps:
        facts = _one(field, archival_facts, document, call.bench)
        found.append(facts)
        if facts.proved is not None:
            document = document.proved(facts.end, facts.proved)
    others = (field for field in fields if field not in stamps)
    found += [_one(field, signature_facts, document, call.bench) for field in others]
    return tuple(sorted(found, key=lambda one: one.end))


def _is_stamp(field: _Field) -> bool:
    kind = attempted(lambda: entry(field.entries["/V"], "/Type"))
    return kind == "/DocTimeStamp"


def _one(
    field: _Field,
    judge: Callable[[_Field, Document, Bench], SignatureFacts],
    document: Document,
    bench: Bench,
) -> SignatureFacts:
    facts = attempted(lambda: judge(field, document, bench))
    if isinstance(facts, str):
        return SignatureFacts(field=field.name, integrity=Integrity.UNREADABLE, changed=facts)
    return facts


def _about_fields(
    fields: list[_Field], bytes_seen: Seen, signatures: tuple[SignatureFacts, ...]
) -> list[Remark]:
    remarks: list[Remark] = []
    if all(one.archival for one in signatures):
        remarks.append(Remark.NO_SIGNATURE)
    if bytes_seen.byte_ranges > len(fields):
        remarks.append(Remark.SIGNATURE_UNLISTED)
    values = [(one.value.idnum, one.value.generation) for one in fields if one.value is not None]
    if len(set(values)) < len(values):
        remarks.append(Remark.SIGNATURE_SHARED)
    whole = {Coverage.WHOLE_FILE, Coverage.WHOLE_REVISION}
    if signatures and whole.isdisjoint(one.coverage for one in signatures):
        remarks.append(Remark.NOTHING_COVERS)
    return remarks


def _about_bytes(
    document: Document, bytes_seen: Seen, signatures: tuple[SignatureFacts, ...]
) -> list[Remark]:
    if not signatures:
        return []
    remarks = end_remarks(document, signatures)
    end = max(one.end for one in signatures)
    if hidden_definitions(document.reader, bytes_seen.definitions, end):
        remarks.append(Remark.HIDDEN_OBJECTS)
    return remarks
