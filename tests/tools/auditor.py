"""What an auditor keeps elsewhere than the store, and the store it came from."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.command import Ended, Vankho
from tests.tools.conftest import a_store

PAPER = ("--agency", "H20.14", "--register", "den", "--direction", "incoming")


class Auditor:
    """What somebody keeps elsewhere than the store, and a `vankho` without one."""

    def __init__(self, vankho: Vankho, folder: Path) -> None:
        self.office = vankho
        self.alone = Vankho(folder / "no-store")
        self.key = folder / "log.pub"
        self.early, self.late = folder / "early.note", folder / "late.note"
        self.export = folder / "log.vkexpt"

    def prepares(self) -> None:
        """A key, two checkpoints with registrations before each, and all of it exported."""
        self.key.write_text(self.office("log", "key").out, encoding="utf-8")
        for note in (self.early, self.late):
            self.registers(3)
            told = self.office("log", "checkpoint", "--keep", "--note")
            assert told.code == 0, told.err
            note.write_text(told.out, encoding="utf-8")
        assert self.office("log", "export", self.export).code == 0

    def registers(self, count: int) -> None:
        for n in range(count):
            kind = ("--kind", "Công văn" if n % 2 else "Báo cáo")
            assert self.office("register", *PAPER, "--subject", f"Việc {n}", *kind).code == 0

    def verifies(self, *more: object, export: Path | None = None) -> Ended:
        given = ("--log", export or self.export, "--key", self.key)
        notes = ("--checkpoint", self.early, "--checkpoint", self.late)
        return self.alone("log", "verify", *given, *notes, *more, "--json")

    def recounts(self) -> Ended:
        return self.office("log", "recount", self.export, "--compare", "--json")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Auditor]:
    with a_store() as vankho:
        made = Auditor(vankho, tmp_path_factory.mktemp("kept"))
        made.prepares()
        yield made


@pytest.fixture
def auditor(prepared: Auditor, vankho_folder: Path, tmp_path: Path) -> Auditor:
    """Each has a copy of what was prepared."""
    shutil.copytree(prepared.office.store, vankho_folder)
    shutil.copytree(prepared.export.parent, tmp_path, dirs_exist_ok=True)
    return Auditor(Vankho(vankho_folder), tmp_path)


@pytest.fixture
def vankho_folder() -> Iterator[Path]:
    # As in conftest: short, for a socket's name is.
    with tempfile.TemporaryDirectory(prefix="vk") as folder:
        yield Path(folder) / "kho"


def findings(ended: Ended) -> list[dict[str, object]]:
    return [line for line in ended.lines if line.get("message_type") == "finding"]
