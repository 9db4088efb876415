"""What is done with a draft (trình, ký nháy, kiểm tra, duyệt, ký, cấp số, đóng dấu, phát hành).

Decree 30/2020/NĐ-CP, Art. 11-18. What may be done by whom is the table in `repository.model.drafts`;
this file says what each act needs beside it, in the order in which a draft meets them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from api.services import fields, issuing, paper
from api.services.access import draft_for, present
from api.services.draft_command import (
    MAX_VERSIONS,
    ActOnDraft,
    DraftChanged,
    DraftDoing,
    NoMainFile,
    TooManyVersions,
    parties,
)
from api.services.draft_files import (
    Following,
    ground_of,
    require_claims,
    require_following,
    signature_accepted,
)
from api.services.drafting import PersonNeeded, told_of, wording_held
from api.services.giving import MAX_WORDS
from api.services.incidents import refuse_secrets
from api.services.registration import IdempotencyKeyReused, components_held
from api.services.signatories import colleague, signed_as
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.drafts import rule_of, version_of
from repository.model import events as e
from repository.model.access import Caller
from repository.model.documents import ComponentRole
from repository.model.drafts import (
    BY_A_PERSON,
    NEEDS_REASON,
    NUMBERED,
    Act,
    Draft,
    InitialledAlready,
    Party,
    State,
    after,
)
from repository.model.ids import PersonId
from repository.model.signing import (
    InitialAs,
    InitialsMissing,
    SignatureClaim,
    initials_missing,
)


class _Done(NamedTuple):
    """An act that is open, on its way."""

    command: ActOnDraft
    draft: Draft
    state: State
    """Where it leads."""


def decide_act_on_draft(change: Change, command: ActOnDraft) -> Draft:
    """Let it be done; asked again at once by the same, it is answered as before.

    Raise `Hidden`, `DraftChanged`, `DraftActNotOpen`, `NotAnEarlierStep`, `PersonNeeded`, and what
    the act asks for.
    """
    doing = command.doing
    draft = draft_for(change, command.caller, command.draft)
    if _is_replayed(change, command, draft):
        return draft
    if command.seen is not None and draft.revision not in command.seen:
        raise DraftChanged(revision=draft.revision)
    state = after(draft, doing.act, parties(command.caller, draft), doing.to)
    if doing.act in BY_A_PERSON and not command.caller.person:
        raise PersonNeeded
    if doing.act in NEEDS_REASON and not doing.reason.strip():
        raise fields.FieldMissing(path="$.reason")
    _DO.get(doing.act, _step)(change, _Done(command, draft, state))
    return present(change.get(t.DRAFTS, draft.id))


def _is_replayed(change: Change, command: ActOnDraft, draft: Draft) -> bool:
    """Say whether just this was asked and done before; raise `IdempotencyKeyReused`."""
    if command.doing.act is Act.NUMBER:
        paper.check_key(command.key)
        known = issuing.numbered_before(change, command.key)
        if known and (known.draft != draft.id or known.request != command.request):
            raise IdempotencyKeyReused(key=command.key)
        if known:
            return True
    seen = command.seen is None or draft.revision - 1 in command.seen
    return seen and draft.actor == change.stamp.actor and draft.request == command.request


def _step(change: Change, done: _Done) -> None:
    """An act that needs nothing but the table, and perhaps a remark."""
    _record(change, done)


def _record(change: Change, done: _Done, **more: Any) -> None:
    doing = done.command.doing
    body = e.DraftActed(
        id=done.draft.id, act=doing.act, state=done.state, request=done.command.request, **more
    )
    change.record(body, agency=done.draft.agency, particulars=_words(change, doing))


def _words(change: Change, doing: DraftDoing, **more: Any) -> e.DraftTold:
    return e.DraftTold(
        salt=change.entropy(e.SALT_BYTES),
        words=fields.line("$.reason", doing.reason, limit=MAX_WORDS),
        names=paper.names_of("$.files", doing.files),
        digitisers=paper.digitisers_of("$.files", doing.files),
        claims=tuple(map(_claim, doing.claims)),
        **more,
    )


def _claim(given: SignatureClaim) -> SignatureClaim:
    """What is said of a signature, each part one line of at most 200 characters."""
    told = {
        name: fields.line(f"$.claims.{name}", text, limit=fields.MAX_TITLE)
        for name, text in msgspec.structs.asdict(given).items()
    }
    return SignatureClaim(**told)


def _revise(change: Change, done: _Done) -> None:
    drafted = done.command.doing.drafted
    if drafted is None:
        raise fields.FieldMissing(path="$.drafted")
    _require_room(done.draft)
    held = wording_held(change, done.command.caller, drafted, "$.drafted")
    if not held:
        raise fields.FieldMissing(path="$.drafted.files")
    body = e.DraftActed(
        id=done.draft.id,
        act=Act.REVISE,
        state=done.state,
        request=done.command.request,
        components=held,
        continues=(False,) * len(held),
    )
    told = told_of(change, drafted, "$.drafted")
    change.record(body, agency=done.draft.agency, particulars=told)


def _submit(change: Change, done: _Done) -> None:
    version = version_of(change, done.draft, done.draft.version)
    files = version.components if version else ()
    if not any(one.role is ComponentRole.MAIN for one in files):
        raise NoMainFile
    if not (done.command.doing.signer or done.draft.signer):
        raise fields.FieldMissing(path="$.signer")
    _name_signer(change, done)


def _name_signer(change: Change, done: _Done) -> None:
    login, agency = done.command.doing.signer, done.draft.agency
    signer = colleague(change, agency, "$.signer", login) if login else PersonId("")
    _record(change, done, signer=signer)


def _initial(change: Change, done: _Done) -> None:
    draft, person = done.draft, done.command.caller.person
    role = _as_whom(done.command.caller, draft)
    known = {(one.person, one.role, one.version) for one in draft.initials}
    if (person, role, draft.version) in known:
        raise InitialledAlready
    held, continues = _files(change, done)
    _record(change, done, components=held, continues=continues, person=person, role=role)


def _as_whom(caller: Caller, draft: Draft) -> InitialAs:
    theirs = parties(caller, draft)
    if draft.state is State.DRAFTING:
        return InitialAs.DRAFTER
    return InitialAs.HEAD if Party.HEAD in theirs else InitialAs.CHECKER


def _approve(change: Change, done: _Done) -> None:
    rule = rule_of(change, done.draft.agency)
    missing = initials_missing(rule, done.draft.initials)
    if missing:
        raise InitialsMissing(missing=", ".join(one.value for one in missing))
    _record(change, done)


def _sign(change: Change, done: _Done) -> None:
    doing, caller, draft = done.command.doing, done.command.caller, done.draft
    signed = signed_as(
        change,
        caller,
        draft.agency,
        doing.capacity,
        on_behalf_of=doing.on_behalf_of,
        authority=doing.authority,
    )
    held, continues = _files(change, done)
    body = e.DraftSigned(
        id=draft.id,
        state=done.state,
        request=done.command.request,
        person=caller.person,
        capacity=signed.capacity,
        authority=signed.authority,
        components=held,
        continues=continues,
    )
    told = _words(change, doing, position=signed.position, on_behalf_of=signed.on_behalf_of)
    change.record(body, agency=draft.agency, particulars=told)


def _number(change: Change, done: _Done) -> None:
    doing, draft = done.command.doing, done.draft
    held, continues = _files(change, done)
    asked = issuing.NumberAsked(
        register=doing.register, notation=doing.notation, unit=doing.unit, reserved=doing.reserved
    )
    bound = issuing.bind(change, draft, asked)
    body = e.DraftNumbered(
        id=draft.id,
        request=done.command.request,
        register=bound.register.id,
        period=bound.place.period,
        number=bound.place.number,
        symbol=bound.symbol,
        issued=bound.issued,
        components=held,
        continues=continues,
        idempotency_key=done.command.key,
    )
    change.record(body, agency=draft.agency, particulars=_words(change, doing))


def _seal(change: Change, done: _Done) -> None:
    signing = done.draft.signing
    # Art. 32.2: the organisation signs what bears the authorised person's signature; what was
    # signed electronically is sealed so.
    if signing and signing.electronic and not done.command.doing.files:
        raise fields.FieldMissing(path="$.files")
    held, continues = _files(change, done)
    _record(change, done, components=held, continues=continues)


def _issue(change: Change, done: _Done) -> None:
    doing = done.command.doing
    issuing.issue(
        change,
        done.command.caller,
        done.draft,
        issuing.Issue(doing.recipients, doing.noted, done.command.request),
    )


def _abandon(change: Change, done: _Done) -> None:
    _record(change, done)
    if done.draft.state in NUMBERED:
        issuing.void(change, done.draft, done.command.doing.reason)


_DO: dict[Act, Callable[[Change, _Done], None]] = {
    Act.REVISE: _revise,
    Act.SUBMIT: _submit,
    Act.CHECK_CONTENT: _name_signer,
    Act.INITIAL: _initial,
    Act.APPROVE: _approve,
    Act.SIGN: _sign,
    Act.NUMBER: _number,
    Act.SEAL: _seal,
    Act.ISSUE: _issue,
    Act.ABANDON: _abandon,
}


def _files(change: Change, done: _Done) -> tuple[tuple[e.ComponentHeld, ...], tuple[bool, ...]]:
    """The files that an act brings, which follow those before, and of each whether it continues it."""
    doing, draft = done.command.doing, done.draft
    require_claims(doing.claims, files=len(doing.files))
    if not doing.files:
        return (), ()
    _require_room(draft)
    refuse_secrets({f"$.files[{n}].name": one.name for n, one in enumerate(doing.files)})
    held = components_held(change, done.command.caller, doing.files, path="$.files")
    following = Following(
        act=doing.act,
        before=ground_of(change, draft, doing.act),
        now=held,
        signed=_bears_signatures(draft),
    )
    continues = require_following(following, done.command.looked)
    if not signature_accepted(doing.act, doing.claims):  # see its docstring: no verdict yet
        raise fields.FieldUnfit(path="$.claims", expected="—")
    return held, continues


def _bears_signatures(draft: Draft) -> bool:
    """Say whether the present files bear something that another file in their place would lose."""
    initialled = any(one.electronic for one in draft.initials)
    return initialled or bool(draft.signing and draft.signing.electronic)


def _require_room(draft: Draft) -> None:
    if draft.versions >= MAX_VERSIONS:
        raise TooManyVersions(limit=MAX_VERSIONS)
