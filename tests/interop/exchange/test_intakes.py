"""Every intake under one contract; the one that keeps blobs over two stores."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from interop.edxml.intake import Intake, MemoryIntake, NamingIntake
from interop.exchange.blob_intake import BlobIntake
from repository.holdings import Holdings
from repository.model.blobs import BlobMissing
from repository.model.ids import parse_blob
from tests.contracts.message_intake import Kept, MessageIntakeContract
from tests.repository.stores import a_store


class TestMemoryIntake(MessageIntakeContract):
    @pytest.fixture
    def intake(self) -> MemoryIntake:
        return MemoryIntake()

    @pytest.fixture
    def kept(self, intake: MemoryIntake) -> Kept:
        return intake.files.get


class TestNamingIntake(MessageIntakeContract):
    keeps = False

    @pytest.fixture
    def intake(self) -> Intake:
        return NamingIntake()

    @pytest.fixture
    def kept(self) -> Kept:
        return lambda _: None


class TestBlobIntakeOverMemory(MessageIntakeContract):
    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        return Holdings.in_memory(rules={})

    @pytest.fixture
    def holdings(self, tmp_path: Path) -> Iterator[Holdings]:
        with self.opened(tmp_path) as holdings:
            yield holdings

    @pytest.fixture
    def intake(self, holdings: Holdings, tmp_path: Path) -> Iterator[Intake]:
        (tmp_path / "cho").mkdir()
        yield BlobIntake(holdings.blobs, tmp_path / "cho")
        assert list((tmp_path / "cho").iterdir()) == []

    @pytest.fixture
    def kept(self, holdings: Holdings) -> Kept:
        def look(name: str) -> bytes | None:
            try:
                return holdings.blobs.read(parse_blob(name))
            except BlobMissing:
                return None

        return look


class TestBlobIntakeOverADisk(TestBlobIntakeOverMemory):
    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        return a_store(folder)
