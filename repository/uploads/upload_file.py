"""The file of one upload, by operating-system calls: the thin part, where storage can fail."""

import fcntl
import os
from pathlib import Path
from typing import Self

from repository.blobs.pack_io import Buffer, DiskFailed, translated


class UploadFile:
    """An open file that is written at offsets."""

    def __init__(self, path: Path, number: int) -> None:
        self._path = path
        self._number = number

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new, empty file; its name is durable after `sync_folder` only."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        with translated(path.name):
            return cls(path, os.open(path, flags, 0o600))

    @classmethod
    def open(cls, path: Path) -> Self:
        """The file at *path*; raise FileNotFoundError."""
        return cls(path, os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW))

    def hold(self) -> bool:
        """Let nobody else hold the file until it is closed, also by death; say whether it is ours."""
        try:
            fcntl.flock(self._number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    @property
    def gone(self) -> bool:
        """Somebody has removed the file since it was opened."""
        return os.fstat(self._number).st_nlink == 0

    def read(self, offset: int, length: int) -> bytes:
        """Up to *length* bytes from *offset*."""
        return os.pread(self._number, length, offset)

    def write(self, offset: int, piece: Buffer) -> None:
        """Write *piece* whole; raise `MediumFull` or `WriteFailed`."""
        rest = memoryview(piece)
        with translated(self._path.name):
            while rest:
                written = os.pwrite(self._number, rest, offset)
                rest, offset = rest[written:], offset + written

    def sync(self) -> None:
        """Return once all that was written is on disk; raise `DiskFailed`."""
        try:
            os.fdatasync(self._number)
        except OSError as error:
            raise DiskFailed(name=self._path.name, why=os.strerror(error.errno or 0)) from error

    def cut(self, length: int) -> None:
        """Give back what lies behind *length* bytes."""
        with translated(self._path.name):
            os.ftruncate(self._number, length)

    def rename(self, name: str) -> None:
        """Let it be called *name*, in the same folder."""
        with translated(self._path.name):
            self._path = self._path.rename(self._path.with_name(name))

    def remove(self) -> None:
        """Take its name away; a missing one is no error."""
        with translated(self._path.name):
            self._path.unlink(missing_ok=True)

    def duplicate(self) -> int:
        """Another descriptor of the same file."""
        return os.dup(self._number)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._number)

    @classmethod
    def sync_folder(cls, folder: Path) -> None:
        """Return once the names in *folder* are on disk; raise `DiskFailed`."""
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(number)
        except OSError as error:
            raise DiskFailed(name=folder.name, why=os.strerror(error.errno or 0)) from error
        finally:
            os.close(number)
