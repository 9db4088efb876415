"""Jobs as files of this node, which any process of it may read, and one at a time work on.

local/jobs/<id>.json       the record
local/jobs/<id>.making     a result that is being written
local/jobs/<id>.result     the result
local/jobs/lock            held (`flock`) by whoever changes a record
local/jobs/<kind>.lock     held by whoever is at work on a job of that kind
"""

import fcntl
import os
import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack_io import DiskFailed
from repository.blobs.store import DiskReserve
from repository.jobs.keeping import KeptJobs
from repository.jobs.port import Job, JobId, JobLimits
from repository.model.ids import Clock, NewId

RECORD, MAKING, RESULT, NEW = ".json", ".making", ".result", ".new"
_IDENTIFIER = re.compile(r"[0-9a-f]{32}")
_KIND = re.compile(r"[a-z][a-z-]{0,39}")
_DECODER = msgspec.json.Decoder(Job)


class LocalShelf:
    """A `Shelf` in a folder of a local disk."""

    def __init__(
        self, folder: Path, *, reserve: DiskReserve, stop: Callable[[DiskFailed], None]
    ) -> None:
        """*stop* hears of a failed disk."""
        self._folder = folder
        self._reserve = reserve
        self._stop = stop

    def admit(self) -> None:
        self._reserve.require()

    @contextmanager
    def locked(self) -> Generator[None]:
        with self._held("lock", wait=True), self._stopping():
            yield

    @contextmanager
    def alone(self, kind: str) -> Generator[bool]:
        if not _KIND.fullmatch(kind):
            raise ValueError(kind)
        with self._held(f"{kind}.lock", wait=False) as ours:
            yield ours

    def read(self, job: JobId) -> Job | None:
        if not _IDENTIFIER.fullmatch(job):
            return None
        try:
            return _DECODER.decode((self._folder / (job + RECORD)).read_bytes())
        except FileNotFoundError:
            return None

    def every(self) -> Iterator[Job]:
        if self._folder.is_dir():
            for path in sorted(self._folder.glob("*" + RECORD)):
                job = self.read(JobId(path.stem))
                if job:
                    yield job

    def write(self, job: Job) -> None:
        folder = LocalPackIO(self._folder)
        temporary = job.id + RECORD + NEW
        folder.remove(temporary)
        file = folder.create(temporary)
        try:
            file.append([msgspec.json.encode(job)])
            file.sync()
        finally:
            file.close()
        folder.replace(temporary, job.id + RECORD)

    def forget(self, job: JobId) -> None:
        for ending in (RECORD, RESULT, MAKING):
            (self._folder / (job + ending)).unlink(missing_ok=True)

    def begin_result(self, job: JobId) -> BinaryIO:
        path = self._folder / (job + MAKING)
        path.unlink(missing_ok=True)
        return open(path, "x+b", opener=_private)

    def keep_result(self, job: JobId, file: BinaryIO) -> None:
        file.flush()
        with self._stopping():
            try:
                os.fsync(file.fileno())
            except OSError as error:
                why = os.strerror(error.errno or 0)
                raise DiskFailed(name=job + RESULT, why=why) from error
            LocalPackIO(self._folder).replace(job + MAKING, job + RESULT)

    def result(self, job: JobId) -> BinaryIO:
        return (self._folder / (job + RESULT)).open("rb")

    @contextmanager
    def _held(self, name: str, *, wait: bool) -> Generator[bool]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            ours = False
            with suppress(BlockingIOError):
                fcntl.flock(number, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                ours = True
            yield ours
        finally:
            os.close(number)

    @contextmanager
    def _stopping(self) -> Generator[None]:
        try:
            yield
        except DiskFailed as failed:
            self._stop(failed)
            raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def local_jobs(
    folder: Path,
    *,
    limits: JobLimits,
    reserve: DiskReserve,
    stop: Callable[[DiskFailed], None],
    clock: Clock,
    new_id: NewId,
) -> KeptJobs:
    """The `Jobs` of the node whose *folder* for them this is."""
    return KeptJobs(
        LocalShelf(folder, reserve=reserve, stop=stop),
        limits=limits,
        clock=clock,
        new_id=new_id,
        stopwatch=time.monotonic,
    )
