"""What is seen by being in a draft's way, by being sent a document, and no more after a recall.

`api.services.access` asks these rules beside those of rights in an agency; they look at what concerns
the agencies where the caller works, and at nothing else (decision 17).
"""

from repository.catalogue import tables as t
from repository.catalogue.dispatches import held_only_recalled, is_addressed, is_addressed_file
from repository.catalogue.drafts import drafts_with, is_draft_reader
from repository.catalogue.views import Reading
from repository.model.access import Caller, Right, Rule, holds, judge
from repository.model.documents import Document
from repository.model.drafts import Draft, registry_hand
from repository.model.ids import AgencyId, BlobId

_OWN = "p:"


def seen_otherwise(reading: Reading, caller: Caller, document: Document) -> Rule | None:
    """By which rule *caller* may read *document* without a right to; None where none does.

    A program that only writes reads nothing, by this way either.
    """
    if not (caller.person or Right.READ in caller.rights):
        return None
    if was_sent(reading, caller, document):
        return Rule.SENT
    return Rule.DRAFT if had_in_draft(reading, caller, document) else None


def seen_file_otherwise(reading: Reading, caller: Caller, blob: BlobId) -> bool:
    """Say whether *caller* may read *blob* so: sent, brought by themselves, or of a draft they see."""
    sent = any(is_addressed_file(reading, blob, agency) for agency in registries_of(caller))
    return sent or _brought_themselves(reading, caller, blob) or _drafted(reading, caller, blob)


def _brought_themselves(reading: Reading, caller: Caller, blob: BlobId) -> bool:
    """Say whether *caller* brought *blob*, and where they work no document has come to hold it since.

    Then the documents count, as for what an agency brought: of a recalled one they see the row.
    """
    brought = reading.get(t.GRANTS, blob, own_hand(caller)) if caller.person else None
    if brought is None:
        return False
    named = (one for agency in caller.standing for one in reading.documents_of(blob, agency))
    holding = (reading.document(name) for name in named)
    return all(brought > max(one.registered, one.amended) for one in holding if one)


def was_sent(reading: Reading, caller: Caller, document: Document) -> bool:
    """Say whether *document* was sent to an agency in whose registry *caller* works."""
    return any(is_addressed(reading, document.id, agency) for agency in registries_of(caller))


def had_in_draft(reading: Reading, caller: Caller, document: Document) -> bool:
    """Say whether *caller* sees the draft that *document* was issued from, while it holds."""
    if not document.draft or document.recalled:
        return False
    draft = reading.get(t.DRAFTS, document.draft)
    return draft is not None and sees_draft(reading, caller, draft)


def shows_files(reading: Reading, caller: Caller, document: Document) -> bool:
    """Say whether *caller*, who may read *document*, may read its files.

    Those of a recalled one are for the registry alone, and for that of a recipient who has not
    given it back yet; all others see the row.
    """
    if not document.recalled or holds(caller, Right.WRITE, document.agency):
        return True
    return was_sent(reading, caller, document)


def sees_draft(reading: Reading, caller: Caller, draft: Draft) -> bool:
    """Say whether *caller* may see *draft*."""
    if draft.agency in caller.standing and any(
        is_draft_reader(reading, draft.id, hand) for hand in caller.hands
    ):
        return True
    registry = holds(caller, Right.WRITE, draft.agency)
    return registry and is_draft_reader(reading, draft.id, registry_hand(draft.agency))


def shows_draft_files(reading: Reading, caller: Caller, draft: Draft) -> bool:
    """Say whether *caller*, who may see *draft*, may read its files: as those of what it became.

    To have seen the draft lets nobody read what was recalled: then that takes a right to the document.
    """
    document = reading.document(draft.document) if draft.document else None
    if document is None or not document.recalled:
        return True
    reads = judge(caller, Right.READ, document.agency, document.confidentiality).allowed
    return (reads or was_sent(reading, caller, document)) and shows_files(reading, caller, document)


def is_agencys_file(reading: Reading, caller: Caller, blob: BlobId, agency: AgencyId) -> bool:
    """Say whether *agency* brought *blob*, or has a document with it that shows it to *caller*."""
    if not (reading.brought(blob, agency) or reading.held(blob, agency)):
        return False
    registry = holds(caller, Right.WRITE, agency)
    return registry or not held_only_recalled(reading, blob, agency)


def _drafted(reading: Reading, caller: Caller, blob: BlobId) -> bool:
    """Say whether *caller* sees a draft with *blob*; only where they work is looked at."""
    agencies = registries_of(caller).union(caller.standing)
    return any(
        sees_draft(reading, caller, draft) and shows_draft_files(reading, caller, draft)
        for agency in agencies
        for draft in drafts_with(reading, blob, agency)
    )


def registries_of(caller: Caller) -> frozenset[AgencyId]:
    """The agencies in whose registry *caller* works; of who writes everywhere, none in particular."""
    if caller.every_agency:
        return frozenset()
    named = caller.agencies if Right.WRITE in caller.rights else frozenset[AgencyId]()
    return named.union(one for one, rights in caller.standing.items() if Right.WRITE in rights)


def own_hand(caller: Caller) -> AgencyId:
    """In whose name somebody brings a file who does not write in the agency: their own."""
    return AgencyId(f"{_OWN}{caller.person}")


def is_own_hand(brought_for: AgencyId) -> bool:
    """Say whether a file was brought so, and not for an agency."""
    return brought_for.startswith(_OWN)
