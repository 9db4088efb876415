"""Where an upload waits while it is hashed: in memory when small, in a named file when not.

Nothing in the spool has a blob's name yet; what a crash leaves here is swept at start-up.
"""

import fcntl
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from repository.blobs.address import Address, Digesting, address_of
from repository.blobs.pack_io import translated
from repository.blobs.port import BlobTooLarge, MiB, UploadCutShort
from repository.blobs.record import checks_of

IN_MEMORY_BYTES = 1 * MiB
PIECE_BYTES = 1 * MiB
SUFFIX = ".upload"


class Upload(NamedTuple):
    """Bytes that were received and hashed, still without a name."""

    address: Address
    content: bytes | None
    """All bytes of a small upload."""
    path: Path | None
    """The spool file of a larger one."""
    checks: bytes = b""
    """Of a small upload, the checks of its blocks: taken while its bytes are still at hand."""

    def pieces(self, offset: int, length: int) -> Iterator[bytes]:
        """The bytes from *offset*, *length* of them, in pieces."""
        if self.content is not None:
            yield self.content[offset : offset + length] if offset else self.content
            return
        if self.path is None:
            return
        with self.path.open("rb") as file:
            file.seek(offset)
            while length and (piece := file.read(min(PIECE_BYTES, length))):
                length -= len(piece)
                yield piece


class Spool:
    """A folder for uploads of one process."""

    def __init__(self, folder: Path, *, limit: int, new_name: Callable[[], str]) -> None:
        """*limit* is the largest upload taken, in bytes; *new_name* never gives a name twice."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._limit = limit
        self._new_name = new_name

    @contextmanager
    def received(self, stream: BinaryIO, *, size: int | None) -> Generator[Upload]:
        """Take all of *stream*; what was spooled is gone when the block ends.

        *size* is what the sender announced. Raise `BlobTooLarge`, `UploadCutShort`,
        `MediumFull`, `WriteFailed`.
        """
        if size is not None and size > self._limit:
            raise BlobTooLarge(limit=self._limit)
        head = read_up_to(stream, min(IN_MEMORY_BYTES, self._limit) + 1)
        if len(head) <= min(IN_MEMORY_BYTES, self._limit):
            _compare_size(len(head), size)
            yield Upload(address_of(head), head, None, checks_of(head))
            return
        path = self._folder / (self._new_name() + SUFFIX)
        try:
            with _opened(path) as number:
                address = self._spooled(number, head, stream)
                _compare_size(address.size, size)
                yield Upload(address, None, path)
        finally:
            path.unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove what an earlier life of this process left; say how many files."""
        left = [path for path in self._folder.glob("*" + SUFFIX) if not _held(path)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _spooled(self, number: int, head: bytes, stream: BinaryIO) -> Address:
        digesting = Digesting()
        piece = head
        while piece:
            digesting.update(piece)
            if digesting.size > self._limit:
                raise BlobTooLarge(limit=self._limit)
            with translated("spool"):
                _write_whole(number, piece)
            piece = read_up_to(stream, PIECE_BYTES)
        return digesting.finish()


@contextmanager
def _opened(path: Path) -> Generator[int]:
    """A new spool file, held as long as its upload lives: a sweep leaves it alone."""
    with translated(path.name):
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield number
    finally:
        os.close(number)


def _held(path: Path) -> bool:
    """Say whether the process that spools *path* still lives."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return True
    return False


def _write_whole(number: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(number, rest) :]


def read_up_to(stream: BinaryIO, length: int) -> bytes:
    """The next *length* bytes, fewer only at the end; sockets give less at a time."""
    first = stream.read(length)
    if len(first) in (0, length):
        return first
    pieces = [first]
    missing = length - len(first)
    while missing and (piece := stream.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def _compare_size(received: int, announced: int | None) -> None:
    if announced is not None and received != announced:
        raise UploadCutShort(received=received, announced=announced)
