"""The follower's round: texts are read, the index follows, full packs are sealed."""

import threading
import time
from collections.abc import Callable, Sequence

from api.services import Note
from repository.errors import Kind, Trouble

Step = Callable[[], int]
"""Does a bounded piece of work; says how much there was."""


PLENTY = 1024
"""A round with so much work is followed by the next at once: it is behind."""
NICENESS = 10
"""The kernel's: whoever waits for an answer comes before what nobody waits for."""


def follow(steps: Sequence[Step], *, stop: threading.Event, rest: float) -> None:
    """Take *steps* in turn until *stop*; *rest* so many seconds between rounds, unless behind.

    A step costs a commit however little it brings: taken after every single event, steps would
    take from those who register as much as registering does.
    """
    while not stop.is_set():
        if sum(step() for step in steps) < PLENTY:
            stop.wait(rest)


def noted(event: str, step: Step, note: Note) -> Step:
    """*step*, with a line about each time that it had work."""

    def told() -> int:
        began = time.perf_counter()
        done = step()
        if done:
            note(event, done=done, seconds=round(time.perf_counter() - began, 6))
        return done

    return told


def patiently(step: Step, note: Note) -> Step:
    """*step*, but what is unavailable now (the store node, the lease) is tried again later.

    That is noted once, not at every try.
    """
    lacking = ""

    def tried() -> int:
        nonlocal lacking
        try:
            done = step()
        except Trouble as trouble:
            if trouble.kind is not Kind.UNAVAILABLE or trouble.slug() == "extractor-down":
                raise
            if trouble.slug() != lacking:
                note("put-off", problem=trouble.slug(), why=str(trouble))
            lacking = trouble.slug()
            return 0
        lacking = ""
        return done

    return tried


def now_and_then(step: Step, *, seconds: float, clock: Callable[[], float]) -> Step:
    """*step*, but at most once in so many *seconds*."""
    last = -seconds

    def seldom() -> int:
        nonlocal last
        if clock() - last < seconds:
            return 0
        last = clock()
        return step()

    return seldom
