"""What every event log promises: the events that were appended, in order, from any place."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository.log.event_log import LogBroken
from repository.log.frame import Read
from repository.model import events as e
from repository.model import merkle
from repository.model.ids import AgencyCode, AgencyId


class Log(Protocol):
    """What a log offers to the keeper and to followers."""

    def append(self, first: int, frames: list[tuple[bytes, bytes, bool]]) -> None: ...

    def events(self, after: int, upto: int | None = None) -> Iterator[Read]: ...

    def close(self) -> None: ...


def an_event(
    sequence: int, name: str = "Sở", beside: bytes = b"", *, more: bool = False
) -> tuple[bytes, bytes, bool]:
    """Canonical bytes and particulars of an event; *more* of its command follow."""
    event = e.Event(
        version=e.EVENT_VERSION,
        sequence=sequence,
        agency_sequence=sequence,
        at=1_770_000_000_000_000 + sequence,
        actor="văn thư",
        agency="a1",
        on_behalf_of="",
        particulars=merkle.digest(beside) if beside else b"",
        body=e.AgencyOpened(AgencyId("a1"), AgencyCode("H20"), name),
    )
    return e.encode(event), beside, more


class EventLogContract:
    """Subclass it as `Test…` and say how an empty log is opened at a place."""

    def opened(self, place: Path) -> Log:
        raise NotImplementedError

    @pytest.fixture
    def log(self, tmp_path: Path) -> Iterator[Log]:
        log = self.opened(tmp_path / "log")
        yield log
        log.close()

    def test_an_empty_log_has_no_events(self, log: Log):
        assert list(log.events(0)) == []
        assert list(log.events(7)) == []

    def test_events_come_back_as_they_were_with_their_particulars(self, log: Log):
        frames = [an_event(1), an_event(2, beside=b"Nguyen Van A", more=True), an_event(3)]
        log.append(1, frames)

        reads = list(log.events(0))

        assert [(read.canonical, read.particulars, read.more) for read in reads] == frames
        assert [read.event for read in reads] == [e.decode_event(frame[0]) for frame in frames]
        assert [read.sequence for read in reads] == [1, 2, 3]

    def test_any_batches_are_read_from_any_place_to_any_other(self, log: Log):
        sizes = [1, 3, 1, 12, 2, 40]
        fill(log, sizes)
        last = sum(sizes)

        @given(after=st.integers(0, last + 2), upto=st.integers(0, last) | st.none())
        @settings(max_examples=60)
        def holds(after: int, upto: int | None) -> None:
            found = [read.sequence for read in log.events(after, upto)]
            assert found == list(range(after + 1, (last if upto is None else upto) + 1))

        holds()

    def test_readers_do_not_disturb_one_another(self, log: Log):
        fill(log, [10])
        slow = log.events(0)
        begun = [next(slow).sequence for _ in range(3)]

        assert [read.sequence for read in log.events(5)] == [6, 7, 8, 9, 10]
        assert begun + [read.sequence for read in slow] == list(range(1, 11))

    def test_what_is_appended_later_is_found_by_a_later_reader(self, log: Log):
        fill(log, [2])
        assert [read.sequence for read in log.events(0)] == [1, 2]

        log.append(3, [an_event(3), an_event(4)])

        assert [read.sequence for read in log.events(2)] == [3, 4]
        assert [read.sequence for read in log.events(3)] == [4]

    def test_events_of_every_size_follow_one_another(self, log: Log):
        lengths = [10, 1_500_000, 3_500_000, 100, 900_000, 4_000_000, 4_000_000, 2_000_000, 1]
        frames = [an_event(n, "x" * length) for n, length in enumerate(lengths, start=1)]
        for n, frame in enumerate(frames, start=1):
            log.append(n, [frame])

        assert [len(read.canonical) for read in log.events(0)] == [len(each[0]) for each in frames]

    def test_asking_for_more_than_there_is_tells_what_is_missing(self, log: Log):
        fill(log, [3])

        with pytest.raises(LogBroken) as broken:
            list(log.events(1, 5))

        assert broken.value.facts["sequence"] == 4


def fill(log: Log, sizes: Sequence[int]) -> None:
    """Append batches of so many events."""
    first = 1
    for size in sizes:
        log.append(first, [an_event(n, f"Sở {n}") for n in range(first, first + size)])
        first += size
