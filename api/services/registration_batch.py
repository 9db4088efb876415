"""Registering many documents at once: one command, decided line by line.

*Atomic*: all of them or none, with numbers that follow one another in each register. Otherwise
each line for itself; a refusal takes no number and leaves the others.
"""

import msgspec

from api.services import paper
from api.services.incidents import StateSecretRefused, decide_note_refusal
from api.services.registration import RegisterDocument, Registered, enter, refusal_noted
from repository.catalogue.change import Change
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.keeper_wire import Refusal, refusal_of

MAX_LINES = 500
"""Documents of one batch: so long nobody else is decided."""
_BEYOND_A_LINE = frozenset({Kind.UNAVAILABLE, Kind.EXHAUSTED, Kind.DAMAGED})
"""What befell the keeper and not the line: nothing of the batch is kept."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A document to be registered, and where it stands in the batch."""

    number: int
    """From 1, as its sender counts."""
    registration: paper.Registration
    request: bytes
    """`paper.request_digest` of the registration."""


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a line: one of both."""

    number: int
    registered: Registered | None = None
    refusal: Refusal | None = None


class RegisterBatch(
    Command[tuple[LineAnswer, ...]], frozen=True, kw_only=True, tag="register-batch"
):
    """Register all *lines*; each has a key of its own made of *key* and its number."""

    lines: tuple[Line, ...]
    key: str
    atomic: bool


def register_batch(keeper: Keeper, command: RegisterBatch) -> tuple[LineAnswer, ...]:
    """Register all lines; of an atomic batch that is refused for a state secret leave an incident."""
    try:
        return keeper.submit(command)
    except StateSecretRefused as refused:
        number = refused.facts.get("line")
        line = next((one for one in command.lines if one.number == number), None)
        if line:
            grade = str(refused.facts.get("grade", ""))
            noted = refusal_noted(command.caller, line.registration)
            keeper.submit(msgspec.structs.replace(noted, grade=grade))
        raise


def decide_register_batch(change: Change, command: RegisterBatch) -> tuple[LineAnswer, ...]:
    """Register line by line; raise the refusal of an atomic batch, with its `line`."""
    paper.check_key(command.key)
    if command.atomic:
        return tuple(_as_part(change, command, line) for line in command.lines)
    return tuple(_for_itself(change, command, line) for line in command.lines)


def _as_part(change: Change, command: RegisterBatch, line: Line) -> LineAnswer:
    try:
        return LineAnswer(number=line.number, registered=_entered(change, command, line))
    except Trouble as refused:
        refused.facts["line"] = line.number
        raise


def _for_itself(change: Change, command: RegisterBatch, line: Line) -> LineAnswer:
    try:
        with change.attempt() as part:
            return LineAnswer(number=line.number, registered=_entered(part, command, line))
    except Trouble as refused:
        if refused.kind in _BEYOND_A_LINE:
            raise
        if isinstance(refused, StateSecretRefused):
            noted = refusal_noted(command.caller, line.registration)
            grade = str(refused.facts.get("grade", ""))
            decide_note_refusal(change, msgspec.structs.replace(noted, grade=grade))
        return LineAnswer(number=line.number, refusal=refusal_of(refused))


def _entered(change: Change, command: RegisterBatch, line: Line) -> Registered:
    one = RegisterDocument(
        caller=command.caller,
        on_behalf_of=command.on_behalf_of,
        registration=line.registration,
        # A space stands in no key that a client gives: no other request has this one.
        key=f"{command.key} {line.number}",
        request=line.request,
    )
    return enter(change, one)
