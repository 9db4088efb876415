"""kill -9 of workers and of the keeper, again and again, while clerks go on working."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from api.services import RULES
from repository.errors import Trouble
from repository.format import Layout
from repository.holdings import Holdings
from repository.keeper_process import run_keeper
from tests.crash.clerk import SMALL, Acks, Clerk, a_paper, opened, revisions
from tests.crash.conftest import Harmed
from tests.crash.invariants import invariants
from tests.crash.processes import nursery

Fresh = Callable[[], Harmed]
WORKERS = 3
LIFE_SECONDS = (0.1, 0.5)
"""How long a process is let live: long enough to be in the midst of something."""


def _keep(root: Path) -> None:
    layout = Layout(root)
    run_keeper(
        root, SMALL, rules=RULES, socket_path=layout.socket, stop=threading.Event(), clock=_noon
    )


def _noon():  # noqa: ANN202 - a clock
    from tests.crash.clerk import NOON

    return NOON


def _work(root: Path, acks: Path, worker: int, first: int) -> None:
    """Bring, sign again, register; each piece has a key of its own, told again until answered."""
    with Holdings.open_beside(
        root, SMALL, rules=RULES, worker=f"w{worker}", clock=_noon
    ) as holdings:
        clerk = Clerk(holdings, Acks(acks))
        for n in range(first, first + 100_000):
            seed = worker * 1_000_000 + n
            with suppress(Trouble):
                for content in revisions(seed, 2):
                    clerk.brings(content)
                clerk.registers(f"w{worker}-{n}", a_paper(seed))


def _begun(target: object, *args: object) -> BaseProcess:
    child = nursery().Process(target=target, args=args)  # pyright: ignore[reportArgumentType]
    child.start()
    return child


def test_killed_at_any_moment_nothing_acknowledged_is_lost_and_no_number_is_given_twice(
    a_store: Fresh, kills: int
):
    store: Harmed = a_store()
    chance = random.Random(kills)
    before = len(store.told())
    keeper = _begun(_keep, store.root)
    workers = {n: _begun(_work, store.root, store.acks.path, n, 0) for n in range(WORKERS)}
    for _ in range(kills):
        # Time for work to be under way; what is waited for is harm, not an event.
        time.sleep(chance.uniform(*LIFE_SECONDS))
        victim = chance.randrange(WORKERS + 1)
        if victim == WORKERS:
            _kill(keeper)
            keeper = _begun(_keep, store.root)
        else:
            _kill(workers[victim])
            # The same keys again: whatever was left unanswered is asked anew.
            first = _answered(store, victim)
            workers[victim] = _begun(_work, store.root, store.acks.path, victim, first)
    for process in (*workers.values(), keeper):
        _kill(process)

    with opened(store.root) as holdings:
        told = store.told()
        assert len(told) > before + 2 * kills, "too little was under way to be harmed"
        invariants(holdings, told)
        holdings.seal()
        invariants(holdings, told)


def _kill(process: BaseProcess) -> None:
    if process.pid is not None:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL, "it had ended by itself"


def _answered(store: Harmed, worker: int) -> int:
    """The first piece of work of *worker* that no answer was noted for."""
    keys = {getattr(one, "key", "") for one in store.told()}
    return next(n for n in range(100_000) if f"w{worker}-{n}" not in keys)
