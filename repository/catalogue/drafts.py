"""What the events about drafts do to the catalogue, and the looks at them."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.books import number_awaits_seal
from repository.catalogue.files import components_of
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.drafts import (
    NUMBERED,
    Act,
    Deed,
    Draft,
    State,
    Version,
    registry_hand,
    waiting_for,
)
from repository.model.ids import AgencyId, BlobId, DraftId
from repository.model.registers import Entry
from repository.model.signing import DraftingRule, Initial, Signing

_ERASED = e.DraftTold(salt=b"", words=e.ERASED, subject=e.ERASED)


class Waiting(NamedTuple):
    """A draft in somebody's hand, and since when."""

    since: int
    draft: DraftId


# Looks.


def version_of(reading: Reading, draft: Draft, number: int) -> Version | None:
    """The version *number* of *draft*."""
    return reading.get(t.DRAFT_VERSIONS, draft.id, number)


def versions_of(reading: Reading, draft: Draft) -> tuple[Version, ...]:
    """All versions of *draft*, in order."""
    return tuple(version for _, version in reading.scan(t.DRAFT_VERSIONS, draft.id))


def deeds_of(reading: Reading, draft: Draft, *, start: int, limit: int) -> tuple[Deed, ...]:
    """What was done with *draft* from its revision *start* on, up to *limit*."""
    rows = reading.scan(t.DRAFT_DEEDS, draft.id, start=start)
    return tuple(deed for _, deed in islice(rows, limit))


def is_draft_reader(reading: Reading, draft: DraftId, holder: str) -> bool:
    """Say whether *holder* may see *draft*."""
    return reading.get(t.DRAFT_READERS, holder, draft) is not None


def drafts_with(reading: Reading, blob: BlobId, agency: AgencyId) -> Iterator[Draft]:
    """The drafts of *agency* of which *blob* is, or was, a file."""
    keys = (str(key[2]) for key, _ in reading.scan(t.DRAFT_FILES, blob, agency))
    found = (reading.get(t.DRAFTS, key) for key in keys)
    return (draft for draft in found if draft)


def seen_by(reading: Reading, holder: str, *, before: str = "") -> Iterator[tuple[str, AgencyId]]:
    """The drafts that *holder* may see, newest first, those behind *before* in that order."""
    start = before or None
    for key, agency in reading.scan(t.DRAFT_READERS, holder, start=start, backwards=True):
        if not before or str(key[1]) < before:
            yield str(key[1]), agency


def waiting_in(
    reading: Reading, holder: str, *, after: Waiting | None, limit: int
) -> list[tuple[Waiting, AgencyId]]:
    """Up to *limit* drafts in the hand *holder* behind the place *after*, oldest first."""
    start = None if after is None else after.since
    rows = reading.scan(t.DRAFT_HANDS, holder, start=start)
    placed = ((Waiting(int(str(k[1])), DraftId(str(k[2]))), agency) for k, agency in rows)
    return list(islice((one for one in placed if after is None or one[0] > after), limit))


def rule_of(reading: Reading, agency: AgencyId) -> DraftingRule:
    """What *agency* asks for beyond the decree."""
    return reading.get(t.DRAFTING_RULES, agency) or DraftingRule(agency=agency)


# Effects.


def _told(kept: bytes) -> e.DraftTold:
    return e.decode_draft(kept) if kept else _ERASED


def _opened(rows: Writing, event: e.Event, body: e.DraftOpened, kept: bytes) -> None:
    told = _told(kept)
    draft = Draft(
        id=body.id,
        agency=AgencyId(event.agency),
        drafter=body.drafter,
        unit=body.unit,
        opened=event.at,
        kind=told.kind,
        subject=told.subject,
        receipt=body.receipt,
        relations=body.relations,
        since=event.at,
        actor=event.actor,
        sequence=event.sequence,
    )
    _let_read(rows, draft, f"p:{body.drafter}")
    _add_version(rows, event, draft, Act.REVISE, body.components, (), told)
    _keep(rows, None, draft)


def _acted(rows: Writing, event: e.Event, body: e.DraftActed, kept: bytes) -> None:
    before = rows.get(t.DRAFTS, body.id)
    if before is None:
        return
    told = _told(kept)
    after = _stepped(before, event, body.state, body.request)
    if body.components:
        after = _with_version(rows, event, after, body.act, body.components, body.continues, told)
    after = _OF_ACT.get(body.act, _as_it_is)(rows, event, after, told)
    if body.signer:
        after = msgspec.structs.replace(after, signer=body.signer)
    _keep(rows, before, after)
    _note(rows, event, before, after, body.act, told.words)


def _as_it_is(_: Writing, _event: e.Event, draft: Draft, _told: e.DraftTold) -> Draft:
    return draft


def _revised(_: Writing, _event: e.Event, draft: Draft, told: e.DraftTold) -> Draft:
    """Another wording: nobody has put their initials on it."""
    return msgspec.structs.replace(draft, kind=told.kind, subject=told.subject, initials=())


def _initialled(_: Writing, event: e.Event, draft: Draft, _told: e.DraftTold) -> Draft:
    body = event.body
    if not isinstance(body, e.DraftActed) or body.role is None:
        return draft
    initial = Initial(
        person=body.person,
        at=event.at,
        role=body.role,
        version=draft.version,
        electronic=bool(body.components),
    )
    return msgspec.structs.replace(draft, initials=(*draft.initials, initial))


def _returned(_: Writing, _event: e.Event, draft: Draft, told: e.DraftTold) -> Draft:
    """What was signed is not any more: the wording that was signed holds again."""
    version = draft.signing.base if draft.signing else draft.version
    return msgspec.structs.replace(draft, reason=told.words, signing=None, version=version)


def _seal_refused(_: Writing, _event: e.Event, draft: Draft, told: e.DraftTold) -> Draft:
    refusals = draft.seal_refusals + 1
    return msgspec.structs.replace(draft, reason=told.words, seal_refusals=refusals)


def _abandoned(_: Writing, _event: e.Event, draft: Draft, told: e.DraftTold) -> Draft:
    return msgspec.structs.replace(draft, reason=told.words)


def _checked(rows: Writing, _event: e.Event, draft: Draft, _told: e.DraftTold) -> Draft:
    """Whoever checks the form is who the agency's rule names now."""
    return msgspec.structs.replace(draft, checker=rule_of(rows, draft.agency).checker)


_OF_ACT: dict[Act, Callable[[Writing, e.Event, Draft, e.DraftTold], Draft]] = {
    Act.REVISE: _revised,
    Act.INITIAL: _initialled,
    Act.CHECK_CONTENT: _checked,
    Act.RETURN: _returned,
    Act.REFUSE_SEAL: _seal_refused,
    Act.ABANDON: _abandoned,
}


def _signed(rows: Writing, event: e.Event, body: e.DraftSigned, kept: bytes) -> None:
    before = rows.get(t.DRAFTS, body.id)
    if before is None:
        return
    told = _told(kept)
    after = _stepped(before, event, body.state, body.request)
    base = before.signing.base if before.signing else before.version
    if body.components:
        after = _with_version(rows, event, after, Act.SIGN, body.components, body.continues, told)
    else:  # on paper: what was signed before, if anything, is not what they signed
        after = msgspec.structs.replace(after, version=base)
    signing = Signing(
        person=body.person,
        at=event.at,
        capacity=body.capacity,
        position=told.position,
        on_behalf_of=told.on_behalf_of,
        authority=body.authority,
        base=base,
        version=after.version,
        electronic=bool(body.components),
    )
    after = msgspec.structs.replace(after, signing=signing)
    _keep(rows, before, after)
    _note(rows, event, before, after, Act.SIGN, told.words)


def _numbered(rows: Writing, event: e.Event, body: e.DraftNumbered, kept: bytes) -> None:
    before = rows.get(t.DRAFTS, body.id)
    if before is None:
        return
    told = _told(kept)
    after = _stepped(before, event, State.AWAITING_SEAL, body.request)
    if body.components:
        after = _with_version(rows, event, after, Act.NUMBER, body.components, body.continues, told)
    after = msgspec.structs.replace(
        after,
        register=body.register,
        period=body.period,
        number=body.number,
        symbol=body.symbol,
        issued=body.issued,
    )
    number_awaits_seal(rows, event, body)
    known = t.NumberedDraft(request=body.request, draft=body.id)
    rows.put(t.DRAFT_KEYS, (event.actor, body.idempotency_key), known)
    _keep(rows, before, after)
    _note(rows, event, before, after, Act.NUMBER, told.words)


def _issued(rows: Writing, event: e.Event, body: e.DraftIssued, _: bytes) -> None:
    before = rows.get(t.DRAFTS, body.id)
    if before is None:
        return
    after = _stepped(before, event, State.ISSUED, body.request)
    after = msgspec.structs.replace(after, document=body.document)
    document = rows.document(body.document)
    if document:
        made = msgspec.structs.replace(document, draft=body.id)
        rows.put(t.DOCUMENTS, (body.document,), made)
    _keep(rows, before, after)
    _note(rows, event, before, after, Act.ISSUE, "")


def number_lost(rows: Writing, event: e.Event, entry: Entry) -> None:
    """Let the draft whose number was voided be abandoned, where it is no document yet."""
    before = rows.get(t.DRAFTS, entry.draft) if entry.draft else None
    if before is None or before.state not in NUMBERED:
        return
    after = _stepped(before, event, State.ABANDONED, b"")
    after = msgspec.structs.replace(after, reason=entry.reason)
    _keep(rows, before, after)
    _note(rows, event, before, after, Act.ABANDON, entry.reason)


def _stepped(draft: Draft, event: e.Event, state: State, request: bytes) -> Draft:
    return msgspec.structs.replace(
        draft,
        state=state,
        since=event.at if state is not draft.state else draft.since,
        revision=draft.revision + 1,
        actor=event.actor,
        request=request,
        sequence=event.sequence,
    )


def _with_version(
    rows: Writing,
    event: e.Event,
    draft: Draft,
    act: Act,
    held: tuple[e.ComponentHeld, ...],
    continues: tuple[bool, ...],
    told: e.DraftTold,
) -> Draft:
    number = draft.versions + 1
    made = msgspec.structs.replace(draft, version=number, versions=number)
    _add_version(rows, event, made, act, held, continues, told)
    return made


def _add_version(
    rows: Writing,
    event: e.Event,
    draft: Draft,
    act: Act,
    held: tuple[e.ComponentHeld, ...],
    continues: tuple[bool, ...],
    told: e.DraftTold,
) -> None:
    version = Version(
        number=draft.versions,
        components=components_of(held, told.names, told.digitisers),
        at=event.at,
        actor=event.actor,
        act=act,
        note=told.words,
        continues=continues,
        claims=told.claims,
    )
    rows.put(t.DRAFT_VERSIONS, (draft.id, version.number), version)
    for one in held:
        rows.put(t.DRAFT_FILES, (one.blob, draft.agency, draft.id), True)  # noqa: FBT003


def _keep(rows: Writing, before: Draft | None, after: Draft) -> None:
    """Keep *after*, in the hands in which it is now, for those who see it from now on."""
    after = msgspec.structs.replace(after, hands=waiting_for(after))
    if before:
        for hand in before.hands:
            rows.delete(t.DRAFT_HANDS, hand, before.since, before.id)
    for hand in after.hands:
        rows.put(t.DRAFT_HANDS, (hand, after.since, after.id), after.agency)
        _let_read(rows, after, hand)
    if after.state is State.FORM_REVIEW:
        _let_read(rows, after, registry_hand(after.agency))
    rows.put(t.DRAFTS, (after.id,), after)


def _let_read(rows: Writing, draft: Draft, holder: str) -> None:
    rows.put(t.DRAFT_READERS, (holder, draft.id), draft.agency)


def _note(rows: Writing, event: e.Event, before: Draft, after: Draft, act: Act, words: str) -> None:
    deed = Deed(
        act=act,
        before=before.state,
        after=after.state,
        at=event.at,
        actor=event.actor,
        version=after.version,
        words=words,
        sequence=event.sequence,
    )
    rows.put(t.DRAFT_DEEDS, (after.id, after.revision), deed)


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.DraftOpened: _opened,
    e.DraftActed: _acted,
    e.DraftSigned: _signed,
    e.DraftNumbered: _numbered,
    e.DraftIssued: _issued,
}
