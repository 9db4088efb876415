"""The log on disk and its twin, held to one contract, and what only the one on disk shows."""

import uuid
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from repository.blobs.local_pack_io import LocalPackIO
from repository.log import event_log
from repository.log.event_log import HEADER_BYTES, EventLog, LogBroken, LogTaken
from repository.log.memory_log import MemoryLog
from tests.contracts.event_log import EventLogContract, Log, an_event, fill
from tests.repository.stores import STORE


class TestEventLog(EventLogContract):
    def opened(self, place: Path) -> Log:
        return EventLog(LocalPackIO(place), STORE)


class TestMemoryLog(EventLogContract):
    def opened(self, place: Path) -> Log:
        return MemoryLog()


@contextmanager
def opened(folder: Path, store: uuid.UUID = STORE) -> Generator[EventLog]:
    """The log in *folder*, closed with the block."""
    with closing(EventLog(LocalPackIO(folder), store)) as log:
        yield log


def test_a_log_goes_on_after_reopening_in_a_segment_of_its_own(tmp_path: Path):
    for first in (1, 4, 7):
        with opened(tmp_path) as log:
            log.append(first, [an_event(n) for n in range(first, first + 3)])

    assert len(LocalPackIO(tmp_path).names()) == 3
    with opened(tmp_path) as log:
        for after in range(9):
            assert [read.sequence for read in log.events(after)] == list(range(after + 1, 10))


def test_a_full_segment_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(event_log, "SEGMENT_BYTES", 2000)
    with opened(tmp_path) as log:
        fill(log, [5] * 20)

        assert len(LocalPackIO(tmp_path).names()) > 3
        assert [read.sequence for read in log.events(0)] == list(range(1, 101))
        assert [read.sequence for read in log.events(50, 60)] == list(range(51, 61))


def test_a_reader_in_another_process_never_waits_on_a_segment_that_was_begun_again(tmp_path: Path):
    with opened(tmp_path) as log, opened(tmp_path) as reader, opened(tmp_path) as again:
        fill(log, [3])
        # The keeper dies after beginning a segment, before its first event is in it.
        died = LocalPackIO(tmp_path)
        died.create(f"{4:016x}.log").close()
        assert [read.sequence for read in reader.events(0, 3)] == [1, 2, 3]

        again.append(4, [an_event(4)])

        assert [read.sequence for read in reader.events(3, 4)] == [4]


def test_a_command_of_which_an_event_is_missing_never_happened(tmp_path: Path):
    log = EventLog(LocalPackIO(tmp_path), STORE)
    log.append(1, [an_event(1), an_event(2, more=True), an_event(3, more=True), an_event(4)])
    log.close()
    (name,) = LocalPackIO(tmp_path).names()
    whole = (tmp_path / name).read_bytes()
    for cut in range(HEADER_BYTES, len(whole)):
        (tmp_path / name).write_bytes(whole[:cut])
        read = [read.sequence for read in EventLog(LocalPackIO(tmp_path), STORE).events(0)]
        assert read in ([], [1])

    # The next command takes the numbers of the one that never happened.
    (tmp_path / name).write_bytes(whole[:-1])
    with opened(tmp_path) as again:
        again.append(2, [an_event(2, "Sở khác")])

    read = list(EventLog(LocalPackIO(tmp_path), STORE).events(0))
    assert [one.canonical for one in read] == [an_event(1)[0], an_event(2, "Sở khác")[0]]


def test_a_segment_that_holds_no_whole_command_is_begun_again(tmp_path: Path):
    with opened(tmp_path) as log:
        log.append(1, [an_event(1, more=True), an_event(2)])
    (segment,) = tmp_path.glob("*.log")
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-1])  # the power went while the second event was written

    with opened(tmp_path) as again:
        again.append(1, [an_event(1)])

        assert [read.sequence for read in again.events(0)] == [1]


def test_a_segment_that_another_keeper_has_begun_since_is_never_replaced(tmp_path: Path):
    with opened(tmp_path) as stopped, opened(tmp_path) as successor:
        fill(stopped, [3])
        successor.append(4, [an_event(4), an_event(5)])
        with opened(tmp_path) as woken, pytest.raises(LogTaken):
            woken.append(4, [an_event(4)])
        stopped.append(4, [an_event(4)])  # behind the end of a segment of its own: nobody reads it
        successor.append(6, [an_event(6)])

        assert [read.sequence for read in successor.events(0)] == [1, 2, 3, 4, 5, 6]
        assert [read.sequence for read in successor.events(3)] == [4, 5, 6]


def test_another_stores_log_is_refused(tmp_path: Path):
    with opened(tmp_path) as log:
        fill(log, [2])

    with opened(tmp_path, uuid.UUID(int=2)) as log, pytest.raises(LogBroken):
        list(log.events(0))


def test_a_flipped_bit_in_an_event_ends_what_can_be_read(tmp_path: Path):
    with opened(tmp_path) as log:
        fill(log, [3])
    (name,) = LocalPackIO(tmp_path).names()
    kept = bytearray((tmp_path / name).read_bytes())
    kept[-1] ^= 4
    (tmp_path / name).write_bytes(kept)

    with opened(tmp_path) as log:
        assert [read.sequence for read in log.events(0)] == [1, 2]
        with pytest.raises(LogBroken):
            list(log.events(0, 3))


class Counting(LocalPackIO):
    """A medium that counts the bytes read from it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.read = 0

    def pread(self, name: str, offset: int, length: int) -> bytes:
        found = super().pread(name, offset, length)
        self.read += len(found)
        return found


def test_an_event_far_into_a_segment_is_found_again_without_what_stands_before_it(tmp_path: Path):
    with opened(tmp_path) as log:
        fill(log, [500] * 100)
    medium = Counting(tmp_path)
    with closing(EventLog(medium, STORE)) as log:
        assert next(log.events(49_000)).sequence == 49_001
        first, medium.read = medium.read, 0

        again = [next(log.events(after)).sequence for after in (48_999, 30_000)]

        assert again == [49_000, 30_001]
        assert medium.read < first / 2
        assert [read.sequence for read in log.events(5_000, 5_600)] == list(range(5_001, 5_601))


def test_what_is_broken_before_an_event_is_told_and_not_stepped_over(tmp_path: Path):
    with opened(tmp_path) as log:
        fill(log, [10] * 10)
    (kept,) = tmp_path.glob("*.log")
    intact = kept.read_bytes()
    kept.write_bytes(intact.replace(b"VKEV", b"XKEV", 50).replace(b"XKEV", b"VKEV", 49))

    with opened(tmp_path) as log:
        assert next(log.events(20)).sequence == 21
        with pytest.raises(LogBroken):
            next(log.events(60, 100))
