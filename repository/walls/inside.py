"""The side within: its output is its own, and it has limits that it cannot leave by accident."""

import math
import os
import resource
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import BinaryIO

from repository.walls.frames import Limits

ALARM_AFTER = 5
"""Seconds after its wall limit when a process ends itself: whoever should have ended it is gone."""


def private_output() -> BinaryIO:
    """Take the standard output away from libraries that might print to it."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return answers


def confine(allowed: Limits) -> None:
    """Set the limits, once all that is needed is loaded: no file is written, no process begun."""
    for what, most in (
        (resource.RLIMIT_AS, allowed.memory),
        (resource.RLIMIT_NOFILE, allowed.open_files),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


@contextmanager
def one_file(allowed: Limits) -> Generator[None]:
    """The time of one file begins with the block, and ends with it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = math.ceil(used.ru_utime + used.ru_stime) + allowed.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, resource.RLIM_INFINITY))
    signal.alarm(math.ceil(allowed.wall_seconds) + ALARM_AFTER)
    try:
        yield
    finally:
        signal.alarm(0)
