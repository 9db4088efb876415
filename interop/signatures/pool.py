"""Files looked at behind walls: a few spawned processes with limits, replaced when they fall.

What a file does to its process never reaches the caller, who gets a remark: too slow, crashed.
"""

import os
import queue
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, Self

import msgspec

from interop.signatures.channel import (
    HEADER,
    MAX_FRAME,
    Answer,
    Exhausted,
    Limits,
    Ready,
    Refused,
    Request,
    Setup,
    packed,
)
from interop.signatures.dimensions import Remark
from interop.signatures.port import MAX_FILE, Allowance, Question, Trusted, VerifierDown
from interop.signatures.verdicts import FileFacts

MAX_TASKS = 2000
"""Files one process looks at before a fresh one takes its place."""
START_SECONDS = 60
"""Time in which a process must have loaded what it needs."""


class VerificationPool:
    """A `Verifier` over *workers* processes; a caller waits for a free one."""

    def __init__(
        self,
        trusted: Trusted,
        allowance: Allowance | None = None,
        *,
        workers: int = 1,
        limits: Limits | None = None,
    ) -> None:
        self._setup = Setup(
            trusted=trusted, allowance=allowance or Allowance(), limits=limits or Limits()
        )
        self._slots: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._count = workers
        for _ in range(workers):
            self._slots.put(None)

    def look(self, path: Path, question: Question) -> FileFacts:
        size = path.stat().st_size
        if not path.is_file():
            raise IsADirectoryError(21, "not a file", str(path))
        if size > MAX_FILE:
            return _unjudged(size, Remark.TOO_LARGE)
        if not self._count:
            raise VerifierDown(cause="closed")
        return self._asked(Request(path=str(path.resolve()), question=question), size)

    def close(self) -> None:
        """End all processes, each after the file in its hands."""
        for _ in range(self._count):
            worker = self._slots.get()
            if worker is not None:
                worker.end()
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _asked(self, request: Request, size: int) -> FileFacts:
        worker = self._slots.get()
        try:
            worker = worker or _Worker(self._setup)
            facts = worker.ask(request, size)
        except OSError:
            self._slots.put(worker)
            raise
        except BaseException:
            if worker is not None:
                worker.end()
            self._slots.put(None)
            raise
        self._slots.put(worker if worker.fit() else None)
        return facts


class _Gone(Exception):
    """The process ended, or has to be ended, in the middle of a file."""

    def __init__(self, remark: Remark, detail: str) -> None:
        super().__init__(remark, detail)
        self.remark = remark
        self.detail = detail


class _Worker:
    """One process and the two pipes to it."""

    def __init__(self, setup: Setup) -> None:
        self._limits = setup.limits
        self._tasks = 0
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "interop.signatures.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
        self._input, self._output = map(_descriptor, (self._process.stdin, self._process.stdout))
        try:
            self._send(packed(setup))
            self._received(Ready, START_SECONDS)
        except _Gone as gone:
            self.end()
            raise VerifierDown(cause=gone.detail) from gone

    def ask(self, request: Request, size: int) -> FileFacts:
        """Give the answer to *request*; when there is none, end the process and say why."""
        self._tasks += 1
        try:
            self._send(packed(request))
            answer: Answer = self._received(Answer, self._limits.wall_seconds)
        except _Gone as gone:
            self.end()
            return _unjudged(size, gone.remark, gone.detail)
        if isinstance(answer, Exhausted):
            self.end()
            return _unjudged(size, Remark.CRASHED, "memory")
        if isinstance(answer, Refused):
            raise OSError(answer.number, answer.reason, request.path)
        return answer

    def fit(self) -> bool:
        """Say whether it can take another file; end it when it has had its share."""
        if self._tasks < MAX_TASKS and self._process.poll() is None:
            return True
        self.end()
        return False

    def end(self) -> None:
        """Kill the process with whatever it started; twice is harmless."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, frame: bytes) -> None:
        left = memoryview(frame)
        try:
            while left:
                left = left[os.write(self._input, left) :]
        except BrokenPipeError:
            raise self._how_it_ended() from None

    def _received(self, answer: Any, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        (size,) = HEADER.unpack(self._bytes(HEADER.size, deadline))
        if size > MAX_FRAME:
            raise _Gone(Remark.CRASHED, "answer")
        try:
            return msgspec.msgpack.decode(self._bytes(size, deadline), type=answer)
        except msgspec.DecodeError:
            raise _Gone(Remark.CRASHED, "answer not understood") from None

    def _bytes(self, size: int, deadline: float) -> bytes:
        """Read exactly *size* bytes of the answer before *deadline*."""
        got = bytearray()
        while len(got) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not _readable(self._output, left):
                raise _Gone(Remark.TOO_SLOW, f"over {self._limits.wall_seconds:g} s")
            chunk = os.read(self._output, size - len(got))
            if not chunk:
                raise self._how_it_ended()
            got += chunk
        return bytes(got)

    def _how_it_ended(self) -> _Gone:
        """Wait for the process, which has closed its pipes, and read its status."""
        try:
            status = self._process.wait(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            return _Gone(Remark.CRASHED, "silent")
        if status == -signal.SIGXCPU:
            return _Gone(Remark.TOO_SLOW, f"over {self._limits.cpu_seconds} s of processor")
        return _Gone(Remark.CRASHED, f"signal {-status}" if status < 0 else f"status {status}")


def _unjudged(size: int, remark: Remark, detail: str = "") -> FileFacts:
    return FileFacts(size=size, sha256="", remarks=(remark,), detail=detail)


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise VerifierDown(cause="no pipe")
    return pipe.fileno()


def _environment() -> dict[str, str]:
    """Give only what finds the code: no secret of this process goes to one that reads files."""
    places = [place or str(Path.cwd()) for place in sys.path]
    return {"PYTHONPATH": os.pathsep.join(places), "LANG": "C.UTF-8"}


def _readable(number: int, seconds: float) -> bool:
    """Say whether *number* can be read within *seconds*; `select` ends at descriptor 1,023."""
    watched = select.poll()
    watched.register(number, select.POLLIN)
    return bool(watched.poll(seconds * 1000))
