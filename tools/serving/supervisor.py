"""Keeps a set of processes alive, in order, and ends them in reverse.

One thread, no handlers: signals stay blocked and are waited for. A process is a fresh
interpreter in a session of its own, so that Ctrl-C reaches the supervisor alone.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from api.services import Note
from tools.exits import Exit
from tools.serving.restarts import Failures, after_death, is_final

_STOP = frozenset({signal.SIGTERM, signal.SIGINT})
_WATCHED = _STOP | {signal.SIGCHLD}
STARTING_SECONDS = 0.1
"""How often is looked while somebody waits for a gate or the whole is not up yet."""
STEADY_SECONDS = 5.0
WANTED_SECONDS = 1.0
"""How often is looked whether a role that is not always wanted is wanted now."""
ENDED = "process-ended"
"""Noted of one that ended without being asked to."""


@dataclass(frozen=True)
class Role:
    """A process that has to live."""

    name: str
    command: Sequence[str]
    gate: Callable[[], bool] = lambda: True
    """Says whether it may start now."""
    on_demand: bool = False
    """It may be long before it is wanted: nobody waits for it."""


@dataclass
class _Post:
    """A role and whoever fills it at present."""

    role: Role
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    failures: Failures = field(default_factory=Failures)
    due: float = 0.0


class Supervisor:
    """Starts *roles* in order, starts again who dies, ends all when asked to.

    *up* is asked until it says that the whole is up; *note* hears of everyone who comes and
    goes.
    """

    def __init__(
        self,
        roles: Sequence[Role],
        *,
        up: Callable[[], bool],
        note: Note,
        grace: float,
    ) -> None:
        self._posts = [_Post(role) for role in roles]
        self._up = up
        self._note = note
        self._grace = grace
        self._is_up = False

    def run(self) -> int:
        """Work until asked to stop; return 0, or the code of a process that cannot live."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        try:
            code = self._watch()
        finally:
            self._end_all()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return code

    def _watch(self) -> int:
        while True:
            self._start_due()
            self._is_up = self._is_up or self._up()
            happened = signal.sigtimedwait(_WATCHED, self._pause())
            if happened and happened.si_signo in _STOP:
                return Exit.OK
            final = self._bury()
            if final is not None:
                return final

    def _start_due(self) -> None:
        for post in self._posts:
            if post.process is None and time.monotonic() >= post.due and post.role.gate():
                post.since = time.monotonic()
                post.process = subprocess.Popen(
                    post.role.command, stdin=subprocess.DEVNULL, start_new_session=True
                )
                self._note("process-began", role=post.role.name, child=post.process.pid)

    def _bury(self) -> int | None:
        """Note who died; return the code of one that would only die again."""
        for post in self._posts:
            code = post.process.poll() if post.process else None
            if code is None:
                continue
            if is_final(code):
                return code
            self._bury_one(post, code)
        return None

    def _bury_one(self, post: _Post, code: int) -> None:
        now = time.monotonic()
        post.process = None
        post.failures = after_death(post.failures, lived=now - post.since)
        post.due = now + post.failures.pause
        self._note(
            ENDED,
            role=post.role.name,
            code=code,
            lived=round(now - post.since, 3),
            again_in=post.failures.pause,
        )

    def _pause(self) -> float:
        absent = [post.role for post in self._posts if post.process is None]
        if not self._is_up or any(not role.on_demand for role in absent):
            return STARTING_SECONDS
        return WANTED_SECONDS if absent else STEADY_SECONDS

    def _end_all(self) -> None:
        """Ask each role to stop, the last first, so that nobody outlives what it needs."""
        deadline = time.monotonic() + self._grace
        for post in reversed(self._posts):
            if post.process:
                post.process.terminate()
                self._await(post.process, deadline)

    def _await(self, process: subprocess.Popen[bytes], deadline: float) -> None:
        while process.poll() is None:
            left = deadline - time.monotonic()
            happened = signal.sigtimedwait(_WATCHED, max(0.0, min(left, STARTING_SECONDS)))
            asked_again = happened is not None and happened.si_signo in _STOP
            if left <= 0 or asked_again:
                process.kill()
                process.wait()
