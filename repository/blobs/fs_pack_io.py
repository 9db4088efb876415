"""The `PackIO` of any filesystem of PyFilesystem2: cold tiers, backups, exports.

It has neither sync nor atomic publish, so `require_durable` keeps open packs and the log away.
"""

import errno
import os
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO
from zipfile import BadZipFile

from repository.blobs.pack_io import (
    Buffer,
    Capabilities,
    DiskFailed,
    MediumFull,
    PackFile,
    WriteFailed,
)
from repository.blobs.port import MiB
from repository.errors import Kind, Trouble

if TYPE_CHECKING:
    from fs.base import FS

PIECE_BYTES = 4 * MiB


class MediumUnreadable(Trouble):
    """The medium does not give {name} ({why})."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Phương tiện không đọc được {name} ({why})."


class FsPackIO:
    """Any filesystem of PyFilesystem2 behind the `PackIO` port; it cannot sync."""

    capabilities = Capabilities(durable=False, ranged=True, atomic_publish=False)

    def __init__(self, filesystem: "FS") -> None:
        """*filesystem* is closed together with this medium."""
        self._filesystem = filesystem
        self._writing: set[str] = set()

    def create(self, name: str) -> PackFile:
        with _translated(name):
            stream = self._filesystem.openbin(name, "x")
        self._writing.add(name)
        return _FsPackFile(name, stream, self._writing)

    def run(self, name: str, at: int, end: int) -> Iterator[bytes]:
        """The bytes from *at* to before *end* through one opening: archives only go forward."""
        with _missing(name), self._filesystem.openbin(name) as stream:
            stream.seek(at)
            while at < end and (piece := stream.read(min(PIECE_BYTES, end - at))):
                at += len(piece)
                yield piece

    def pread(self, name: str, offset: int, length: int) -> bytes:
        with _missing(name), self._filesystem.openbin(name) as stream:
            stream.seek(offset)
            return stream.read(length)

    def size(self, name: str) -> int:
        with _missing(name):
            return self._filesystem.getsize(name)

    def names(self) -> list[str]:
        with _missing("/"):
            return sorted(info.name for info in self._filesystem.scandir("/") if info.is_file)

    def settle(self, name: str) -> None:
        """As little as `sync`: this medium promises nothing of the kind."""
        self.size(name)

    def publish(self, temporary: str, name: str) -> None:
        with _translated(name):
            self._filesystem.move(temporary, name)

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError), _missing(name):
            self._filesystem.remove(name)

    def erase(self, name: str, offset: int, length: int) -> None:
        self.size(name)  # a missing one is missed
        with _translated(name), self._filesystem.openbin(name, "r+") as stream:
            stream.seek(offset)
            for at in range(0, length, PIECE_BYTES):
                stream.write(bytes(min(PIECE_BYTES, length - at)))

    def held(self, name: str) -> bool:
        """Only this process's own writers are known of."""
        self.size(name)
        return name in self._writing

    def close(self) -> None:
        """Let go of it; an archive is written only now. Raise `WriteFailed` or `MediumFull`."""
        with _translated("/"):
            self._filesystem.close()


class _FsPackFile:
    """A file being appended to; it remembers where the last whole append ended."""

    def __init__(self, name: str, stream: BinaryIO, writing: set[str]) -> None:
        self._name = name
        self._stream = stream
        self._writing = writing
        self.size = 0

    def append(self, buffers: Iterable[Buffer]) -> int:
        begin = end = self.size
        try:
            with _translated(self._name):
                self._stream.seek(begin)
                for buffer in buffers:
                    self._stream.write(buffer)
                    end += len(buffer)
                self._stream.flush()
        except BaseException:
            self._take_back(begin)
            raise
        self.size = end
        return begin

    def _take_back(self, begin: int) -> None:
        try:
            self._stream.truncate(begin)
        except OSError as error:
            raise DiskFailed(name=self._name, why=str(error)) from error

    def sync(self) -> None:
        """Hand all to the filesystem; whether it survives a power cut is not known here."""
        with _translated(self._name):
            self._stream.flush()

    def close(self) -> None:
        self._stream.close()
        self._writing.discard(self._name)


@contextmanager
def _missing(name: str) -> Generator[None]:
    from fs.errors import FSError, ResourceNotFound  # noqa: PLC0415 - as in `_opened`

    try:
        yield
    except ResourceNotFound as error:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name) from error
    except (FSError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise MediumUnreadable(name=name, why=type(error).__name__) from error


@contextmanager
def _translated(name: str) -> Generator[None]:
    """What PyFilesystem2 says of a write, in the port's words."""
    from fs.errors import DestinationExists, FileExists, FSError, InsufficientStorage  # noqa: PLC0415

    try:
        yield
    except (FileExists, DestinationExists) as error:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name) from error
    except InsufficientStorage as error:
        raise MediumFull(name=name) from error
    except (FSError, OSError) as error:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise (MediumFull(name=name) if full else WriteFailed(name=name, why=str(error))) from error
