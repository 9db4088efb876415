"""Storage that fails at its k-th call, and remembers what a power cut would have left.

The faults are raised below the real adapter: a half-written append is really half written, and
taking it back is the adapter's own affair. A fault that ends the process calls `Plan.end`: in a
process of its own that is `os._exit`, within the test it is `Ended`, after which nothing that
is still done reaches the disk.
"""

import enum
import errno
import os
import random
import shutil
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from repository.blobs.local_pack_io import LocalPackFile, LocalPackIO
from repository.blobs.pack_io import (
    Buffer,
    DiskFailed,
    MediumFull,
    PackFile,
    WriteFailed,
)
from repository.catalogue.engine import Transaction
from repository.catalogue.lmdb_engine import CatalogueFailed, LmdbEngine

SECTOR_BYTES = 512
"""What a disk writes whole or not at all."""
KILLED = 137


class Fault(enum.Enum):
    """What befalls the call."""

    EIO = "nothing is written, EIO"
    SHORT = "half is written, then EIO"
    STUCK = "half is written, then EIO, and it cannot be taken back"
    FULL = "half is written, then ENOSPC, and so on until there is room"
    END_BEFORE = "the process ends before the call"
    END_HALFWAY = "the process ends when half is written"
    END_AFTER = "the process ends after the call"


ERRORS = (Fault.EIO, Fault.SHORT, Fault.STUCK)
ENDINGS = (Fault.END_BEFORE, Fault.END_HALFWAY, Fault.END_AFTER)
_HALVES = (Fault.SHORT, Fault.STUCK, Fault.FULL, Fault.END_HALFWAY)


class Ended(BaseException):
    """The process would be gone by now."""


class Disk:
    """What of each file is certain to survive a power cut; unknown files are safe whole."""

    def __init__(self) -> None:
        self.synced: dict[Path, int] = {}
        self.catalogues: list[Path] = []
        """Copies of the catalogue after each commit, oldest first."""

    def lose_power(self, chance: random.Random, catalogue: Path, *, oldest: int = 3) -> None:
        """Leave of un-synced sectors what *chance* says; let the catalogue be some commits old."""
        for path, safe in self.synced.items():
            _tear(path, safe, chance)
            self.synced[path] = path.stat().st_size
        if self.catalogues:
            at = max(0, len(self.catalogues) - 1 - chance.randint(0, oldest))
            put_catalogue(self.catalogues[at], catalogue)


def put_catalogue(copy: Path, catalogue: Path) -> None:
    """Let *copy* be the catalogue; nobody may have it open."""
    shutil.rmtree(catalogue, ignore_errors=True)
    shutil.copytree(copy, catalogue)


def _tear(path: Path, safe: int, chance: random.Random) -> None:
    kept = path.read_bytes()
    end = chance.randint(safe, len(kept))
    torn = bytearray(kept[:safe])
    share = chance.choice((0.0, 0.5, 1.0))
    while len(torn) < end:
        sector = kept[len(torn) : min(end, (len(torn) // SECTOR_BYTES + 1) * SECTOR_BYTES)]
        torn += sector if chance.random() < share else bytes(len(sector))
    path.write_bytes(torn)


def _raise_ended() -> NoReturn:
    raise Ended


class Plan:
    """At which call what goes wrong; counts all calls."""

    def __init__(
        self,
        at: int = 0,
        fault: Fault = Fault.EIO,
        *,
        disk: Disk | None = None,
        end: Callable[[], NoReturn] = _raise_ended,
    ) -> None:
        """Nothing goes wrong at call 0."""
        self.at = at
        self.fault = fault
        self.disk = disk or Disk()
        self.calls: list[str] = []
        self.over = False
        self._end = end

    def step(self, call: str) -> Fault | None:
        """Count *call*; say what befalls it."""
        if self.over:
            raise Ended
        self.calls.append(call)
        due = self.at and len(self.calls) == self.at
        full = self.at and len(self.calls) >= self.at and self.fault is Fault.FULL
        if due and self.fault is Fault.END_BEFORE:
            self.end()
        return self.fault if due or full else None

    def end(self) -> NoReturn:
        """The process ends here."""
        self.over = True
        self._end()

    def done(self, due: Fault | None) -> None:
        """The call is through."""
        if due in ENDINGS:
            self.end()

    def make_room(self) -> None:
        """What was full is no longer."""
        self.at = 0


class FaultyPackIO(LocalPackIO):
    """A folder whose calls follow a plan."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        super().__init__(folder)
        self._plan = plan
        self._files: list[PackFile] = []

    def create(self, name: str) -> PackFile:
        due = self._plan.step(f"create {name}")
        _refuse(due, name)
        made = super().create(name)
        assert isinstance(made, LocalPackFile)
        self._plan.disk.synced[self._folder / name] = 0
        file = FaultyFile(name, made._number, self._folder / name, self._plan)
        self._files.append(file)
        self._plan.done(due)
        return file

    def publish(self, temporary: str, name: str) -> None:
        due = self._plan.step(f"publish {name}")
        _refuse(due, name)
        super().publish(temporary, name)
        synced = self._plan.disk.synced
        synced[self._folder / name] = synced.pop(self._folder / temporary, 0)
        self._plan.done(due)

    def remove(self, name: str) -> None:
        due = self._plan.step(f"remove {name}")
        if due in ERRORS:
            raise WriteFailed(name=name, why="EIO")
        super().remove(name)
        self._plan.disk.synced.pop(self._folder / name, None)
        self._plan.done(due)

    def erase(self, name: str, offset: int, length: int) -> None:
        due = self._plan.step(f"erase {name}")
        if due in _HALVES:
            super().erase(name, offset, length // 2)
        if due is Fault.END_HALFWAY:
            self._plan.end()
        if due is Fault.STUCK:
            raise DiskFailed(name=name, why="planned")
        _refuse(due, name)
        super().erase(name, offset, length)
        self._plan.done(due)

    def settle(self, name: str) -> None:
        due = self._plan.step(f"settle {name}")
        if due in ERRORS:
            raise DiskFailed(name=name, why="EIO")
        super().settle(name)
        path = self._folder / name
        self._plan.disk.synced[path] = path.stat().st_size
        self._plan.done(due)

    def close(self) -> None:
        """What the end of a process does: every file is let go."""
        for file in self._files:
            file.close()
        super().close()


class FaultyFile(LocalPackFile):
    """A file whose appends and syncs follow a plan."""

    def __init__(self, name: str, number: int, path: Path, plan: Plan) -> None:
        super().__init__(name, number)
        self._path = path
        self._plan = plan
        self._stuck = False

    def _write_all(self, buffers: list[Buffer], at: int) -> int:
        due = self._plan.step(f"append {self._name}")
        if due in _HALVES:
            self._write_half(b"".join(buffers), at)
        if due is Fault.END_HALFWAY:
            self._plan.end()
        self._stuck = due is Fault.STUCK
        if due in ERRORS:
            raise OSError(errno.EIO, "planned")
        if due is Fault.FULL:
            raise OSError(errno.ENOSPC, "planned")
        end = super()._write_all(buffers, at)
        self._plan.done(due)
        return end

    def _write_half(self, whole: bytes, at: int) -> None:
        os.pwrite(self._number, whole[: len(whole) // 2], at)

    def _take_back(self, begin: int) -> None:
        if self._stuck:
            raise DiskFailed(name=self._name, why="planned")
        super()._take_back(begin)

    def append(self, buffers: Iterable[Buffer]) -> int:
        if self._plan.over:
            raise Ended
        return super().append(buffers)

    def sync(self) -> None:
        due = self._plan.step(f"sync {self._name}")
        if due in ERRORS:
            raise DiskFailed(name=self._name, why="planned")
        super().sync()
        self._plan.disk.synced[self._path] = self.size
        self._plan.done(due)


def _refuse(due: Fault | None, name: str) -> None:
    if due is Fault.FULL:
        raise MediumFull(name=name)
    if due in ERRORS:
        raise WriteFailed(name=name, why="planned")


class FaultyEngine:
    """A catalogue whose commits follow a plan; keeps a copy of each when *copies* is given."""

    def __init__(self, engine: LmdbEngine, plan: Plan, copies: Path | None = None) -> None:
        self._engine = engine
        self._plan = plan
        self._copies = copies
        self.reading = engine.reading
        self.room = engine.room
        self.close = engine.close
        self.copy()

    @contextmanager
    def writing(self) -> Generator[Transaction]:
        with self._engine.writing() as txn:
            yield txn
            due = self._plan.step("commit")
            if due in (Fault.EIO, Fault.SHORT):
                raise CatalogueFailed(why="planned, and nothing was kept")
        self.copy()
        if due is Fault.STUCK:
            raise CatalogueFailed(why="planned, but all was kept")
        self._plan.done(due)

    def copy(self) -> None:
        """Keep a copy of the catalogue as it is now."""
        if self._copies is None:
            return
        copies = self._plan.disk.catalogues
        folder = self._copies / f"{len(copies):06d}"
        self._engine.copy_to(folder)
        copies.append(folder)
