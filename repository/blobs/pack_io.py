"""The port below packs and log: files that are appended to, synced, and read at an offset.

PyFilesystem2 has neither sync nor ranged reads, so the hot path goes through this port; a
medium says what it can do, and whoever needs more refuses it (`NotDurable`).
"""

import contextlib
import errno
import os
from collections.abc import Generator, Iterable
from typing import NamedTuple, Protocol

from repository.errors import Kind, Trouble

Buffer = bytes | bytearray | memoryview


class Capabilities(NamedTuple):
    """What a medium can promise."""

    durable: bool
    """After `sync` the bytes survive a power cut."""
    ranged: bool
    """A few bytes can be read without reading the whole file."""
    atomic_publish: bool
    """A file gets its final name in one step, or not at all."""
    holes: bool = False
    """What is erased within a file gives its room back."""


class NotDurable(Trouble):
    """The medium {medium} cannot sync; packs and log are not kept there."""

    kind = Kind.INVALID
    vietnamese = "Phương tiện {medium} không bảo đảm ghi bền; không đặt kho và nhật ký ở đó."


class MediumFull(Trouble):
    """There is no room left for {name}; nothing of it was kept."""

    kind = Kind.EXHAUSTED
    vietnamese = "Không còn chỗ ghi cho {name}; không lưu phần nào."


class WriteFailed(Trouble):
    """Writing {name} failed ({why}); nothing of it was kept."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Ghi {name} không thành công ({why}); không lưu phần nào."


class DiskFailed(Trouble):
    """The disk did not keep {name} ({why}): writing stops here; run `vankho doctor`.

    Raised for a failed sync, or when a half-written end could not be taken back. It is never
    retried: after a failed fsync the kernel may have dropped the pages (PostgreSQL, 2018).
    """

    kind = Kind.UNAVAILABLE
    vietnamese = "Đĩa không ghi được {name} ({why}): ngừng ghi; hãy chạy `vankho doctor`."


class PackFile(Protocol):
    """A file under its writer's hand."""

    @property
    def size(self) -> int:
        """Bytes that were appended whole."""
        ...

    def append(self, buffers: Iterable[Buffer]) -> int:
        """Write *buffers* behind one another; return the offset at which they begin.

        They are taken as they come, never all held at once. All or nothing: when it raises,
        or *buffers* does, the file ends where it ended before. MUST raise `DiskFailed` when
        that could not be had.
        """
        ...

    def sync(self) -> None:
        """Return once all that was appended is on disk; MUST raise `DiskFailed` otherwise."""
        ...

    def close(self) -> None:
        """Let go of the file; nothing is synced by this."""
        ...


class PackIO(Protocol):
    """A folder of pack files."""

    @property
    def capabilities(self) -> Capabilities:
        """What this medium can promise."""
        ...

    def create(self, name: str) -> PackFile:
        """A new file; its directory entry is durable. MUST raise `FileExistsError` if taken."""
        ...

    def pread(self, name: str, offset: int, length: int) -> bytes:
        """Up to *length* bytes from *offset*; fewer only at the end. `FileNotFoundError`."""
        ...

    def size(self, name: str) -> int:
        """Length of the file in bytes; `FileNotFoundError`."""
        ...

    def names(self) -> list[str]:
        """All files, sorted."""
        ...

    def settle(self, name: str) -> None:
        """Return once all bytes of a file that somebody else wrote are on disk.

        What a killed writer left can be read before it is safe. MUST raise `DiskFailed`.
        """
        ...

    def publish(self, temporary: str, name: str) -> None:
        """Give a synced file its final name, replacing nothing, durably."""
        ...

    def remove(self, name: str) -> None:
        """Take the file away, durably; a missing one is no error."""
        ...

    def erase(self, name: str, offset: int, length: int) -> None:
        """Destroy bytes of a file, also of a finished one: they are zeros from now on, durably.

        They MUST be overwritten before their room is given back (`Capabilities.holes`): blocks that
        are merely given back still hold them. MUST raise `WriteFailed` or `DiskFailed` otherwise.
        """
        ...

    def held(self, name: str) -> bool:
        """Say whether the writer that created the file still lives."""
        ...

    def close(self) -> None:
        """Let go of what is kept open."""
        ...


def require_durable(medium: PackIO) -> None:
    """Raise `NotDurable` unless *medium* can sync and publish in one step."""
    if not (medium.capabilities.durable and medium.capabilities.atomic_publish):
        raise NotDurable(medium=type(medium).__name__)


@contextlib.contextmanager
def let_go_when_it_fails(file: PackFile) -> Generator[None]:
    """Close *file*, which nobody else knows yet, when the block fails."""
    try:
        yield
    except BaseException:
        file.close()
        raise


@contextlib.contextmanager
def translated(name: str) -> Generator[None]:
    """Tell a failed write as `MediumFull` or `WriteFailed`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise MediumFull(name=name) from error
        raise WriteFailed(name=name, why=os.strerror(error.errno or 0)) from error
