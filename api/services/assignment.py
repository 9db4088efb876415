"""Many papers given to many at once (giao việc hàng loạt), in bounded pieces of work for the keeper.

*Atomic*: all or none, in one decision. Otherwise each line for itself; the keeper gets them a few
at a time, so that everybody else is decided in between. Each line has a key of its own made of the
batch's key and its number: the same batch again goes on where it was cut.
"""

from collections.abc import Iterator, Sequence

import msgspec

from api.services import fields, paper
from api.services.access import document_for, present
from api.services.giving import LineGiven, Once
from api.services.receipts import ActOnReceipt, GiveReceipts, do_act, give_document
from api.services.registration import IdempotencyKeyReused
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.keeper_wire import Refusal, refusal_of
from repository.model.receipts import Act, Receipt

MAX_ASSIGNMENTS = 5_000
"""Lines of one request."""
MAX_ATOMIC = 500
"""Recipients of an atomic batch: so long nobody else is decided."""
MAX_CHUNK = 100
"""Recipients that the keeper is given at a time, or one line with more."""
_BEYOND_A_LINE = frozenset({Kind.UNAVAILABLE, Kind.EXHAUSTED, Kind.DAMAGED})
"""What befell the keeper and not the line: nothing of the piece is kept."""


class Assignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paper to be given; this is also a line of the request."""

    document: str = ""
    """The registry gives it; or empty, and then `receipt`."""
    receipt: str = ""
    """A line that is in the caller's hand, or of whom they stand in for: it is handed on."""
    lines: tuple[LineGiven, ...]
    instruction: str = ""


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """What a line gave."""

    receipts: tuple[Receipt, ...]
    replayed: bool = False
    """It had been given before."""


class AssignmentLine(msgspec.Struct, frozen=True, kw_only=True):
    """An assignment, and where it stands in the batch."""

    number: int
    """From 1, as its sender counts."""
    assignment: Assignment
    request: bytes
    """Digest of the assignment."""


class AssignmentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a line: one of both."""

    number: int
    assigned: Assigned | None = None
    refusal: Refusal | None = None


class AssignBatch(
    Command[tuple[AssignmentAnswer, ...]], frozen=True, kw_only=True, tag="assign-batch"
):
    """Give what all *lines* say."""

    lines: tuple[AssignmentLine, ...]
    key: str
    atomic: bool


class AtomicTooLarge(Trouble):
    """An atomic batch gives to at most {limit} recipients; leave `atomic` away, or send less."""

    kind = Kind.TOO_LARGE
    vietnamese = (
        "Lô nguyên khối giao cho nhiều nhất {limit} nơi nhận; hãy bỏ `atomic` hoặc chia nhỏ."
    )


def assign(keeper: Keeper, command: AssignBatch) -> tuple[AssignmentAnswer, ...]:
    """Give what all lines say; raise `AtomicTooLarge`, or what befalls the keeper."""
    if command.atomic:
        if sum(map(_weight, command.lines)) > MAX_ATOMIC:
            raise AtomicTooLarge(limit=MAX_ATOMIC)
        return keeper.submit(command)
    pieces = (msgspec.structs.replace(command, lines=some) for some in chunks(command.lines))
    return tuple(answer for piece in pieces for answer in keeper.submit(piece))


def chunks(lines: Sequence[AssignmentLine]) -> Iterator[tuple[AssignmentLine, ...]]:
    """*lines* in order, in pieces of at most `MAX_CHUNK` recipients, or of one line."""
    piece: list[AssignmentLine] = []
    weight = 0
    for line in lines:
        if piece and weight + _weight(line) > MAX_CHUNK:
            yield tuple(piece)
            piece, weight = [], 0
        piece.append(line)
        weight += _weight(line)
    if piece:
        yield tuple(piece)


def _weight(line: AssignmentLine) -> int:
    return max(1, len(line.assignment.lines))


def decide_assign(change: Change, command: AssignBatch) -> tuple[AssignmentAnswer, ...]:
    """Give line by line; raise the refusal of an atomic batch, with its `line`."""
    paper.check_key(command.key)
    one = _as_part if command.atomic else _for_itself
    return tuple(one(change, command, line) for line in command.lines)


def _as_part(change: Change, command: AssignBatch, line: AssignmentLine) -> AssignmentAnswer:
    try:
        return AssignmentAnswer(number=line.number, assigned=_given(change, command, line))
    except Trouble as refused:
        refused.facts["line"] = line.number
        raise


def _for_itself(change: Change, command: AssignBatch, line: AssignmentLine) -> AssignmentAnswer:
    try:
        with change.attempt() as part:
            return AssignmentAnswer(number=line.number, assigned=_given(part, command, line))
    except Trouble as refused:
        if refused.kind in _BEYOND_A_LINE:
            raise
        return AssignmentAnswer(number=line.number, refusal=refusal_of(refused))


def _given(change: Change, command: AssignBatch, line: AssignmentLine) -> Assigned:
    caller, asked = command.caller, line.assignment
    # A space stands in no key that a client gives: no other request has this one.
    once = Once(f"{command.key} {line.number}", line.request)
    before = change.get(t.GIVEN_KEYS, caller.name, once.key)
    if before and before.request != line.request:
        raise IdempotencyKeyReused
    if before is None:
        change.stamp = change.stamp._replace(on_behalf_of="")
        _give(change, command, asked, once)
    known = present(change.get(t.GIVEN_KEYS, caller.name, once.key))
    receipts = tuple(present(change.get(t.RECEIPTS, one)) for one in known.receipts)
    if before:
        for document in {one.document for one in receipts}:
            document_for(change, caller, document)
    return Assigned(receipts=receipts, replayed=before is not None)


def _give(change: Change, command: AssignBatch, asked: Assignment, once: Once) -> None:
    if bool(asked.document) is bool(asked.receipt):
        raise fields.FieldUnfit(path="$", expected="document ⊻ receipt")
    if asked.document:
        giving = GiveReceipts(
            caller=command.caller,
            document=asked.document,
            lines=asked.lines,
            instruction=asked.instruction,
        )
        give_document(change, giving, once)
    else:
        handing_on = ActOnReceipt(
            caller=command.caller,
            receipt=asked.receipt,
            act=Act.HAND_ON,
            lines=asked.lines,
            instruction=asked.instruction,
        )
        do_act(change, handing_on, once)


RULES = {AssignBatch: decide_assign}
