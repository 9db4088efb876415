"""Closing a dossier (kết thúc), reopening it, cancelling it, taking it back from the archive.

A dossier is looked through outside the keeper, at a revision; the keeper closes that revision or
refuses. What others do with its documents meanwhile might as well have come a moment later.
"""

import msgspec

from api.services import fields
from api.services.access import present
from api.services.dossier_access import dossier_for, parties_to
from api.services.dossier_checks import Examined, Inspector, examine
from api.services.dossier_rules import due_of_closed, reason_for, require_order
from api.services.dossier_words import past_day
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller
from repository.model.days import UNBOUNDED, Day, day_of
from repository.model.dossier_events import DossierFound
from repository.model.dossiers import Dossier, DossierAct, after, counted_from
from repository.model.ids import HandOverId
from repository.model.retention import due_when_closed, hand_over_by, keep_until

ATTEMPTS = 5
"""How often a dossier is looked through anew because it changed meanwhile."""
PLAIN = frozenset({DossierAct.REOPEN, DossierAct.CANCEL, DossierAct.GIVE_BACK})
"""Acts that need a reason and nothing else."""


class CloseDossier(Command[Dossier], frozen=True, kw_only=True, tag="close-dossier"):
    """Close a dossier as it was *examined*."""

    dossier: str
    examined: Examined
    reason: str = ""
    """Why warnings are let stand."""


class ActOnDossier(Command[Dossier], frozen=True, kw_only=True, tag="act-on-dossier"):
    """Do one of `PLAIN` with a dossier."""

    dossier: str
    act: DossierAct
    reason: str = ""


class NotReadyToClose(Trouble):
    """The dossier cannot be closed: {errors} to mend, {warnings} to give a reason for; see `findings`."""

    kind = Kind.CONFLICT
    vietnamese = (
        "Chưa kết thúc được hồ sơ: {errors} lỗi phải sửa, {warnings} cảnh báo cần nêu lý do; "
        "xem `findings`."
    )


class DossierBusy(Trouble):
    """The dossier was changed while it was looked through; try again."""

    kind = Kind.BUSY
    vietnamese = "Hồ sơ thay đổi trong lúc kiểm tra; hãy thử lại."


class NotEmpty(Trouble):
    """Only a dossier with nothing in it is cancelled; this one has {items} items."""

    kind = Kind.CONFLICT
    vietnamese = "Chỉ bỏ được hồ sơ chưa có gì; hồ sơ này có {items} mục."


def close_dossier(
    holdings: Holdings, caller: Caller, dossier: str, *, ended: str, reason: str, today: Day
) -> Dossier:
    """Look through a dossier and close it as it was found.

    Raise `DossierBusy`, or what `decide_close_dossier` refuses with.
    """
    day = past_day("$.ended", ended, today)
    for _ in range(ATTEMPTS):
        with holdings.reading() as reading:
            found, seat = dossier_for(reading, caller, dossier, today)
            after(found, DossierAct.CLOSE, parties_to(caller, seat, found))
            examined = examine(reading, Inspector(caller, seat, today), found, day)
        command = CloseDossier(caller=caller, dossier=dossier, examined=examined, reason=reason)
        try:
            return holdings.keeper.submit(command)
        except DossierBusy:
            continue
    raise DossierBusy


def decide_close_dossier(change: Change, command: CloseDossier) -> Dossier:
    """Close the dossier.

    Raise `Hidden`, `DossierActNotOpen`, `DossierBusy`, `NotReadyToClose` with all findings, or of
    `fields`.
    """
    dossier, seat = dossier_for(change, command.caller, command.dossier, day_of(change.stamp.at))
    after(dossier, DossierAct.CLOSE, parties_to(command.caller, seat, dossier))
    examined = command.examined
    if examined.revision != dossier.revision:
        raise DossierBusy
    reason = reason_for(DossierAct.CLOSE, command.reason)
    if examined.errors or (examined.findings and not reason):
        raise not_ready(examined)
    closed = msgspec.structs.replace(dossier, ended=examined.ended)
    require_order(closed)
    until = keep_until(closed.retention, counted_from(closed))
    found = DossierFound(
        ended=examined.ended,
        form=examined.form,
        documents=examined.documents,
        pages=examined.pages,
        contents=examined.contents,
        hand_over_by=hand_over_by(examined.form, examined.ended),
        keep_until=until,
    )
    due = due_when_closed(closed.retention, examined.form, ended=examined.ended, until=until)
    return record_act(change, dossier, DossierAct.CLOSE, reason=reason, due=due, found=found)


def not_ready(examined: Examined) -> NotReadyToClose:
    """The refusal that tells all that was found."""
    errors = sum(one.is_error for one in examined.findings)
    return NotReadyToClose(
        errors=errors,
        warnings=len(examined.findings) - errors,
        findings=[
            {
                "check": one.check.value,
                "severity": "error" if one.is_error else "warning",
                "positions": list(one.positions),
            }
            for one in examined.findings
        ],
    )


def decide_act_on_dossier(change: Change, command: ActOnDossier) -> Dossier:
    """Let it be done; raise `Hidden`, `DossierActNotOpen`, `NotEmpty`, or of `fields`."""
    dossier, seat = dossier_for(change, command.caller, command.dossier, day_of(change.stamp.at))
    after(dossier, command.act, parties_to(command.caller, seat, dossier))
    if command.act not in PLAIN:
        raise fields.FieldUnfit(path="$.act", expected=" | ".join(sorted(a.value for a in PLAIN)))
    reason = reason_for(command.act, command.reason)
    if command.act is DossierAct.CANCEL and dossier.items:
        raise NotEmpty(items=dossier.items)
    due = due_of_closed(dossier) if command.act is DossierAct.GIVE_BACK else UNBOUNDED
    return record_act(change, dossier, command.act, reason=reason, due=due)


def record_act(
    change: Change,
    dossier: Dossier,
    act: DossierAct,
    *,
    reason: str,
    due: Day,
    found: DossierFound | None = None,
    hand_over: str = "",
) -> Dossier:
    """Let *act* have been done with *dossier*."""
    body = e.DossierActed(
        id=dossier.id,
        revision=dossier.revision + 1,
        act=act,
        due=due,
        found=found,
        hand_over=HandOverId(hand_over),
    )
    words = e.WordsWritten(change.entropy(e.SALT_BYTES), reason) if reason else None
    change.record(body, agency=dossier.agency, particulars=words)
    return present(change.get(t.DOSSIERS, dossier.id))
