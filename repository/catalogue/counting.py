"""Registrations counted as they happen, so that a year's figures are some rows and not a walk.

A year is the numbering period of the document's register; for a running series, which has none,
the year of its registration in Vietnam.
"""

from repository.catalogue import tables as t
from repository.catalogue.views import Writing
from repository.model import merkle
from repository.model.documents import Document
from repository.model.registers import year_in_vietnam

Key = tuple[int, str, str, bytes]


def count(rows: Writing, document: Document) -> None:
    """Count *document*, which was just registered."""
    _add(rows, document, 1)


def recount(rows: Writing, before: Document, after: Document) -> None:
    """Count a document that was amended under the kind it has now."""
    if before.kind != after.kind:
        _add(rows, before, -1)
        _add(rows, after, 1)


def count_anew(rows: Writing) -> None:
    """Count every document that there is: what a catalogue did that counted none before."""
    rows.transaction.clear(t.COUNTS.name)
    found: dict[Key, t.Counted] = {}
    for _, document in rows.scan(t.DOCUMENTS):
        key = key_of(document)
        known = found.get(key)
        found[key] = t.Counted(document.kind, known.number + 1 if known else 1)
    for key, counted in sorted(found.items()):
        rows.put(t.COUNTS, key, counted)


def key_of(document: Document) -> Key:
    """Under which key *document* is counted."""
    year = document.period or year_in_vietnam(document.registered)
    # A kind in words may be longer than a key: its digest stands for it.
    kind = merkle.digest(document.kind.encode())
    return year, document.agency, document.direction.value, kind


def _add(rows: Writing, document: Document, difference: int) -> None:
    key = key_of(document)
    known = rows.get(t.COUNTS, *key)
    number = (known.number if known else 0) + difference
    if number > 0:
        rows.put(t.COUNTS, key, t.Counted(document.kind, number))
    else:
        rows.delete(t.COUNTS, *key)
