"""Load: clients that ask as fast as they are answered, and clients that keep to a timetable."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import msgspec

from tools.bench.http_line import Answered, Line, LineBroken

PERCENT = 100


class Tally(msgspec.Struct):
    """What one kind of request met."""

    seconds: list[float] = []
    errors: list[str] = []

    def percentile(self, share: float) -> float:
        """Below so many seconds lies *share* (0 to 100) of the answers."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share / PERCENT))]


Ask = Callable[[Line, int], Answered]
"""Send the request of that number over a line of one's own."""


def answers_in(
    lines: Sequence[Line], seconds: float, ask: Ask, good: Callable[[Answered], bool]
) -> Tally:
    """Let each of *lines* ask again as soon as it is answered, for so many seconds."""
    numbers = count()
    tallies = [Tally() for _ in lines]
    end = time.perf_counter() + seconds

    def client(line: Line, tally: Tally) -> None:
        while (begun := time.perf_counter()) < end:
            _note(tally, begun, lambda: ask(line, next(numbers)), good)

    with ThreadPoolExecutor(len(lines)) as clients:
        for _ in clients.map(client, lines, tallies):
            pass
    return joined(tallies)


class Due(msgspec.Struct, frozen=True):
    """A request that is to be sent at a certain moment, whether the one before is answered."""

    at: float
    """Seconds after the beginning."""
    kind: str
    number: int


def kept_to(
    timetable: Iterator[Due],
    clients: int,
    connect: Callable[[], Line],
    asks: dict[str, Ask],
    good: Callable[[Answered], bool],
) -> dict[str, Tally]:
    """Send every request of *timetable* when it is due; a late start counts as waiting.

    So a server that stands still is charged with all that should have been sent meanwhile.
    """
    tallies = {kind: Tally() for kind in asks}
    turn = threading.Lock()
    begun = time.perf_counter()

    def client(_: int) -> None:
        with connect() as line:
            while True:
                with turn:
                    due = next(timetable, None)
                if due is None:
                    return
                time.sleep(max(0.0, begun + due.at - time.perf_counter()))
                ask, number = asks[due.kind], due.number
                _note(tallies[due.kind], begun + due.at, lambda: ask(line, number), good)  # noqa: B023

    with ThreadPoolExecutor(clients) as pool:
        for _ in pool.map(client, range(clients)):
            pass
    return tallies


def _note(
    tally: Tally, begun: float, ask: Callable[[], Answered], good: Callable[[Answered], bool]
) -> None:
    try:
        answered = ask()
    except (OSError, LineBroken) as error:
        tally.errors.append(repr(error))
        raise
    tally.seconds.append(time.perf_counter() - begun)
    if not good(answered):
        tally.errors.append(f"{answered.status}: {answered.body[:200]!r}")


def joined(tallies: Sequence[Tally]) -> Tally:
    """All of them as one."""
    return Tally(
        [second for tally in tallies for second in tally.seconds],
        [error for tally in tallies for error in tally.errors],
    )
