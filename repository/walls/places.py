"""How many processes there are at once: a few places, each with a process once somebody needed it."""

import queue
from collections.abc import Callable, Generator
from contextlib import contextmanager

from repository.walls.child import Child


class Places:
    """Processes lent to one caller at a time; whoever finds none free waits."""

    def __init__(self, count: int, begin: Callable[[], Child]) -> None:
        """*begin* starts a process; what it raises is the caller's who needed it."""
        self._begin = begin
        self._count = count
        self._free: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(count):
            self._free.put(None)

    @property
    def closed(self) -> bool:
        """There is none any more."""
        return self._count == 0

    @contextmanager
    def lent(self) -> Generator[Child]:
        """A process for one task; where the block raises it is ended, and another takes its place."""
        child = self._free.get()
        try:
            child = child or self._begin()
            yield child
        except BaseException:
            if child is not None:
                child.end()
            self._free.put(None)
            raise
        self._free.put(child if child.fit() else None)

    def close(self) -> None:
        """End all processes, each after the task in its hands."""
        for _ in range(self._count):
            child = self._free.get()
            if child is not None:
                child.end()
        self._count = 0
