"""What a server takes of memory: a limit for all its processes, and the most that each one had.

The limit is the kernel's (control groups of Linux, version 1 or 2): it counts pages of files that
the processes touched, so of a catalogue larger than the limit only a part is ever in memory.
"""

import contextlib
import os
import threading
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from tools.bench.processes import PROC, role_of, tree

CGROUPS = Path("/sys/fs/cgroup")
LOOK_SECONDS = 1.0
KIB = 1024
VERSION_1, VERSION_2 = "memory.limit_in_bytes", "memory.max"
_UNLIMITED = {VERSION_1: "-1", VERSION_2: "max"}


class Limit(NamedTuple):
    """A group of processes with a limit of memory; `none` where there is no such thing here."""

    folder: Path | None
    asked: int
    """Bytes."""
    file: str = ""
    """Which file of the group holds the limit."""

    @classmethod
    def none(cls) -> "Limit":
        """No limit at all."""
        return cls(None, 0)

    @contextlib.contextmanager
    def lifted(self) -> Generator[None]:
        """No limit meanwhile; nothing changes where there is none."""
        if self.folder is None:
            yield
            return
        (self.folder / self.file).write_text(_UNLIMITED[self.file])
        try:
            yield
        finally:
            (self.folder / self.file).write_text(str(self.asked))

    def command(self, command: Sequence[str]) -> list[str]:
        """*command* such that its process, which keeps its number, and its children are in it."""
        if self.folder is None:
            return list(command)
        enter = 'echo $$ > "$0" && exec "$@"'
        return ["/bin/sh", "-c", enter, str(self.folder / "cgroup.procs"), *command]

    def peak(self) -> int:
        """The most that was counted at once, pages of files with it; 0 = not known."""
        return self._number("memory.max_usage_in_bytes") or self._number("memory.peak")

    def counted(self, *names: str) -> int:
        """The sum of what `memory.stat` tells under *names* (each version has its own)."""
        if self.folder is None:
            return 0
        with contextlib.suppress(OSError):
            lines = (self.folder / "memory.stat").read_text().splitlines()
            told = dict(line.split() for line in lines)
            return sum(int(told.get(name, 0)) for name in names)
        return 0

    def anonymous(self) -> int:
        """Bytes that belong to no file, now."""
        return self.counted("total_rss") or self.counted("anon")

    def major_faults(self) -> int:
        """How often a page had to be read from the disk before work went on."""
        return self.counted("total_pgmajfault") or self.counted("pgmajfault")

    def _number(self, name: str) -> int:
        if self.folder is None:
            return 0
        with contextlib.suppress(OSError, ValueError):
            return int((self.folder / name).read_text())
        return 0


@contextlib.contextmanager
def limited(size: int) -> Generator[Limit]:
    """A group limited to *size* bytes below this process's own; none where that is not allowed."""
    made = _made(size) if size else Limit.none()
    try:
        yield made
    finally:
        if made.folder:
            with contextlib.suppress(OSError):  # somebody is in it still
                made.folder.rmdir()


def _made(size: int) -> Limit:
    for parent, limit in _places():
        folder = parent / f"vankho-year-{os.getpid()}"
        try:
            folder.mkdir()
            (folder / limit).write_text(str(size))
        except OSError:
            with contextlib.suppress(OSError):
                folder.rmdir()
        else:
            return Limit(folder, size, limit)
    return Limit.none()


def _places() -> Iterator[tuple[Path, str]]:
    """Where a group may be made, and the name of its limit."""
    with contextlib.suppress(OSError):
        for line in (PROC / "self/cgroup").read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            if kinds == "memory":
                yield CGROUPS / "memory" / path.lstrip("/"), VERSION_1
            elif not kinds:
                # In version 2 a group with processes of its own has no limited ones below it.
                yield (CGROUPS / path.lstrip("/")).parent, VERSION_2


class Peaks(msgspec.Struct):
    """The most that one process had, in bytes."""

    resident: int = 0
    """With the pages of files that it has mapped (VmHWM)."""
    anonymous: int = 0


class Watch:
    """Looks at the tree of processes below one, once a second, until it is ended."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.root = 0
        """The process whose tree is looked at; 0 = none at present."""
        self.peaks: dict[str, Peaks] = {}
        """By role."""
        self.anonymous = 0
        """The most that all had together."""

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def look(self) -> None:
        """Look once."""
        together = 0
        for process in tree(self.root) if self.root else ():
            told = _status(process)
            role = role_of(process)
            if not told or not role:
                continue
            peaks = self.peaks.setdefault(role, Peaks())
            peaks.resident = max(peaks.resident, told.get("VmHWM", 0))
            peaks.anonymous = max(peaks.anonymous, told.get("RssAnon", 0))
            together += told.get("RssAnon", 0)
        self.anonymous = max(self.anonymous, together)

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self.look()


def _status(process: int) -> dict[str, int]:
    """What the kernel tells of a process's memory, in bytes; nothing of one that has ended."""
    told: dict[str, int] = {}
    with contextlib.suppress(OSError):
        for line in (PROC / str(process) / "status").read_text().splitlines():
            name, _, rest = line.partition(":")
            if rest.endswith(" kB"):
                told[name] = int(rest.split()[0]) * KIB
    return told
