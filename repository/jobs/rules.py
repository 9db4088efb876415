"""What becomes of a job: pure, for every way of keeping them."""

import msgspec

from repository.errors import Trouble
from repository.jobs.port import (
    FOLLOWING,
    MAX_ERRORS,
    MAX_TRIES,
    UNENDED,
    Job,
    JobError,
    JobLimits,
    JobResult,
    JobState,
)

MICROSECONDS = 1_000_000
INTERRUPTED = JobError(type="interrupted", detail=f"its process died {MAX_TRIES} times")


def moved(job: Job, state: JobState, **changes: object) -> Job:
    """*job* in *state*; raise ValueError where that cannot follow."""
    if state not in FOLLOWING[job.state]:
        raise ValueError(f"{job.state.value} to {state.value}")
    return msgspec.structs.replace(job, state=state, **changes)


def begun(job: Job, now: int) -> Job:
    """*job* taken by somebody."""
    return moved(
        job,
        JobState.RUNNING,
        begun=now,
        tries=job.tries + 1,
        done=0,
        total=0,
        errors=(),
        error_count=0,
    )


def ended(
    job: Job, state: JobState, now: int, limits: JobLimits, *, result: JobResult | None = None
) -> Job:
    """*job* at its end."""
    expires = now + round(limits.keep_seconds * MICROSECONDS)
    return moved(job, state, ended=now, expires=expires, cancelling=False, result=result)


def cancelled(job: Job, now: int, limits: JobLimits) -> Job | None:
    """*job* that somebody wants to end; None = it is forgotten."""
    if job.state is JobState.WAITING:
        return ended(job, JobState.CANCELLED, now, limits)
    if job.state is JobState.RUNNING:
        return msgspec.structs.replace(job, cancelling=True)
    return None


def abandoned(job: Job, now: int, limits: JobLimits) -> Job:
    """*job*, which was running, and nobody is at work on it any more."""
    if job.cancelling:
        return ended(job, JobState.CANCELLED, now, limits)
    if job.tries >= MAX_TRIES:
        return ended(with_error(job, INTERRUPTED), JobState.FAILED, now, limits)
    return moved(job, JobState.WAITING)


def paused(job: Job) -> Job:
    """*job*, which whoever was at work on it has laid down."""
    return moved(job, JobState.WAITING, tries=job.tries - 1)


def with_error(job: Job, error: JobError) -> Job:
    """*job* with one more error, told while there are few."""
    told = (*job.errors, error) if len(job.errors) < MAX_ERRORS else job.errors
    return msgspec.structs.replace(job, errors=told, error_count=job.error_count + 1)


def error_of(trouble: Trouble) -> JobError:
    """What *trouble* is to a job that it ended."""
    return JobError(type=trouble.slug(), detail=trouble.sentence_vi)


def has_expired(job: Job, now: int) -> bool:
    """Say whether *job* has been kept long enough."""
    return job.state not in UNENDED and now >= job.expires
