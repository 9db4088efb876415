"""When a process that died is started again; pure."""

import msgspec

from tools.exits import FOR_GOOD

FIRST_SECONDS = 0.25
"""The pause before the first new start."""
LONGEST_SECONDS = 30.0
STEADY_SECONDS = 30.0
"""Whoever lived so long is not failing: the pauses begin again at the shortest."""


class Failures(msgspec.Struct, frozen=True, kw_only=True):
    """How often a process died in a row, and how long to wait now."""

    count: int = 0
    pause: float = 0.0
    """Seconds."""


def after_death(before: Failures, *, lived: float) -> Failures:
    """The failures after another death of a process that *lived* so many seconds.

    >>> after_death(Failures(count=1), lived=0.1).pause
    0.5
    """
    count = 1 if lived >= STEADY_SECONDS else before.count + 1
    # The exponent is bounded, not only the pause: a year of failing must not overflow.
    pause = FIRST_SECONDS * 2 ** min(count - 1, 16)
    return Failures(count=count, pause=min(pause, LONGEST_SECONDS))


def is_final(code: int) -> bool:
    """Say whether a process that ended with *code* would only end so again."""
    return code in FOR_GOOD
