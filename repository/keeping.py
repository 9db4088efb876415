"""Keeping a store: the one process that holds it, recovered, with a decider of its own."""

import contextlib
import fcntl
import os
import secrets
import threading
import uuid
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from repository import (
    checking,
    condemning,
    derivation,
    elsewhere,
    epochs,
    erasing,
    incidents,
    landing,
    moving,
    ordering,
    runs,
)
from repository.blobs.group import Ticket
from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack_io import PackIO
from repository.blobs.seal import adopt_abandoned
from repository.blobs.spool import Spool
from repository.blobs.store_node import LogTold, StoreNodeUnreachable
from repository.catalogue.change import Sources
from repository.catalogue.engine import Engine
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.catalogue.nodes import epoch_of, term_of
from repository.catalogue.tables import TABLE_NAMES
from repository.catalogue.versions import require_schema
from repository.catalogue.views import Reading
from repository.decider import Decider
from repository.epochs import BeginEpoch
from repository.errors import Kind, Trouble
from repository.figures import Counting
from repository.format import Layout, StoreOptions, identify
from repository.keeper import Command, Keeper, KeeperStopped, Rules
from repository.keeper_ledger import KeeperLedger
from repository.local_keeper import LocalKeeper
from repository.log.event_log import EventLog
from repository.model import merkle
from repository.model.ids import Clock, system_clock, time_ordered_ids
from repository.model.terms import EpochAdrift, StoreNodeReplaced
from repository.nodes.instance import instance_of
from repository.nodes.lease import Lease, Phase
from repository.nodes.office import Office, require_role
from repository.recovery import Recovered, recover, roll_forward, settled
from repository.resettling import resettle
from repository.snapshots import restore_newest

R = TypeVar("R")
BEGINNING_SECONDS = 4000.0
"""How long an office node's first command waits, alone, for the lease of the one before to run out."""
NODE_RULES: Rules = {
    **landing.RULES,
    **derivation.RULES,
    **incidents.RULES,
    **condemning.RULES,
    **erasing.RULES,
    **ordering.RULES,
    **checking.RULES,
    **runs.RULES,
    **elsewhere.RULES,
    **epochs.RULES,
    **moving.RULES,
    **Counting().rules,
}
"""What every keeper decides, whatever stands above it; its counts are each decider's own."""


class StoreLocked(Trouble):
    """The store in {folder} is in use by another process ({holder})."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Kho ở {folder} đang được tiến trình khác sử dụng ({holder})."


def node_sources(clock: Clock = system_clock) -> Sources:
    """Identifiers by time, randomness from the system."""
    return Sources(time_ordered_ids(clock, secrets.token_bytes), secrets.token_bytes)


class Parts(NamedTuple):
    """What is opened of a store."""

    layout: Layout
    store: uuid.UUID
    engine: Engine
    packs: PackIO
    log: EventLog


class Keeping:
    """A store whose keeper lives in this process: recovered, locked, ready to decide."""

    def __init__(
        self,
        parts: Parts,
        decider: Decider,
        recovered: Recovered,
        closing: ExitStack,
        lease: Lease | None = None,
    ) -> None:
        self.parts = parts
        self._lease = lease
        self.decider = decider
        self.keeper: Keeper = LocalKeeper(decider)
        if lease:
            self.keeper = _Tended(self.keeper, self.tend)
        self._tending = threading.Lock()
        self._begun = 0
        """The epoch that stands in the log: held a moment earlier, it is not yet anybody's to name."""
        self.recovered = recovered
        self._closing = closing

    def tend(self, patience: float = 0.0) -> None:
        """At an office node: take an epoch and begin it when it is due; call it now and then.

        Wait for that up to *patience* seconds. Raise `NodeSuperseded` or `LogBehind` when this
        life of the keeper has to end.
        """
        if self._lease is None:
            return
        if self._lease.trouble:
            raise self._lease.trouble
        if self._lease.phase is Phase.HELD and self._begun == self._lease.epoch:
            return
        with self._tending:
            self._lease.start()
            if self._lease.due(patience):
                self._begin(self._lease)

    def _begin(self, lease: Lease) -> None:
        """Read what the one before may have written until now, then go on behind it."""
        engine, log = self.parts.engine, self.parts.log
        elsewhere.restore_from(engine, log, roll_forward(engine, log).since)
        settled(engine)
        if lease.epoch <= self._epoch():
            lease.take_another()  # somebody began that one, of whom the store node had not heard
            return
        try:
            lease.begin(self._told)
        except (StoreNodeUnreachable, StoreNodeReplaced, EpochAdrift):
            return  # due it stays, or another epoch is taken
        begin = BeginEpoch(caller=landing.NODE, epoch=lease.epoch, term=lease.term, away=lease.away)
        ticket = Ticket[Command[Any]](begin)
        self.decider.decide([ticket])
        ticket.outcome()
        self._begun = lease.epoch

    def _epoch(self) -> int:
        with self.parts.engine.reading() as txn:
            return epoch_of(Reading(txn))

    def _told(self) -> LogTold:
        with self.parts.engine.reading() as txn:
            mark = Reading(txn).watermark()
        return LogTold(mark.sequence, merkle.root(mark.peaks))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()


class _Tended:
    """The keeper of an office node within this process: the first command takes the epoch.

    So whoever only reads disturbs nobody.
    """

    def __init__(self, keeper: Keeper, tend: Callable[[float], None]) -> None:
        self._keeper = keeper
        self._tend = tend

    def submit(self, command: Command[R]) -> R:
        self._tend(BEGINNING_SECONDS)
        return self._keeper.submit(command)

    def close(self) -> None:
        self._keeper.close()


def open_keeping(
    root: Path,
    options: StoreOptions,
    *,
    rules: Rules,
    clock: Clock,
    folders: Callable[[Path], PackIO] = LocalPackIO,
    office: Office | None = None,
) -> Keeping:
    """Lock the store, recover it, and make its decider.

    That of an office node decides nothing before `Keeping.tend` has begun its epoch.
    """
    layout, (store, _, marked) = Layout(root), identify(root)
    require_role(root, marked, office)
    if layout.read_only.exists():
        raise KeeperStopped
    with ExitStack() as closing:
        closing.enter_context(locked(layout))
        restore_newest(layout)
        engine = LmdbEngine(layout.catalogue, tables=TABLE_NAMES, map_size=options.map_size)
        closing.callback(engine.close)
        require_schema(engine)
        packs, log = folders(layout.packs), EventLog(folders(layout.log), store)
        closing.callback(packs.close)
        closing.callback(log.close)
        recovered = recover(engine, packs, log, store)
        lease = _leased(office, layout, engine, closing)
        if office:
            elsewhere.restore_from(engine, log, recovered.since)
        decider = Decider(
            engine,
            log,
            {**NODE_RULES, **rules},
            clock=clock,
            sources=node_sources(clock),
            stop=stopper(layout),
            halted=partial(os.access, layout.read_only, os.F_OK),
            fence=lease,
        )
        _sweep(layout)
        if office is None:  # an office node has no packs
            adopt_abandoned(packs, KeeperLedger(engine, LocalKeeper(decider), writer="recovery"))
            if recovered.doubtful:
                resettle(engine, packs, circles=recovered.fates, returned=recovered.returned)
        settled(engine)
        parts = Parts(layout, store, engine, packs, log)
        return Keeping(parts, decider, recovered, closing.pop_all(), lease)


def _leased(
    office: Office | None, layout: Layout, engine: Engine, closing: ExitStack
) -> Lease | None:
    """The lease of an office node, not taken yet."""
    if office is None:
        return None

    def asked(what: Callable[[Reading], R]) -> R:
        with engine.reading() as txn:
            return what(Reading(txn))

    node = office.connect()
    node.works_in(partial(asked, term_of))
    lease = Lease(
        node,
        office.name,
        instance=instance_of(layout.lock),
        seconds=office.lease_seconds,
        reached=partial(asked, epoch_of),
    )
    closing.callback(lease.close)
    return lease


def stopper(layout: Layout) -> Callable[[Trouble], None]:
    """What to do when the disk failed: leave a mark that only `vankho doctor` takes away."""

    def stop(failed: Trouble) -> None:
        with contextlib.suppress(OSError):  # the disk has failed: the mark may fail too
            layout.read_only.write_text(failed.sentence + "\n", encoding="utf-8")

    return stop


@contextmanager
def locked(layout: Layout) -> Generator[None]:
    """Hold the store for this process alone; raise `StoreLocked`."""
    layout.local.mkdir(parents=True, exist_ok=True)
    number = os.open(layout.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(number, 64, 0).decode(errors="replace").strip()
            raise StoreLocked(folder=layout.root, holder=holder or "?") from None
        os.ftruncate(number, 0)
        os.pwrite(number, f"pid {os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(number)


def _sweep(layout: Layout) -> None:
    """Uploads of dead processes; those of live workers are younger than their keeper."""
    Spool(layout.spool, limit=0, new_name=str).sweep()
