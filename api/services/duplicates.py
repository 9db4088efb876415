"""What a paper that is about to be registered resembles: same file, same lineage, same origin.

Three identities, three answers: a file is known by its bytes, a revision by the bytes that it
begins with, a paper by issuer, symbol and date. Nothing here stops a registration but where it is
asked to; and nothing is told of what the caller may not read (decision 20).
"""

import enum
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from api.services import paper
from api.services.access import agency_for, readable
from api.services.blob_access import may_use_blob
from repository.blobs.address import Digesting
from repository.blobs.media import Media
from repository.blobs.port import MiB
from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.model.access import Caller, Right, holds
from repository.model.documents import Document
from repository.model.ids import AgencyId, BlobId, DocumentId
from repository.model.registers import Direction

MAX_OF_A_FILE = 5
"""Documents that are named for one file in one way."""
MAX_LOOKED_AT = 200
"""Documents with one file that are looked at for those that may be named."""
MAX_READ = 64 * MiB
"""Bytes of all files together that are read for their revisions; of what is beyond only the whole
file is known again."""


class Why(enum.Enum):
    """In what a registered document is the same."""

    SAME_PAPER = "same-paper"
    """Issuer, symbol and date; `POST /v1/registrations` refuses it without a reason."""
    SAME_FILE = "same-file"
    """It holds the very file."""
    EARLIER_REVISION = "earlier-revision"
    """The file goes on from one of its files: signed again, or filled in."""
    LATER_REVISION = "later-revision"
    """One of its files goes on from this one."""
    SAME_BEGINNING = "same-beginning"
    """One of its files shares an earlier revision with this one."""


class KinBlob(msgspec.Struct, frozen=True, array_like=True):
    """A blob of which the caller's agency may hold a document."""

    path: str
    """Of the file that is given."""
    why: Why
    blob: BlobId


class Resembling(msgspec.Struct, frozen=True, kw_only=True):
    """A registered document that a paper resembles."""

    why: Why
    path: str
    """Of the file that is the same, or `$`."""
    document: Document


class DuplicateFile(Trouble):
    """The file at {path} is registered already ({why}); see `document`.

    To register it again, send `duplicate_reason`.
    """

    kind = Kind.CONFLICT
    vietnamese = "Tệp nêu tại {path} đã được đăng ký ({why})."


def kin_of(holdings: Holdings, caller: Caller, given: paper.Registration) -> tuple[KinBlob, ...]:
    """The files of *given* and what belongs to the lineage of each, whoever holds that.

    Reads files: not for the keeper. Raise `Hidden`, `NotAllowed`, `UnknownBlob` or of `fields`.
    """
    with holdings.reading() as reading:
        agency_for(reading, caller, Right.WRITE, given.agency)
        blobs = _blobs(reading, caller, given)
        small = _readable_sizes(reading, blobs.values())
    return tuple(
        kin
        for path, blob in blobs.items()
        for kin in (
            KinBlob(path, Why.SAME_FILE, blob),
            *_lineage(holdings, path, blob, read=blob in small),
        )
    )


def refuse_kin(
    reading: Reading, caller: Caller, agency: AgencyId, kin: Iterable[KinBlob], reason: str
) -> None:
    """Raise `DuplicateFile` where *agency* has a document of one of *kin*, and no *reason* is given.

    Which one it is, only a reader learns; a reader is not warned of one that they may not see.
    """
    if reason:
        return
    for one in kin:
        seen = next(_seen(reading, caller, reading.documents_of(one.blob, agency)), None)
        if seen:
            raise DuplicateFile(path=one.path, why=one.why.value, document=seen.id)
        if reading.held(one.blob, agency) and not holds(caller, Right.READ, agency):
            raise DuplicateFile(path=one.path, why=one.why.value)


def resembling(
    reading: Reading,
    caller: Caller,
    given: paper.Registration,
    houses: tuple[AgencyId, ...],
    kin: tuple[KinBlob, ...],
) -> Iterator[Resembling]:
    """The documents of *houses* that *given* resembles and *caller* may read; some come twice."""
    for house in houses:
        for seen in _seen(reading, caller, _same_papers(reading, given, house)):
            yield Resembling(why=Why.SAME_PAPER, path="$", document=seen)
    for one in kin:
        for house in houses:
            for seen in _seen(reading, caller, reading.documents_of(one.blob, house)):
                yield Resembling(why=one.why, path=one.path, document=seen)


def _same_papers(
    reading: Reading, given: paper.Registration, house: AgencyId
) -> Iterator[DocumentId]:
    origin = paper.incoming(given).origin if given.direction is Direction.INCOMING else ""
    if origin:
        rows = reading.scan(t.ORIGINS, house, bytes.fromhex(origin))
        yield from (document for _, document in rows)


def _seen(reading: Reading, caller: Caller, documents: Iterable[DocumentId]) -> Iterator[Document]:
    """The first few of *documents* that *caller* may read; not all of very many are looked at."""
    known = (readable(reading, caller, one) for one in islice(documents, MAX_LOOKED_AT))
    yield from islice((one for one in known if one), MAX_OF_A_FILE)


def _blobs(reading: Reading, caller: Caller, given: paper.Registration) -> dict[str, BlobId]:
    """The files of *given* by their paths."""
    paper.check_components(given.components)
    found: dict[str, BlobId] = {}
    for n, one in enumerate(given.components):
        path = f"$.components[{n}]"
        found[path] = paper.blob_of(path, one)
        if not may_use_blob(reading, caller, found[path]):
            raise paper.UnknownBlob(path=f"{path}.blob", blob=one.blob)
    return found


def _readable_sizes(reading: Reading, blobs: Iterable[BlobId]) -> frozenset[BlobId]:
    """Those of *blobs* that are PDF and, taken in order, not more than may be read."""
    chosen: set[BlobId] = set()
    left = MAX_READ
    for blob in dict.fromkeys(blobs):
        row = reading.row(blob)
        if row and row.media == Media.PDF.value and row.length <= left:
            left -= row.length
            chosen.add(blob)
    return frozenset(chosen)


def _lineage(holdings: Holdings, path: str, blob: BlobId, *, read: bool) -> Iterator[KinBlob]:
    """What is stored and belongs to the revisions of *blob*, the nearest kin first.

    The store keeps one blob for each beginning: of several that go on from it, one is told.
    """
    marks = _marks(holdings, blob) if read else ()
    with holdings.reading() as reading:
        beginnings = [reading.revision(mark) for mark in (blob, *reversed(marks))]
        earlier = [mark for mark in reversed(marks) if reading.row(mark)]
    later, *beside = (found[0] if found else None for found in beginnings)
    known = {blob, *earlier}
    yield from (KinBlob(path, Why.EARLIER_REVISION, mark) for mark in earlier)
    if later and later not in known:
        yield KinBlob(path, Why.LATER_REVISION, later)
    others = dict.fromkeys(one for one in beside if one and one not in known | {later})
    yield from (KinBlob(path, Why.SAME_BEGINNING, one) for one in others)


def _marks(holdings: Holdings, blob: BlobId) -> tuple[BlobId, ...]:
    """The digests of the revisions that *blob* carries, the shortest first."""
    digesting = Digesting()
    for piece in holdings.blobs.chunks(blob):
        digesting.update(piece)
    return tuple(mark.digest for mark in digesting.finish().marks)
