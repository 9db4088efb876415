"""Purges (tiêu hủy nội dung): one person asks, another agrees, and the content is destroyed.

Destroying takes away a file from every agency that holds it, so it takes the right to erase in all
of them. What happens to the bytes, once two have agreed, is `repository.upkeep.purge`'s.
"""

from api.services.access import given, present
from api.services.holds import reason_given, require_unheld
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.fates import Fates
from repository.catalogue.homes import state_of
from repository.catalogue.views import Reading
from repository.condemning import referred_to
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Hidden, Right, authorize_everywhere
from repository.model.ids import BlobId, PurgeId
from repository.model.moves import HomeState
from repository.model.purges import Purge, PurgeState


class RequestPurge(Command[Purge], frozen=True, kw_only=True, tag="request-purge"):
    """Ask for the content of *blob* to be destroyed."""

    blob: BlobId
    reason: str


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
    body = e.PurgeRequested(PurgeId(change.new_id()), command.blob)
    change.record(body, particulars=reason_given(change, command.reason))
    return present(change.get(t.PURGES, body.id))


def decide_confirm_purge(change: Change, command: ConfirmPurge) -> Purge:
    """Let the content be withheld from now on, and destroyed.

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


def _still_unreferred(change: Change, command: ConfirmPurge) -> tuple[BlobId, ...]:
    """What goes with it: somebody may have come to refer to it since it was looked at."""
    before = command.brought_before
    fates = Fates(change)
    return tuple(
        blob
        for blob in command.with_it
        if change.row(blob) is not None
        and not fates.erased(blob)
        and not referred_to(change, blob, brought_before=before)
    )


def _confirm(change: Change, command: ConfirmPurge, purge: Purge) -> None:
    others = (b for b in _still_unreferred(change, command) if b != purge.blob)
    blobs = (purge.blob, *others)
    bringers = tuple((blob, agency) for blob in blobs for agency in change.grants(blob))
    holders = list(change.documents_holding(purge.blob))
    change.record(e.PurgeConfirmed(purge.id, blobs, bringers, command.written))
    for document, agency in holders:
        # What an agency left here when it moved is erased as well, but its feed goes on elsewhere.
        feed = agency if state_of(change, agency) is HomeState.HERE else ""
        change.record(e.FileErased(document, purge.blob, purge.id), agency=feed)
