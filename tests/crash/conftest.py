"""A store to be harmed, and how long to go on harming it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.crash.clerk import Acks, Told, found_store

SHORT_KILLS = 32


class Harmed(NamedTuple):
    """A store of one's own, and what its clients were told."""

    root: Path
    acks: Acks

    def told(self) -> list[Told]:
        return self.acks.all()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=SHORT_KILLS, help="how many processes to kill")
    parser.addoption("--lives", type=int, default=60, help="how many stores to lead to a bad end")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    # Without a default, the option is unknown where pytest was started above this folder.
    return int(request.config.getoption("--kills", default=SHORT_KILLS) or SHORT_KILLS)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Harmed:
    folder = tmp_path_factory.mktemp("founded")
    acks = Acks(folder / "acks")
    found_store(folder / "store", acks)
    return Harmed(folder / "store", acks)


@pytest.fixture
def a_store(founded: Harmed, tmp_path: Path) -> Callable[[], Harmed]:
    """Gives a fresh copy of the founded store each time; the one before it is gone."""

    def copy() -> Harmed:
        shutil.rmtree(tmp_path / "harmed", ignore_errors=True)
        folder = tmp_path / "harmed"
        folder.mkdir()
        shutil.copytree(founded.root, folder / "store")
        shutil.copy(founded.acks.path, folder / "acks")
        return Harmed(folder / "store", Acks(folder / "acks"))

    return copy
