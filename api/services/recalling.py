"""Recalling an issued document (thu hồi), and how its recipients answer.

Decree 30/2020/NĐ-CP, Art. 18.3-18.4: the recipient cancels the document on its system and tells the
sender; the issuer freezes it; what happened is kept. The record becomes a tombstone: its number and
row stay, its files are for the agency's registry alone. The default answer of a recipient is to
confirm (15); to refuse (16) takes a reason.
"""

from api.services import fields
from api.services.access import dispatch_for, document_for, given, present
from api.services.giving import MAX_WORDS, written
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.dispatches import dispatches_of
from repository.catalogue.homes import is_home
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Right, authorize, holds
from repository.model.dispatches import (
    DISPATCH_NEEDS_REASON,
    DISPATCH_TURNS,
    Dispatch,
    DispatchAct,
    DispatchState,
    DispatchTurn,
    dispatch_acts,
    dispatch_after,
)
from repository.model.documents import Document
from repository.model.ids import AgencyId, DocumentId
from repository.model.registers import Direction


class RecallDocument(Command[Document], frozen=True, kw_only=True, tag="recall-document"):
    """Recall a document that the agency issued."""

    document: str
    reason: str


class ActOnDispatch(Command[Dispatch], frozen=True, kw_only=True, tag="act-on-dispatch"):
    """Do *act* with a line that stands at one of the revisions *seen*."""

    dispatch: str
    act: DispatchAct
    reason: str = ""
    received: str = ""
    """With `receive`: the incoming document as which it was registered."""
    seen: tuple[int, ...] | None = None
    """None = whatever it stands at."""


class NotIssuedHere(Trouble):
    """Only a document that this agency issued is recalled by it."""

    kind = Kind.INVALID
    vietnamese = "Chỉ thu hồi được văn bản do chính cơ quan ban hành."


class NotAnArrival(Trouble):
    """{document} is no incoming document of this agency."""

    kind = Kind.INVALID
    vietnamese = "{document} không phải văn bản đến của cơ quan này."


class DispatchChanged(Trouble):
    """The line stands at revision {revision} by now; look at it and decide again."""

    kind = Kind.PRECONDITION
    vietnamese = "Dòng gửi đã sang lần {revision}; hãy xem lại rồi quyết định."


def decide_recall(change: Change, command: RecallDocument) -> Document:
    """Recall the document and ask its recipients; once more, ask those who refused.

    Raise `Hidden`, `NotAllowed`, `NotIssuedHere` or of `fields`.
    """
    document = document_for(change, command.caller, command.document)
    authorize(command.caller, Right.WRITE, document.agency)
    if document.direction is not Direction.OUTGOING:
        raise NotIssuedHere
    reason = fields.line("$.reason", command.reason, limit=MAX_WORDS, required=True)
    recall(change, document, reason)
    return present(change.document(document.id))


def recall(change: Change, document: Document, reason: str) -> None:
    """Let *document* be recalled for a *reason* (one line), and ask those who have it."""
    mark_recalled(change, document, reason)
    for line in dispatches_of(change, document.id):
        _ask(change, line, reason)


def mark_recalled(change: Change, document: Document, reason: str) -> None:
    """Let *document* be a tombstone, where it is none yet."""
    if not document.recalled:
        told = written(change, reason)
        change.record(e.DocumentRecalled(document.id), agency=document.agency, particulars=told)


def _ask(change: Change, line: Dispatch, reason: str) -> None:
    if (line.state, DispatchTurn.RECALL_ASKED) not in DISPATCH_TURNS:
        return
    body = e.DispatchTurned(line.id, DispatchTurn.RECALL_ASKED)
    change.record(body, agency=_answering(change, line), particulars=written(change, reason))


def _answering(change: Change, line: Dispatch) -> AgencyId:
    """Whose registry answers for *line*: the recipient's, or the sender's where that one is not here."""
    return line.agency if line.agency and is_home(change, line.agency) else line.sender


def decide_act_on_dispatch(change: Change, command: ActOnDispatch) -> Dispatch:
    """Let it be done; what has been done already is told as done.

    Raise `Hidden`, `DispatchChanged`, `DispatchActNotOpen`, `NotAnArrival` or of `fields`.
    """
    line = dispatch_for(change, command.caller, command.dispatch)
    if command.seen is not None and line.revision not in command.seen:
        if _is_done(change, command, line):
            return line
        raise DispatchChanged(revision=line.revision)
    state = dispatch_after(line, command.act, mine=is_theirs(command.caller, line))
    if command.act in DISPATCH_NEEDS_REASON and not command.reason.strip():
        raise fields.FieldMissing(path="$.reason")
    _record(change, command, line)
    if state is DispatchState.RECALLED and line.received:
        arrival = present(change.document(line.received))
        mark_recalled(change, arrival, line.reason)
    return present(change.get(t.DISPATCHES, line.id))


def _is_done(change: Change, command: ActOnDispatch, line: Dispatch) -> bool:
    """Say whether the last thing that befell *line* is what is asked for, by the same."""
    led = {
        DispatchAct.RECEIVE: DispatchState.RECEIVED,
        DispatchAct.REFUSE: DispatchState.REFUSED,
        DispatchAct.PROCESS: DispatchState.PROCESSED,
        DispatchAct.CONFIRM_RECALL: DispatchState.RECALLED,
        DispatchAct.REFUSE_RECALL: DispatchState.RECALL_REFUSED,
    }[command.act]
    seen = command.seen or ()
    return line.revision - 1 in seen and line.state is led and line.actor == change.stamp.actor


def _record(change: Change, command: ActOnDispatch, line: Dispatch) -> None:
    words = fields.line("$.reason", command.reason, limit=MAX_WORDS)
    body = e.DispatchActed(line.id, command.act, _received(change, command, line))
    here = _answering(change, line)
    change.record(body, agency=here, particulars=written(change, words))
    if here != line.sender and is_home(change, line.sender):
        change.record(e.DispatchTold(line.id, command.act), agency=line.sender)


def _received(change: Change, command: ActOnDispatch, line: Dispatch) -> DocumentId:
    if not command.received or command.act is not DispatchAct.RECEIVE:
        return DocumentId("")
    document = change.document(DocumentId(given(command.received)))
    if (
        document is None
        or document.agency != line.agency
        or document.direction is not Direction.INCOMING
    ):
        raise NotAnArrival(path="$.received", document=command.received)
    return document.id


def is_theirs(caller: Caller, line: Dispatch) -> bool:
    """Say whether it is *caller*'s to answer for the recipient: its registry, or the sender's where
    the recipient is not at home here.
    """
    return holds(caller, Right.WRITE, line.agency or line.sender)


def dispatch_acts_open(caller: Caller, line: Dispatch) -> tuple[DispatchAct, ...]:
    """What *caller* may do with *line* now."""
    return dispatch_acts(line, mine=is_theirs(caller, line))
