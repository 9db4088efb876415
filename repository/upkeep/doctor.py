"""Asking the machine whether it can keep a store: sync, disk, clock, map, readers.

Only a doctor who found the disk in order takes away the read-only mark of a failed sync.
"""

import os
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from repository.blobs.pack_io import LocalPackIO
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.catalogue.tables import TABLE_NAMES
from repository.errors import Trouble
from repository.format import Layout, StoreOptions, identify
from repository.nodes.office import Office

PROBE_BYTES = 1024 * 1024
_PROBE = "doctor.probe"
# statfs types on which LMDB must not lie (lmdb.h: "do not use on remote filesystems").
_REMOTE = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "ceph", "glusterfs")


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One question and its answer."""

    name: str
    ok: bool
    detail: str


def examine(root: Path, options: StoreOptions) -> Iterator[Probe]:
    """Ask everything; each answer as it comes."""
    yield _format(root)
    layout = Layout(root)
    for folder in (layout.packs, layout.log, layout.local):
        yield _sync(folder)
    yield _disk(root, options)
    yield _local_disk(layout.local)
    yield _clock()
    yield _catalogue(layout, options)
    yield _mark(layout)


def examine_store_node(office: Office) -> Probe:
    """Ask the store node of an office node whether it answers and admits it."""
    node = office.connect()
    try:
        node.held(())
    except Trouble as trouble:
        return Probe(name="store node", ok=False, detail=trouble.sentence)
    finally:
        node.close()
    return Probe(name="store node", ok=True, detail=f"admits {office.name}")


def discharge(root: Path) -> None:
    """Take the read-only mark away; call it only when every probe was in order."""
    with suppress(FileNotFoundError):
        Layout(root).read_only.unlink()


def _format(root: Path) -> Probe:
    try:
        return Probe(name="format", ok=True, detail=str(identify(root).store))
    except Trouble as trouble:
        return Probe(name="format", ok=False, detail=trouble.sentence)


def _sync(folder: Path) -> Probe:
    """Write, sync, read back, remove: what the store does all day."""
    content = os.urandom(PROBE_BYTES)
    medium = LocalPackIO(folder)
    name = f"sync {folder.name}"
    try:
        medium.remove(_PROBE)
        with closing(medium.create(_PROBE)) as file:
            begun = time.perf_counter()
            file.append([content])
            file.sync()
            taken = time.perf_counter() - begun
        same = medium.pread(_PROBE, 0, PROBE_BYTES) == content
        medium.remove(_PROBE)
    except (Trouble, OSError) as error:
        return Probe(name=name, ok=False, detail=str(error))
    return Probe(name=name, ok=same, detail=f"1 MiB in {taken * 1000:.1f} ms")


def _disk(root: Path, options: StoreOptions) -> Probe:
    state = os.statvfs(root)
    free = state.f_bavail * state.f_frsize
    detail = f"{free:,} bytes free, reserve {options.reserve:,}"
    return Probe(name="disk", ok=free > options.reserve, detail=detail)


def _local_disk(folder: Path) -> Probe:
    kind = _mounted_as(folder)
    return Probe(name="local disk", ok=not kind.startswith(_REMOTE), detail=kind)


def _mounted_as(folder: Path) -> str:
    """The file system type of the longest mount point above *folder*."""
    best, kind = "", "unknown"
    with suppress(OSError):
        for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
            _, point, found, *_ = line.split(" ")
            inside = str(folder.resolve()).startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best):
                best, kind = point, found
    return kind


def _clock() -> Probe:
    """A clock before this program was written gives numbers to the wrong year."""
    now = time.time()
    told = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    return Probe(name="clock", ok=now > 1_790_000_000, detail=told)


def _catalogue(layout: Layout, options: StoreOptions) -> Probe:
    if not layout.catalogue.exists():
        return Probe(name="catalogue", ok=True, detail="none yet; the next start makes it")
    try:
        engine = LmdbEngine(
            layout.catalogue, tables=TABLE_NAMES, map_size=options.map_size, readonly=True
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, the doctor tells it
        return Probe(name="catalogue", ok=False, detail=str(error))
    room, readers = engine.room(), engine.readers()
    engine.close()
    used = 100 - 100 * room // options.map_size
    detail = f"{used} % of the map used, {readers} readers"
    return Probe(name="catalogue", ok=used < 90, detail=detail)


def _mark(layout: Layout) -> Probe:
    if not layout.read_only.exists():
        return Probe(name="read-only mark", ok=True, detail="none")
    why = layout.read_only.read_text(encoding="utf-8").strip()
    return Probe(name="read-only mark", ok=True, detail=f"set: {why}")
