"""Jobs (việc nền): long work that somebody asked for and comes back to.

    waiting ──▶ running ──▶ done
       ▲ │         │ ├────▶ failed
       │ └──▶ cancelled ◀┘
       └── the process at work on it died

A job belongs to whoever asked for it. It is no event: it changes nothing that is kept, and what it
finds is asked for again when it is lost.
"""

import enum
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple, NewType, Protocol

import msgspec

from repository.errors import Kind, Trouble
from repository.model.access import Caller

JobId = NewType("JobId", str)
MAX_ERRORS = 100
"""So many of its errors are told one by one."""
MAX_TRIES = 3
"""A job that its process died of so often has failed."""
MAX_ASKED_BYTES = 64 * 1024
"""Of what is asked."""


class JobState(enum.Enum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FOLLOWING: dict[JobState, frozenset[JobState]] = {
    JobState.WAITING: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    JobState.RUNNING: frozenset(
        {JobState.WAITING, JobState.DONE, JobState.FAILED, JobState.CANCELLED}
    ),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
"""What may follow each state."""
UNENDED = frozenset({JobState.WAITING, JobState.RUNNING})


class JobAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants done."""

    kind: str
    caller: Caller
    """Whose it is, with the rights that they had."""
    parameters: bytes
    """JSON, as the kind reads it."""


class JobError(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be done, or was found."""

    type: str
    """A stable name: a problem's, or a finding's."""
    detail: str


class JobResult(msgspec.Struct, frozen=True, kw_only=True):
    """The file that a job made."""

    name: str
    media_type: str
    size: int
    """Bytes."""
    digest: bytes
    """BLAKE3, 32 bytes."""
    sha256: bytes


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it stands now. All moments are microseconds since 1970-01-01 UTC, 0 = not yet."""

    id: JobId
    asked: JobAsked
    state: JobState
    created: int
    begun: int = 0
    ended: int = 0
    expires: int = 0
    """When it is forgotten, with its result."""
    done: int = 0
    """Of `total`, in units of the kind."""
    total: int = 0
    """0 = not known."""
    errors: tuple[JobError, ...] = ()
    error_count: int = 0
    tries: int = 0
    """How often it was begun."""
    cancelling: bool = False
    """Somebody wants it to end."""
    result: JobResult | None = None

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.asked.caller.name


class JobLimits(NamedTuple):
    """How many there may be."""

    unended: int
    """Of one owner, waiting or running."""
    kept: int
    """Of one owner, those that have ended and are not forgotten included."""
    keep_seconds: float
    """So long an ended one is kept."""


DEFAULT_LIMITS = JobLimits(unended=4, kept=20, keep_seconds=7 * 24 * 3600)


def never() -> bool:
    """Say no."""
    return False


class JobMissing(Trouble):
    """There is no such job, or it is not yours."""

    kind = Kind.MISSING
    vietnamese = "Không có việc này, hoặc không phải của bạn."


class TooManyJobs(Trouble):
    """You have {limit} jobs already; wait for one, or remove one."""

    kind = Kind.CONFLICT
    vietnamese = "Bạn đã có {limit} việc; hãy chờ một việc xong, hoặc xóa bớt."


class JobNotThrough(Trouble):
    """The job is {state}: there is no result."""

    kind = Kind.CONFLICT
    vietnamese = "Việc đang ở trạng thái {state}: chưa có kết quả."


class Work(Protocol):
    """A job in the hands of whoever is at work on it."""

    @property
    def job(self) -> Job:
        """As it was when it was taken."""
        ...

    @property
    def out(self) -> BinaryIO:
        """Where the result goes; seekable."""
        ...

    def call(self, name: str, media_type: str) -> None:
        """What the result is called, and what it is."""
        ...

    def advance(self, done: int, total: int) -> None:
        """Tell how far it is; raise `JobCancelled` when somebody wants it to end. Call it often."""
        ...

    def found(self, error: JobError) -> None:
        """Tell of an error; the work goes on."""
        ...


class JobCancelled(Exception):
    """Somebody wants the job to end."""


class JobPaused(Exception):
    """Whoever is at work on the job ends; it goes on waiting."""


class Jobs(Protocol):
    """All jobs of this node.

    Every method that names a job MUST raise `JobMissing` for one that never was or is forgotten.
    What changed MUST be on disk when a method returns, but for how far a job is.
    """

    def add(self, asked: JobAsked) -> Job:
        """A new job, waiting; MUST raise `TooManyJobs` where its owner has too many already."""
        ...

    def job(self, job: JobId) -> Job:
        """As it stands now."""
        ...

    def all(self) -> list[Job]:
        """Those there are, oldest first."""
        ...

    def cancel(self, job: JobId) -> Job:
        """Let it end: at once where it waits, soon where it runs; one that has ended is forgotten."""
        ...

    def result(self, job: JobId) -> BinaryIO:
        """The result, from its beginning; MUST raise `JobNotThrough` where there is none."""
        ...

    # For whoever does them.

    def take(
        self, kind: str, *, stopping: Callable[[], bool] = never
    ) -> AbstractContextManager[Work | None]:
        """The oldest that waits, running within the block; None where there is none.

        Of one kind MUST run one at a time, whoever else takes; so one that was running before is
        nobody's any more, and is taken up again, or has failed when that was so too often. How the block ends says what became of
        it: done when it ends, failed when a `Trouble` leaves it, cancelled when `JobCancelled` does;
        waiting again when `JobPaused` does, which `advance` raises once *stopping* says so;
        anything else goes on, and the job stays running. MUST write the result durably first.
        """
        ...

    def sweep(self) -> int:
        """Forget what has expired; say how many."""
        ...


def require_within(limits: JobLimits, owner: str, jobs: Iterable[Job]) -> None:
    """Raise `TooManyJobs` where *owner* may not have one more beside *jobs*."""
    theirs = [job for job in jobs if job.owner == owner]
    if sum(job.state in UNENDED for job in theirs) >= limits.unended:
        raise TooManyJobs(limit=limits.unended)
    if len(theirs) >= limits.kept:
        raise TooManyJobs(limit=limits.kept)
