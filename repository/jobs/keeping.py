"""Jobs, wherever their records lie: the rules under one lock, over a `Shelf`."""

import hashlib
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO, Protocol

import msgspec

from repository.blobs.address import Naming
from repository.blobs.pack_io import DiskFailed
from repository.errors import Trouble
from repository.jobs import rules
from repository.jobs.port import (
    Job,
    JobAsked,
    JobCancelled,
    JobError,
    JobId,
    JobLimits,
    JobMissing,
    JobNotThrough,
    JobPaused,
    JobResult,
    JobState,
    Work,
    never,
    require_within,
)
from repository.model.ids import Clock, NewId

PIECE_BYTES = 1024 * 1024
TELLING_SECONDS = 0.5
"""How far a job is, is written down so often at most."""


class Shelf(Protocol):
    """Where records and results lie."""

    def locked(self) -> AbstractContextManager[None]:
        """Nobody else changes a record within the block."""
        ...

    def alone(self, kind: str) -> AbstractContextManager[bool]:
        """Whether nobody else is at work on jobs of *kind*; nobody else will be within the block."""
        ...

    def read(self, job: JobId) -> Job | None:
        """The record of *job*."""
        ...

    def every(self) -> Iterable[Job]:
        """All records."""
        ...

    def write(self, job: Job) -> None:
        """Keep the record of *job*, durably."""
        ...

    def forget(self, job: JobId) -> None:
        """Remove its record, then its result."""
        ...

    def begin_result(self, job: JobId) -> BinaryIO:
        """A new, empty file for its result; there may be one that was not finished."""
        ...

    def keep_result(self, job: JobId, file: BinaryIO) -> None:
        """Keep what was written, durably, as the result."""
        ...

    def result(self, job: JobId) -> BinaryIO:
        """The result; raise FileNotFoundError."""
        ...

    def admit(self) -> None:
        """Raise `ReserveReached` or `WritingStopped` while the disk takes nothing."""
        ...


class KeptJobs:
    """The `Jobs` port over a *shelf*."""

    def __init__(
        self,
        shelf: Shelf,
        *,
        limits: JobLimits,
        clock: Clock,
        new_id: NewId,
        stopwatch: Callable[[], float],
    ) -> None:
        self._shelf = shelf
        self._limits = limits
        self._clock = clock
        self._new_id = new_id
        self._stopwatch = stopwatch

    def add(self, asked: JobAsked) -> Job:
        self._shelf.admit()
        with self._shelf.locked():
            require_within(self._limits, asked.caller.name, self._shelf.every())
            job = Job(
                id=JobId(self._new_id()),
                asked=asked,
                state=JobState.WAITING,
                created=self._now(),
            )
            self._shelf.write(job)
        return job

    def job(self, job: JobId) -> Job:
        found = self._shelf.read(job)
        if found is None or rules.has_expired(found, self._now()):
            raise JobMissing
        return found

    def all(self) -> list[Job]:
        now = self._now()
        found = (job for job in self._shelf.every() if not rules.has_expired(job, now))
        return sorted(found, key=lambda job: (job.created, job.id))

    def cancel(self, job: JobId) -> Job:
        with self._shelf.locked():
            found = self.job(job)
            after = rules.cancelled(found, self._now(), self._limits)
            if after is None:
                self._shelf.forget(job)
                return found
            self._shelf.write(after)
            return after

    def result(self, job: JobId) -> BinaryIO:
        found = self.job(job)
        if found.result is None:
            raise JobNotThrough(state=found.state.value)
        try:
            return self._shelf.result(job)
        except FileNotFoundError:
            raise JobMissing from None  # removed meanwhile

    @contextmanager
    def take(self, kind: str, *, stopping: Callable[[], bool] = never) -> Generator[Work | None]:
        with self._shelf.alone(kind) as ours:
            job = self._taken(kind) if ours else None
            if job is None:
                yield None
                return
            out = self._shelf.begin_result(job.id)
            try:
                work = _Working(self, job, out, stopping)
                with self._ending(work):
                    yield work
            finally:
                out.close()

    def sweep(self) -> int:
        now = self._now()
        with self._shelf.locked():
            gone = [job.id for job in self._shelf.every() if rules.has_expired(job, now)]
            for job in gone:
                self._shelf.forget(job)
        return len(gone)

    # One at work.

    def _taken(self, kind: str) -> Job | None:
        """The oldest that waits, running; what was running is nobody's, since nobody else is at work."""
        with self._shelf.locked():
            theirs = [job for job in self.all() if job.asked.kind == kind]
            for job in theirs:
                if job.state is JobState.RUNNING:
                    self._shelf.write(rules.abandoned(job, self._now(), self._limits))
            again = (self._shelf.read(job.id) for job in theirs)
            waiting = (job for job in again if job and job.state is JobState.WAITING)
            job = next(waiting, None)
            if job:
                job = rules.begun(job, self._now())
                self._shelf.write(job)
        return job

    @contextmanager
    def _ending(self, work: "_Working") -> Generator[None]:
        try:
            yield
            result = self._kept(work)
        except JobPaused:
            self._lay_down(work)
        except JobCancelled:
            self._end(work, JobState.CANCELLED)
        except DiskFailed:
            raise  # nothing more is written to it
        except Trouble as trouble:
            work.found(rules.error_of(trouble))
            self._end(work, JobState.FAILED)
        else:
            self._end(work, JobState.DONE, result)

    def _kept(self, work: "_Working") -> JobResult:
        work.out.seek(0)
        name, sha256, size = Naming(), hashlib.sha256(), 0
        while piece := work.out.read(PIECE_BYTES):
            name.update(piece)
            sha256.update(piece)
            size += len(piece)
        self._shelf.keep_result(work.job.id, work.out)
        return JobResult(
            name=work.name,
            media_type=work.media_type,
            size=size,
            digest=name.finish(),
            sha256=sha256.digest(),
        )

    def _end(self, work: "_Working", state: JobState, result: JobResult | None = None) -> None:
        with self._shelf.locked():
            if self._shelf.read(work.job.id) is None:
                return  # nobody can have forgotten it but by hand
            job = rules.ended(work.now, state, self._now(), self._limits, result=result)
            self._shelf.write(job)

    def _lay_down(self, work: "_Working") -> None:
        with self._shelf.locked():
            known = self._shelf.read(work.job.id)
            if known:
                self._shelf.write(rules.paused(known))

    def tell(self, work: "_Working") -> None:
        """Write down how far it is; raise `JobCancelled` where somebody wants it to end."""
        self._shelf.admit()
        with self._shelf.locked():
            known = self._shelf.read(work.job.id)
            if known is None or known.cancelling:
                raise JobCancelled
            self._shelf.write(work.now)

    def seconds(self) -> float:
        """By the stopwatch."""
        return self._stopwatch()

    def _now(self) -> int:
        return round(self._clock().timestamp() * rules.MICROSECONDS)


class _Working:
    """A job in somebody's hands; a `Work`."""

    def __init__(
        self, jobs: KeptJobs, job: Job, out: BinaryIO, stopping: Callable[[], bool]
    ) -> None:
        self._jobs = jobs
        self._stopping = stopping
        self.job = job
        self.now = job
        """With how far it is."""
        self.out = out
        self.name = f"{job.asked.kind}-{job.id[:8]}"
        self.media_type = "application/octet-stream"
        self._told = jobs.seconds()

    def call(self, name: str, media_type: str) -> None:
        """As `Work.call`."""
        self.name, self.media_type = name, media_type

    def advance(self, done: int, total: int) -> None:
        if self._stopping():
            raise JobPaused
        self.now = msgspec.structs.replace(self.now, done=done, total=total)
        if self._jobs.seconds() - self._told >= TELLING_SECONDS:
            self._jobs.tell(self)
            self._told = self._jobs.seconds()

    def found(self, error: JobError) -> None:
        self.now = rules.with_error(self.now, error)
