"""Jobs in memory and on a disk: one contract; then what lies on the disk."""

import os
from pathlib import Path

import pytest

from repository.blobs.port import ReserveReached
from repository.blobs.store import DiskReserve
from repository.jobs.keeping import KeptJobs
from repository.jobs.local import local_jobs
from repository.jobs.memory import memory_jobs
from repository.jobs.port import JobMissing, Jobs, JobState
from repository.model.ids import Clock, time_ordered_ids
from tests.contracts.jobs import LIMITS, JobsContract, MovableClock, asked, done


def local(folder: Path, clock: Clock, *, reserve: int = 0) -> KeptJobs:
    return local_jobs(
        folder / "jobs",
        limits=LIMITS,
        reserve=DiskReserve(folder, reserve, mark=folder / "mark"),
        stop=lambda _: (folder / "mark").touch(),
        clock=clock,
        new_id=time_ordered_ids(clock, os.urandom),
    )


class TestMemoryJobs(JobsContract):
    def opened(self, folder: Path, clock: Clock) -> Jobs:
        return memory_jobs(limits=LIMITS, clock=clock, new_id=time_ordered_ids(clock, os.urandom))


class TestLocalJobs(JobsContract):
    def opened(self, folder: Path, clock: Clock) -> Jobs:
        return local(folder, clock)


def test_what_was_asked_of_one_process_is_done_by_another_and_read_in_a_third(tmp_path: Path):
    clock = MovableClock()
    job = local(tmp_path, clock).add(asked())

    assert done(local(tmp_path, clock)).state is JobState.DONE

    with local(tmp_path, clock).result(job.id) as content:
        assert content.read() == b"ket qua"


def test_nothing_is_left_of_one_that_was_forgotten_and_nobody_else_reads_what_lies_there(
    tmp_path: Path,
):
    jobs = local(tmp_path, MovableClock())
    job = jobs.add(asked())
    done(jobs)
    folder = tmp_path / "jobs"
    assert folder.stat().st_mode & 0o077 == 0

    jobs.cancel(job.id)

    assert {path.suffix for path in folder.iterdir()} <= {".lock", ""}


def test_a_name_that_was_never_given_leads_out_of_no_folder(tmp_path: Path):
    (tmp_path / "x.json").write_text("{}")
    jobs = local(tmp_path, MovableClock())

    for name in ("../x", "", "a" * 32, "x\0"):
        with pytest.raises(JobMissing):
            jobs.job(name)  # pyright: ignore[reportArgumentType]


def test_below_the_reserve_nothing_is_taken_on(tmp_path: Path):
    jobs = local(tmp_path, MovableClock(), reserve=1 << 60)

    with pytest.raises(ReserveReached):
        jobs.add(asked())
