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
    ASK_EXTENSION = "ask-extension"
    """Xin gia hạn: who has it wishes another day, with a reason."""
    GRANT_EXTENSION = "grant-extension"
    """Cho gia hạn: whoever gave it sets the day that is wished, or another."""
    REFUSE_EXTENSION = "refuse-extension"
    """Không cho gia hạn, with a reason."""


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
    (State.SENT, Act.ASK_EXTENSION): State.SENT,
    (State.SENT, Act.GRANT_EXTENSION): State.SENT,
    (State.SENT, Act.REFUSE_EXTENSION): State.SENT,
    (State.OPEN, Act.HAND_ON): State.HANDED_ON,
    (State.OPEN, Act.COMPLETE): State.DONE,
    (State.OPEN, Act.RETURN): State.RETURNED,
    (State.OPEN, Act.DEFER): State.OPEN,
    (State.OPEN, Act.REMIND): State.OPEN,
    (State.OPEN, Act.ASK_EXTENSION): State.OPEN,
    (State.OPEN, Act.GRANT_EXTENSION): State.OPEN,
    (State.OPEN, Act.REFUSE_EXTENSION): State.OPEN,
    (State.HANDED_ON, Act.HAND_ON): State.HANDED_ON,
    (State.HANDED_ON, Act.COMPLETE): State.DONE,
    (State.HANDED_ON, Act.DEFER): State.HANDED_ON,
    (State.HANDED_ON, Act.REMIND): State.HANDED_ON,
    (State.HANDED_ON, Act.ASK_EXTENSION): State.HANDED_ON,
    (State.HANDED_ON, Act.GRANT_EXTENSION): State.HANDED_ON,
    (State.HANDED_ON, Act.REFUSE_EXTENSION): State.HANDED_ON,
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
    Act.ASK_EXTENSION: frozenset({Party.HOLDER}),
    Act.GRANT_EXTENSION: frozenset({Party.GIVER}),
    Act.REFUSE_EXTENSION: frozenset({Party.GIVER}),
}
"""Whose act it is."""

WHILE_ASKED: dict[Act, bool] = {
    Act.ASK_EXTENSION: False,
    Act.GRANT_EXTENSION: True,
    Act.REFUSE_EXTENSION: True,
}
"""Acts that are open only while an extension is asked for (True), or while none is (False)."""

NEEDS_REASON = frozenset(
    {Act.RETURN, Act.REOPEN, Act.DEFER, Act.ASK_EXTENSION, Act.REFUSE_EXTENSION}
)
MAX_ASKED = 20
"""Extensions that may be asked for on one line."""
MAX_EXTENSIONS = 100
"""Other last days of one line, asked for or set: all of them stand in its row."""
ENDED = frozenset({State.DONE, State.RETURNED, State.RECALLED})
"""States in which nobody has it in hand."""


class Extension(msgspec.Struct, frozen=True, array_like=True):
    """Another last day, as it was asked for and decided, or set unasked."""

    former: Day
    """The last day until then."""
    wished: Day
    """By who has the line; empty = nobody asked."""
    why: str
    asked: int
    """When it was asked for, or set unasked: microseconds since 1970-01-01 UTC."""
    decided: int = 0
    """When; 0 = not yet, or the line ended before."""
    by: str = ""
    """Who decided, as the log names them."""
    due: Day = UNBOUNDED
    """The day that was set; empty = it was refused."""
    answer: str = ""
    """What was said to it."""


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
    asked: Day = UNBOUNDED
    """The last day that is wished for, while nobody has decided; empty = none is."""
    extensions: tuple[Extension, ...] = ()
    """Every other last day that was asked for or set, in order."""
    told: Day = UNBOUNDED
    """When its holder was last told that it is due soon, or overdue."""
    telling: Day = UNBOUNDED
    """When they are told next; empty = as soon as it is due soon."""
    desk: UnitId = UnitId("")
    """Where the person worked when it was given; empty where it is a unit's."""
    deputy: str = ""
    """Who did the last act on behalf of whose it was, as the log names them; empty = nobody."""


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
    return tuple(
        act
        for act in Act
        if (receipt.state, act) in ACTS and WHO[act] & parties and _is_its_time(receipt, act)
    )


def _is_its_time(receipt: Receipt, act: Act) -> bool:
    """Say whether extensions are asked for as *act* needs; without a last day there is none to ask."""
    asked = receipt.asked != UNBOUNDED
    if act is Act.ASK_EXTENSION and receipt.due == UNBOUNDED:
        return False
    return WHILE_ASKED.get(act, asked) is asked
