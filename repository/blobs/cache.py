"""The read cache (bộ đệm) of an office node: blobs fetched from the store node, on its own disk.

A blob never changes, so a copy is good for ever; what the wire gave is compared with the blob's
name before it is used, what the disk gives later with a check for each block. Nothing here is
synced and nothing is missed when it is lost. Several processes share the folder.

A file is the blob's bytes, the checks of its blocks, and the foot.
"""

import contextlib
import os
import struct
import threading
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import blake3

from repository.blobs.pack_io import MediumFull, WriteFailed
from repository.blobs.port import MiB, RangeOutside
from repository.blobs.record import BLOCK_BYTES, CHECK_BYTES, check_of, checks_of
from repository.model.blobs import BlobDamaged
from repository.model.ids import BlobId, show_blob

PIECE_BYTES = 1 * MiB
_FOOT = struct.Struct("<Q8s")
_MAGIC = b"VKCACHE\n"
_NEW = ".new"
_LARGEST_SHARE = 4
"""A blob over a fourth of the cache would turn everything else out: it is not kept."""
_LOOK_SHARE = 32
"""After so small a part of the limit was added, a process looks at the whole folder again."""
_KEPT_SHARE = 0.9
"""What is left after turning out: so that not every new file turns another out."""


class Copy:
    """A blob's bytes in an open file, each block checked as it is read."""

    def __init__(self, number: int, blob: BlobId, size: int) -> None:
        self._number = number
        self._blob = blob
        self.size = size

    def read(self, offset: int, length: int) -> bytes:
        """Up to *length* bytes from *offset*; raise `RangeOutside` or `BlobDamaged`."""
        if offset < 0 or (offset >= self.size and offset):
            raise RangeOutside(offset=offset, size=self.size)
        end = min(offset + length, self.size)
        first = offset - offset % BLOCK_BYTES
        stored = os.pread(
            self._number, min(-(-end // BLOCK_BYTES) * BLOCK_BYTES, self.size) - first, first
        )
        self._check(stored, first)
        return stored[offset - first : end - first]

    def _check(self, stored: bytes, first: int) -> None:
        blocks = range(0, len(stored), BLOCK_BYTES)
        place = self.size + first // BLOCK_BYTES * CHECK_BYTES
        expected = os.pread(self._number, len(blocks) * CHECK_BYTES, place)
        if checks_of(stored) != expected:
            raise BlobDamaged(blob=show_blob(self._blob), place="cache")


class BlobCache:
    """Copies of blobs in a folder, the least recently read turned out first."""

    def __init__(self, folder: Path, *, limit: int, room: Callable[[], bool]) -> None:
        """About *limit* bytes are kept; nothing more while *room* says that the disk is full."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._limit = limit
        self._room = room
        self._added = limit
        self._looking = threading.Lock()

    @contextmanager
    def found(self, blob: BlobId) -> Generator[Copy | None]:
        """The copy of *blob*, or None; it stays readable within the block."""
        path = self._path(blob)
        try:
            number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            yield None
            return
        try:
            size = _whole(number)
            if size is None:
                path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                os.utime(path)
            yield None if size is None else Copy(number, blob, size)
        finally:
            os.close(number)

    def drop(self, blob: BlobId) -> None:
        """Forget the copy of *blob*."""
        self._path(blob).unlink(missing_ok=True)

    def forget(self, blobs: Collection[BlobId]) -> None:
        """Forget every copy of *blobs*, those included that are just being fetched."""
        names = {blob.hex() for blob in blobs}
        for path in self._folder.glob("*" + _NEW):
            if path.name.partition(".")[0] in names:
                path.unlink(missing_ok=True)
        for blob in blobs:
            self.drop(blob)

    def keep(self, blob: BlobId, content: bytes) -> None:
        """Keep *content*, which somebody has named; where there is no room, do without."""
        with contextlib.suppress(OSError):
            self.keep_pieces(blob, len(content), [content])

    def keep_pieces(self, blob: BlobId, size: int, pieces: Iterable[bytes]) -> None:
        """The same of a blob of *size* bytes in *pieces*."""
        if not self._fits(size):
            return
        with contextlib.suppress(OSError, BlobDamaged), self._written(blob, pieces) as (_, path):
            self._publish(path, blob, size)

    @contextmanager
    def received(self, blob: BlobId, pieces: Iterable[bytes]) -> Generator[Copy]:
        """The blob that *pieces* give, compared with its name, kept where it fits.

        Raise `BlobDamaged` when they are something else, `MediumFull` or `WriteFailed`.
        """
        with _translated(), self._written(blob, pieces) as (copy, path):
            if self._fits(copy.size):
                self._publish(path, blob, copy.size)
            yield copy

    def bytes_kept(self) -> int:
        """Bytes of all copies now."""
        return sum(size for _, size, _ in self._copies())

    # Writing.

    @contextmanager
    def _written(self, blob: BlobId, pieces: Iterable[bytes]) -> Generator[tuple[Copy, Path]]:
        path = self._folder / (blob.hex() + "." + os.urandom(8).hex() + _NEW)
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            yield Copy(number, blob, _fill(number, blob, pieces)), path
        finally:
            path.unlink(missing_ok=True)
            os.close(number)

    def _fits(self, size: int) -> bool:
        return size * _LARGEST_SHARE <= self._limit and self._room()

    def _publish(self, path: Path, blob: BlobId, size: int) -> None:
        home = self._path(blob)
        home.parent.mkdir(exist_ok=True)
        path.rename(home)
        self._added += size
        if self._added * _LOOK_SHARE > self._limit and self._looking.acquire(blocking=False):
            try:
                self._added = 0
                self._turn_out()
            finally:
                self._looking.release()

    def _turn_out(self) -> None:
        """Remove the least recently read copies until the rest is well below the limit."""
        copies = sorted(self._copies())
        kept = sum(size for _, size, _ in copies)
        if kept <= self._limit * (1 - 1 / _LOOK_SHARE):
            return
        for _, size, path in copies:
            if kept <= self._limit * _KEPT_SHARE:
                return
            path.unlink(missing_ok=True)
            kept -= size

    def _copies(self) -> Iterator[tuple[int, int, Path]]:
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                state = path.stat()
                yield state.st_mtime_ns, state.st_size, path

    def _path(self, blob: BlobId) -> Path:
        name = blob.hex()
        return self._folder / name[:2] / name

    def sweep(self) -> None:
        """Remove what processes that died left unfinished; call it while nobody fetches."""
        for path in self._folder.glob("*" + _NEW):
            path.unlink(missing_ok=True)


def _fill(number: int, blob: BlobId, pieces: Iterable[bytes]) -> int:
    """Write *pieces*, their checks and the foot; return the blob's size once its name is right."""
    name, checks, held, size = blake3.blake3(), bytearray(), b"", 0
    for piece in pieces:
        name.update(piece)
        _write(number, piece)
        size += len(piece)
        held = _checked(held + piece, checks)
    if held:
        checks += check_of(held)
    if name.digest() != blob:
        raise BlobDamaged(blob=show_blob(blob), place="wire")
    _write(number, bytes(checks) + _FOOT.pack(size, _MAGIC))
    return size


def _checked(held: bytes, checks: bytearray) -> bytes:
    """Add the checks of all whole blocks of *held*; return what is left."""
    whole = len(held) - len(held) % BLOCK_BYTES
    checks += checks_of(memoryview(held)[:whole])
    return held[whole:]


def _whole(number: int) -> int | None:
    """The size of the blob in an open file, or None for a file that is not whole."""
    length = os.fstat(number).st_size
    foot = os.pread(number, _FOOT.size, max(0, length - _FOOT.size))
    if len(foot) != _FOOT.size:
        return None
    size, magic = _FOOT.unpack(foot)
    expected = size + -(-size // BLOCK_BYTES) * CHECK_BYTES + _FOOT.size
    return size if magic == _MAGIC and length == expected else None


def _write(number: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(number, rest) :]


@contextlib.contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (28, 122):
            raise MediumFull(name="cache") from error
        raise WriteFailed(name="cache", why=os.strerror(error.errno or 0)) from error
