"""Who may see a file: whoever may see a document that holds it, or whose agency has just brought it.

Whoever may not gets the same `Hidden`, whether the file is there or not (decision 20), and the
same is looked at for a file that is here and not theirs as for one that is not here: how long a
refusal takes tells neither (decision 17).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby

from api.services.access import agencies_of, may_read, present
from api.services.draft_access import is_agencys_file, seen_file_otherwise, shows_files
from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.model.access import Caller, Hidden, Right, is_cleared
from repository.model.documents import Document
from repository.model.ids import AgencyId, BlobId, DocumentId, show_blob
from repository.model.purges import Purge
from repository.model.registers import day_in_vietnam


class BlobErased(Trouble):
    """The content of {blob} was destroyed on {day}, for this reason: {reason}."""

    kind = Kind.GONE
    vietnamese = "Nội dung của {blob} đã bị tiêu hủy ngày {day}, lý do: {reason}."

    @classmethod
    def by(cls, purge: Purge, blob: BlobId) -> "BlobErased":
        """The trouble of whoever asks for what *purge* destroyed."""
        day = day_in_vietnam(datetime.fromtimestamp(purge.confirmed / 1_000_000, UTC))
        return cls(blob=show_blob(blob), day=day.isoformat(), reason=purge.reason)


def may_read_blob(reading: Reading, caller: Caller, blob: BlobId) -> bool:
    """Say whether *blob* is stored and *caller* may read it."""
    stored = reading.stored(blob)
    if not (Right.READ in caller.rights or caller.person):
        return False
    if caller.every_agency:
        return stored and _anywhere(reading, caller, blob)
    agencies = agencies_of(reading, caller, Right.READ)
    theirs = any(_reads_in(reading, caller, blob, one) for one in agencies)
    otherwise = seen_file_otherwise(reading, caller, blob)
    return (theirs or otherwise or _was_given(reading, caller, blob, agencies)) and stored


def _anywhere(reading: Reading, caller: Caller, blob: BlobId) -> bool:
    """As `_reads_in`, for who reads in all agencies: some agency is enough."""
    if caller.clearance:
        return True
    holding = groupby(reading.documents_holding(blob), key=lambda each: each[1])
    held = [agency for agency, _ in holding]
    if any(_reads_in(reading, caller, blob, agency) for agency in held):
        return True
    return not held or any(agency not in held for agency in reading.grants(blob))


def _reads_in(reading: Reading, caller: Caller, blob: BlobId, agency: AgencyId) -> bool:
    """Say whether *agency*, where *caller* reads, lets them see *blob*.

    As long as no document of the agency holds it, whoever brought it counts; then the documents
    do. What was brought again after all of them were registered, or changed last, is as good as
    new: somebody has it, and whether a restricted document holds it too is not told.
    """
    if is_cleared(caller, agency):
        return is_agencys_file(reading, caller, blob, agency)
    brought = reading.get(t.GRANTS, blob, agency)
    holding = _documents(reading, reading.documents_of(blob, agency))
    if any(_shows(reading, caller, document) for document in holding):
        return True
    return brought is not None and all(brought > _settled(one) for one in holding)


def _shows(reading: Reading, caller: Caller, document: Document) -> bool:
    """Say whether *document* shows its files to *caller*: of a recalled one most see the row alone."""
    return may_read(reading, caller, document) and shows_files(reading, caller, document)


def _settled(document: Document) -> int:
    """When *document* last took its files, or its grade, at the latest."""
    return max(document.registered, document.amended)


def _was_given(
    reading: Reading, caller: Caller, blob: BlobId, looked_at: frozenset[AgencyId]
) -> bool:
    """Say whether *caller* was given a document of theirs, elsewhere than *looked_at*, with *blob*."""
    others = (agency for agency in caller.standing if agency not in looked_at)
    holding = (_documents(reading, reading.documents_of(blob, agency)) for agency in others)
    return any(_shows(reading, caller, document) for each in holding for document in each)


def _documents(reading: Reading, names: Iterable[DocumentId]) -> list[Document]:
    return [present(reading.document(name)) for name in names]


def require_readable(reading: Reading, caller: Caller, blob: BlobId) -> None:
    """Return when *caller* may read *blob*.

    Raise `BlobErased` where they could before its content was destroyed, `Hidden` otherwise, the
    same whether it is stored or not.
    """
    if may_read_blob(reading, caller, blob):
        return
    purge = _purge_known_to(reading, caller, blob)
    raise BlobErased.by(purge, blob) if purge else Hidden


def _purge_known_to(reading: Reading, caller: Caller, blob: BlobId) -> Purge | None:
    """The purge by which *caller* lost *blob*, if they could read it before."""
    erasure = reading.erasure(blob)
    if erasure and caller.every_agency and caller.clearance and Right.READ in caller.rights:
        return reading.purge(erasure.purge)
    held: set[AgencyId] = set()
    for key, purge in reading.scan(t.ERASED_FILES, blob):
        document = reading.document(DocumentId(str(key[1])))
        if document and may_read(reading, caller, document):
            return reading.purge(purge)
        held.update({document.agency} if document else ())
    readable = agencies_of(reading, caller, Right.READ) - held
    for key, purge in reading.scan(t.ERASED_GRANTS, blob):
        if str(key[1]) in readable:
            return reading.purge(purge)
    return None


def may_use_blob(reading: Reading, caller: Caller, blob: BlobId) -> bool:
    """Say whether *caller* may make *blob* a file of a document.

    Those who only write may use what their agency brought; readers, whatever they may read.
    """
    if may_read_blob(reading, caller, blob):
        return True
    stored = reading.stored(blob)
    if Right.WRITE not in caller.rights or Right.READ in caller.rights:
        return False
    if caller.every_agency:
        brought = next(reading.grants(blob), None) is not None
    else:
        brought = any(reading.brought(blob, agency) for agency in caller.agencies)
    return stored and brought
