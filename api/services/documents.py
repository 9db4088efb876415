"""Looking at registered documents, with what belongs beside them."""

from datetime import UTC, datetime
from itertools import islice

import msgspec
from msgspec import structs

from api.services.access import document_for, present
from api.services.blob_access import BlobErased
from api.services.draft_access import shows_files
from api.services.identities import name_at
from repository.catalogue.relations import marks_of
from repository.catalogue.tables import HISTORY, Derived
from repository.catalogue.views import Reading
from repository.model.access import Caller, Hidden
from repository.model.agencies import Agency
from repository.model.days import Day, day_of
from repository.model.documents import Component, Document
from repository.model.ids import AgencyId
from repository.model.purges import Purge
from repository.model.registers import Register
from repository.model.relations import Marked


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A document with its agency, its register, and what became of the text of its files."""

    document: Document
    agency: Agency
    register: Register
    texts: tuple[Derived | None, ...] = ()
    """In the order of the components; None = not read yet."""
    addressed_to: str = ""
    """Code of the agency that ended and was meant; empty = this one."""
    erased: tuple[Purge | None, ...] = ()
    """In the order of the components: what destroyed the file's content; None = it is there."""
    marks: tuple[Marked, ...] = ()
    """What its issuer did to it since: recalled, replaced, amended, corrected."""


def sheet_of(reading: Reading, document: Document) -> Sheet:
    """*document* with what belongs beside it in the same snapshot."""
    agency = present(reading.agency(document.agency))
    meant = reading.agency(AgencyId(document.addressed_to)) if document.addressed_to else None
    return Sheet(
        document=document,
        agency=structs.replace(agency, name=name_at(reading, agency, _registered(document))),
        addressed_to=meant.code if meant else "",
        register=present(reading.register(document.register)),
        texts=tuple(reading.derived(component.blob) for component in document.components),
        erased=tuple(reading.erased_from(document.id, one.blob) for one in document.components),
        marks=marks_of(reading, document.id),
    )


def sheet_for(reading: Reading, caller: Caller, document: Document) -> Sheet:
    """*document* as *caller*, who may read it, sees it: of a recalled one most see no files."""
    sheet = sheet_of(reading, document)
    if shows_files(reading, caller, document):
        return sheet
    bare = structs.replace(document, components=())
    return structs.replace(sheet, document=bare, texts=(), erased=())


def _registered(document: Document) -> Day:
    """The day on which it got its number: it goes on naming its agency as it was called then."""
    return day_of(datetime.fromtimestamp(document.registered / 1_000_000, UTC))


def show(reading: Reading, caller: Caller, document: str) -> Sheet:
    """The document of that identifier for *caller*; raise `Hidden`."""
    return sheet_for(reading, caller, document_for(reading, caller, document))


def history(
    reading: Reading, caller: Caller, document: str, *, start: int, limit: int
) -> tuple[Document, ...]:
    """The document at each of its revisions, from *start* on, up to *limit*; raise `Hidden`.

    Where there is one before *start* it comes first, so that what changed can be told.
    """
    now = document_for(reading, caller, document)
    if start > now.revision:
        return ()
    first = max(start - 1, 1)
    most = limit + (start - first)
    before = tuple(islice(reading.history(now.id, start=first), most))
    return (*before, now)[:most]


def file_of(
    reading: Reading, caller: Caller, document: str, place: int, *, revision: int | None = None
) -> Component:
    """The file at *place* (from 0) of a document, for *caller*; raise `Hidden` or `BlobErased`.

    *revision*: as the document stood then; None = as it stands.
    """
    found = document_for(reading, caller, document)
    if not shows_files(reading, caller, found):
        raise Hidden
    if revision is not None and revision != found.revision:
        found = present(reading.get(HISTORY, found.id, revision))
    if not 0 <= place < len(found.components):
        raise Hidden
    component = found.components[place]
    purge = reading.erased_from(found.id, component.blob)
    if purge:
        raise BlobErased.by(purge, component.blob)
    return component
