"""A process that reads files one after the other, within limits it cannot leave by accident.

Run as `python -m indexer.extract.worker MODULE:READERS LIMITS`, with requests on its standard
input and answers on its standard output. It holds no secrets: its environment is empty, it can
write no file, and when it dies only the file in its hands goes without text.
"""

import importlib
import math
import os
import resource
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

from indexer.extract.channel import HEADER, Limits, Ready, Request, packed
from indexer.extract.in_process import InProcessExtractor
from indexer.extract.reading import Reader
from indexer.text import Outcome, Reason, Unreadable

ALARM_AFTER = 5
"""Seconds after its wall limit when a worker ends itself: whoever should have ended it is gone."""


def main(readers: str, limits: str) -> None:
    """Answer requests until there are none, or until a file uses up the memory."""
    allowed = msgspec.json.decode(limits, type=Limits)
    extractor = InProcessExtractor(_loaded(readers))
    requests, answers = sys.stdin.buffer, _private_output()
    _confine(allowed)
    answers.write(packed(Ready()))
    while header := requests.read(HEADER.size):
        body = requests.read(HEADER.unpack(header)[0])
        outcome = _answer(extractor, msgspec.msgpack.decode(body, type=Request), allowed)
        answers.write(packed(outcome))
        if isinstance(outcome, Unreadable) and outcome.reason is Reason.CRASHED:
            return


def _loaded(readers: str) -> Mapping[str, Reader]:
    module, _, name = readers.partition(":")
    return getattr(importlib.import_module(module), name)


def _private_output() -> BinaryIO:
    """Take the standard output away from libraries that might print to it."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return answers


def _confine(allowed: Limits) -> None:
    """Set the limits, now that all that is needed is loaded."""
    for what, most in (
        (resource.RLIMIT_AS, allowed.memory),
        (resource.RLIMIT_NOFILE, allowed.open_files),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


def _answer(extractor: InProcessExtractor, request: Request, allowed: Limits) -> Outcome:
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = math.ceil(used.ru_utime + used.ru_stime) + allowed.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, resource.RLIM_INFINITY))
    signal.alarm(math.ceil(allowed.wall_seconds) + ALARM_AFTER)
    outcome = extractor.extract(Path(request.path), request.media_type)
    signal.alarm(0)
    return outcome


if __name__ == "__main__":
    main(*sys.argv[1:])
