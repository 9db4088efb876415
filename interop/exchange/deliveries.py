"""A message of ours on its way to an axis (gửi), one line for each message and axis: a table.

Rules for the file: an outcome is what a transport can know, and no more. Whether an answer that
did not come means "not taken" is never guessed: the line is in doubt until the axis was asked.
What the recipient does with the document is another thing: `standing`.
"""

import enum

from repository.errors import Kind, Trouble


class Delivery(enum.Enum):
    """Where a message of ours is."""

    QUEUED = "queued"
    """Chờ gửi: never tried."""
    SENDING = "sending"
    """Đang gửi: in a transport's hands; whoever finds it so at start-up has lost the answer."""
    WAITING = "waiting"
    """Chờ gửi lại: surely not taken; there is a next try."""
    IN_DOUBT = "in-doubt"
    """Chưa rõ kết quả: asked for before anything is sent again."""
    SENT = "sent"
    """Đã gửi: the axis has it and gave it an id."""
    DELIVERED = "delivered"
    """Đã tới: the other end has taken it from the axis."""
    NOT_TAKEN = "not-taken"
    """Bên nhận báo lỗi: the other end could not take it; a person looks."""
    REFUSED = "refused"
    """Trục từ chối: for good as it is; a person looks."""
    GIVEN_UP = "given-up"
    """Ngừng gửi: tried for too long; a person looks."""
    CANCELLED = "cancelled"
    """Hủy gửi: called back before it left; nothing was sent."""


class Outcome(enum.Enum):
    """What happened to it."""

    BEGUN = "begun"
    ACCEPTED = "accepted"
    """The axis answered with an id."""
    UNREACHABLE = "unreachable"
    """No connection, or an answer that says that nothing was taken: later again."""
    BARRED = "barred"
    """The axis does not know us (401, 403, HMAC): the adapter stops, the message is not to blame."""
    UNANSWERED = "unanswered"
    """It was handed over, and no answer came."""
    DECLINED = "declined"
    """Refused for good: no such recipient, not conforming, too large."""
    FOUND = "found"
    """Asked in doubt, the axis has it."""
    ABSENT = "absent"
    """Asked in doubt, the axis does not have it."""
    TAKEN = "taken"
    """The axis says `done` for the other end."""
    FAILED = "failed"
    """The axis says `fail` for the other end."""
    EXPIRED = "expired"
    """It was tried for `MOST_AGE`."""
    CANCELLED = "cancel"
    RESUMED = "resume"
    """A person has it tried again."""


MOVES: dict[tuple[Delivery, Outcome], Delivery] = {
    (Delivery.QUEUED, Outcome.BEGUN): Delivery.SENDING,
    (Delivery.QUEUED, Outcome.CANCELLED): Delivery.CANCELLED,
    (Delivery.SENDING, Outcome.ACCEPTED): Delivery.SENT,
    (Delivery.SENDING, Outcome.UNREACHABLE): Delivery.WAITING,
    (Delivery.SENDING, Outcome.BARRED): Delivery.WAITING,
    (Delivery.SENDING, Outcome.UNANSWERED): Delivery.IN_DOUBT,
    (Delivery.SENDING, Outcome.DECLINED): Delivery.REFUSED,
    (Delivery.WAITING, Outcome.BEGUN): Delivery.SENDING,
    (Delivery.WAITING, Outcome.EXPIRED): Delivery.GIVEN_UP,
    (Delivery.WAITING, Outcome.CANCELLED): Delivery.CANCELLED,
    (Delivery.IN_DOUBT, Outcome.FOUND): Delivery.SENT,
    (Delivery.IN_DOUBT, Outcome.ABSENT): Delivery.WAITING,
    (Delivery.IN_DOUBT, Outcome.UNREACHABLE): Delivery.IN_DOUBT,
    (Delivery.IN_DOUBT, Outcome.BARRED): Delivery.IN_DOUBT,
    (Delivery.IN_DOUBT, Outcome.UNANSWERED): Delivery.IN_DOUBT,
    (Delivery.IN_DOUBT, Outcome.EXPIRED): Delivery.GIVEN_UP,
    (Delivery.SENT, Outcome.TAKEN): Delivery.DELIVERED,
    (Delivery.SENT, Outcome.FAILED): Delivery.NOT_TAKEN,
    (Delivery.NOT_TAKEN, Outcome.TAKEN): Delivery.DELIVERED,
    # Nobody knows any more whether an earlier try arrived after all: ask first.
    (Delivery.GIVEN_UP, Outcome.RESUMED): Delivery.IN_DOUBT,
    (Delivery.REFUSED, Outcome.RESUMED): Delivery.QUEUED,
}
"""Where an outcome leads; what is not here does not happen."""

FOR_A_PERSON = frozenset({Delivery.REFUSED, Delivery.GIVEN_UP, Delivery.NOT_TAKEN})
"""States that nothing leaves by itself, and somebody has to see."""


class OutcomeNotOpen(Trouble):
    """A message that is {state} cannot be {outcome}."""

    kind = Kind.CONFLICT
    vietnamese = "Thông điệp đang {state} không thể {outcome}."


def moved(state: Delivery, outcome: Outcome) -> Delivery:
    """Where *outcome* leads from *state*; raise `OutcomeNotOpen`."""
    try:
        return MOVES[state, outcome]
    except KeyError:
        raise OutcomeNotOpen(state=state.value, outcome=outcome.value) from None


def found_at_start(state: Delivery) -> Delivery:
    """What *state* is after a crash: the answer to what was being sent is lost.

    >>> found_at_start(Delivery.SENDING), found_at_start(Delivery.SENT)
    (<Delivery.IN_DOUBT: 'in-doubt'>, <Delivery.SENT: 'sent'>)
    """
    return moved(state, Outcome.UNANSWERED) if state is Delivery.SENDING else state
