"""A store to run commands on."""

import secrets
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tools.command import Vankho, a_settings_file

# A small map: address space for many stores at once on a small machine.
SETTINGS = """
[store]
map_size = "64 MiB"
reserve = 0
[ingest]
batch = 8
"""


@pytest.fixture
def vankho() -> Iterator[Vankho]:
    """A new store with the agency H20.14 and its registers `den` and `di`."""
    with a_store() as made:
        yield made


@contextmanager
def a_store(more_settings: str = "") -> Generator[Vankho]:
    """The same, for who shares it among several tests; *more_settings* stand behind every test's."""
    # Not tmp_path: the name of a Unix socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix=f"vk{secrets.token_hex(2)}") as folder:
        made = Vankho(Path(folder) / "kho")
        assert made("init").code == 0
        a_settings_file(made.store, SETTINGS + more_settings)
        assert made("agency", "add", "H20.14", "Sở Nội vụ").code == 0
        for code, direction in (("den", "incoming"), ("di", "outgoing")):
            book = ("agency", "book", "H20.14", code, "--direction", direction, "--title", "Sổ")
            assert made(*book).code == 0
        yield made
