"""What a caller may see of agencies and documents, and under which tokens they search.

Every answer comes from the rules of `repository.model.access` and `document_access`. Whoever may not know of a thing gets the same `Hidden`, whether the thing is there or not
(decision 20).
"""

import re
from collections.abc import Iterable
from typing import TypeVar

from api.services.draft_access import registries_of, seen_otherwise, sees_draft
from repository.catalogue import tables as t
from repository.catalogue.agencies import predecessors_of
from repository.catalogue.receipts import is_recipient
from repository.catalogue.views import Reading
from repository.model.access import (
    Caller,
    Decision,
    Hidden,
    NotAllowed,
    Right,
    authorize,
    holds,
    holds_anywhere,
    is_cleared,
)
from repository.model.agencies import Agency
from repository.model.days import Day
from repository.model.dispatches import Dispatch
from repository.model.document_access import judge_document, tokens_for
from repository.model.documents import Document
from repository.model.drafts import Draft
from repository.model.events import Event, subject_of
from repository.model.ids import (
    AgencyId,
    BadIdentifier,
    DocumentId,
    RegisterId,
    parse_agency_code,
)
from repository.model.registers import Register
from repository.model.successions import Scope

T = TypeVar("T")


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
    agency = present(_bearer(reading, code))
    authorize(caller, right, agency.id)
    return agency


def _bearer(reading: Reading, code: str) -> Agency | None:
    try:
        return reading.agency_by_code(parse_agency_code(code))
    except BadIdentifier as error:
        raise Hidden from error


def register_for(reading: Reading, caller: Caller, right: Right, register: str) -> Register:
    """The register of that identifier, for which *caller* has *right*; raise as `agency_for`."""
    found = present(reading.register(RegisterId(given(register))))
    authorize(caller, right, found.agency)
    return found


def decision_on(
    reading: Reading, caller: Caller, document: Document, right: Right = Right.READ
) -> Decision:
    """Whether *caller* has *right* over *document*, and why."""
    return judge_document(
        caller,
        right,
        document,
        lambda hand: is_recipient(reading, document.id, hand),
        lambda: seen_otherwise(reading, caller, document),
    )


def may_read(reading: Reading, caller: Caller, document: Document) -> bool:
    """Say whether *caller* may see *document*."""
    return decision_on(reading, caller, document).allowed


def readable(reading: Reading, caller: Caller, document: DocumentId | str) -> Document | None:
    """The document of that identifier, where there is one and *caller* may see it."""
    named = _IDENTIFIER.fullmatch(document)
    found = reading.document(DocumentId(document)) if named else None
    return found if found and may_read(reading, caller, found) else None


def document_for(
    reading: Reading, caller: Caller, document: str, right: Right = Right.READ
) -> Document:
    """The document of that identifier, over which *caller* has *right*.

    Raise `NotAllowed` where they may see it, and nothing more; `Hidden` where they may not.
    """
    found = present(reading.document(DocumentId(given(document))))
    if decision_on(reading, caller, found, right).allowed:
        return found
    if right is Right.READ or not may_read(reading, caller, found):
        raise Hidden
    raise NotAllowed(right=right.value)


def writable(reading: Reading, caller: Caller, document: str) -> Document:
    """As `document_for`, for who means to change it."""
    return document_for(reading, caller, document, Right.WRITE)


def require_event(reading: Reading, caller: Caller, event: Event) -> None:
    """Return when *caller* may see *event*; raise `Hidden` otherwise.

    An event about a document is for who may see that; one of the node itself for who reads
    everywhere; any other for who reads in its agency.
    """
    subject = subject_of(event)
    document = reading.document(DocumentId(subject)) if subject else None
    if document:
        allowed = may_read(reading, caller, document)
    else:
        allowed = holds(caller, Right.READ, AgencyId(event.agency))
    if not allowed or (_names_files(event) and not is_cleared(caller, AgencyId(event.agency))):
        raise Hidden


def _names_files(event: Event) -> bool:
    """Say whether *event* is the node's own and names files, whosever documents hold them."""
    named = ("blob", "blobs", "stamps")
    return not event.agency and any(hasattr(event.body, name) for name in named)


def search_tokens(reading: Reading, caller: Caller, agency: str = "") -> frozenset[str]:
    """Under which tokens *caller* searches; with *agency*, a code, there alone.

    Raise `Hidden` where they may not know of the agency, `NotAllowed` where they may see no
    paper at all.
    """
    if not (holds_anywhere(caller, Right.READ) or caller.person):
        raise NotAllowed(right=Right.READ.value)
    everywhere = agencies_of(reading, caller, Right.READ) | caller.standing.keys()
    if not agency:
        return tokens_for(caller, everywhere, registries_of(caller))
    chosen = present(_bearer(reading, agency))
    if chosen.id not in everywhere:
        authorize(caller, Right.READ, chosen.id)
    return tokens_for(caller, (chosen.id,))


def agencies_of(reading: Reading, caller: Caller, right: Right) -> frozenset[AgencyId]:
    """All agencies in which *caller* has *right*."""
    if caller.every_agency:
        known = (agency.id for agency in reading.agencies())
        return frozenset(known) if right in caller.rights else frozenset()
    found = set(caller.agencies) if right in caller.rights else set[AgencyId]()
    found.update(one for one, rights in caller.standing.items() if right in rights)
    found.update(one.agency for one in caller.mandates if right in one.rights)
    if right is Right.READ:
        found |= caller.inherited | caller.custody
    return frozenset(found)


def inherited(
    reading: Reading, agencies: Iterable[AgencyId], today: Day, scope: Scope = Scope.ACCESS
) -> frozenset[AgencyId]:
    """Those that *agencies* have followed in *scope* by *today*."""
    if not reading.count(t.PREDECESSORS):
        return frozenset()
    followed = (predecessors_of(reading, one, today, scope) for one in agencies)
    return frozenset(one for each in followed for one in each)


def in_custody(reading: Reading, archives: Iterable[AgencyId], today: Day) -> frozenset[AgencyId]:
    """Those that ended by *today* and whose closed fonds the archivists of *archives* keep."""
    kept = inherited(reading, archives, today, Scope.CUSTODY)
    known = (reading.agency(one) for one in kept)
    return frozenset(one.id for one in known if one and one.ended and one.ended <= today)


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
