"""Long work asked over HTTP (việc nền): asked for, looked at, cancelled, its result read.

What can be asked stands in a table of kinds; the process that does it (`run_next`) knows them from
there alone. A job is seen by whoever asked for it, and by those who administer every agency.
"""

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Protocol

import msgspec

from api.services import Services
from repository.jobs.port import Job, JobAsked, JobId, JobMissing, JobResult, Work, never
from repository.model.access import Caller, Right


class JobKind(Protocol):
    """A kind of long work: what is asked, who may ask it, how it is done."""

    @property
    def name(self) -> str:
        """Its stable name: 1-40 of `a-z -`."""
        ...

    @property
    def shape(self) -> type[msgspec.Struct]:
        """What is asked; its tag is the kind's name."""
        ...

    def admit(self, services: Services, caller: Caller, asked: Any) -> None:
        """Return when *caller* may have this done; raise as the use case itself would.

        Asked again when the result is read: rights may have been withdrawn since.
        """
        ...

    def run(self, services: Services, caller: Caller, asked: Any, work: Work) -> None:
        """Do it: write `work.out`, tell `work.advance` at least every few seconds.

        MUST begin from nothing: what an earlier life of it wrote is gone.
        """
        ...


Kinds = Mapping[str, JobKind]


def ask(services: Services, kinds: Kinds, caller: Caller, asked: msgspec.Struct) -> Job:
    """Let *asked* be done for *caller*; raise as its kind, `TooManyJobs`, `ReserveReached`."""
    kind = kinds[str(asked.__struct_config__.tag)]
    kind.admit(services, caller, asked)
    parameters = msgspec.json.encode(asked)
    wanted = JobAsked(kind=kind.name, caller=caller, parameters=parameters)
    return services.holdings.jobs.add(wanted)


def job_for(services: Services, caller: Caller, job: str) -> Job:
    """The job, when it is the caller's to see; raise `JobMissing`, the same, otherwise."""
    found = services.holdings.jobs.job(JobId(job))
    if not _sees(caller, found):
        raise JobMissing
    return found


def jobs_of(services: Services, caller: Caller) -> list[Job]:
    """The caller's own jobs, oldest first."""
    return [job for job in services.holdings.jobs.all() if job.owner == caller.name]


def cancel(services: Services, caller: Caller, job: str) -> Job:
    """Let it end; one that has ended is forgotten. Raise `JobMissing`."""
    return services.holdings.jobs.cancel(job_for(services, caller, job).id)


def result_for(
    services: Services, kinds: Kinds, caller: Caller, job: str
) -> tuple[JobResult, BinaryIO]:
    """What it made; raise `JobMissing`, `JobNotThrough`, or as its kind where rights were withdrawn."""
    found = job_for(services, caller, job)
    kind = kinds[found.asked.kind]
    kind.admit(services, caller, _asked(kind, found))
    content = services.holdings.jobs.result(found.id)
    if found.result is None:  # `result` would have said so
        raise JobMissing
    return found.result, content


def run_next(services: Services, kind: JobKind, *, stopping: Callable[[], bool] = never) -> bool:
    """Do the next job of *kind*, if one waits and nobody else is at one; say whether there was one."""
    with services.holdings.jobs.take(kind.name, stopping=stopping) as work:
        if work is None:
            return False
        kind.run(services, work.job.asked.caller, _asked(kind, work.job), work)
    return True


def _asked(kind: JobKind, job: Job) -> Any:
    return msgspec.json.decode(job.asked.parameters, type=kind.shape)


def _sees(caller: Caller, job: Job) -> bool:
    administers = caller.every_agency and Right.ADMINISTER in caller.rights
    return job.owner == caller.name or administers
