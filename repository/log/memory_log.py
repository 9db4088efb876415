"""The log's twin in memory."""

from collections.abc import Iterator, Sequence

from repository.log.event_log import LogBroken
from repository.log.frame import Read
from repository.model.events import decode_event


class MemoryLog:
    """A list of events."""

    def __init__(self) -> None:
        self._frames: list[tuple[bytes, bytes, bool]] = []

    def append(self, first: int, frames: Sequence[tuple[bytes, bytes, bool]]) -> None:
        """Keep the events from sequence *first* on."""
        del self._frames[first - 1 :]
        self._frames.extend(frames)

    def events(self, after: int, upto: int | None = None) -> Iterator[Read]:
        """The events after sequence *after*, in order, to *upto* or the last one."""
        end = len(self._frames) if upto is None else upto
        for sequence in range(after + 1, end + 1):
            if sequence > len(self._frames):
                raise LogBroken(sequence=sequence, segment="-", why="events are missing")
            canonical, particulars, more = self._frames[sequence - 1]
            event = decode_event(canonical)
            yield Read(sequence, canonical, event, particulars, len(canonical), more)

    def close(self) -> None:
        """Nothing is kept open here."""
