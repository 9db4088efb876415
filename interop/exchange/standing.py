"""How a document stands with one recipient (QĐ 28/2018/QĐ-TTg), from all statuses that came.

Statuses come late, twice and in the wrong order, and two clocks disagree: every one is kept, and
what stands is the same whatever the order. The text of the decision was not at hand; this is what
running systems do.
"""

import enum
from collections.abc import Iterable
from datetime import datetime

import msgspec

from interop.edxml.codes import BusinessStatus, status_of

RANKS = {
    BusinessStatus.ARRIVED: 1,
    BusinessStatus.REFUSED: 2,
    BusinessStatus.REGISTERED: 2,
    BusinessStatus.ASSIGNED: 3,
    BusinessStatus.IN_PROGRESS: 4,
    BusinessStatus.COMPLETED: 5,
}
"""How far a document is: a lower status that comes late changes nothing."""

MAY_FOLLOW: dict[BusinessStatus | None, frozenset[BusinessStatus]] = {
    None: frozenset({BusinessStatus.ARRIVED}),
    BusinessStatus.ARRIVED: frozenset({BusinessStatus.REFUSED, BusinessStatus.REGISTERED}),
    BusinessStatus.REFUSED: frozenset(),
    **dict.fromkeys(
        (BusinessStatus.REGISTERED, BusinessStatus.ASSIGNED, BusinessStatus.IN_PROGRESS),
        frozenset({BusinessStatus.ASSIGNED, BusinessStatus.IN_PROGRESS, BusinessStatus.COMPLETED}),
    ),
    BusinessStatus.COMPLETED: frozenset(),
}
"""What a recipient may say next; None = nothing was said yet."""


class Told(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One status as it came."""

    at: datetime
    """As its sender says."""
    code: str
    digest: bytes
    """SHA-256 of the message: the same twice is one."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands."""

    current: BusinessStatus | None = None
    """The furthest; of two that are as far, the earlier."""
    contradicted: bool = False
    """Refused and registered both: a person asks."""
    recall_open: bool = False
    withdrawn: bool = False
    """A recall was agreed to: out of work lists, kept with its files."""
    stray: int = 0
    """Answers to a recall that nobody asked for."""
    unknown: tuple[str, ...] = ()
    """Codes we do not know, in order."""


def standing(told: Iterable[Told]) -> Standing:
    """What stands after all that was *told*, in whatever order it came."""
    whole = sorted(set(told))
    known = [status_of(one.code) for one in whole]
    ranked = [one for one in known if one in RANKS]
    answers = [one for one in known if one in (BusinessStatus.AGREED, BusinessStatus.DECLINED)]
    asked = known.count(BusinessStatus.RECALL_ASKED)
    return Standing(
        current=max(ranked, key=RANKS.__getitem__, default=None),
        contradicted={BusinessStatus.REFUSED, BusinessStatus.REGISTERED} <= {*ranked},
        # The n-th answer is to the n-th question: a second is asked only when none is open.
        recall_open=asked > len(answers),
        withdrawn=BusinessStatus.AGREED in answers[:asked],
        stray=max(0, len(answers) - asked),
        unknown=tuple(sorted({one.code for one in whole if status_of(one.code) is None})),
    )


class Answer(enum.Enum):
    """What a recipient who is asked for a document back may do."""

    AGREE = "agree"
    """15, by itself where the agency's rule says so."""
    PERSON = "person"
    """A person decides, 15 or 16."""
    PERSON_DECLINES = "person-declines"
    """A person decides; 16 is proposed."""
    NONE = "none"
    """We do not have it: noted, nothing is said."""


ANSWERS: dict[BusinessStatus | None, Answer] = {
    None: Answer.NONE,
    BusinessStatus.ARRIVED: Answer.AGREE,
    BusinessStatus.REFUSED: Answer.AGREE,
    BusinessStatus.REGISTERED: Answer.PERSON,
    BusinessStatus.ASSIGNED: Answer.PERSON,
    BusinessStatus.IN_PROGRESS: Answer.PERSON,
    BusinessStatus.COMPLETED: Answer.PERSON_DECLINES,
}
"""To a recall (13), by what we said last."""
