"""Snapshots of the catalogue: what bounds replay when it is lost (decision 6).

A snapshot is a compact LMDB copy named by the last event in it, published whole. When there
is no catalogue, the newest one is where roll-forward begins.
"""

import contextlib
import os
import shutil
from pathlib import Path

from repository.catalogue.lmdb_engine import LmdbEngine
from repository.format import Layout

EVERY_EVENTS = 250_000
"""Events after which a new snapshot is due: replaying as many takes about half a minute."""
SHARE = 8
"""… and so much of all events: a snapshot is as large as all there is, so it is taken more seldom the
longer a store lives, and replaying takes an eighth of what rebuilding would (decision 18)."""
KEPT = 2
"""So many are kept: the newest may be on a disk that has just failed."""
_FILE = "data.mdb"


def snapshot_when_due(layout: Layout, engine: LmdbEngine, sequence: int) -> Path | None:
    """Take a snapshot when the newest one is old enough (`next_due`); say where it lies."""
    newest = max((int(path.name, 16) for path in snapshots(layout)), default=0)
    return take_snapshot(layout, engine, sequence) if sequence >= next_due(newest) else None


def next_due(newest: int) -> int:
    """At which event the snapshot after the one at event *newest* is due.

    >>> next_due(0), next_due(1_000_000), next_due(8_000_000)
    (250000, 1250000, 9000000)
    """
    return newest + max(EVERY_EVENTS, newest // SHARE)


def take_snapshot(layout: Layout, engine: LmdbEngine, sequence: int) -> Path:
    """Copy the catalogue as it is now, *sequence* events old; return where it lies."""
    unfinished = layout.snapshots / f"{sequence:016x}.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    engine.copy_to(unfinished)
    _sync(unfinished / _FILE)
    _sync(unfinished)
    finished = layout.snapshots / f"{sequence:016x}"
    shutil.rmtree(finished, ignore_errors=True)
    unfinished.rename(finished)
    _sync(layout.snapshots)
    for old in snapshots(layout)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return finished


def snapshots(layout: Layout) -> list[Path]:
    """All finished snapshots, oldest first."""
    if not layout.snapshots.is_dir():
        return []
    return sorted(path for path in layout.snapshots.iterdir() if not path.suffix)


def restore_newest(layout: Layout) -> Path | None:
    """Where there is no catalogue, begin with the newest snapshot; say which, if any."""
    if (layout.catalogue / _FILE).exists():
        return None
    for found in reversed(snapshots(layout)):
        with contextlib.suppress(OSError):
            unfinished = layout.local / "catalogue.new"
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(found, unfinished)
            _sync(unfinished / _FILE)
            shutil.rmtree(layout.catalogue, ignore_errors=True)
            unfinished.rename(layout.catalogue)
            return found
    return None


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)
