"""One server for all journeys of a test process; each has agencies of its own in it."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from tests.journeys.desks import Bureau, Province
from tests.tools.command import Vankho
from tests.tools.conftest import a_store
from tests.tools.serving import Running, await_listeners, serving

WORKERS = 2


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[Vankho, Running, str]]:
    """The real program on a store of its own, and the token of who declares agencies."""
    with a_store() as vankho, serving(vankho, "--workers", WORKERS) as running:
        await_listeners(running, WORKERS)
        yield vankho, running, an_operators_token(vankho)


@pytest.fixture
def province(served: tuple[Vankho, Running, str]) -> Iterator[Province]:
    """The same, with nobody at their desks yet; a journey has left the store as it should be."""
    with journeying(Province(*served)) as made:
        yield made


@pytest.fixture
def bureau(province: Province) -> Bureau:
    """The agency that the journey is about."""
    return province.bureau()


@pytest.fixture
def neighbour(province: Province) -> Bureau:
    """Another agency of the province."""
    return province.bureau("Sở Y tế")


@contextmanager
def journeying(province: Province) -> Generator[Province]:
    """*province* until the end of a journey that leaves nothing for `vankho check` to find."""
    try:
        yield province
        assert province.findings() == []
    finally:
        province.close()


def an_operators_token(vankho: Vankho) -> str:
    """A token for all agencies."""
    rights = [word for right in ("read", "write", "administer") for word in ("--right", right)]
    issue = ("token", "issue", "--label", "Sở", *rights, "--every-agency", "--json")
    return vankho(*issue).lines[0]["bearer"]
