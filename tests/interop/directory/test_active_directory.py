"""A real Active Directory (Samba's) keeps the contract."""

from collections.abc import Iterator

import pytest

from interop.directory.port import Directory
from tests.contracts.directory import DirectoryContract
from tests.interop.directory.samba import Samba, SambaDomain


@pytest.fixture(scope="module")
def active(samba: Samba) -> Iterator[Directory]:
    directory = samba.directory()
    yield directory
    directory.close()


class TestActiveDirectory(DirectoryContract):
    @pytest.fixture
    def domain(self, samba: Samba, active: Directory) -> SambaDomain:
        return SambaDomain(samba, active)
