"""Asking the machine whether it can keep a store: sync, holes, disk, clock, map, readers, upkeep.

Only a doctor who found the disk in order takes away the read-only mark of a failed sync.
"""

import os
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from repository.blobs.local_pack_io import LocalPackIO, punched
from repository.catalogue import tables as t
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.catalogue.nodes import ended_by, term_of
from repository.catalogue.tables import TABLE_NAMES
from repository.catalogue.views import Reading
from repository.errors import Trouble
from repository.format import Layout, StoreOptions, identify
from repository.log.event_log import EventLog
from repository.model.ids import AgencyId
from repository.model.moves import HomeState
from repository.model.purges import UNDER_WAY
from repository.nodes.office import Office

PROBE_BYTES = 1024 * 1024
CLOCK_SLACK_SECONDS = 300
_PROBE = "doctor.probe"
# statfs types on which LMDB must not lie (lmdb.h: "do not use on remote filesystems").
_REMOTE = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "ceph", "glusterfs")


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One question and its answer."""

    name: str
    ok: bool
    detail: str
    grave: bool = True
    """When it is not in order, a store that has stopped writing does not write again."""


def examine(root: Path, options: StoreOptions) -> Iterator[Probe]:
    """Ask everything; each answer as it comes."""
    yield _format(root)
    layout = Layout(root)
    for folder in (layout.packs, layout.log, layout.local):
        yield _sync(folder)
    yield _holes(layout.packs)
    yield _disk(root, options)
    yield _local_disk(layout.local)
    yield _clock()
    yield from _catalogue(layout, options)
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


def _holes(folder: Path) -> Probe:
    """Whether what is erased within a file gives its room back; it is overwritten in any case."""
    probe = folder / _PROBE
    try:
        probe.write_bytes(bytes(PROBE_BYTES))
        with probe.open("r+b") as file:
            able = punched(file.fileno(), 0, PROBE_BYTES)
    except OSError as error:
        return Probe(name="holes", ok=False, detail=str(error))
    finally:
        probe.unlink(missing_ok=True)
    detail = "erased bytes give their room back" if able else "erased bytes are only overwritten"
    return Probe(name="holes", ok=True, detail=detail)


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


def _catalogue(layout: Layout, options: StoreOptions) -> Iterator[Probe]:
    if not layout.catalogue.exists():
        yield Probe(name="catalogue", ok=True, detail="none yet; the next start makes it")
        return
    try:
        engine = LmdbEngine(
            layout.catalogue, tables=TABLE_NAMES, map_size=options.map_size, readonly=True
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, the doctor tells it
        yield Probe(name="catalogue", ok=False, detail=str(error))
        return
    with closing(engine):
        used = 100 - 100 * engine.room() // options.map_size
        readers = f"{engine.readers()} readers, the oldest {engine.lag()} commits behind"
        detail = f"{used} % of the map used, {readers}"
        yield Probe(name="catalogue", ok=used < 90, detail=detail)
        with engine.reading() as txn:
            yield _last_event(layout, Reading(txn).watermark().sequence)
            yield from _upkeep(Reading(txn))


def _last_event(layout: Layout, sequence: int) -> Probe:
    """A clock behind the newest event gives the next ones a time before it."""
    if not sequence:
        return Probe(name="last event", ok=True, detail="none yet")
    with closing(EventLog(LocalPackIO(layout.log), identify(layout.root).store)) as log:
        try:
            (read,) = log.events(sequence - 1, sequence)
        except (Trouble, ValueError) as error:
            return Probe(name="last event", ok=False, detail=str(error))
    behind = read.event.at / 1_000_000 - time.time()
    detail = f"{sequence}, {_told(read.event.at)}"
    return Probe(name="last event", ok=behind < CLOCK_SLACK_SECONDS, detail=detail)


def _upkeep(now: Reading) -> Iterator[Probe]:
    """What the catalogue tells of checks, of purges and of garbage."""
    checks = [check for _, check in now.scan(t.CHECKS)]
    damaged = sum(check.damaged > 0 for check in checks)
    unchecked = now.count(t.PACKS) - len(checks)
    oldest = min((check.sound for check in checks), default=0)
    detail = f"{damaged} packs damaged, {unchecked} never checked, oldest sound {_told(oldest)}"
    yield Probe(name="last checks", ok=not damaged, detail=detail, grave=False)
    left = [purge.id for _, purge in now.scan(t.PURGES) if purge.state in UNDER_WAY]
    detail = "unfinished: " + ", ".join(left) if left else "none unfinished"
    yield Probe(name="purges", ok=True, detail=detail)
    ended = ended_by(now).number
    term = f"{term_of(now).number}, ended by term {ended}" if ended else str(term_of(now).number)
    yield Probe(name="term", ok=not ended, detail=term, grave=False)
    under_way = (
        f"{agency.code if agency else key[0]} {home.state.value} ({home.node})"
        for key, home in now.scan(t.HOMES)
        for agency in (now.agency(AgencyId(str(key[0]))),)
        if home.state in (HomeState.LEAVING, HomeState.ARRIVING)
    )
    yield Probe(name="moves", ok=True, detail=", ".join(under_way) or "none under way")
    detail = f"{now.count(t.CONDEMNED)} blobs condemned, {now.count(t.SWEPT)} swept so far"
    yield Probe(name="garbage", ok=True, detail=detail)


def _told(microseconds: int) -> str:
    if not microseconds:
        return "never"
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(microseconds / 1_000_000))


def _mark(layout: Layout) -> Probe:
    if not layout.read_only.exists():
        return Probe(name="read-only mark", ok=True, detail="none")
    why = layout.read_only.read_text(encoding="utf-8").strip()
    return Probe(name="read-only mark", ok=True, detail=f"set: {why}")
