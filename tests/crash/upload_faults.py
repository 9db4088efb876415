"""Files of uploads that fail at their k-th call, and remember what a power cut would leave."""

import random
from pathlib import Path
from typing import ClassVar, Self

from repository.blobs.pack_io import Buffer, DiskFailed, MediumFull, WriteFailed
from repository.errors import Trouble
from repository.uploads.upload_file import UploadFile
from tests.crash.faults import ENDINGS, ERRORS, SECTOR_BYTES, Ended, Fault, Plan

TORN_BYTES = 20
"""Of a sector, where not even a sector is written whole: within the progress's own check."""
_HALVES = (Fault.SHORT, Fault.STUCK, Fault.FULL, Fault.END_HALFWAY)


class Platter:
    """What of each file, and which names, are certain to survive a power cut."""

    def __init__(self) -> None:
        self.contents: dict[Path, bytes] = {}
        self.names: dict[Path, Path | None] = {}
        """Names that were not synced yet: to the name before, or to None when it was made."""

    def lose_power(self, chance: random.Random) -> None:
        """Leave of what was not synced what *chance* says."""
        for path in {*self.contents, *self.names}:
            if path.exists():
                path.write_bytes(_torn(self.contents.get(path, b""), path.read_bytes(), chance))
        for path, before in self.names.items():
            if chance.random() < 0.5 or not path.exists():
                continue
            if before is None:
                path.unlink()
            else:
                path.rename(before)


def _torn(safe: bytes, now: bytes, chance: random.Random) -> bytes:
    """Each sector as it is now or as it was, a length between the two."""
    kept = bytearray()
    share = chance.choice((0.0, 0.0, 0.5, 1.0))
    for at in range(0, max(len(safe), len(now)), SECTOR_BYTES):
        old, new = safe[at : at + SECTOR_BYTES], now[at : at + SECTOR_BYTES]
        kept += new if chance.random() < share else old.ljust(len(new), b"\0")
    return bytes(kept[: chance.choice((len(safe), len(now), max(len(safe), len(now))))])


def faulty_files(plan: Plan, platter: Platter) -> type[UploadFile]:
    """Files whose calls follow *plan*."""
    return type("PlannedFile", (FaultyFile,), {"plan": plan, "platter": platter})


class FaultyFile(UploadFile):
    """A file whose calls follow a plan; the plan's own class makes it usable."""

    plan: ClassVar[Plan]
    platter: ClassVar[Platter]

    @classmethod
    def create(cls, path: Path) -> Self:
        due = cls.plan.step("create")
        _refuse(due, path.name)
        made = super().create(path)
        cls.platter.names[path] = None
        cls.platter.contents[path] = b""
        if due in ENDINGS:
            made.close()  # as the end of a process does
        cls.plan.done(due)
        return made

    @classmethod
    def open(cls, path: Path) -> Self:
        if cls.plan.over:
            raise Ended
        return super().open(path)

    def write(self, offset: int, piece: Buffer) -> None:
        due = self.plan.step("write")
        if due in _HALVES:
            half = len(piece) // 2 if len(piece) > SECTOR_BYTES else TORN_BYTES
            super().write(offset, memoryview(piece)[:half])
        if due is Fault.END_HALFWAY:
            self.plan.end()
        _refuse(due, self._path.name)
        super().write(offset, piece)
        self.plan.done(due)

    def sync(self) -> None:
        due = self.plan.step("sync")
        if due in ERRORS:
            raise DiskFailed(name=self._path.name, why="planned")
        super().sync()
        if self._path.exists():
            self.platter.contents[self._path] = self._path.read_bytes()
        self.plan.done(due)

    def cut(self, length: int) -> None:
        due = self.plan.step("cut")
        _refuse(due if due is not Fault.FULL else None, self._path.name)
        super().cut(length)
        self.plan.done(due)

    def rename(self, name: str) -> None:
        due = self.plan.step("rename")
        _refuse(due if due is not Fault.FULL else None, self._path.name)
        before = self._path
        super().rename(name)
        self.platter.contents[self._path] = self.platter.contents.pop(before, b"")
        self.platter.names[self._path] = before
        self.plan.done(due)

    def remove(self) -> None:
        due = self.plan.step("remove")
        _refuse(due if due is not Fault.FULL else None, self._path.name)
        super().remove()
        self.plan.done(due)

    @classmethod
    def sync_folder(cls, folder: Path) -> None:
        due = cls.plan.step("sync folder")
        if due in ERRORS:
            raise DiskFailed(name=folder.name, why="planned")
        super().sync_folder(folder)
        for path in [path for path in cls.platter.names if path.parent == folder]:
            del cls.platter.names[path]
        cls.plan.done(due)


def _refuse(due: Fault | None, name: str) -> None:
    trouble: Trouble | None = None
    if due is Fault.FULL:
        trouble = MediumFull(name=name)
    if due in ERRORS:
        trouble = WriteFailed(name=name, why="planned")
    if trouble:
        raise trouble
