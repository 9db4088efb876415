"""Processes of their own, made quickly from a clean one, so that they can end at any moment."""

import os
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import NoReturn

from repository.errors import Trouble
from tests.crash.clerk import Acks, Clerk, opened
from tests.crash.faults import KILLED, Fault, Plan
from tests.crash.scenarios import SCENARIOS

FINISHED, REFUSED = 0, 3


def nursery() -> ForkServerContext:
    """Where processes come from: a server without threads, with everything imported."""
    made = get_context("forkserver")
    made.set_forkserver_preload(["pytest", "tests.crash.processes", "tests.crash.office"])
    return made


def end_at(root: Path, acks: Path, scenario: str, at: int, fault: Fault) -> int:
    """Run *scenario* in a process that ends at call *at*; return how it ended."""
    child = nursery().Process(target=_run, args=(root, acks, scenario, at, fault))
    child.start()
    child.join()
    assert child.exitcode is not None
    return child.exitcode


def _run(root: Path, acks: Path, scenario: str, at: int, fault: Fault) -> NoReturn:
    with suppress(Trouble), opened(root, Plan(at, fault, end=_exit)) as holdings:
        SCENARIOS[scenario](Clerk(holdings, Acks(acks)))
        os._exit(FINISHED)
    os._exit(REFUSED)


def _exit() -> NoReturn:
    os._exit(KILLED)
