"""A message that an axis holds for us (nhận), one line for each id of the axis: a table.

Kept before it is acknowledged, and acknowledged by its kept state: whoever is told twice of the
same id answers twice, and keeps once.
"""

import enum

from repository.errors import Kind, Trouble


class Arrival(enum.Enum):
    """Where a message for us is."""

    SEEN = "seen"
    """Đã thấy: the axis told of it."""
    KEPT = "kept"
    """Đã lưu: on disk; `done` is owed to the axis."""
    SPOILT = "spoilt"
    """Cách ly: put aside with its faults; `fail` is owed."""
    CLOSED = "closed"
    """Đã báo nhận: `done` was said."""
    REJECTED = "rejected"
    """Đã báo lỗi: `fail` was said."""


class Step(enum.Enum):
    """What happened to it."""

    KEEP = "keep"
    """Fetched, read, on disk with its files; or known already."""
    SPOIL = "spoil"
    """Read as at fault as often as `TRIES_BEFORE_QUARANTINE`."""
    ACKNOWLEDGE = "acknowledge"
    """The axis took our answer."""
    SEE = "see"
    """The axis tells of it again: our answer was lost."""
    REPLAY = "replay"
    """A person has it fetched anew."""


STEPS: dict[tuple[Arrival, Step], Arrival] = {
    (Arrival.SEEN, Step.SEE): Arrival.SEEN,
    (Arrival.SEEN, Step.KEEP): Arrival.KEPT,
    (Arrival.SEEN, Step.SPOIL): Arrival.SPOILT,
    (Arrival.KEPT, Step.SEE): Arrival.KEPT,
    (Arrival.KEPT, Step.ACKNOWLEDGE): Arrival.CLOSED,
    (Arrival.SPOILT, Step.SEE): Arrival.SPOILT,
    (Arrival.SPOILT, Step.ACKNOWLEDGE): Arrival.REJECTED,
    (Arrival.SPOILT, Step.REPLAY): Arrival.SEEN,
    (Arrival.CLOSED, Step.SEE): Arrival.KEPT,
    (Arrival.REJECTED, Step.SEE): Arrival.SPOILT,
    (Arrival.REJECTED, Step.REPLAY): Arrival.SEEN,
}
"""Where a step leads; what is not here does not happen."""

TRIES_BEFORE_QUARANTINE = 3
"""Readings that end in the same fault."""
OWED = {Arrival.KEPT: "done", Arrival.SPOILT: "fail"}
"""What the axis has to be told, until it takes it."""


class StepNotOpenHere(Trouble):
    """A message from the axis that is {state} cannot take the step {step}."""

    kind = Kind.CONFLICT
    vietnamese = "Thông điệp từ trục đang {state} không thể qua bước {step}."


def stepped(state: Arrival, step: Step) -> Arrival:
    """Where *step* leads from *state*; raise `StepNotOpenHere`."""
    try:
        return STEPS[state, step]
    except KeyError:
        raise StepNotOpenHere(state=state.value, step=step.value) from None
