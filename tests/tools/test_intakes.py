"""The intake of a bulk import: into a store of this machine, into memory, and over HTTP."""

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.services import RULES
from repository.holdings import Holdings
from repository.model.access import OPERATOR
from tests.contracts.intake import IntakeContract, agency
from tests.repository.stores import a_store
from tests.tools.command import Vankho, a_settings_file
from tests.tools.conftest import SETTINGS
from tests.tools.serving import serving
from tools.http import Client
from tools.ingest.intake import HttpIntake, Intake, StoreIntake

__all__ = ["agency"]


class TestIntakeInMemory(IntakeContract):
    @pytest.fixture
    def intake(self) -> Iterator[Intake]:
        with Holdings.in_memory(rules=RULES) as holdings:
            yield StoreIntake(holdings, OPERATOR, batch=2)


class TestIntakeOnDisk(IntakeContract):
    @pytest.fixture
    def intake(self, tmp_path: Path) -> Iterator[Intake]:
        with a_store(tmp_path, rules=RULES) as holdings:
            yield StoreIntake(holdings, OPERATOR, batch=2)


class TestIntakeOverHttp(IntakeContract):
    """One server for all: its start costs more than all that is asked of it."""

    @pytest.fixture(scope="class")
    @classmethod
    def intake(cls) -> Iterator[Intake]:
        # Not tmp_path: the name of a Unix socket may have 107 bytes only.
        with tempfile.TemporaryDirectory(prefix=f"vk{secrets.token_hex(2)}") as folder:
            vankho = Vankho(Path(folder) / "kho")
            vankho("init")
            a_settings_file(vankho.store, SETTINGS)
            rights = [
                word for right in ("read", "write", "administer") for word in ("--right", right)
            ]
            issued = vankho(
                "token", "issue", "--label", "nhập", *rights, "--every-agency", "--json"
            )
            with (
                serving(vankho, "--workers", "1") as running,
                Client(running.address, issued.lines[0]["bearer"]) as client,
            ):
                yield HttpIntake(client)
