"""The process that does long work asked for over HTTP: a thread for each kind, one job at a time."""

import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

from api.services import Note, Services
from api.services.jobs import JobKind, Kinds, run_next

REST_SECONDS = 0.5
"""How often is looked for a job."""
SWEEP_SECONDS = 60.0
"""How often is looked for jobs that are to be forgotten."""


def do(services: Services, kinds: Kinds, *, stop: threading.Event, note: Note) -> None:
    """Do every job that there is, until *stop*; a job that is not through then goes on later.

    What is no trouble of a job ends all of them, and is raised: the process is started again.
    """
    doing = _Doing(services, stop, note)
    with ThreadPoolExecutor(len(kinds) + 1, "jobs") as pool:
        threads = [pool.submit(doing.work, kind) for kind in kinds.values()]
        threads.append(pool.submit(doing.sweep))
        done, _ = wait(threads, return_when=FIRST_EXCEPTION)
        doing.failed.set()
    for thread in done:
        thread.result()


class _Doing:
    """What its threads do, until they are to stop or one of them has failed."""

    def __init__(self, services: Services, stop: threading.Event, note: Note) -> None:
        self._services = services
        self._stop = stop
        self._note = note
        self.failed = threading.Event()

    def work(self, kind: JobKind) -> None:
        """Do the jobs of *kind*."""
        while not self._stopping():
            if run_next(self._services, kind, stopping=self._stopping):
                self._note("job-ended", kind=kind.name)
            else:
                self._stop.wait(REST_SECONDS)

    def sweep(self) -> None:
        """Forget what has expired, now and then."""
        rests = 0
        while not self._stopping():
            if rests % round(SWEEP_SECONDS / REST_SECONDS) == 0:
                self._services.holdings.jobs.sweep()
            rests += 1
            self._stop.wait(REST_SECONDS)

    def _stopping(self) -> bool:
        return self._stop.is_set() or self.failed.is_set()
