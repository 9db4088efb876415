"""The register bench: `vankho bench register`, against PostgreSQL behind the same application.

First speed: 64 clients that never rest fill twenty registers, in paired rounds. Then truth: the
same clients, while workers and the keeper are killed by force, and every register is read.
"""

import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from tools.bench import http_ground, postgres
from tools.bench.frame import Emit
from tools.bench.http_ground import THREADS, WORKERS, Ground, an_office
from tools.bench.postgres_app import Ready
from tools.bench.postgres_keeper import MANNERS
from tools.bench.register_kills import measure_kills
from tools.bench.register_rates import measure_rates

BENCH = "register"
DISTRIBUTIONS = ("vankho", "falcon", "waitress", "lmdb", "msgspec", "psycopg", "psycopg-pool")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How large a run is."""

    scratch: Path
    """Where both stores lie: the disk that is measured."""
    clients: int = 64
    rounds: int = 9
    round_seconds: float = 6.0
    kill_seconds: float = 60.0
    """How long clients go on while processes are killed."""
    kill_every: float = 1.0
    """Seconds between two kills."""

    def quick(self) -> "Options":
        """The same in seconds, to try the bench."""
        return msgspec.structs.replace(
            self, clients=8, rounds=2, round_seconds=0.5, kill_seconds=3.0
        )

    def full(self) -> "Options":
        """The same with ten minutes of kills."""
        return msgspec.structs.replace(self, kill_seconds=600.0)


def run(options: Options, emit: Emit) -> None:
    """Measure both; hand every measure to *emit*. Raise `PostgresMissing`."""
    office = http_ground.Options(scratch=options.scratch)
    with an_office(office, emit, BENCH) as ground:
        with postgres.running(options.scratch / "postgres") as connection, ExitStack() as closing:
            peers = {
                manner: closing.enter_context(_peer(ground, manner, connection))
                for manner in MANNERS
            }
            measure_rates(ground, peers, options.clients, options.rounds, options.round_seconds)
        measure_kills(ground, options.clients, options.kill_seconds, options.kill_every)


@contextmanager
def _peer(ground: Ground, manner: str, connection: str) -> Generator[Ground]:
    """The peer that works in this *manner*, with as many workers and threads."""
    command = [sys.executable, "-P", "-m", "tools.bench.postgres_app"]
    command += [str(WORKERS), str(THREADS), manner, connection]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as peer:
        try:
            told = peer.stdout.readline() if peer.stdout else b""
            ready = msgspec.json.decode(told, type=Ready)
            yield ground.moved(address=ready.address, bearer=ready.bearer)
        finally:
            peer.terminate()
