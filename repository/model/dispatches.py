"""Dispatches (nơi nhận): to whom an issued document went, and how each of them stands to it.

Rules for the file: the state belongs to the line, never to the document; acts are a table. Decree
30/2020/NĐ-CP, Art. 18.3-18.4 and 21; the codes are those of QCVN 102 for status messages.
"""

import enum

import msgspec

from repository.errors import Kind, Trouble
from repository.model.ids import AgencyId, DispatchId, DocumentId


class DispatchState(enum.Enum):
    """How a recipient stands to what was sent."""

    SENT = "sent"
    """Đã gửi."""
    RECEIVED = "received"
    """Đã tiếp nhận."""
    REFUSED = "refused"
    """Từ chối tiếp nhận."""
    PROCESSED = "processed"
    """Đã xử lý xong."""
    RECALL_ASKED = "recall-asked"
    """Bên gửi yêu cầu thu hồi."""
    RECALLED = "recalled"
    """Đồng ý thu hồi: cancelled here, the sender told."""
    RECALL_REFUSED = "recall-refused"
    """Từ chối thu hồi, with a reason."""


class DispatchAct(enum.Enum):
    """What may be done with a line."""

    RECEIVE = "receive"
    """Tiếp nhận."""
    REFUSE = "refuse"
    """Từ chối tiếp nhận, with a reason."""
    PROCESS = "process"
    """Xử lý xong."""
    CONFIRM_RECALL = "confirm-recall"
    """Đồng ý thu hồi."""
    REFUSE_RECALL = "refuse-recall"
    """Từ chối thu hồi, with a reason."""


class DispatchTurn(enum.Enum):
    """What befalls a line because of its document."""

    RECALL_ASKED = "recall-asked"
    """The document was recalled by who sent it."""


_S, _A = DispatchState, DispatchAct

DISPATCH_ACTS: dict[tuple[DispatchState, DispatchAct], DispatchState] = {
    (_S.SENT, _A.RECEIVE): _S.RECEIVED,
    (_S.SENT, _A.REFUSE): _S.REFUSED,
    (_S.RECEIVED, _A.PROCESS): _S.PROCESSED,
    (_S.RECALL_ASKED, _A.CONFIRM_RECALL): _S.RECALLED,
    (_S.RECALL_ASKED, _A.REFUSE_RECALL): _S.RECALL_REFUSED,
}
"""What is open in which state, to the recipient's registry; all else is refused. Of a recipient who
is not at home here the sender's registry notes what it was told."""

DISPATCH_TURNS: dict[tuple[DispatchState, DispatchTurn], DispatchState] = {
    (_S.SENT, DispatchTurn.RECALL_ASKED): _S.RECALL_ASKED,
    (_S.RECEIVED, DispatchTurn.RECALL_ASKED): _S.RECALL_ASKED,
    (_S.PROCESSED, DispatchTurn.RECALL_ASKED): _S.RECALL_ASKED,
    (_S.RECALL_REFUSED, DispatchTurn.RECALL_ASKED): _S.RECALL_ASKED,
}
"""What follows for a line when its document is recalled; who refused it has nothing to give back."""

STATUS_CODES: dict[DispatchState, str] = {
    _S.SENT: "01",
    _S.REFUSED: "02",
    _S.RECEIVED: "03",
    _S.PROCESSED: "06",
    _S.RECALL_ASKED: "13",
    _S.RECALLED: "15",
    _S.RECALL_REFUSED: "16",
}
"""The status messages of QCVN 102 that say the same."""

DISPATCH_NEEDS_REASON = frozenset({_A.REFUSE, _A.REFUSE_RECALL})
HELD_BY_RECIPIENT = frozenset(
    {_S.SENT, _S.RECEIVED, _S.PROCESSED, _S.RECALL_ASKED, _S.RECALL_REFUSED}
)
"""States in which the recipient's registry reads the document."""
GIVEN_BACK = frozenset({_A.REFUSE, _A.CONFIRM_RECALL})
"""Acts after which it reads the document no more."""


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """One of those to whom a document was sent."""

    id: DispatchId
    document: DocumentId
    sender: AgencyId
    agency: AgencyId = AgencyId("")
    """The recipient, where it is at home here; or empty, and then named in words."""
    name: str
    """As printed under `Nơi nhận`."""
    sent: int
    """Microseconds since 1970-01-01 UTC."""
    state: DispatchState = DispatchState.SENT
    since: int = 0
    """When it came to that state."""
    received: DocumentId = DocumentId("")
    """As what the recipient registered it."""
    reason: str = ""
    """Why it was refused, or its recall asked for or refused, last."""
    revision: int = 1
    """Counts up with everything that befalls it."""
    actor: str = ""
    """Who acted last."""


class DispatchActNotOpen(Trouble):
    """{act} is not open now: the line is {state}. Open to you: {allowed}."""

    kind = Kind.CONFLICT
    vietnamese = "Không thể {act} lúc này: dòng gửi đang {state}. Bạn có thể: {allowed}."


def dispatch_acts(dispatch: Dispatch, *, mine: bool) -> tuple[DispatchAct, ...]:
    """What may be done with *dispatch* now, by whom it is *mine*, in the order of `DispatchAct`."""
    open_now = (act for act in DispatchAct if (dispatch.state, act) in DISPATCH_ACTS)
    return tuple(open_now) if mine else ()


def dispatch_after(dispatch: Dispatch, act: DispatchAct, *, mine: bool) -> DispatchState:
    """The state after *act*; raise `DispatchActNotOpen` with what is open."""
    open_now = dispatch_acts(dispatch, mine=mine)
    if act not in open_now:
        raise DispatchActNotOpen(
            act=act.value,
            state=dispatch.state.value,
            allowed=", ".join(one.value for one in open_now) or "–",
        )
    return DISPATCH_ACTS[dispatch.state, act]
