"""One process behind walls, and the two pipes to it.

Rules for the file: it is spawned with an empty environment, never forked from a thread; what a file does
to it never reaches the caller, who gets a `Fallen`.
"""

import enum
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from repository.walls.frames import HEADER, Limits, Ready

START_SECONDS = 60
"""Time in which a process must have loaded what it needs."""


class Fall(enum.Enum):
    """What became of a process in the middle of a file."""

    TOO_SLOW = "too-slow"
    TOO_LARGE = "too-large"
    """It announced an answer over its limit."""
    CRASHED = "crashed"


class Fallen(Exception):
    """The process ended, or had to be ended, in the middle of a file."""

    def __init__(self, fall: Fall, detail: str) -> None:
        super().__init__(fall, detail)
        self.fall = fall
        self.detail = detail


class Child:
    """A process that takes one task after another."""

    def __init__(
        self,
        module: Sequence[str],
        limits: Limits,
        *,
        tasks: int,
        largest: int,
        first: bytes = b"",
    ) -> None:
        """Start `python -m` *module* and wait until it is ready; raise `Fallen`.

        After so many *tasks* it has done its share. An answer has *largest* bytes at most; *first*
        is sent before it says that it is ready.
        """
        self._limits = limits
        self._left = tasks
        self._largest = largest
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", *module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
        try:
            self._send(first)
            self._received(Ready, START_SECONDS)
        except BaseException:
            self.end()
            raise

    def ask(self, request: bytes, answer: Any) -> Any:
        """Give the answer, of the type *answer*, to *request*; where there is none raise `Fallen`."""
        self._left -= 1
        try:
            self._send(request)
            return self._received(answer, self._limits.wall_seconds)
        except Fallen:
            self.end()
            raise

    def fit(self) -> bool:
        """Say whether it can take another task; end it when it has done its share."""
        if self._left > 0 and self._process.poll() is None:
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
        pipe, left = self._process.stdin, memoryview(frame)
        if pipe is None:
            raise Fallen(Fall.CRASHED, "no pipe")
        try:
            while left:
                left = left[os.write(pipe.fileno(), left) :]
        except BrokenPipeError:
            raise self._how_it_ended() from None

    def _received(self, answer: Any, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        (size,) = HEADER.unpack(self._bytes(HEADER.size, deadline))
        if size > self._largest:
            raise Fallen(Fall.TOO_LARGE, "answer")
        try:
            return msgspec.msgpack.decode(self._bytes(size, deadline), type=answer)
        except msgspec.DecodeError:
            raise Fallen(Fall.CRASHED, "answer not understood") from None

    def _bytes(self, size: int, deadline: float) -> bytes:
        """Read exactly *size* bytes of the answer before *deadline*."""
        pipe, got = self._process.stdout, bytearray()
        if pipe is None:
            raise Fallen(Fall.CRASHED, "no pipe")
        while len(got) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not _readable(pipe.fileno(), left):
                raise Fallen(Fall.TOO_SLOW, f"over {self._limits.wall_seconds:g} s")
            chunk = os.read(pipe.fileno(), size - len(got))
            if not chunk:
                raise self._how_it_ended()
            got += chunk
        return bytes(got)

    def _how_it_ended(self) -> Fallen:
        """Wait for the process, which has closed its pipes, and read its status."""
        try:
            status = self._process.wait(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            return Fallen(Fall.CRASHED, "silent")
        if status == -signal.SIGXCPU:
            return Fallen(Fall.TOO_SLOW, f"over {self._limits.cpu_seconds} s of processor")
        return Fallen(Fall.CRASHED, f"signal {-status}" if status < 0 else f"status {status}")


def _environment() -> dict[str, str]:
    """Give only what finds the code: no secret of this process goes to one that reads files."""
    places = [place or str(Path.cwd()) for place in sys.path]
    return {"PYTHONPATH": os.pathsep.join(places), "LANG": "C.UTF-8"}


def _readable(number: int, seconds: float) -> bool:
    """Say whether *number* can be read within *seconds*; `select` ends at descriptor 1,023."""
    watched = select.poll()
    watched.register(number, select.POLLIN)
    return bool(watched.poll(seconds * 1000))
