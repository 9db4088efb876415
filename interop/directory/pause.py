"""A controller that failed is left alone for a pause that grows, then one caller tries again."""

import threading
from collections.abc import Callable

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0
"""Seconds."""


class ControllerAway(Exception):
    """This controller cannot be asked now; another may. Stays within the adapter."""

    def __init__(self, reason: str, *, silent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.silent = silent
        """It kept still for as long as it may: asking again at once would wait as long again."""


class Pause:
    """Whether it is worth asking."""

    def __init__(self, stopwatch: Callable[[], float]) -> None:
        self._stopwatch = stopwatch
        self._lock = threading.Lock()
        self._length = 0.0
        self._until = 0.0
        self._reason = ""

    def require(self) -> None:
        """Raise `ControllerAway` during a pause; the first caller after one may try."""
        with self._lock:
            now = self._stopwatch()
            if now < self._until:
                raise ControllerAway(self._reason)
            if self._length:  # whoever comes while this one tries goes elsewhere
                self._until = now + self._length

    def failed(self, reason: str) -> None:
        """Note a failure."""
        with self._lock:
            self._reason = reason
            self._length = min(max(FIRST_PAUSE, 2 * self._length), LONGEST_PAUSE)
            self._until = self._stopwatch() + self._length

    def over(self) -> None:
        """It answered."""
        if self._length:
            with self._lock:
                self._length = self._until = 0.0
