"""Who waits for the log to grow sleeps until it has, and never longer than there is reason to."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from repository.watch import LogWatch

FOREVER = 600.0


class Log:
    """The last event's sequence, and whether somebody has looked at it."""

    def __init__(self) -> None:
        self.last = 5
        self.looks = 0
        self.looked = threading.Event()

    def look(self) -> int:
        self.looks += 1
        self.looked.set()
        return self.last


@pytest.fixture
def log() -> Log:
    return Log()


def test_an_event_wakes_everybody_who_waits_for_it(log: Log):
    watch = LogWatch(log.look, places=4)

    def wait() -> bool:
        with watch.place(FOREVER) as waiting:
            assert waiting is not None
            return waiting.past(5)

    with ThreadPoolExecutor(4) as pool:
        woken = [pool.submit(wait) for _ in range(4)]
        assert log.looked.wait(60)
        log.last = 6

        assert [each.result(60) for each in woken] == [True] * 4


def test_what_has_happened_before_one_waits_is_not_waited_for(log: Log):
    watch = LogWatch(log.look, places=1)
    with watch.place(FOREVER) as waiting:
        assert waiting is not None

        assert waiting.past(4)


def test_when_the_time_is_over_nothing_has_happened(log: Log):
    watch = LogWatch(log.look, places=1)
    with watch.place(0.01) as waiting:
        assert waiting is not None

        assert not waiting.past(5)


@pytest.mark.parametrize("places", [0, 1, 3])
def test_only_so_many_have_a_place_at_a_time(log: Log, places: int):
    watch = LogWatch(log.look, places=places)
    taken = [watch.place(FOREVER) for _ in range(places)]
    for place in taken:
        assert place.__enter__() is not None

    with watch.place(FOREVER) as none_left:
        assert none_left is None
    for place in taken:
        place.__exit__(None, None, None)
    with watch.place(FOREVER) as free_again:
        assert (free_again is not None) is (places > 0)


def test_a_process_that_ends_lets_nobody_wait(log: Log):
    stop = threading.Event()
    watch = LogWatch(log.look, places=1, stop=stop)

    def wait() -> bool:
        with watch.place(FOREVER) as waiting:
            assert waiting is not None
            return waiting.past(5)

    with ThreadPoolExecutor(1) as pool:
        woken = pool.submit(wait)
        assert log.looked.wait(60)
        stop.set()

        assert woken.result(60) is False
        assert pool.submit(wait).result(60) is False


def test_nobody_looks_when_nobody_waits(log: Log):
    watch = LogWatch(log.look, places=1)
    with watch.place(FOREVER) as waiting:
        assert waiting is not None
        assert waiting.past(4)
    lookers = [thread for thread in threading.enumerate() if thread.name == "log-watch"]
    for thread in lookers:
        thread.join(60)

    assert not any(thread.is_alive() for thread in lookers)
    assert log.looks


def test_newcomers_are_not_missed_by_a_look_that_just_ended(log: Log):
    watch = LogWatch(log.look, places=2)
    for n in range(40):
        with watch.place(FOREVER) as waiting:
            assert waiting is not None
            log.last = 6 + n

            assert waiting.past(5 + n)
