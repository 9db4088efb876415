"""Looking at registered documents, with what belongs beside them."""

from itertools import islice

import msgspec

from api.services.access import BlobErased, document_for, present
from repository.catalogue.tables import Derived
from repository.catalogue.views import Reading
from repository.model.access import Caller, Hidden
from repository.model.agencies import Agency
from repository.model.documents import Component, Document
from repository.model.purges import Purge
from repository.model.registers import Register


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A document with its agency, its register, and what became of the text of its files."""

    document: Document
    agency: Agency
    register: Register
    texts: tuple[Derived | None, ...] = ()
    """In the order of the components; None = not read yet."""
    erased: tuple[Purge | None, ...] = ()
    """In the order of the components: what destroyed the file's content; None = it is there."""


def sheet_of(reading: Reading, document: Document) -> Sheet:
    """*document* with what belongs beside it in the same snapshot."""
    return Sheet(
        document=document,
        agency=present(reading.agency(document.agency)),
        register=present(reading.register(document.register)),
        texts=tuple(reading.derived(component.blob) for component in document.components),
        erased=tuple(reading.erased_from(document.id, one.blob) for one in document.components),
    )


def show(reading: Reading, caller: Caller, document: str) -> Sheet:
    """The document of that identifier for *caller*; raise `Hidden`."""
    return sheet_of(reading, document_for(reading, caller, document))


def history(
    reading: Reading, caller: Caller, document: str, *, start: int, limit: int
) -> tuple[Document, ...]:
    """The document at each of its revisions, from *start* on, up to *limit*; raise `Hidden`."""
    now = document_for(reading, caller, document)
    before = tuple(islice(reading.history(now.id, start=start), limit))
    return (*before, now)[:limit] if start <= now.revision else ()


def file_of(reading: Reading, caller: Caller, document: str, place: int) -> Component:
    """The file at *place* (from 0) of a document, for *caller*; raise `Hidden` or `BlobErased`."""
    found = document_for(reading, caller, document)
    if not 0 <= place < len(found.components):
        raise Hidden
    component = found.components[place]
    purge = reading.erased_from(found.id, component.blob)
    if purge:
        raise BlobErased.by(purge, component.blob)
    return component
