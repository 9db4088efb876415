"""What every keeper of jobs promises: one of a kind at a time, none lost, nothing beyond its limits."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from repository.errors import Trouble
from repository.jobs.port import (
    FOLLOWING,
    MAX_ERRORS,
    MAX_TRIES,
    Job,
    JobAsked,
    JobError,
    JobId,
    JobLimits,
    JobMissing,
    JobNotThrough,
    Jobs,
    JobState,
    TooManyJobs,
)
from repository.model.access import Caller
from repository.model.ids import Clock

LIMITS = JobLimits(unended=2, kept=4, keep_seconds=3600)
NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


class MovableClock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Died(BaseException):
    """The process at work on a job died."""


class Broken(Trouble):
    """It cannot be done."""

    vietnamese = "Không làm được."


def asked(owner: str = "a", kind: str = "count") -> JobAsked:
    return JobAsked(kind=kind, caller=Caller(name=owner, rights=frozenset()), parameters=b"{}")


def done(jobs: Jobs, content: bytes = b"ket qua", kind: str = "count") -> Job:
    """Do the next job of *kind*; as it stands then."""
    with jobs.take(kind) as work:
        assert work
        work.call("a.txt", "text/plain")
        work.out.write(content)
        work.advance(3, 3)
    return jobs.job(work.job.id)


def dies(jobs: Jobs) -> None:
    """Somebody begins the next job, and dies."""
    with suppress(Died), jobs.take("count") as work:
        assert work
        work.out.write(b"half of what is longer")
        raise Died


class JobsContract:
    """Subclass it as `Test…` and say how jobs are opened, again and again, in a folder."""

    def opened(self, folder: Path, clock: Clock) -> Jobs:
        raise NotImplementedError

    @pytest.fixture
    def clock(self) -> MovableClock:
        return MovableClock()

    @pytest.fixture
    def jobs(self, tmp_path: Path, clock: MovableClock) -> Jobs:
        return self.opened(tmp_path, clock)

    def test_a_job_waits_runs_and_leaves_a_result(self, jobs: Jobs):
        job = jobs.add(asked())
        assert (job.state, jobs.job(job.id)) == (JobState.WAITING, job)
        with jobs.take("count") as work:
            assert work
            assert jobs.job(job.id).state is JobState.RUNNING
            with pytest.raises(JobNotThrough):
                jobs.result(job.id)
            work.call("a.txt", "text/plain")
            work.out.write(b"ket qua")
        after = jobs.job(job.id)

        assert after.state is JobState.DONE
        assert after.result
        assert (after.result.name, after.result.size) == ("a.txt", 7)
        with jobs.result(job.id) as content:
            assert content.read() == b"ket qua"
        with jobs.take("count") as nothing:
            assert nothing is None

    def test_of_one_kind_one_runs_at_a_time_the_oldest_first(self, jobs: Jobs, clock: MovableClock):
        first = jobs.add(asked())
        clock.passes(1)
        jobs.add(asked())
        jobs.add(asked("b", "other"))

        with jobs.take("count") as work, jobs.take("count") as second, jobs.take("other") as other:
            assert work
            assert work.job.id == first.id
            assert second is None
            assert other

    def test_nobody_has_more_than_the_limits_say(self, jobs: Jobs):
        for _ in range(LIMITS.unended):
            jobs.add(asked())
        with pytest.raises(TooManyJobs):
            jobs.add(asked())
        jobs.add(asked("b"))
        for _ in range(LIMITS.kept - LIMITS.unended):
            with jobs.take("count") as work:
                assert work
            if work.job.owner == "a":
                jobs.add(asked())
        with pytest.raises(TooManyJobs):
            jobs.add(asked())

    def test_one_that_waits_is_cancelled_at_once_and_one_that_runs_soon(
        self, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("repository.jobs.keeping.TELLING_SECONDS", 0)
        waiting, running = jobs.add(asked("a", "other")), jobs.add(asked())
        assert jobs.cancel(waiting.id).state is JobState.CANCELLED
        reached = False
        with jobs.take("count") as work:
            assert work
            work.advance(1, 9)
            assert jobs.cancel(running.id).cancelling
            work.advance(2, 9)
            reached = True

        assert not reached
        assert jobs.job(running.id).state is JobState.CANCELLED
        jobs.cancel(running.id)  # it has ended: it is forgotten
        with pytest.raises(JobMissing):
            jobs.job(running.id)

    def test_a_trouble_is_told_and_errors_are_counted(self, jobs: Jobs):
        job = jobs.add(asked())
        with jobs.take("count") as work:
            assert work
            for number in range(MAX_ERRORS + 5):
                work.found(JobError(type="thieu", detail=str(number)))
            raise Broken

        after = jobs.job(job.id)
        assert (after.state, after.error_count) == (JobState.FAILED, MAX_ERRORS + 6)
        assert len(after.errors) == MAX_ERRORS
        with pytest.raises(JobNotThrough):
            jobs.result(job.id)

    def test_one_whose_process_died_is_taken_up_again_and_fails_when_that_repeats(self, jobs: Jobs):
        job = jobs.add(asked())
        for _ in range(MAX_TRIES):
            dies(jobs)
            assert jobs.job(job.id).state is JobState.RUNNING
        with jobs.take("count") as work:
            assert work is None

        after = jobs.job(job.id)
        assert (after.state, after.errors[0].type) == (JobState.FAILED, "interrupted")
        again = jobs.add(asked())
        dies(jobs)
        assert done(jobs).id == again.id
        with jobs.result(again.id) as content:
            assert content.read() == b"ket qua"

    def test_one_that_was_laid_down_in_order_goes_on_without_counting(self, jobs: Jobs):
        job = jobs.add(asked())
        for _ in range(MAX_TRIES + 2):
            with jobs.take("count", stopping=lambda: True) as work:
                assert work
                work.advance(1, 2)
        assert jobs.job(job.id).state is JobState.WAITING

        assert done(jobs).state is JobState.DONE

    def test_what_has_expired_is_forgotten_with_its_result(self, jobs: Jobs, clock: MovableClock):
        ended = jobs.add(asked())
        done(jobs)
        waiting = jobs.add(asked())
        clock.passes(LIMITS.keep_seconds)

        with pytest.raises(JobMissing):
            jobs.result(ended.id)
        assert [job.id for job in jobs.all()] == [waiting.id]
        assert (jobs.sweep(), jobs.sweep()) == (1, 0)

    def test_whatever_happens_no_job_is_lost_and_states_follow_the_table(self, tmp_path: Path):
        def made() -> Life:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            clock = MovableClock()
            return Life(self.opened(folder, clock), clock)

        machine: Any = made
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=12,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )


class Life(RuleBasedStateMachine):
    """People ask and cancel; whoever does the jobs dies now and then."""

    def __init__(self, jobs: Jobs, clock: MovableClock) -> None:
        super().__init__()
        self.jobs = jobs
        self.clock = clock
        self.known: dict[JobId, JobState] = {}
        self.results: dict[JobId, bytes] = {}

    @rule()
    def ask(self) -> None:
        self.clock.passes(1)
        with suppress(TooManyJobs):
            job = self.jobs.add(asked())
            self.known[job.id] = job.state

    @rule()
    def do(self) -> None:
        with self.jobs.take("count") as work:
            if work:
                self.see()
                work.out.write(work.job.id.encode())
                self.results[work.job.id] = work.job.id.encode()

    @rule()
    def die(self) -> None:
        with suppress(Died), self.jobs.take("count") as work:
            if work:
                raise Died

    @precondition(lambda self: self.known)
    @rule()
    def cancel(self) -> None:
        job = self.jobs.all()[-1]
        self.jobs.cancel(job.id)
        if not FOLLOWING[job.state]:
            del self.known[job.id]

    @invariant()
    def see(self) -> None:
        now = {job.id: job.state for job in self.jobs.all()}
        assert now.keys() == self.known.keys()
        for job, state in now.items():
            assert state is self.known[job] or reaches(self.known[job], state)
            if state is JobState.DONE:
                with self.jobs.result(job) as content:
                    assert content.read() == self.results[job]
        self.known = now


def reaches(one: JobState, other: JobState) -> bool:
    """Whether *other* may follow *one*, over however many steps."""
    seen: set[JobState] = set()
    coming = [one]
    while coming:
        following = FOLLOWING[coming.pop()] - seen
        seen |= following
        coming += following
    return other in seen
