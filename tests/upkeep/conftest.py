"""How many lives are led."""

import pytest

SHORT = 60


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--interleavings", type=int, default=SHORT, help="how many stores to live in")


@pytest.fixture(scope="session")
def interleavings(request: pytest.FixtureRequest) -> int:
    # Without a default, the option is unknown where pytest was started above this folder.
    return int(request.config.getoption("--interleavings", default=SHORT) or SHORT)
