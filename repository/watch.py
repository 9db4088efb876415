"""Waiting for the log to grow, without every waiter looking for itself.

One thread of the process looks at the catalogue's watermark, and only while somebody waits; a
look is one key of the catalogue. Who waits sleeps until it has moved.
"""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

LOOK_SECONDS = 0.05
"""How late a waiter learns of an event, at most."""


class LogWatch:
    """Wakes whoever waits for events of this node; for many threads."""

    def __init__(
        self,
        look: Callable[[], int],
        *,
        places: int,
        stop: threading.Event | None = None,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        """*look* tells the last event's sequence; *places* may wait at a time.

        Once *stop* is set nobody waits any more.
        """
        self._look = look
        self._places = threading.BoundedSemaphore(places) if places else None
        self._stop = stop or threading.Event()
        self._stopwatch = stopwatch
        self._moved = threading.Condition()
        self._seen = 0
        self._waiting = 0
        self._looking = False

    def waiting(self) -> int:
        """How many wait now."""
        with self._moved:
            return self._waiting

    @contextmanager
    def place(self, seconds: float) -> Generator["Waiting | None"]:
        """A place in which to wait, *seconds* in all; None when all are taken."""
        if self._places is None or not self._places.acquire(blocking=False):
            yield None
            return
        try:
            yield Waiting(self, self._stopwatch() + seconds)
        finally:
            self._places.release()

    def past(self, sequence: int, deadline: float) -> bool:
        """Sleep until the log has passed *sequence*; say whether it has."""
        with self._moved:
            self._waiting += 1
            try:
                self._begin_looking()
                self._moved.wait_for(
                    lambda: self._seen > sequence or self._stop.is_set(),
                    timeout=max(0.0, deadline - self._stopwatch()),
                )
                return self._seen > sequence
            finally:
                self._waiting -= 1

    def _begin_looking(self) -> None:
        if not self._looking:
            self._looking = True
            threading.Thread(target=self._keep_looking, name="log-watch", daemon=True).start()

    def _keep_looking(self) -> None:
        while self._wanted():
            try:
                self._note(self._look())
            except BaseException:
                self._give_up()
                raise
            self._stop.wait(LOOK_SECONDS)

    def _wanted(self) -> bool:
        """Say whether to look again; decided under the lock, so that a newcomer is not missed."""
        with self._moved:
            self._looking = self._waiting > 0 and not self._stop.is_set()
            if not self._looking:
                self._moved.notify_all()
            return self._looking

    def _give_up(self) -> None:
        with self._moved:
            self._looking = False

    def _note(self, sequence: int) -> None:
        with self._moved:
            if sequence > self._seen:
                self._seen = sequence
                self._moved.notify_all()


class Waiting:
    """Somebody who has a place, until a moment."""

    def __init__(self, watch: LogWatch, deadline: float) -> None:
        self._watch = watch
        self._deadline = deadline

    def past(self, sequence: int) -> bool:
        """Sleep until the log has passed *sequence*.

        False when the time is over, or the process is about to end.
        """
        return self._watch.past(sequence, self._deadline)
