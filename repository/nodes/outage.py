"""An outage of the store node: after a failure others fail at once, for a pause that grows.

So not every thread waits for the same silence, and the first to come after a pause tries again.
"""

import threading
import time
from collections.abc import Callable

from repository.blobs.store_node import StoreNodeUnreachable

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0
"""Seconds."""


class Outage:
    """Whether it is worth asking: after a failure not before a pause is over."""

    def __init__(self, stopwatch: Callable[[], float] = time.monotonic) -> None:
        self._stopwatch = stopwatch
        self._lock = threading.Lock()
        self._pause = 0.0
        self._until = 0.0
        self._reason = ""

    def require(self) -> None:
        """Raise `StoreNodeUnreachable` during a pause; its first caller after one may try."""
        with self._lock:
            now = self._stopwatch()
            if now < self._until:
                raise StoreNodeUnreachable(reason=self._reason)
            if self._pause:  # whoever comes while this one tries is told at once
                self._until = now + self._pause

    def failed(self, reason: str) -> StoreNodeUnreachable:
        """Note a failure; give the trouble to raise."""
        with self._lock:
            self._reason = reason
            self._pause = min(max(FIRST_PAUSE, 2 * self._pause), LONGEST_PAUSE)
            self._until = self._stopwatch() + self._pause
        return StoreNodeUnreachable(reason=reason)

    def over(self) -> None:
        """It answered."""
        if self._pause:
            with self._lock:
                self._pause = self._until = 0.0
