"""Recipient lines (dòng xử lý): who has a paper in hand, in which role, until when.

Rules for the file: the state belongs to the line, never to the document; acts are a table; nothing
here looks into the store. Decree 30/2020/NĐ-CP, Art. 23-24: the leader directs, names who leads
and who supports and until when; units and officers handle; the registry follows up.
"""

import enum

import msgspec

from repository.errors import Kind, Trouble
from repository.model.days import UNBOUNDED, Day
from repository.model.ids import AgencyId, DocumentId, PersonId, ReceiptId, UnitId


class Role(enum.Enum):
    """For what somebody is given a paper."""

    LEAD = "lead"
    """Chủ trì: answers for it; at most one among those given it together."""
    SUPPORT = "support"
    """Phối hợp."""
    INFORMATION = "information"
    """Để biết."""


class State(enum.Enum):
    """How a line stands."""

    SENT = "sent"
    """Chờ tiếp nhận: not opened yet."""
    OPEN = "open"
    """Đang xử lý."""
    HANDED_ON = "handed-on"
    """Đã chuyển: others have it, and answer to this one."""
    DONE = "done"
    """Đã hoàn thành."""
    RETURNED = "returned"
    """Đã trả lại."""
    RECALLED = "recalled"
    """Đã thu hồi, before it was opened."""


class Act(enum.Enum):
    """What may be done with a line."""

    OPEN = "open"
    """Tiếp nhận."""
    HAND_ON = "hand-on"
    """Chuyển, phân công: give it to others, who answer to this one."""
    COMPLETE = "complete"
    """Hoàn thành."""
    RETURN = "return"
    """Trả lại, with a reason."""
    RECALL = "recall"
    """Thu hồi; whoever gave it, until it is opened."""
    REOPEN = "reopen"
    """Yêu cầu làm lại; whoever gave it, with a reason."""
    DEFER = "defer"
    """Gia hạn: whoever gave it sets another day, with a reason."""
    REMIND = "remind"
    """Đôn đốc: whoever gave it, or the registry."""


class Party(enum.Enum):
    """Who somebody is to a line."""

    HOLDER = "holder"
    """It is theirs, or their unit's, or that of whom they stand in for."""
    GIVER = "giver"
    """They gave it."""
    REGISTRY = "registry"
    """The agency's clerks."""


class Turn(enum.Enum):
    """What befalls a line because of the lines below it."""

    LEAD_DONE = "lead-done"
    """Whoever leads has completed it."""
    LEAD_LOST = "lead-lost"
    """Nobody leads any more: returned or recalled."""
    LEAD_REOPENED = "lead-reopened"
    """Whoever leads has to do it again."""


ACTS: dict[tuple[State, Act], State] = {
    (State.SENT, Act.OPEN): State.OPEN,
    (State.SENT, Act.HAND_ON): State.HANDED_ON,
    (State.SENT, Act.COMPLETE): State.DONE,
    (State.SENT, Act.RETURN): State.RETURNED,
    (State.SENT, Act.RECALL): State.RECALLED,
    (State.SENT, Act.DEFER): State.SENT,
    (State.SENT, Act.REMIND): State.SENT,
    (State.OPEN, Act.HAND_ON): State.HANDED_ON,
    (State.OPEN, Act.COMPLETE): State.DONE,
    (State.OPEN, Act.RETURN): State.RETURNED,
    (State.OPEN, Act.DEFER): State.OPEN,
    (State.OPEN, Act.REMIND): State.OPEN,
    (State.HANDED_ON, Act.HAND_ON): State.HANDED_ON,
    (State.HANDED_ON, Act.COMPLETE): State.DONE,
    (State.HANDED_ON, Act.DEFER): State.HANDED_ON,
    (State.HANDED_ON, Act.REMIND): State.HANDED_ON,
    (State.DONE, Act.REOPEN): State.OPEN,
}
"""What is open in which state, and where it leads; all else is refused."""

TURNS: dict[tuple[State, Turn], State] = {
    (State.HANDED_ON, Turn.LEAD_DONE): State.DONE,
    (State.HANDED_ON, Turn.LEAD_LOST): State.OPEN,
    (State.DONE, Turn.LEAD_REOPENED): State.HANDED_ON,
}
"""What follows from the lines below; in any other state nothing does."""

WHO: dict[Act, frozenset[Party]] = {
    Act.OPEN: frozenset({Party.HOLDER}),
    Act.HAND_ON: frozenset({Party.HOLDER}),
    Act.COMPLETE: frozenset({Party.HOLDER}),
    Act.RETURN: frozenset({Party.HOLDER}),
    Act.RECALL: frozenset({Party.GIVER}),
    Act.REOPEN: frozenset({Party.GIVER}),
    Act.DEFER: frozenset({Party.GIVER}),
    Act.REMIND: frozenset({Party.GIVER, Party.REGISTRY}),
}
"""Whose act it is."""

NEEDS_REASON = frozenset({Act.RETURN, Act.REOPEN, Act.DEFER})
ENDED = frozenset({State.DONE, State.RETURNED, State.RECALLED})
"""States in which nobody has it in hand."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient line."""

    id: ReceiptId
    document: DocumentId
    agency: AgencyId
    role: Role
    person: PersonId = PersonId("")
    """Whose it is; empty where it is a unit's."""
    unit: UnitId = UnitId("")
    parent: ReceiptId = ReceiptId("")
    """The line it answers to; empty where the registry gave it."""
    giver: str = ""
    """Who gave it, as the log names them."""
    given: int = 0
    """Microseconds since 1970-01-01 UTC."""
    due: Day = UNBOUNDED
    """Hạn giải quyết: the last day; empty = none."""
    instruction: str = ""
    """Ý kiến chỉ đạo (bút phê)."""
    state: State = State.SENT
    opened: int = 0
    ended: int = 0
    answer: DocumentId = DocumentId("")
    """The outgoing document that answers it."""
    reason: str = ""
    """Why it was returned, reopened or deferred last."""
    reminded: int = 0
    """How often."""


class ActNotOpen(Trouble):
    """{act} is not open now: the line is {state}. Open to you: {allowed}."""

    kind = Kind.CONFLICT
    vietnamese = "Không thể {act} lúc này: dòng xử lý đang {state}. Bạn có thể: {allowed}."


def hand(person: PersonId, unit: UnitId) -> str:
    """Somebody's hand as one key: `p:<person>`, or `u:<unit>` where there is no person."""
    return f"p:{person}" if person else f"u:{unit}"


def holder_of(receipt: Receipt) -> str:
    """In whose hand a line is."""
    return hand(receipt.person, receipt.unit)


def allowed(receipt: Receipt, parties: frozenset[Party]) -> tuple[Act, ...]:
    """What *parties* may do with *receipt* now, in the order of `Act`."""
    return tuple(act for act in Act if (receipt.state, act) in ACTS and WHO[act] & parties)


def after(receipt: Receipt, act: Act, parties: frozenset[Party]) -> State:
    """The state after *act* by *parties*; raise `ActNotOpen` with what is open to them."""
    open_now = allowed(receipt, parties)
    if act not in open_now:
        raise ActNotOpen(
            act=act.value,
            state=receipt.state.value,
            allowed=", ".join(one.value for one in open_now) or "–",
        )
    return ACTS[receipt.state, act]
