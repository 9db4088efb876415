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

OURS, PEER = "vankho", "postgresql"
OVER_POSTGRES = Bar(least=1.5)
MILLISECONDS = 1000
SHARES = (50, 99)
CATCHING_UP_SECONDS = 300
LOOK_SECONDS = 0.2


def measure_rates(
    ours: Ground, theirs: Ground, clients: int, rounds: int, round_seconds: float
) -> None:
    """Tell registrations a second of both, their ratio, and p50 and p99 of an answer."""
    waits: dict[str, list[Tally]] = {OURS: [], PEER: []}
    arms = {
        name: _filling(ground, clients, round_seconds, waits[name].append)
        for name, ground in ((OURS, ours), (PEER, theirs))
    }
    settling = Settling(ours)
    taken = paired(arms, rounds, settle=settling)
    peer = Peer(name="PostgreSQL, one statement a registration", version=postgres.version())
    ratios = taken.ratios(OURS, PEER)
    ours.tell("rate", "times", *ratios, peer=peer, bar=OVER_POSTGRES)
    for name, beside in ((OURS, None), (PEER, peer)):
        ours.tell(f"rate.{name}", "registrations/s", *taken.rates[name], peer=beside)
        for share in SHARES:
            times = [tally.percentile(share) * MILLISECONDS for tally in waits[name]]
            ours.tell(f"wait.p{share}.{name}", "ms", *times, peer=beside)
    ours.tell("followers.behind", "events", *settling.behind)


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
