"""Holds (lệnh giữ): while one stands, nothing destroys the blob or the document's files."""

from api.services import fields
from api.services.access import given, present
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.fates import Fates
from repository.catalogue.purge_orders import hold_on
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Hidden, Right, authorize_everywhere
from repository.model.holds import NO_BLOB, NO_DOCUMENT, Hold
from repository.model.ids import BlobId, DocumentId, HoldId

SALT_BYTES = 16


class PlaceHold(Command[Hold], frozen=True, kw_only=True, tag="place-hold"):
    """Keep a blob, or the files of a document, until the hold is lifted; one of them is empty."""

    blob: BlobId = NO_BLOB
    document: DocumentId = NO_DOCUMENT
    reason: str


class LiftHold(Command[Hold], frozen=True, kw_only=True, tag="lift-hold"):
    """Let a hold stand no longer."""

    hold: str
    reason: str


class OnHold(Trouble):
    """A hold stands on it: {hold}. It has to be lifted first."""

    kind = Kind.CONFLICT
    vietnamese = "Đang có lệnh giữ: {hold}. Phải gỡ lệnh giữ trước."


def decide_place_hold(change: Change, command: PlaceHold) -> Hold:
    """Let the hold stand; raise `NotAllowed`, `Hidden` or of `fields`.

    A condemned blob is kept from now on, whoever else refers to it.
    """
    authorize_everywhere(command.caller, Right.ERASE)
    if command.document:
        present(change.document(command.document))
    elif change.row(command.blob) is None or Fates(change).leaving(command.blob):
        raise Hidden
    body = e.HoldPlaced(HoldId(change.new_id()), command.blob, command.document)
    change.record(body, particulars=reason_given(change, command.reason))
    return present(change.get(t.HOLDS, body.id))


def decide_lift_hold(change: Change, command: LiftHold) -> Hold:
    """Lift the hold; twice is harmless. Raise `NotAllowed`, `Hidden` or of `fields`."""
    authorize_everywhere(command.caller, Right.ERASE)
    hold = present(change.get(t.HOLDS, given(command.hold)))
    if not hold.lifted:
        reason = reason_given(change, command.reason)
        change.record(e.HoldLifted(hold.id), particulars=reason)
    return present(change.get(t.HOLDS, hold.id))


def all_holds(reading: Reading, caller: Caller) -> tuple[Hold, ...]:
    """Every hold ever placed, oldest first; raise `NotAllowed`."""
    authorize_everywhere(caller, Right.ERASE)
    return tuple(hold for _, hold in reading.scan(t.HOLDS))


def require_unheld(reading: Reading, blob: BlobId) -> None:
    """Raise `OnHold` where a hold stands on *blob* or on a document that holds it."""
    standing = hold_on(reading, blob)
    if standing:
        raise OnHold(hold=standing)


def reason_given(change: Change, reason: str) -> e.ReasonGiven:
    """What somebody gave as the reason of an act; it stands beside the event, for it may name people."""
    told = fields.line("$.reason", reason, limit=fields.MAX_REASON, required=True)
    return e.ReasonGiven(salt=change.entropy(SALT_BYTES), reason=told)
