"""Hand-overs (giao nhận hồ sơ nộp lưu): many dossiers offered at once, each accepted or refused.

Decree 30/2020/NĐ-CP, Art. 30; QĐ 3999/QĐ-BTC of 2025, Art. 15: the archive accepts or returns each
with a reason, and both sides have the minutes (biên bản giao nhận).
"""

import enum

import msgspec

from repository.errors import Kind, Trouble
from repository.model.days import UNBOUNDED, Day
from repository.model.ids import AgencyId, DossierId, HandOverId

MAX_HANDED = 500
"""Dossiers of one hand-over."""


class HandOverState(enum.Enum):
    """How a hand-over stands."""

    ASKED = "asked"
    """Đã đề nghị."""
    SETTLED = "settled"
    """Đã giao nhận: each dossier accepted or refused."""
    WITHDRAWN = "withdrawn"
    """Đã rút."""


class HandOverAct(enum.Enum):
    """What may be done with a hand-over."""

    SETTLE = "settle"
    """Giao nhận: the archivist takes what they do not refuse."""
    WITHDRAW = "withdraw"
    """Rút đề nghị, with a reason."""


class HandOverParty(enum.Enum):
    """Who somebody is to a hand-over."""

    GIVER = "giver"
    """Bên giao: who offered it, or the registry."""
    ARCHIVIST = "archivist"
    """Bên nhận."""


HAND_OVER_ACTS: dict[tuple[HandOverState, HandOverAct], HandOverState] = {
    (HandOverState.ASKED, HandOverAct.SETTLE): HandOverState.SETTLED,
    (HandOverState.ASKED, HandOverAct.WITHDRAW): HandOverState.WITHDRAWN,
}
HAND_OVER_WHO: dict[HandOverAct, frozenset[HandOverParty]] = {
    HandOverAct.SETTLE: frozenset({HandOverParty.ARCHIVIST}),
    HandOverAct.WITHDRAW: frozenset({HandOverParty.GIVER}),
}


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-over as it stands now."""

    id: HandOverId
    agency: AgencyId
    state: HandOverState = HandOverState.ASKED
    dossiers: tuple[DossierId, ...] = ()
    """In the order in which they were offered."""
    refused: dict[DossierId, str] = {}
    """Why, of those that were."""
    asked: int = 0
    """Microseconds since 1970-01-01 UTC."""
    asked_by: str = ""
    giver: str = ""
    """Name of who hands over, as the minutes say it."""
    note: str = ""
    answer_by: Day = UNBOUNDED
    settled: int = 0
    """When it was settled, or withdrawn."""
    settled_by: str = ""
    receiver: str = ""
    """Name of who receives."""
    remark: str = ""
    """What the archive noted; of one that was withdrawn, why."""


class HandOverActNotOpen(Trouble):
    """{act} is not open now: the hand-over is {state}. Open to you: {allowed}."""

    kind = Kind.CONFLICT
    vietnamese = "Không thể {act} lúc này: lần giao nhận đang {state}. Bạn có thể: {allowed}."


def allowed(one: HandOver, parties: frozenset[HandOverParty]) -> tuple[HandOverAct, ...]:
    """What *parties* may do with it now."""
    return tuple(
        act
        for act in HandOverAct
        if (one.state, act) in HAND_OVER_ACTS and HAND_OVER_WHO[act] & parties
    )


def require_open(one: HandOver, act: HandOverAct, parties: frozenset[HandOverParty]) -> None:
    """Return when *parties* may do *act* now; raise `HandOverActNotOpen`."""
    open_now = allowed(one, parties)
    if act not in open_now:
        raise HandOverActNotOpen(
            act=act.value,
            state=one.state.value,
            allowed=", ".join(each.value for each in open_now) or "–",
        )
