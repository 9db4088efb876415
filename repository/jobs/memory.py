"""The jobs' twin in memory: the same promises but durability."""

import io
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import BinaryIO

from repository.jobs.keeping import KeptJobs
from repository.jobs.port import Job, JobId, JobLimits
from repository.model.ids import Clock, NewId


class MemoryShelf:
    """A `Shelf` in a dictionary."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._at_work: dict[str, threading.Lock] = {}
        self._jobs: dict[JobId, Job] = {}
        self._results: dict[JobId, bytes] = {}

    def admit(self) -> None:
        """There always is room."""

    @contextmanager
    def locked(self) -> Generator[None]:
        with self._lock:
            yield

    @contextmanager
    def alone(self, kind: str) -> Generator[bool]:
        lock = self._at_work.setdefault(kind, threading.Lock())
        ours = lock.acquire(blocking=False)
        try:
            yield ours
        finally:
            if ours:
                lock.release()

    def read(self, job: JobId) -> Job | None:
        return self._jobs.get(job)

    def every(self) -> Iterable[Job]:
        return list(self._jobs.values())

    def write(self, job: Job) -> None:
        self._jobs[job.id] = job

    def forget(self, job: JobId) -> None:
        self._jobs.pop(job, None)
        self._results.pop(job, None)

    def begin_result(self, job: JobId) -> BinaryIO:
        del job
        return io.BytesIO()

    def keep_result(self, job: JobId, file: BinaryIO) -> None:
        file.seek(0)
        self._results[job] = file.read()

    def result(self, job: JobId) -> BinaryIO:
        if job not in self._results:
            raise FileNotFoundError(job)
        return io.BytesIO(self._results[job])


def memory_jobs(*, limits: JobLimits, clock: Clock, new_id: NewId) -> KeptJobs:
    """Jobs of one process."""
    return KeptJobs(
        MemoryShelf(), limits=limits, clock=clock, new_id=new_id, stopwatch=time.monotonic
    )
