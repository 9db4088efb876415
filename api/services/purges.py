"""Purges (tiêu hủy nội dung): one person asks, another agrees, and the content is destroyed.

Destroying takes away a file from every agency that holds it, so it takes the right to erase in all
of them. What happens to the bytes, once two have agreed, is `repository.upkeep.purge`'s.
"""

from api.services.access import given, present
from api.services.holds import reason_given, require_unheld
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.fates import Fates
from repository.catalogue.purge_orders import offices
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Hidden, Right, authorize_everywhere
from repository.model.ids import BlobId, PurgeId
from repository.model.purge_orders import STORE_NODE
from repository.model.purges import Purge, PurgeState
from repository.ordering import agree, still_unreferred


class RequestPurge(Command[Purge], frozen=True, kw_only=True, tag="request-purge"):
    """Ask for the content of *blob* to be destroyed."""

    blob: BlobId
    reason: str
    everywhere: bool = False
    """At an office node: at every node of the province, not only here."""


class ConfirmPurge(Command[Purge], frozen=True, kw_only=True, tag="confirm-purge"):
    """Agree, as another person: from the answer on nobody is given the content."""

    purge: str
    with_it: tuple[BlobId, ...] = ()
    """What shares its content and nobody refers to (`repository.upkeep.kin`)."""
    brought_before: int = 0
    """Grants younger than this moment (microseconds) are references."""
    written: int = 0
    """When the blob was first written, as its record says; 0 = not known."""


class WithdrawPurge(Command[Purge], frozen=True, kw_only=True, tag="withdraw-purge"):
    """Give up a purge that nobody has confirmed yet."""

    purge: str


class SamePerson(Trouble):
    """Who asked for a purge cannot confirm it: it takes a second person."""

    kind = Kind.FORBIDDEN
    vietnamese = "Người đề nghị tiêu hủy không được tự xác nhận: cần người thứ hai."


class PurgeNotOpen(Trouble):
    """The purge is {state}; this can no longer be done."""

    kind = Kind.CONFLICT
    vietnamese = "Yêu cầu tiêu hủy đang ở trạng thái {state}; không làm được việc này nữa."


def decide_request_purge(change: Change, command: RequestPurge) -> Purge:
    """Let the purge be asked for; raise `NotAllowed`, `Hidden`, `OnHold` or of `fields`."""
    authorize_everywhere(command.caller, Right.ERASE)
    if change.row(command.blob) is None or Fates(change).leaving(command.blob):
        raise Hidden
    require_unheld(change, command.blob)
    body = e.PurgeRequested(PurgeId(change.new_id()), command.blob, command.everywhere)
    change.record(body, particulars=reason_given(change, command.reason))
    return present(change.get(t.PURGES, body.id))


def decide_confirm_purge(change: Change, command: ConfirmPurge) -> Purge:
    """Let the content be withheld from now on, and destroyed.

    At a store node that keeps files for offices it is an order to them, and waits for their answers.

    The same person again gets the same answer. Raise `NotAllowed`, `Hidden`, `SamePerson`,
    `PurgeNotOpen` or `OnHold`.
    """
    authorize_everywhere(command.caller, Right.ERASE)
    purge = present(change.get(t.PURGES, given(command.purge)))
    if purge.confirmed and purge.confirmed_by == change.stamp.actor:
        return purge
    if purge.state is not PurgeState.REQUESTED:
        raise PurgeNotOpen(state=purge.state.value)
    if purge.requested_by == change.stamp.actor:
        raise SamePerson
    if change.row(purge.blob) is None:
        raise Hidden
    require_unheld(change, purge.blob)
    _confirm(change, command, purge)
    return present(change.get(t.PURGES, purge.id))


def decide_withdraw_purge(change: Change, command: WithdrawPurge) -> Purge:
    """Give the purge up; twice is harmless. Raise `NotAllowed`, `Hidden` or `PurgeNotOpen`."""
    authorize_everywhere(command.caller, Right.ERASE)
    purge = present(change.get(t.PURGES, given(command.purge)))
    if purge.state not in (PurgeState.REQUESTED, PurgeState.WITHDRAWN):
        raise PurgeNotOpen(state=purge.state.value)
    if purge.state is PurgeState.REQUESTED:
        change.record(e.PurgeWithdrawn(purge.id))
    return present(change.get(t.PURGES, purge.id))


def all_purges(reading: Reading, caller: Caller) -> tuple[Purge, ...]:
    """Every purge ever asked for, oldest first; raise `NotAllowed`."""
    authorize_everywhere(caller, Right.ERASE)
    return tuple(purge for _, purge in reading.scan(t.PURGES))


def _confirm(change: Change, command: ConfirmPurge, purge: Purge) -> None:
    if any(offices(change)):
        by = (purge.requested_by, change.stamp.actor)
        body = e.OrderPlaced(id=purge.id, blob=purge.blob, node=STORE_NODE, everywhere=True, by=by)
        reason = e.ReasonGiven(salt=change.entropy(e.SALT_BYTES), reason=purge.reason)
        change.record(body, particulars=reason)
        return
    before = command.brought_before
    along = still_unreferred(change, command.with_it, brought_before=before)
    blobs = (purge.blob, *(blob for blob in along if blob != purge.blob))
    agree(change, purge.id, blobs, written=command.written, withheld=purge.blob)
