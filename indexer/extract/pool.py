"""Files read behind walls: a few spawned processes with limits, replaced when they fall.

Rules for the file: a process is spawned with an empty environment, never forked from a thread;
what a file does to its process never reaches the caller, who gets a reason.
"""

import os
import queue
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Self

import msgspec

from indexer.extract.channel import HEADER, MAX_FRAME, Limits, Ready, Request, packed
from indexer.extract.formats import essence
from indexer.extract.reading import unreadable
from indexer.text import MAX_SOURCE, MIB, ExtractedText, ExtractorDown, Outcome, Reason, Unreadable

MAX_TASKS = 2000
"""Files one process reads before a fresh one takes its place."""
START_SECONDS = 60
"""Time in which a process must have loaded its readers."""
FORMATS = "indexer.extract.formats:READERS"


class ExtractionPool:
    """An `Extractor` over *workers* processes; a caller waits for a free one.

    *spool* is a private directory where streams wait as files; *readers* names the table of
    readers (`module:NAME`) that each process loads.
    """

    def __init__(
        self,
        *,
        spool: Path,
        workers: int = 1,
        limits: Limits | None = None,
        readers: str = FORMATS,
    ) -> None:
        self._spool = spool
        self._limits = limits or Limits()
        self._readers = readers
        self._slots: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._count = workers
        for _ in range(workers):
            self._slots.put(None)

    def extract(self, source: BinaryIO | Path, media_type: str) -> Outcome:
        """Give the text of *source*, or say why not; raises `ExtractorDown`."""
        with self._as_file(source) as path:
            if path.stat().st_size > MAX_SOURCE:
                return unreadable(Reason.TOO_LARGE, "size")
            return self._asked(Request(path=str(path.resolve()), media_type=essence(media_type)))

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

    @contextmanager
    def _as_file(self, source: BinaryIO | Path) -> Generator[Path]:
        """Give a file with the bytes of *source*, no more than one over `MAX_SOURCE`."""
        if isinstance(source, Path):
            yield source
            return
        with tempfile.NamedTemporaryFile(dir=self._spool, prefix="extract-") as waiting:
            left = MAX_SOURCE + 1
            while chunk := source.read(min(MIB, left)):
                waiting.write(chunk)
                left -= len(chunk)
            waiting.flush()
            yield Path(waiting.name)

    def _asked(self, request: Request) -> Outcome:
        if not self._count:
            raise ExtractorDown(cause="closed")
        worker = self._slots.get()
        try:
            worker = worker or _Worker(self._readers, self._limits)
            outcome = worker.ask(request)
        except BaseException:
            if worker is not None:
                worker.end()
            self._slots.put(None)
            raise
        self._slots.put(worker if worker.fit() else None)
        return outcome


class _Gone(Exception):
    """The process ended, or has to be ended, in the middle of a file."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class _Worker:
    """One process and the two pipes to it."""

    def __init__(self, readers: str, limits: Limits) -> None:
        self._limits = limits
        self._tasks = 0
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "indexer.extract.worker", readers, _shown(limits)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
        self._input, self._output = map(_descriptor, (self._process.stdin, self._process.stdout))
        try:
            self._received(Ready, START_SECONDS)
        except _Gone as gone:
            self.end()
            raise ExtractorDown(cause=gone.detail) from gone

    def ask(self, request: Request) -> Outcome:
        """Give the answer to *request*; when there is none, end the process and say why."""
        self._tasks += 1
        try:
            outcome = self._answer(packed(request))
        except _Gone as gone:
            outcome = unreadable(gone.reason, gone.detail)
            self.end()
        if isinstance(outcome, Unreadable) and outcome.reason is Reason.CRASHED:
            self.end()  # it said that its memory is used up, and leaves by itself a moment later
        return outcome

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

    def _answer(self, request: bytes) -> Outcome:
        try:
            os.write(self._input, request)
        except BrokenPipeError:
            raise self._how_it_ended() from None
        return self._received(ExtractedText | Unreadable, self._limits.wall_seconds)

    def _received(self, answer: Any, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        (size,) = HEADER.unpack(self._bytes(HEADER.size, deadline))
        if size > MAX_FRAME:
            raise _Gone(Reason.TOO_LARGE, "answer")
        try:
            return msgspec.msgpack.decode(self._bytes(size, deadline), type=answer)
        except msgspec.DecodeError:
            raise _Gone(Reason.CRASHED, "answer not understood") from None

    def _bytes(self, size: int, deadline: float) -> bytes:
        """Read exactly *size* bytes of the answer before *deadline*."""
        got = bytearray()
        while len(got) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not _readable(self._output, left):
                raise _Gone(Reason.TOO_SLOW, f"over {self._limits.wall_seconds:g} s")
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
            return _Gone(Reason.CRASHED, "silent")
        if status == -signal.SIGXCPU:
            return _Gone(Reason.TOO_SLOW, f"over {self._limits.cpu_seconds} s of processor")
        return _Gone(Reason.CRASHED, f"signal {-status}" if status < 0 else f"status {status}")


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise ExtractorDown(cause="no pipe")
    return pipe.fileno()


def _shown(limits: Limits) -> str:
    return msgspec.json.encode(limits).decode()


def _environment() -> dict[str, str]:
    """Give only what finds the code: no secret of this process goes to one that reads files."""
    places = [place or str(Path.cwd()) for place in sys.path]
    return {"PYTHONPATH": os.pathsep.join(places), "LANG": "C.UTF-8"}


def _readable(number: int, seconds: float) -> bool:
    """Say whether *number* can be read within *seconds*; `select` ends at descriptor 1,023."""
    watched = select.poll()
    watched.register(number, select.POLLIN)
    return bool(watched.poll(seconds * 1000))
