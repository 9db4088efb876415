"""How far a long work is: a bar for people, a line now and then for logs, or nothing."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LINE_SECONDS = 30
"""How often a work that nobody watches on a terminal tells of itself."""
MiB = 1024 * 1024


class Counting(Protocol):
    """What a long work reports to."""

    def advance(self, items: int = 1, size: int = 0) -> None:
        """Another *items* are done, *size* bytes of them."""
        ...


class Silence:
    """Nobody wants to know."""

    def advance(self, items: int = 1, size: int = 0) -> None: ...


@contextmanager
def bar(err: TextIO, title: str, total: int | None) -> Generator[Counting]:
    """A progress bar on the terminal *err*; *total* items, or None when nobody knows."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[size]:.1f} MiB"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=err)) as progress:
        yield _Bar(progress, progress.add_task(title, total=total, size=0.0))


class _Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self._size = 0

    def advance(self, items: int = 1, size: int = 0) -> None:
        self._size += size
        self._progress.update(self._task, advance=items, size=self._size / MiB)


@contextmanager
def lines(
    err: TextIO,
    title: str,
    total: int | None,
    clock: Callable[[], float] = time.monotonic,
) -> Generator[Counting]:
    """A line on *err* at most every `LINE_SECONDS`; short works stay silent."""
    yield _Lines(err, title, total, clock)


class _Lines:
    def __init__(
        self, err: TextIO, title: str, total: int | None, clock: Callable[[], float]
    ) -> None:
        self._err = err
        self._title = title
        self._of = "" if total is None else f"/{total}"
        self._clock = clock
        self._told = clock()
        self._items = 0
        self._size = 0

    def advance(self, items: int = 1, size: int = 0) -> None:
        self._items += items
        self._size += size
        if self._clock() - self._told < LINE_SECONDS:
            return
        self._told = self._clock()
        weight = f", {self._size / MiB:.1f} MiB" if self._size else ""
        self._err.write(f"{self._title}: {self._items}{self._of}{weight}\n")
        self._err.flush()
