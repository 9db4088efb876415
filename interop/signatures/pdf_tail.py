"""What lies behind the last signature, and what lies unused before it."""

# pyHanko's core has no stubs: what comes out of it is given a type here.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeArgument=false

import re
from collections.abc import Sequence

from pyhanko.pdf_utils.reader import PdfFileReader

from interop.signatures.dimensions import Change, Coverage, Remark
from interop.signatures.pdf_bytes import WHITESPACE, Definition, tail
from interop.signatures.pdf_signature import Document
from interop.signatures.verdicts import SignatureFacts

_ENDING = re.compile(
    rb"\s*(?:(?:trailer)?\s*<<.*?>>\s*)?(?:endobj\s*)?startxref\s+\d+\s+%%EOF(\s*)", re.DOTALL
)
LINE_END = 2
"""Bytes of a line's end, which every file may have."""


def end_remarks(document: Document, signatures: Sequence[SignatureFacts]) -> list[Remark]:
    """What is to be said of the bytes behind the last signature of *document*."""
    if any(one.coverage is Coverage.WHOLE_FILE for one in signatures):
        return []
    end = max(one.end for one in signatures)
    xrefs = document.reader.xrefs
    last = xrefs.get_xref_container_info(xrefs.total_revisions - 1)
    if last.end_location > end:
        return [
            *_purpose(document, max(signatures, key=lambda one: one.end)),
            *_behind_a_revision(document, last.end_location),
        ]
    left = tail(document.stream, end)
    if left is None or left.strip(WHITESPACE):
        return [Remark.TAIL_OTHER]
    return [Remark.TAIL_WHITESPACE] if left else []


def _purpose(document: Document, last: SignatureFacts) -> list[Remark]:
    """Evidence and comments are known; an update that changes nothing has to be explained."""
    known = last.change is not Change.ARCHIVAL or "/DSS" in document.reader.root
    return [] if known else [Remark.UNSIGNED_UPDATE]


def _behind_a_revision(document: Document, start: int) -> list[Remark]:
    """After an unsigned revision nothing stands but where its cross-references are."""
    left = tail(document.stream, start)
    found = _ENDING.fullmatch(left) if left is not None else None
    if found is None:
        return [Remark.TAIL_OTHER]
    return [Remark.TAIL_WHITESPACE] if len(found[1]) > LINE_END else []


def hidden_definitions(
    reader: PdfFileReader, definitions: Sequence[Definition], end: int
) -> list[Definition]:
    """Definitions before *end* that no cross-reference names, of objects that another one defines.

    They wait: an update that points at them changes what is shown without a byte that was signed.
    """
    named = _named_offsets(reader)
    lies_at = {offset for offsets in named.values() for offset in offsets}
    return [
        one
        for one in definitions
        if one.offset < end
        and named.get(one.number)
        and not any(one.offset - back in lies_at for back in range(3))
    ]


def _named_offsets(reader: PdfFileReader) -> dict[int, set[int]]:
    """By object number: every offset at which a cross-reference of some revision puts it."""
    named: dict[int, set[int]] = {}
    xrefs = reader.xrefs
    for revision in range(xrefs.total_revisions):
        for reference in xrefs.explicit_refs_in_revision(revision):
            place = xrefs.get_historical_ref(reference, revision)
            if isinstance(place, int):
                named.setdefault(reference.idnum, set()).add(place)
        container = xrefs.get_xref_container_info(revision)
        if container.stream_ref is not None:
            named.setdefault(container.stream_ref.idnum, set()).add(container.start_location)
    return named
