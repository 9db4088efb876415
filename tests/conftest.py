"""What every test stands on: Hypothesis without a clock, and no file that stays open.

The clock: machines are shared.
"""

from collections.abc import Generator

import pytest
from hypothesis import settings

from tests.descriptors import no_file_is_lost

settings.register_profile("shared-machine", deadline=None, print_blob=True)
settings.load_profile("shared-machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="the sizes that count, where tests have two"
    )


@pytest.fixture(scope="module", autouse=True)
def no_file_stays_open() -> Generator[None]:
    """Fail behind a module that leaves files open: a thousand of them harm whoever comes later."""
    with no_file_is_lost():
        yield
