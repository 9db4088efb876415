"""How fast documents get their numbers, and how long each waits: ours and the peer's in turn."""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack

from tools.bench import postgres
from tools.bench.frame import Arm, Bar, Peer, paired
from tools.bench.http_ground import Ground, told
from tools.bench.http_load import Tally, answers_in
from tools.bench.registering import registering

OURS = "vankho"
OVER_POSTGRES = Bar(least=1.5)
MILLISECONDS = 1000
SHARES = (50, 99)
CATCHING_UP_SECONDS = 300
LOOK_SECONDS = 0.2


def measure_rates(
    ours: Ground, theirs: dict[str, Ground], clients: int, rounds: int, round_seconds: float
) -> None:
    """Tell registrations a second of all, the ratios, and p50 and p99 of an answer.

    *theirs* are the peer's manners by name.
    """
    grounds = {OURS: ours} | theirs
    waits: dict[str, list[Tally]] = {name: [] for name in grounds}
    arms = {
        name: _filling(ground, clients, round_seconds, waits[name].append)
        for name, ground in grounds.items()
    }
    settling = Settling(ours)
    taken = paired(arms, rounds, settle=settling)
    for manner in theirs:
        ratios = taken.ratios(OURS, manner)
        ours.tell(f"rate.over_{manner}", "times", *ratios, peer=_peer(manner), bar=OVER_POSTGRES)
    for name in grounds:
        beside = None if name == OURS else _peer(name)
        ours.tell(f"rate.{name}", "registrations/s", *taken.rates[name], peer=beside)
        for share in SHARES:
            times = [tally.percentile(share) * MILLISECONDS for tally in waits[name]]
            ours.tell(f"wait.p{share}.{name}", "ms", *times, peer=beside)
    ours.tell("followers.behind", "events", *settling.behind)


def _peer(manner: str) -> Peer:
    return Peer(name=f"PostgreSQL, {manner}", version=postgres.version())


def _filling(ground: Ground, clients: int, seconds: float, keep: Callable[[Tally], None]) -> Arm:
    def rate(number: int) -> float:
        with ExitStack() as closing:
            lines = [closing.enter_context(ground.line()) for _ in range(clients)]
            asked = registering(ground, f"round-{number}")
            tally = answers_in(lines, seconds, asked, lambda answered: answered.status == 201)
        if tally.errors or not tally.seconds:
            raise AssertionError(tally.errors[:1] or "nothing was answered")
        keep(tally)
        return len(tally.seconds) / seconds

    return rate


class Settling:
    """Waits until both disks are at rest and our index has all: a round is one arm's alone."""

    def __init__(self, ours: Ground) -> None:
        self._ours = ours
        self.behind: list[int] = []
        """How many events the index had still to take up, each time before the wait."""

    def __call__(self) -> None:
        os.sync()
        end = time.monotonic() + CATCHING_UP_SECONDS
        self.behind.append(behind := self._events_behind())
        while behind:
            if time.monotonic() > end:
                raise AssertionError(f"the index stays {behind} events behind")
            time.sleep(LOOK_SECONDS)
            behind = self._events_behind()

    def _events_behind(self) -> int:
        with self._ours.line() as line:
            answered = line.ask(self._ours.asking("GET", "/readyz"))
        return int(told(answered, 200)["index_lag"])
