"""Rebuilding the catalogue from nothing but packs and log, beside the old one, then instead of it."""

import shutil
import time
from pathlib import Path
from typing import NamedTuple

from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.seal import adopt_abandoned
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.catalogue.tables import TABLE_NAMES
from repository.catalogue.versions import require_schema
from repository.decider import Decider
from repository.elsewhere import restore_from
from repository.format import Layout, StoreOptions, identify
from repository.keeper_ledger import KeeperLedger
from repository.keeping import NODE_RULES, locked, node_sources, stopper
from repository.local_keeper import LocalKeeper
from repository.log.event_log import EventLog
from repository.model.ids import system_clock
from repository.recovery import absorb_packs, roll_forward, settled
from repository.resettling import resettle


class RebuildReport(NamedTuple):
    """What a rebuild found, and how long its halves took."""

    records: int
    """Blobs entered from packs."""
    events: int
    """Applied from the log."""
    pack_seconds: float
    event_seconds: float


def rebuild_catalogue(root: Path, options: StoreOptions, *, walk: bool = False) -> RebuildReport:
    """Make the catalogue anew; the old one is replaced only when the new one is whole.

    *walk* reads sealed packs record by record instead of by their footers. Raise
    `StoreMissing`, `StoreLocked`, `PackBroken`, `LogBroken`.
    """
    layout, (store, _, office) = Layout(root), identify(root)
    with locked(layout):
        fresh = layout.local / "catalogue.rebuilt"
        shutil.rmtree(fresh, ignore_errors=True)
        engine = LmdbEngine(fresh, tables=TABLE_NAMES, map_size=options.map_size)
        packs, log = LocalPackIO(layout.packs), EventLog(LocalPackIO(layout.log), store)
        try:
            require_schema(engine)
            begun = time.perf_counter()
            # The log first: a record of what it says was swept or destroyed is none.
            told = roll_forward(engine, log)
            rolled = time.perf_counter()
            _, sealed = absorb_packs(engine, packs, store, by_walking=walk)
            opened = adopt_abandoned(packs, _ledger(engine, log, layout))
            if office:
                restore_from(engine, log, 0)
            elif told.fates:
                resettle(engine, packs, circles=True, returned=told.returned)
            settled(engine)
            done = time.perf_counter()
        finally:
            engine.close()
            packs.close()
            log.close()
        _replace(layout, fresh)
    return RebuildReport(sealed + opened, told.events, done - rolled, rolled - begun)


def _ledger(engine: LmdbEngine, log: EventLog, layout: Layout) -> KeeperLedger:
    decider = Decider(
        engine,
        log,
        NODE_RULES,
        clock=system_clock,
        sources=node_sources(),
        stop=stopper(layout),
    )
    return KeeperLedger(engine, LocalKeeper(decider), writer="rebuild")


def _replace(layout: Layout, fresh: Path) -> None:
    """Put the new catalogue in the old one's place; a crash between leaves one to be rebuilt."""
    old = layout.local / "catalogue.old"
    shutil.rmtree(old, ignore_errors=True)
    if layout.catalogue.exists():
        layout.catalogue.rename(old)
    fresh.rename(layout.catalogue)
    shutil.rmtree(old, ignore_errors=True)
