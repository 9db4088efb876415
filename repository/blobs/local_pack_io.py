"""The `PackIO` of a file system that can sync, by operating-system calls."""

import contextlib
import ctypes
import errno
import fcntl
import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from repository.blobs.pack_io import (
    Buffer,
    Capabilities,
    DiskFailed,
    PackFile,
    let_go_when_it_fails,
    translated,
)
from repository.blobs.port import MiB

MAX_VECTOR = 1000
"""Buffers in one gathering write: below IOV_MAX (1,024) of Linux."""
MAX_GATHERED = 4 * MiB
"""Bytes after which a gathering write goes out, so that a large blob never lies in memory."""
MAX_OPEN = 256
"""Files kept open for reading."""
LOOKED_AT = 2
ZEROS = bytes(1 * MiB)
# fallocate(2): the range reads as zeros, its blocks are given back, the file stays as long as it is.
_PUNCH_HOLE, _KEEP_SIZE = 2, 1


class LocalPackIO:
    """A folder of a file system that can sync, by operating-system calls."""

    capabilities = Capabilities(durable=True, ranged=True, atomic_publish=True, holes=True)

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._open: dict[str, _Descriptor] = {}

    def create(self, name: str) -> PackFile:
        path = self._folder / name
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        number = os.open(path, flags, 0o640)
        file = LocalPackFile(name, number)
        with let_go_when_it_fails(file):
            # Only tells whether the writer lives: what it may still do, the keeper decides.
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._sync_folder(name)
        return file

    def pread(self, name: str, offset: int, length: int) -> bytes:
        descriptor = self._open.get(name) or self._opened(name)
        got = os.pread(descriptor.number, length, offset)
        if len(got) == length or not got:
            return got
        return self._read_on(descriptor, got, offset, length)

    def _read_on(self, descriptor: "_Descriptor", got: bytes, offset: int, length: int) -> bytes:
        """A single pread ends early at 2 GiB and at the end of the file: go on until it is dry."""
        pieces = [got]
        done = len(got)
        while done < length:
            piece = os.pread(descriptor.number, length - done, offset + done)
            if not piece:
                break
            pieces.append(piece)
            done += len(piece)
        return b"".join(pieces)

    def size(self, name: str) -> int:
        return (self._folder / name).stat().st_size

    def names(self) -> list[str]:
        return sorted(entry.name for entry in os.scandir(self._folder) if entry.is_file())

    def settle(self, name: str) -> None:
        number = os.open(self._folder / name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _sync(number, name)
        finally:
            os.close(number)

    def publish(self, temporary: str, name: str) -> None:
        # link + unlink would leave two names for a moment; rename replaces, so look first:
        # names of sealed packs are given once by the keeper.
        if (self._folder / name).exists():
            raise FileExistsError(errno.EEXIST, "already published", name)
        with translated(name):
            (self._folder / temporary).rename(self._folder / name)
        self._open.pop(temporary, None)  # it would go on answering under the old name
        self._sync_folder(name)

    def replace(self, temporary: str, name: str) -> None:
        """Give a synced file its final name, durably, in the place of what bore it."""
        with translated(name):
            (self._folder / temporary).rename(self._folder / name)
        for each in (temporary, name):
            self._open.pop(each, None)
        self._sync_folder(name)

    def resumed(self, name: str, size: int) -> PackFile:
        """A file that was written before, cut to its first *size* bytes, to be appended to."""
        number = os.open(self._folder / name, os.O_RDWR | os.O_CLOEXEC)
        file = LocalPackFile(name, number, size)
        with let_go_when_it_fails(file), translated(name):
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(number, size)
        self._open.pop(name, None)
        return file

    def remove(self, name: str) -> None:
        self._open.pop(name, None)
        with contextlib.suppress(FileNotFoundError):
            (self._folder / name).unlink()
        self._sync_folder(name)

    def erase(self, name: str, offset: int, length: int) -> None:
        number = os.open(self._folder / name, os.O_RDWR | os.O_CLOEXEC)
        try:
            with translated(name):
                self._overwrite(number, offset, length)
            _sync(number, name)
            if punched(number, offset, length):
                _sync(number, name)
        finally:
            os.close(number)

    def _overwrite(self, number: int, offset: int, length: int) -> None:
        at, end = offset, offset + length
        while at < end:
            at += os.pwrite(number, memoryview(ZEROS)[: end - at], at)

    def held(self, name: str) -> bool:
        number = os.open(self._folder / name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(number)
        return False

    def close(self) -> None:
        self._open.clear()

    def _opened(self, name: str) -> "_Descriptor":
        self._let_go_of_removed()
        if len(self._open) >= MAX_OPEN:
            with contextlib.suppress(KeyError, RuntimeError):
                self._open.pop(next(iter(self._open)))
        number = os.open(self._folder / name, os.O_RDONLY | os.O_CLOEXEC)
        return self._open.setdefault(name, _Descriptor(number))

    def _let_go_of_removed(self) -> None:
        """A file that somebody removed keeps its room as long as anybody has it open.

        A few are looked at whenever another is opened, in turn: so all are before long.
        """
        for name in list(itertools.islice(self._open, LOOKED_AT)):
            descriptor = self._open.pop(name, None)
            if descriptor and os.fstat(descriptor.number).st_nlink:
                self._open.setdefault(name, descriptor)

    def _sync_folder(self, name: str) -> None:
        number = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _sync(number, name)
        finally:
            os.close(number)


def _sync(number: int, name: str) -> None:
    try:
        os.fsync(number)
    except OSError as error:
        raise DiskFailed(name=name, why=os.strerror(error.errno or 0)) from error


def punched(number: int, offset: int, length: int) -> bool:
    """Give the room of a range of the file open as *number* back; say whether that can be done.

    Not every file system can; the range is to have been overwritten before.
    """
    if length <= 0:
        return True
    libc = ctypes.CDLL(None, use_errno=True)
    where = ctypes.c_int64(offset), ctypes.c_int64(length)
    return libc.fallocate(number, _PUNCH_HOLE | _KEEP_SIZE, *where) == 0


class _Descriptor:
    """A descriptor that is closed when its last user has let go of it, never before."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.close(self.number)


class LocalPackFile:
    """A file being appended to; it remembers where the last whole append ended."""

    def __init__(self, name: str, number: int, size: int = 0) -> None:
        self._name = name
        self._number = number
        self.size = size

    def append(self, buffers: Iterable[Buffer]) -> int:
        begin = end = self.size
        try:
            with translated(self._name):
                for gathered in _gathered(buffers):
                    end = self._write_all(gathered, end)
        except Exception:
            self._take_back(begin)
            raise
        self.size = end
        return begin

    def _write_all(self, buffers: list[Buffer], at: int) -> int:
        length = sum(len(buffer) for buffer in buffers)
        written = os.pwritev(self._number, buffers, at)
        if written < length:
            # A short write is rare (full disk, signal): finish it the plain way.
            rest = memoryview(b"".join(buffers))[written:]
            while rest:
                more = os.pwrite(self._number, rest, at + length - len(rest))
                rest = rest[more:]
        return at + length

    def _take_back(self, begin: int) -> None:
        try:
            os.ftruncate(self._number, begin)
        except OSError as error:
            raise DiskFailed(name=self._name, why=os.strerror(error.errno or 0)) from error

    def sync(self) -> None:
        try:
            os.fdatasync(self._number)
        except OSError as error:
            raise DiskFailed(name=self._name, why=os.strerror(error.errno or 0)) from error

    def close(self) -> None:
        if self._number >= 0:
            os.close(self._number)
            self._number = -1


def _gathered(buffers: Iterable[Buffer]) -> Iterator[list[Buffer]]:
    """*buffers* in lists, each for one gathering write."""
    gathered: list[Buffer] = []
    size = 0
    for buffer in buffers:
        gathered.append(buffer)
        size += len(buffer)
        if size >= MAX_GATHERED or len(gathered) == MAX_VECTOR:
            yield gathered
            gathered, size = [], 0
    if gathered:
        yield gathered
