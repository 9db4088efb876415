"""The keeper in this process, over memory and over a disk, and in a process of its own."""

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from repository.holdings import Holdings
from repository.keeper import KeeperStopped
from repository.keeper_wire import NumberTooLarge
from repository.remote_keeper import RemoteKeeper
from tests.contracts.keeper import RULES, KeeperContract, declare
from tests.repository.keeper_beside import beside_a_keeper
from tests.repository.stores import a_store


class TestLocalKeeperInMemory(KeeperContract):
    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        return Holdings.in_memory(rules=RULES)


class TestLocalKeeperOnDisk(KeeperContract):
    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        return a_store(folder, rules=RULES)


class TestRemoteKeeper(KeeperContract):
    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        return beside_a_keeper()


def test_what_was_answered_is_there_after_reopening(tmp_path: Path):
    with a_store(tmp_path, rules=RULES) as holdings:
        answer = holdings.keeper.submit(declare("H20", events=4))
        before = holdings.checkpoint()

    with a_store(tmp_path, rules=RULES) as holdings:
        assert holdings.checkpoint() == before
        with holdings.reading() as now:
            assert now.agency_by_code("H20") == answer
        holdings.keeper.submit(declare("H21"))
        assert [read.sequence for read in holdings.events(0)] == [1, 2, 3, 4, 5]


def test_a_number_that_no_frame_carries_is_refused(tmp_path: Path):
    with beside_a_keeper() as holdings, pytest.raises(NumberTooLarge):
        holdings.keeper.submit(declare("H20", events=2**64))


def test_a_keeper_that_is_not_there_is_said_to_have_stopped(tmp_path: Path):
    keeper = RemoteKeeper(tmp_path / "none.sock", RULES, patience=0.0)

    with pytest.raises(KeeperStopped):
        keeper.submit(declare("H20"))
