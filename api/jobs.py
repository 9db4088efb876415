"""`/v1/jobs`: long work that is asked for, looked at, and fetched when it is through."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO, ClassVar

import falcon
import msgspec
from msgspec import UNSET, UnsetType

from api import downloads, problems, ranges, refusals, wire
from api import headers as h
from api.operations import Answered, Body, Operation
from api.services import Services, jobs
from api.services.job_kinds import KINDS
from api.session import caller
from repository.blobs.pack_io import DiskFailed, MediumFull, WriteFailed
from repository.blobs.port import BlobStat, MiB, ReserveReached
from repository.blobs.store import WritingStopped
from repository.jobs.port import (
    UNENDED,
    Job,
    JobMissing,
    JobNotThrough,
    JobState,
    TooManyJobs,
)
from repository.model.ids import BlobId, show_blob


def _any_of(shapes: Iterable[Any]) -> Any:
    found, *others = shapes
    for other in others:
        found = found | other
    return found


ASKED: Any = _any_of(kind.shape for kind in KINDS.values())
"""Whatever can be asked: `kind` says which of them."""
AGAIN_SECONDS = 2
"""When to look again at a job that has not ended."""
DISK: refusals.Refusals = (ReserveReached, WritingStopped, DiskFailed, MediumFull, WriteFailed)


class JobErrorView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be done, or was found."""

    type: str
    detail: str


class JobResultView(msgspec.Struct, frozen=True, kw_only=True):
    """The file that a job made."""

    url: str
    name: str
    media_type: str
    size: int
    id: str
    """`blake3:…`; also its entity tag."""


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it stands now."""

    id: str
    url: str
    kind: str
    asked: dict[str, Any]
    """What was asked, as it came."""
    state: JobState
    cancelling: bool
    """Somebody wants it to end; it will, soon."""
    created: datetime
    done: int
    """Of `total`, in units of the kind: rows, packs."""
    total: int
    """0 = not known."""
    error_count: int
    errors: tuple[JobErrorView, ...]
    """The first hundred."""
    begun: datetime | UnsetType = UNSET
    ended: datetime | UnsetType = UNSET
    expires: datetime | UnsetType = UNSET
    """When it is forgotten, with its result."""
    result: JobResultView | UnsetType = UNSET
    """Once it is done."""


class JobList(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's jobs, oldest first."""

    jobs: tuple[JobView, ...]


class Jobs:
    """`/v1/jobs`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_jobs",
            told="The caller's jobs that are not forgotten.",
            answers=(Answered(told="Oldest first.", shape=JobList),),
            problems=(),
        ),
        "POST": Operation(
            name="ask_for_job",
            told="Have something done that takes long.",
            body=Body(shape=ASKED),
            answers=(
                Answered(
                    told="It waits, or is at work already.",
                    status=202,
                    shape=JobView,
                    headers=(h.LOCATION, h.always(h.RETRY_AFTER)),
                ),
            ),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.ACCESS,
                TooManyJobs,
                *DISK,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        found = jobs.jobs_of(self._services, caller(req))
        wire.send(resp, JobList(jobs=tuple(map(_view, found))))

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        asked = wire.read(req, ASKED, limit=self._services.limits.max_json)
        job = jobs.ask(self._services, KINDS, caller(req), asked)
        resp.location = _url(job)
        _tell(resp, job, status=202)


class JobResource:
    """`/v1/jobs/{job}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="read_job",
            told="How far a job is; of whoever asked for it, and of administrators.",
            answers=(
                Answered(
                    told="`Retry-After` while it has not ended.",
                    shape=JobView,
                    headers=(h.RETRY_AFTER,),
                ),
            ),
            problems=(JobMissing,),
        ),
        "DELETE": Operation(
            name="cancel_job",
            told="Let a job end; one that has ended is forgotten, with its result.",
            answers=(
                Answered(told="It ends, or has just done so.", status=202, shape=JobView),
                Answered(told="It is forgotten.", status=204),
            ),
            problems=(JobMissing, *DISK),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, job: str) -> None:
        _tell(resp, jobs.job_for(self._services, caller(req), job))

    def on_delete(self, req: falcon.Request, resp: falcon.Response, job: str) -> None:
        before = jobs.job_for(self._services, caller(req), job)
        after = jobs.cancel(self._services, caller(req), job)
        if before.state not in UNENDED:
            resp.status = 204
            return
        wire.send(resp, _view(after), status=202)


class JobResultFile:
    """`/v1/jobs/{job}/result`."""

    operations: ClassVar = {
        "GET": Operation(
            name="read_job_result",
            told="The file that a job made, whole or in part.",
            headers=(h.RANGE, h.IF_RANGE, h.IF_NONE_MATCH),
            answers=downloads.ANSWERS,
            problems=(
                JobMissing,
                JobNotThrough,
                *refusals.ACCESS,
                problems.RangeNotSatisfiable,
            ),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, job: str) -> None:
        result, content = jobs.result_for(self._services, KINDS, caller(req), job)
        file = _Pieces(content)
        try:
            stat = BlobStat(
                id=BlobId(result.digest),
                size=result.size,
                media_type=result.media_type,
                sha256=result.sha256,
                crc32=0,
            )
            chosen = downloads.begin(req, resp, stat, name=result.name)
            resp.set_header("Cache-Control", "private, no-store")
            if chosen is not None:
                resp.set_stream(file.of(chosen), chosen.length)
                file = None
        finally:
            if file:
                file.close()


class _Pieces:
    """Some bytes of a file, which is closed with them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = 0

    def of(self, chosen: ranges.Slice) -> "_Pieces":
        """Give these bytes."""
        self._file.seek(chosen.offset)
        self._left = chosen.length
        return self

    def __iter__(self) -> Iterator[bytes]:
        while self._left and (piece := self._file.read(min(MiB, self._left))):
            self._left -= len(piece)
            yield piece

    def close(self) -> None:
        """Let go of the file; whoever serves calls it."""
        self._file.close()


def _tell(resp: falcon.Response, job: Job, *, status: int = 200) -> None:
    wire.send(resp, _view(job), status=status)
    resp.set_header("Cache-Control", "private, no-store")
    if job.state in UNENDED:
        resp.set_header(h.RETRY_AFTER.name, str(AGAIN_SECONDS))


def _view(job: Job) -> JobView:
    made = job.result
    return JobView(
        id=job.id,
        url=_url(job),
        kind=job.asked.kind,
        asked=msgspec.json.decode(job.asked.parameters, type=dict[str, Any]),
        state=job.state,
        cancelling=job.cancelling,
        created=wire.moment(job.created),
        done=job.done,
        total=job.total,
        error_count=job.error_count,
        errors=tuple(JobErrorView(type=one.type, detail=one.detail) for one in job.errors),
        begun=_moment(job.begun),
        ended=_moment(job.ended),
        expires=_moment(job.expires),
        result=JobResultView(
            url=f"{_url(job)}/result",
            name=made.name,
            media_type=made.media_type,
            size=made.size,
            id=show_blob(BlobId(made.digest)),
        )
        if made
        else UNSET,
    )


def _moment(microseconds: int) -> datetime | UnsetType:
    return wire.moment(microseconds) if microseconds else UNSET


def _url(job: Job) -> str:
    return f"/v1/jobs/{job.id}"
