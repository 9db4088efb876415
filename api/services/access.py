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
from repository.catalogue.dispatches import (
    held_only_recalled,
    is_addressed,
    is_addressed_file,
    is_recalled,
)
from repository.catalogue.drafts import drafts_with, is_draft_reader
from repository.catalogue.receipts import is_recipient
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.model.access import Caller, Hidden, NotAllowed, Right, authorize, holds
from repository.model.agencies import Agency
from repository.model.days import Day
from repository.model.dispatches import Dispatch
from repository.model.documents import Document
from repository.model.drafts import Draft, registry_hand
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
    if not is_identifier(identifier):
        raise Hidden
    return identifier


def is_identifier(text: str) -> bool:
    """Say whether *text* can be an identifier that was given."""
    return bool(_IDENTIFIER.fullmatch(text))


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
    if was_sent(reading, caller, found) or had_in_draft(reading, caller, found):
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
    """Say whether *caller* has, or had, a recipient line of *document* where they work today.

    Of one that was recalled a line lets nobody read any more.
    """
    return (
        document.agency in caller.standing
        and not document.recalled
        and any(is_recipient(reading, document.id, hand) for hand in caller.hands)
    )


def was_sent(reading: Reading, caller: Caller, document: Document) -> bool:
    """Say whether *document* was sent to an agency in whose registry *caller* works."""
    return any(
        is_addressed(reading, document.id, agency) for agency in registries_of(reading, caller)
    )


def had_in_draft(reading: Reading, caller: Caller, document: Document) -> bool:
    """Say whether *caller* sees the draft that *document* was issued from, while it holds."""
    if not document.draft or document.recalled:
        return False
    draft = reading.get(t.DRAFTS, document.draft)
    return draft is not None and sees_draft(reading, caller, draft)


def shows_draft_files(reading: Reading, caller: Caller, draft: Draft) -> bool:
    """Say whether *caller*, who may see *draft*, may read its files: as those of what it became."""
    document = reading.document(draft.document) if draft.document else None
    return document is None or shows_files(reading, caller, document)


def registries_of(reading: Reading, caller: Caller) -> frozenset[AgencyId]:
    """The agencies in whose registry *caller* works; of who writes everywhere, none in particular."""
    return frozenset() if caller.every_agency else agencies_of(reading, caller, Right.WRITE)


def shows_files(reading: Reading, caller: Caller, document: Document) -> bool:
    """Say whether *caller*, who may read *document*, may read its files.

    Those of a recalled one are for the registry alone, and for that of a recipient who has not
    given it back yet; all others see the row.
    """
    if not document.recalled or holds(caller, Right.WRITE, document.agency):
        return True
    return was_sent(reading, caller, document)


def draft_for(reading: Reading, caller: Caller, draft: str) -> Draft:
    """The draft of that identifier, when *caller* may see it; raise `Hidden` otherwise.

    Its drafter does, the heads of its unit and of those above once it was submitted to them, the
    registry from the form check on, and whoever is to sign once it lies before them. Who reads all
    papers of the agency sees no draft by that.
    """
    found = present(reading.get(t.DRAFTS, given(draft)))
    if sees_draft(reading, caller, found):
        return found
    raise Hidden


def sees_draft(reading: Reading, caller: Caller, draft: Draft) -> bool:
    """Say whether *caller* may see *draft*."""
    if draft.agency in caller.standing and any(
        is_draft_reader(reading, draft.id, hand) for hand in caller.hands
    ):
        return True
    registry = holds(caller, Right.WRITE, draft.agency)
    return registry and is_draft_reader(reading, draft.id, registry_hand(draft.agency))


def dispatch_for(reading: Reading, caller: Caller, dispatch: str) -> Dispatch:
    """The line of that identifier, for who reads at the sender's and for the recipient's registry;
    raise `Hidden` otherwise.
    """
    found = present(reading.get(t.DISPATCHES, given(dispatch)))
    if holds(caller, Right.READ, found.sender):
        return found
    if found.agency and holds(caller, Right.WRITE, found.agency):
        return found
    raise Hidden


def own_hand(caller: Caller) -> AgencyId:
    """In whose name somebody brings a file who does not write in the agency: their own."""
    return AgencyId(f"p:{caller.person}")


def agencies_of(reading: Reading, caller: Caller, right: Right) -> frozenset[AgencyId]:
    """All agencies in which *caller* has *right*."""
    if caller.every_agency:
        known = (agency.id for agency in reading.agencies())
        return frozenset(known) if right in caller.rights else frozenset()
    found = set(caller.agencies) if right in caller.rights else set[AgencyId]()
    found.update(one for one, rights in caller.standing.items() if right in rights)
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
    theirs = any(_has(reading, caller, blob, agency) for agency in agencies)
    sent = any(
        is_addressed_file(reading, blob, agency) for agency in registries_of(reading, caller)
    )
    return (theirs or sent or _was_given(reading, caller, blob)) and stored


def _has(reading: Reading, caller: Caller, blob: BlobId, agency: AgencyId) -> bool:
    """Say whether *agency* brought *blob*, or has a document with it that shows it to *caller*."""
    if not (reading.brought(blob, agency) or reading.held(blob, agency)):
        return False
    registry = holds(caller, Right.WRITE, agency)
    return registry or not held_only_recalled(reading, blob, agency)


def _was_given(reading: Reading, caller: Caller, blob: BlobId) -> bool:
    """Say whether *caller* brought *blob* themselves, has a recipient line of a document that holds
    it, or sees a draft with it.
    """
    if caller.person and reading.brought(blob, own_hand(caller)):
        return True
    given_to = bool(caller.hands) and any(
        is_recipient(reading, document, hand)
        for agency in caller.standing
        for document in reading.documents_of(blob, agency)
        if not is_recalled(reading, document)
        for hand in caller.hands
    )
    return given_to or _drafted(reading, caller, blob)


def _drafted(reading: Reading, caller: Caller, blob: BlobId) -> bool:
    """Say whether *caller* sees a draft with *blob*; only where they work is looked at."""
    agencies = registries_of(reading, caller).union(caller.standing)
    return any(
        sees_draft(reading, caller, draft) and shows_draft_files(reading, caller, draft)
        for agency in agencies
        for draft in drafts_with(reading, blob, agency)
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
