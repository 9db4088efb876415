"""What a caller may see of agencies and blobs; every answer comes from `repository.model.access`.

Whoever may not know of a thing gets the same `Hidden`, whether the thing is there or not
(decision 20).
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar

from repository.catalogue import tables as t
from repository.catalogue.agencies import predecessors_of
from repository.catalogue.receipts import is_recipient
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.model.access import (
    Caller,
    Hidden,
    NotAllowed,
    Right,
    authorize,
    hands_in,
    holds,
)
from repository.model.agencies import Agency
from repository.model.days import Day
from repository.model.documents import Document
from repository.model.ids import (
    AgencyId,
    BadIdentifier,
    BlobId,
    DocumentId,
    RegisterId,
    parse_agency_code,
    show_blob,
)
from repository.model.purges import Purge
from repository.model.registers import Register, day_in_vietnam
from repository.model.successions import Scope

T = TypeVar("T")


class BlobErased(Trouble):
    """The content of {blob} was destroyed on {day}, for this reason: {reason}."""

    kind = Kind.GONE
    vietnamese = "Nội dung của {blob} đã bị tiêu hủy ngày {day}, lý do: {reason}."

    @classmethod
    def by(cls, purge: Purge, blob: BlobId) -> "BlobErased":
        """The trouble of whoever asks for what *purge* destroyed."""
        day = day_in_vietnam(datetime.fromtimestamp(purge.confirmed / 1_000_000, UTC))
        return cls(blob=show_blob(blob), day=day.isoformat(), reason=purge.reason)


_IDENTIFIER = re.compile(r"[0-9a-f]{32}")


def present(found: T | None) -> T:
    """Give *found*; raise `Hidden` where there is nothing."""
    if found is None:
        raise Hidden
    return found


def given(identifier: str) -> str:
    """Give *identifier* where it can have been given; raise `Hidden` where it never was."""
    if not _IDENTIFIER.fullmatch(identifier):
        raise Hidden
    return identifier


def agency_for(reading: Reading, caller: Caller, right: Right, code: str) -> Agency:
    """The agency that bears *code*, in which *caller* has *right*.

    Raise `Hidden` where there is none or the caller may not know of it, `NotAllowed` where it
    is the caller's but the right is missing.
    """
    try:
        known = parse_agency_code(code)
    except BadIdentifier as error:
        raise Hidden from error
    agency = present(reading.agency_by_code(known))
    authorize(caller, right, agency.id)
    return agency


def register_for(reading: Reading, caller: Caller, right: Right, register: str) -> Register:
    """The register of that identifier, for which *caller* has *right*; raise as `agency_for`."""
    found = present(reading.register(RegisterId(given(register))))
    authorize(caller, right, found.agency)
    return found


def document_for(reading: Reading, caller: Caller, document: str) -> Document:
    """The document of that identifier, when *caller* may read it; raise `Hidden` otherwise."""
    found = present(reading.document(DocumentId(given(document))))
    if holds(caller, Right.READ, found.agency) or has_line(reading, caller, found):
        return found
    if caller.person:
        raise Hidden  # who works there learns of a paper by being given it
    authorize(caller, Right.READ, found.agency)
    return found


def readable(reading: Reading, caller: Caller, document: str) -> Document | None:
    """The document of that identifier where *caller* may read it; None otherwise, there or not."""
    try:
        return document_for(reading, caller, document)
    except (Hidden, NotAllowed):
        return None


def writable(reading: Reading, caller: Caller, document: str) -> Document:
    """The document of that identifier, when *caller* may write where it is registered.

    Raise `NotAllowed` where they may only read it, `Hidden` where not even that.
    """
    found = present(reading.document(DocumentId(given(document))))
    if not holds(caller, Right.WRITE, found.agency):
        document_for(reading, caller, document)
        authorize(caller, Right.WRITE, found.agency)
    return found


def has_line(reading: Reading, caller: Caller, document: Document) -> bool:
    """Say whether *caller* has, or had, a recipient line of *document* where they work today."""
    hands = hands_in(caller, document.agency)
    return any(is_recipient(reading, document.id, hand) for hand in hands)


def agencies_of(reading: Reading, caller: Caller, right: Right) -> frozenset[AgencyId]:
    """All agencies in which *caller* has *right*."""
    if caller.every_agency:
        known = (agency.id for agency in reading.agencies())
        return frozenset(known) if right in caller.rights else frozenset()
    found = set(caller.agencies) if right in caller.rights else set[AgencyId]()
    found.update(one for one, rights in caller.standing.items() if right in rights)
    found.update(one.agency for one in caller.mandates if right in one.rights)
    if right is Right.READ:
        found |= caller.inherited
    return frozenset(found)


def inherited(reading: Reading, agencies: Iterable[AgencyId], today: Day) -> frozenset[AgencyId]:
    """Those whose papers may be read because *agencies* have followed them by *today*."""
    if not reading.count(t.PREDECESSORS):
        return frozenset()
    followed = (predecessors_of(reading, one, today, Scope.ACCESS) for one in agencies)
    return frozenset(one for each in followed for one in each)


def may_read_blob(reading: Reading, caller: Caller, blob: BlobId) -> bool:
    """Say whether *blob* is stored and *caller* may read it.

    It is theirs to read when an agency where they read brought it, or holds a document with it.
    The same is looked at for a blob that is here and not theirs as for one that is not here: how
    long a refusal takes tells neither (decision 17).
    """
    stored = reading.stored(blob)
    if not (Right.READ in caller.rights or caller.person):
        return False
    if caller.every_agency:
        return stored
    agencies = agencies_of(reading, caller, Right.READ)
    theirs = any(reading.brought(blob, agency) for agency in agencies) or any(
        reading.held(blob, agency) for agency in agencies
    )
    return (theirs or _was_given(reading, caller, blob)) and stored


def _was_given(reading: Reading, caller: Caller, blob: BlobId) -> bool:
    """Say whether *caller* has a recipient line of a document that holds *blob*."""
    return bool(caller.hands) and any(
        is_recipient(reading, document, hand)
        for agency in caller.standing
        for document in reading.documents_of(blob, agency)
        for hand in hands_in(caller, agency)
    )


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
    if erasure and caller.every_agency and Right.READ in caller.rights:
        return reading.purge(erasure.purge)
    for agency, purge in reading.erased_for(blob):
        if holds(caller, Right.READ, agency):
            return reading.purge(purge)
    return None


def may_use_blob(reading: Reading, caller: Caller, blob: BlobId) -> bool:
    """Say whether *caller* may make *blob* a file of a document.

    Those who only write may use what their agency brought; readers, whatever they may read.
    """
    if may_read_blob(reading, caller, blob):
        return True
    stored = reading.stored(blob)
    if Right.WRITE not in caller.rights:
        return False
    if caller.every_agency:
        brought = next(reading.grants(blob), None) is not None
    else:
        brought = any(reading.brought(blob, agency) for agency in caller.agencies)
    return stored and brought
