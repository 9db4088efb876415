"""Giving papers to people and units, and what they do with them (chuyển xử lý).

Decree 30/2020/NĐ-CP, Art. 23-24. Only whoever leads completes what was given: the line above follows,
and the one above that, as far as each leads.
"""

from typing import NamedTuple

from api.services import fields
from api.services.access import document_for, given, may_read, present, writable
from api.services.deadlines import due_of, required_due
from api.services.giving import MAX_WORDS, LineGiven, Once, give, require_due, written
from api.services.mandates import acting_now
from api.services.relations import note_answer
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Mandate, Right, holds
from repository.model.confidentiality import Confidentiality
from repository.model.days import UNBOUNDED, Day
from repository.model.documents import Document
from repository.model.ids import DocumentId, ReceiptId
from repository.model.receipts import (
    ACTS,
    MAX_ASKED,
    MAX_EXTENSIONS,
    NEEDS_REASON,
    TURNS,
    Act,
    ActNotOpen,
    Party,
    Receipt,
    Role,
    Turn,
    allowed,
    holder_of,
)
from repository.model.registers import Direction


class GiveReceipts(Command[tuple[Receipt, ...]], frozen=True, kw_only=True, tag="give-receipts"):
    """The registry gives a document to *lines*."""

    document: str
    lines: tuple[LineGiven, ...]
    instruction: str = ""


class ActOnReceipt(Command[Receipt], frozen=True, kw_only=True, tag="act-on-receipt"):
    """Do *act* with a line; what an act does not need stays empty."""

    receipt: str
    act: Act
    reason: str = ""
    due: str = ""
    """With `defer` and `grant-extension`: the new last day; with `ask-extension`: the one wished for.
    Granted without one, it is the one that was wished for."""
    working_days: int = 0
    """Instead of `due`: so many working days after today."""
    answer: str = ""
    """With `complete`: the outgoing document that answers it."""
    lines: tuple[LineGiven, ...] = ()
    """With `hand-on`: to whom."""
    instruction: str = ""
    """With `hand-on`."""


class NotAnAnswer(Trouble):
    """{document} is no outgoing document of this agency."""

    kind = Kind.INVALID
    vietnamese = "{document} không phải văn bản đi của cơ quan này."


class NotLater(Trouble):
    """{path}: an extension ends after {due}, the last day as it is."""

    kind = Kind.INVALID
    vietnamese = "{path}: ngày gia hạn phải sau hạn hiện tại {due}."


class TooManyExtensions(Trouble):
    """The last day of this line was asked to be another, or was set, {limit} times: no more."""

    kind = Kind.CONFLICT
    vietnamese = "Hạn của dòng xử lý này đã được xin hoặc đổi {limit} lần, không nhận thêm."


def decide_give_receipts(change: Change, command: GiveReceipts) -> tuple[Receipt, ...]:
    """Let the document be given.

    Raise `Hidden`, `NotAllowed`, `SecondLead`, `InHandAlready`, `NotOfOneAgency`, `UnknownPerson`,
    `UnknownUnit`, `CalendarUnknown` or of `fields`.
    """
    return give_document(change, command, Once())


def give_document(change: Change, command: GiveReceipts, once: Once) -> tuple[Receipt, ...]:
    """As `decide_give_receipts`; *once* stands in the events."""
    document = writable(change, command.caller, command.document)
    return give(change, document, None, command.lines, command.instruction, once)


def decide_act(change: Change, command: ActOnReceipt) -> Receipt:
    """Let it be done, on behalf of whose it is where the caller stands in for them.

    Raise `Hidden`, `ActNotOpen`, `FieldMissing`, what giving raises, `DueTooLate`, `NotAnAnswer`,
    `NotLater`, `TooManyExtensions`.
    """
    return do_act(change, command, Once())


def do_act(change: Change, command: ActOnReceipt, once: Once) -> Receipt:
    """As `decide_act`; *once* stands in the events of what is handed on."""
    caller = acting_now(change, command.caller)
    receipt = receipt_for(change, caller, command.receipt)
    behalf = on_whose_behalf(caller, receipt, command.act)
    change.stamp = change.stamp._replace(on_behalf_of=behalf)
    if command.act in NEEDS_REASON and not command.reason.strip():
        raise fields.FieldMissing(path="$.reason")
    if command.act is Act.HAND_ON:
        document = present(change.document(receipt.document))
        give(change, document, receipt, command.lines, command.instruction, once)
    _record(change, receipt, command)
    _note_answer(change, receipt)
    _follow(change, receipt, command.act)
    return present(change.get(t.RECEIPTS, receipt.id))


def _record(change: Change, receipt: Receipt, command: ActOnReceipt) -> None:
    words = fields.line("$.reason", command.reason, limit=MAX_WORDS)
    due, wished = _days(change, receipt, command)
    body = e.ReceiptActed(
        id=receipt.id,
        document=receipt.document,
        act=command.act,
        due=due,
        answer=_answer(change, receipt, command),
        wished=wished,
    )
    change.record(body, agency=receipt.agency, particulars=written(change, words))


def _days(change: Change, receipt: Receipt, command: ActOnReceipt) -> tuple[Day, Day]:
    """The last day from now on, and the one that is asked for, decided or set (empty = none is)."""
    match command.act:
        case Act.DEFER:
            _require_room(len(receipt.extensions), MAX_EXTENSIONS)
            due = required_due(change, "$", command.due, command.working_days)
            require_due(change, "$.due", due, receipt.parent)
            return due, due
        case Act.ASK_EXTENSION:
            _require_room(sum(1 for one in receipt.extensions if one.wished), MAX_ASKED)
            wished = required_due(change, "$", command.due, command.working_days)
            return receipt.due, _later(receipt, wished)
        case Act.GRANT_EXTENSION:
            set_now = due_of(change, "$", command.due, command.working_days)
            due = _later(receipt, set_now or receipt.asked)
            require_due(change, "$.due", due, receipt.parent)
            return due, due
        case Act.REFUSE_EXTENSION:
            return receipt.due, receipt.asked
        case _:
            return receipt.due, UNBOUNDED


def _require_room(number: int, limit: int) -> None:
    if number >= limit:
        raise TooManyExtensions(limit=limit)


def _later(receipt: Receipt, due: Day) -> Day:
    if due <= receipt.due:
        raise NotLater(path="$.due", due=receipt.due)
    return due


def _answer(change: Change, receipt: Receipt, command: ActOnReceipt) -> DocumentId:
    if not command.answer or command.act is not Act.COMPLETE:
        return DocumentId("")
    document = change.document(DocumentId(given(command.answer)))
    if (
        document is None
        or document.agency != receipt.agency
        or document.direction is not Direction.OUTGOING
        or _withheld(change, command.caller, document)
    ):
        raise NotAnAnswer(path="$.answer", document=command.answer)
    return document.id


def _withheld(reading: Reading, caller: Caller, document: Document) -> bool:
    """Say whether *document* is restricted and not for *caller*: it answers as one that is none."""
    restricted = document.confidentiality is Confidentiality.RESTRICTED
    return restricted and not may_read(reading, caller, document)


def _note_answer(change: Change, receipt: Receipt) -> None:
    """Let the document that answers state that it replies (Decree 30/2020, Art. 24)."""
    now = present(change.get(t.RECEIPTS, receipt.id))
    if now.answer and now.answer != receipt.answer:
        reply, asked = change.document(now.answer), change.document(receipt.document)
        if reply and asked:
            note_answer(change, reply, asked)


def answered_by(change: Change, receipt: ReceiptId, document: Document) -> None:
    """Complete the line that *document* answers, where it is still in somebody's hand; and let
    *document* state that it replies.
    """
    line = present(change.get(t.RECEIPTS, receipt))
    if (line.state, Act.COMPLETE) in ACTS:
        body = e.ReceiptActed(
            id=line.id, document=line.document, act=Act.COMPLETE, due=line.due, answer=document.id
        )
        change.record(body, agency=line.agency)
        _follow(change, line, Act.COMPLETE)
    note_answer(change, document, present(change.document(line.document)))


_TURN = {
    Act.COMPLETE: Turn.LEAD_DONE,
    Act.RETURN: Turn.LEAD_LOST,
    Act.RECALL: Turn.LEAD_LOST,
    Act.REOPEN: Turn.LEAD_REOPENED,
}


def _follow(change: Change, receipt: Receipt, act: Act) -> None:
    """Let the lines above follow what was done with the one that leads."""
    turn = _TURN.get(act)
    while turn and receipt.parent and receipt.role is Role.LEAD:
        above = present(change.get(t.RECEIPTS, receipt.parent))
        if (above.state, turn) not in TURNS:
            return
        body = e.ReceiptTurned(id=above.id, document=above.document, turn=turn)
        change.record(body, agency=above.agency)
        if turn is Turn.LEAD_LOST:
            return  # it is in the hand of the one above again, who does something about it
        receipt = above


def receipt_for(reading: Reading, caller: Caller, receipt: str) -> Receipt:
    """The line of that identifier, when *caller* may read its document; raise `Hidden`."""
    found = present(reading.get(t.RECEIPTS, given(receipt)))
    document_for(reading, caller, found.document)
    return found


def parties(caller: Caller, receipt: Receipt) -> frozenset[Party]:
    """Who *caller* is to *receipt* themselves."""
    found: set[Party] = set()
    if receipt.agency in caller.standing and holder_of(receipt) in caller.hands:
        found.add(Party.HOLDER)
    if holds(caller, Right.WRITE, receipt.agency):
        found.add(Party.REGISTRY)
    if receipt.giver == caller.name or (not receipt.parent and Party.REGISTRY in found):
        found.add(Party.GIVER)
    return frozenset(found)


def parties_by(mandate: Mandate, receipt: Receipt) -> frozenset[Party]:
    """Who somebody is to *receipt* by *mandate*, in another's place."""
    if mandate.agency != receipt.agency:
        return frozenset()
    holder = {Party.HOLDER} if holder_of(receipt) in mandate.hands else set[Party]()
    giver = {Party.GIVER} if receipt.giver == mandate.principal else set[Party]()
    return frozenset(holder | giver)


class Open(NamedTuple):
    """Acts that are open to somebody."""

    acts: tuple[Act, ...]
    mandate: Mandate | None = None
    """In whose place; None = their own."""


def acts_open(caller: Caller, receipt: Receipt) -> tuple[Open, ...]:
    """What *caller* may do with *receipt* now: themselves first, then in others' places."""
    own = Open(allowed(receipt, parties(caller, receipt)))
    lent = (Open(allowed(receipt, parties_by(one, receipt)), one) for one in caller.mandates)
    return (own, *(each for each in lent if each.acts))


def on_whose_behalf(caller: Caller, receipt: Receipt, act: Act) -> str:
    """In whose place *caller* does *act*, as the log names them; empty = themselves.

    Who may do it themselves does it themselves. Raise `ActNotOpen` with what is open to them.
    """
    open_now = acts_open(caller, receipt)
    for each in open_now:
        if act in each.acts:
            return each.mandate.principal if each.mandate else ""
    every = {one for each in open_now for one in each.acts}
    told = ", ".join(one.value for one in Act if one in every)
    raise ActNotOpen(act=act.value, state=receipt.state.value, allowed=told or "–")
