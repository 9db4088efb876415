"""Giving papers to people and units, and what they do with them (chuyển xử lý).

Decree 30/2020/NĐ-CP, Art. 23-24. Only whoever leads completes what was given: the line above follows,
and the one above that, as far as each leads.
"""

from api.services import fields
from api.services.access import document_for, given, may_read, present, writable
from api.services.giving import MAX_WORDS, LineGiven, give, require_due, written
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Right, hands_in, holds
from repository.model.confidentiality import Confidentiality
from repository.model.days import Day
from repository.model.documents import Document
from repository.model.ids import DocumentId
from repository.model.receipts import (
    NEEDS_REASON,
    TURNS,
    Act,
    Party,
    Receipt,
    Role,
    Turn,
    after,
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
    """With `defer`: the new last day."""
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


def decide_give_receipts(change: Change, command: GiveReceipts) -> tuple[Receipt, ...]:
    """Let the document be given.

    Raise `Hidden`, `NotAllowed`, `SecondLead`, `InHandAlready`, `NotOfOneAgency`, `UnknownPerson`,
    `UnknownUnit` or of `fields`.
    """
    document = writable(change, command.caller, command.document)
    return give(change, document, None, command.lines, command.instruction)


def decide_act(change: Change, command: ActOnReceipt) -> Receipt:
    """Let it be done.

    Raise `Hidden`, `ActNotOpen`, `FieldMissing`, what giving raises, `DueTooLate`, `NotAnAnswer`.
    """
    receipt = receipt_for(change, command.caller, command.receipt)
    after(receipt, command.act, parties(command.caller, receipt))
    if command.act in NEEDS_REASON and not command.reason.strip():
        raise fields.FieldMissing(path="$.reason")
    if command.act is Act.HAND_ON:
        document = present(change.document(receipt.document))
        give(change, document, receipt, command.lines, command.instruction)
    _record(change, receipt, command)
    _follow(change, receipt, command.act)
    return present(change.get(t.RECEIPTS, receipt.id))


def _record(change: Change, receipt: Receipt, command: ActOnReceipt) -> None:
    words = fields.line("$.reason", command.reason, limit=MAX_WORDS)
    body = e.ReceiptActed(
        id=receipt.id,
        document=receipt.document,
        act=command.act,
        due=_new_due(change, receipt, command),
        answer=_answer(change, receipt, command),
    )
    change.record(body, agency=receipt.agency, particulars=written(change, words))


def _new_due(change: Change, receipt: Receipt, command: ActOnReceipt) -> Day:
    if command.act is not Act.DEFER:
        return receipt.due
    due = Day(fields.day("$.due", command.due).isoformat())
    require_due(change, "$.due", due, receipt.parent)
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
    """Who *caller* is to *receipt*."""
    found: set[Party] = set()
    if holder_of(receipt) in hands_in(caller, receipt.agency):
        found.add(Party.HOLDER)
    if holds(caller, Right.WRITE, receipt.agency):
        found.add(Party.REGISTRY)
    if receipt.giver == caller.name or (not receipt.parent and Party.REGISTRY in found):
        found.add(Party.GIVER)
    return frozenset(found)


def acts_open(caller: Caller, receipt: Receipt) -> tuple[Act, ...]:
    """What *caller* may do with *receipt* now."""
    return allowed(receipt, parties(caller, receipt))
