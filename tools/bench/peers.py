"""The peers of the storage bench, each doing its own best at the same promise: bytes on disk.

disk-objectstore 1.5.0 never syncs its packs on Linux: told to use macOS's full sync, it takes
that branch on every system and only *names* the call there. Compared as shipped it would be
compared without durability; so its sync is repaired here, in the cheapest way that keeps the
promise (fdatasync of the pack), and its version says so.
"""

# The peer's streams are typed in part, and its flush is replaced where it is used.
# pyright: reportUnknownMemberType=false, reportPrivateImportUsage=false
# pyright: reportAttributeAccessIssue=false

import os
import platform
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import disk_objectstore.container
from disk_objectstore import Container

from tools.bench.frame import Peer, installed_version

PACKED_A_CALL = 256
"""How many blobs a call when packs are filled only to be read from."""
SHARDS = 256
MEBIBYTE = 1024 * 1024
WRITTEN_A_CALL = 1024
"""The kernel's own limit of buffers in one writev (IOV_MAX)."""


def disk_objectstore_peer(*, repaired: bool = False) -> Peer:
    """disk-objectstore as it is named in a measure."""
    version = installed_version("disk-objectstore")
    return Peer(
        name="disk-objectstore", version=f"{version}+fsync repaired" if repaired else version
    )


def loose_files_peer() -> Peer:
    """Plain durable files: their version is the kernel's."""
    return Peer(name="durable loose files", version=platform.release())


def raw_disk_peer() -> Peer:
    """The bare disk under the same kernel."""
    return Peer(name="raw disk", version=platform.release())


class ObjectStore:
    """A disk-objectstore container with its default settings, in a fresh folder."""

    def __init__(self, folder: Path) -> None:
        self._container = Container(folder)
        self._container.init_container(clear=True)

    def put(self, blob: bytes) -> str:
        """Keep *blob* as a loose file; return its key."""
        return self._container.add_object(blob)

    def put_packed(self, blobs: Sequence[bytes]) -> list[str]:
        """Add *blobs* to a pack in one call, durably; return their keys."""
        with _repaired_sync():
            return self._container.add_objects_to_pack(list(blobs))

    def read(self, key: str) -> bytes:
        """The whole object, unchecked: the peer checks nothing when it reads."""
        return self._container.get_object_content(key)

    def read_range(self, key: str, offset: int, length: int) -> bytes:
        """*length* bytes from *offset*."""
        with self._container.get_object_stream(key) as stream:
            stream.seek(offset)
            return stream.read(length)

    def close(self) -> None:
        """Give back the container's descriptors."""
        self._container.close()


class LooseFiles:
    """One file a blob: temporary name, fsync, rename, fsync of the folder that received it.

    The caller gives the names, so this peer is not even charged for hashing.
    """

    def __init__(self, folder: Path) -> None:
        self._shards = [folder / f"{shard:02x}" for shard in range(SHARDS)]
        for shard in self._shards:
            shard.mkdir(parents=True)

    def put(self, number: int, blob: bytes) -> None:
        """Keep *blob* as file *number*; return once it would survive a power cut."""
        shard = self._shards[number % SHARDS]
        final, waiting = shard / str(number), shard / f"{number}.tmp"
        descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            _write_whole(descriptor, [blob])
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        waiting.rename(final)
        _sync_folder(shard)


class RawDisk:
    """One file written and read with nothing around it: the limit of what can be had."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        self._end = os.fstat(self._descriptor).st_size

    def append(self, blobs: Sequence[bytes]) -> int:
        """One writev and one fdatasync for *blobs*; return where they begin."""
        begin = self._end
        self._end += _write_whole(self._descriptor, blobs)
        os.fdatasync(self._descriptor)
        return begin

    def read(self, offset: int, length: int) -> bytes:
        """*length* bytes from *offset* by one pread."""
        return os.pread(self._descriptor, length, offset)

    def read_through(self) -> int:
        """Read the file from end to end in pieces of 1 MiB; return its bytes."""
        starts = range(0, self._end, MEBIBYTE)
        return sum(len(os.pread(self._descriptor, MEBIBYTE, start)) for start in starts)

    def close(self) -> None:
        """Give back the descriptor."""
        os.close(self._descriptor)


class _Synced(Protocol):
    """What disk-objectstore hands to its flush: a file, or its hashing wrapper of one."""

    def flush(self) -> object: ...

    def fileno(self) -> int: ...


@contextmanager
def _repaired_sync() -> Generator[None, None, None]:
    """Let the container's flush really sync while inside.

    `disk_objectstore.utils`, which serves loose objects, syncs rightly and is left alone.
    """
    shipped = disk_objectstore.container.safe_flush_to_disk
    disk_objectstore.container.safe_flush_to_disk = _flush_to_disk
    try:
        yield
    finally:
        disk_objectstore.container.safe_flush_to_disk = shipped


def _flush_to_disk(
    fhandle: _Synced,
    real_path: Path,
    use_fullsync: bool = False,  # noqa: FBT001, FBT002 - the peer's signature
) -> None:
    # Its full sync exists on macOS only: here fdatasync is enough.
    del use_fullsync
    fhandle.flush()
    os.fdatasync(fhandle.fileno())
    _sync_folder(real_path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_whole(descriptor: int, blobs: Sequence[bytes]) -> int:
    """Write all of *blobs* by as few writev as the kernel takes; return their bytes."""
    waiting = [memoryview(blob) for blob in blobs if blob]
    total = 0
    while waiting:
        written = os.writev(descriptor, waiting[:WRITTEN_A_CALL])
        total += written
        while waiting and written >= len(waiting[0]):
            written -= len(waiting.pop(0))
        if waiting:
            waiting[0] = waiting[0][written:]
    return total
