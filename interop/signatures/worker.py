"""A process that looks at files one after the other, within limits it cannot leave by accident.

Run as `python -m interop.signatures.worker`, told on its standard input what is trusted and then one
file after the other. Its environment is empty, it writes no file, opens no connection and starts no
process; when it dies only the file in its hands is unreadable.
"""

import math
import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from interop.signatures.channel import (
    HEADER,
    Answer,
    Exhausted,
    Limits,
    Ready,
    Refused,
    Request,
    Setup,
    packed,
)
from interop.signatures.pdf_engine import PdfVerifier

ALARM_AFTER = 5
"""Seconds after its wall limit when a worker ends itself: whoever should have ended it is gone."""


def main() -> None:
    """Answer requests until there are none, or until a file uses up the memory."""
    requests, answers = sys.stdin.buffer, _private_output()
    setup = msgspec.msgpack.decode(_frame(requests), type=Setup)
    verifier = PdfVerifier(setup.trusted, setup.allowance)
    _confine(setup.limits)
    answers.write(packed(Ready()))
    while body := _frame(requests):
        answer = _answer(verifier, msgspec.msgpack.decode(body, type=Request), setup.limits)
        answers.write(packed(answer))
        if isinstance(answer, Exhausted):
            return


def _frame(requests: BinaryIO) -> bytes:
    header = requests.read(HEADER.size)
    return requests.read(HEADER.unpack(header)[0]) if len(header) == HEADER.size else b""


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


def _answer(verifier: PdfVerifier, request: Request, allowed: Limits) -> Answer:
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = math.ceil(used.ru_utime + used.ru_stime) + allowed.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, resource.RLIM_INFINITY))
    signal.alarm(math.ceil(allowed.wall_seconds) + ALARM_AFTER)
    try:
        return verifier.look(Path(request.path), request.question)
    except MemoryError:
        return Exhausted()
    except OSError as refused:
        return Refused(number=refused.errno or 0, reason=refused.strerror or "")
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    main()
