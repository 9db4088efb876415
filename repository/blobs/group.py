"""Group commit: whoever comes while a batch is on its way to the disk shares the next one.

The first caller to find the turn free works for all who wait; nobody waits for a clock. One
lone caller pays two uncontended locks and no thread switch.
"""

from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Gate:
    """Closed until it is opened, once; much lighter than an event, and made for every batch."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = Lock()
        self._lock.acquire()

    def open(self) -> None:
        """Let everybody through from now on."""
        self._lock.release()

    def wait(self) -> None:
        """Return once the gate is open."""
        with self._lock:
            pass


class Ticket(Generic[T]):
    """One caller's item, and how it ended."""

    __slots__ = ("answer", "batch", "error", "item")

    def __init__(self, item: T) -> None:
        self.item = item
        self.batch: Gate | None = None
        self.answer: object = None
        self.error: BaseException | None = None

    def outcome(self) -> None:
        """Raise what went wrong for this item, if anything did."""
        if self.error is not None:
            raise self.error


class GroupCommit(Generic[T]):
    """Two steps for each batch: the first one at a time, in order; the second may overlap it."""

    def __init__(
        self,
        first: Callable[[list[Ticket[T]]], None],
        second: Callable[[list[Ticket[T]]], None],
        *,
        most: int,
        weigh: Callable[[T], int] = lambda _: 1,
    ) -> None:
        """A batch weighs at most *most*, or is a single item."""
        self._first = first
        self._second = second
        self._most = most
        self._weigh = weigh
        self._waiting: deque[Ticket[T]] = deque()
        self._turn = Lock()

    def submit(self, item: T) -> Ticket[T]:
        """Have *item* go through both steps; return its ticket, ended well. Raise otherwise."""
        ticket = Ticket(item)
        self._waiting.append(ticket)
        while ticket.batch is None:
            self._lead(ticket)
        ticket.batch.wait()
        ticket.outcome()
        return ticket

    @contextmanager
    def turn(self) -> Generator[None]:
        """Hold the turn: no batch goes through the first step meanwhile."""
        with self._turn:
            yield

    def _lead(self, ticket: Ticket[T]) -> None:
        """Take the turn; if *ticket* still waits, take a batch through."""
        with self._turn:
            if ticket.batch is not None:
                return
            batch = self._drawn()
            left = self._attempt(self._first, batch)
        self._attempt(self._second, left)
        _end(batch)

    def _drawn(self) -> list[Ticket[T]]:
        ended = Gate()
        batch: list[Ticket[T]] = []
        weight = 0
        while self._waiting:
            weight += self._weigh(self._waiting[0].item)
            if batch and weight > self._most:
                break
            ticket = self._waiting.popleft()
            ticket.batch = ended
            batch.append(ticket)
        return batch

    def _attempt(
        self, step: Callable[[list[Ticket[T]]], None], batch: list[Ticket[T]]
    ) -> list[Ticket[T]]:
        """Run *step*; an exception is the outcome of all. Return those that may go on."""
        if not batch:
            return []
        try:
            step(batch)
        except BaseException as error:  # noqa: BLE001 - handed to every waiting caller
            for ticket in batch:
                ticket.error = ticket.error or error
        return [ticket for ticket in batch if ticket.error is None]


def _end(batch: list[Ticket[T]]) -> None:
    if batch and batch[0].batch:
        batch[0].batch.open()
