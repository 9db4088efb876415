"""The holdings (kho): both halves of a node opened together, and closed in reverse."""

import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

from repository.blobs.cache import BlobCache
from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.memory import MemoryBlobs
from repository.blobs.pack_io import PackIO
from repository.blobs.port import BlobStore
from repository.blobs.reader import BlobReader
from repository.blobs.remote import RemoteStore
from repository.blobs.seal import Sealed, adopt_abandoned, seal_closed
from repository.blobs.spool import Spool
from repository.blobs.store import DiskReserve, LocalStore
from repository.blobs.writer import PackWriter
from repository.catalogue.engine import Engine
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.catalogue.memory_engine import MemoryEngine
from repository.catalogue.tables import TABLE_NAMES
from repository.catalogue.views import Reading
from repository.decider import Decider
from repository.errors import Kind, Trouble
from repository.format import Layout, StoreOptions, identify
from repository.jobs.local import local_jobs
from repository.jobs.memory import memory_jobs
from repository.jobs.port import DEFAULT_LIMITS, Jobs
from repository.keeper import Keeper, Rules
from repository.keeper_ledger import KeeperLedger
from repository.keeping import NODE_RULES, Parts, node_sources, open_keeping, stopper
from repository.local_keeper import LocalKeeper
from repository.log.event_log import EventLog
from repository.log.frame import Read
from repository.log.memory_log import MemoryLog
from repository.maintenance import UpkeepBusy, maintaining
from repository.model import merkle
from repository.model.ids import Clock, NewId, system_clock
from repository.nodes.office import Office, require_role
from repository.recovery import Recovered
from repository.remote_keeper import RemoteKeeper
from repository.snapshots import snapshot_when_due
from repository.uploads.local import LocalUploads
from repository.uploads.memory import MemoryUploads
from repository.uploads.port import UploadLimits, Uploads

_DEFAULTS = StoreOptions()


class Checkpoint(NamedTuple):
    """The log at one size."""

    size: int
    root: bytes
    """RFC 6962 root with BLAKE3."""


class Shelves(NamedTuple):
    """Where the packs of an open store lie, and what upkeep needs beside them."""

    layout: Layout
    store: uuid.UUID
    packs: PackIO
    ledger: KeeperLedger
    reserve: DiskReserve
    clock: Clock


class NoShelves(Trouble):
    """This store lies in memory: it has no packs to look after."""

    kind = Kind.INVALID
    vietnamese = "Kho này nằm trong bộ nhớ, không có gói dữ liệu để bảo trì."


class Events(Protocol):
    """The log, for reading."""

    def events(self, after: int, upto: int | None = None) -> Iterator[Read]:
        """The events after a sequence, in order."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class Holdings:
    """A store on this node, open."""

    def __init__(
        self,
        *,
        engine: Engine,
        keeper: Keeper,
        blobs: BlobStore,
        uploads: Uploads,
        jobs: Jobs,
        log: Events,
        closing: ExitStack,
    ) -> None:
        self.blobs = blobs
        self.uploads = uploads
        self.jobs = jobs
        self.keeper = keeper
        self.engine = engine
        self._log = log
        self._closing = closing
        self.recovered = Recovered(0, 0, 0)
        self.store = uuid.UUID(int=0)
        """Whose log this is; in memory, nobody's."""
        self._shelves: Shelves | None = None

    @property
    def on_disk(self) -> bool:
        """The store has packs; one in memory has none."""
        return self._shelves is not None

    @property
    def shelves(self) -> Shelves:
        """The store's packs; raise `NoShelves` for one in memory."""
        if self._shelves is None:
            raise NoShelves
        return self._shelves

    @contextmanager
    def reading(self) -> Generator[Reading]:
        """One consistent snapshot of the catalogue; keep it short."""
        with self.engine.reading() as txn:
            yield Reading(txn)

    def events(self, after: int) -> Iterator[Read]:
        """The committed events after sequence *after*, in order."""
        with self.reading() as now:
            upto = now.watermark().sequence
        return self._log.events(after, upto) if upto > after else iter(())

    def last_event(self) -> int:
        """The sequence of the last committed event."""
        with self.reading() as now:
            return now.watermark().sequence

    def checkpoint(self) -> Checkpoint:
        """The log's size and root now."""
        with self.reading() as now:
            mark = now.watermark()
        return Checkpoint(mark.sequence, merkle.root(mark.peaks))

    def seal(self) -> list[Sealed]:
        """Close this process's pack; seal every closed pack, also those of dead writers."""
        if isinstance(self.blobs, LocalStore):
            self.blobs.close_pack()
        return self._tidied(wait=True)

    def tidy(self) -> list[Sealed]:
        """Take over packs of dead writers; seal what is closed; take a snapshot when one is due.

        Do nothing while somebody else looks after the packs.
        """
        try:
            return self._tidied(wait=False)
        except UpkeepBusy:
            return []

    def _tidied(self, *, wait: bool) -> list[Sealed]:
        if self._shelves is None:
            return []
        layout, store, packs, ledger, *_ = self._shelves
        sealed: list[Sealed] = []
        if not isinstance(self.blobs, RemoteStore):
            with maintaining(layout, wait=wait):
                adopt_abandoned(packs, ledger)
                sealed = list(seal_closed(packs, ledger, store))
        if isinstance(self.engine, LmdbEngine):
            snapshot_when_due(layout, self.engine, self.checkpoint().size)
        return sealed

    def free_bytes(self) -> tuple[int, int]:
        """Free bytes of the disk, and the reserve below which nothing is written."""
        if self._shelves is None:
            return 1 << 50, 0
        return self._shelves.reserve.free(), self._shelves.reserve.reserve

    def reaches_store_node(self) -> bool | None:
        """Say whether the store node answers; None where the files are this node's own."""
        return self.blobs.reachable() if isinstance(self.blobs, RemoteStore) else None

    def close(self) -> None:
        """Close everything in reverse."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Ways of opening.

    @classmethod
    def in_memory(
        cls, *, rules: Rules, clock: Clock = system_clock, options: StoreOptions = _DEFAULTS
    ) -> Self:
        """Everything in memory, for trials and tests; of *options* the limits of uploads hold."""
        engine = MemoryEngine(tables=TABLE_NAMES)
        log = MemoryLog()
        decider = Decider(
            engine,
            log,
            {**NODE_RULES, **rules},
            clock=clock,
            sources=node_sources(clock),
            stop=_ignore,
        )
        keeper = LocalKeeper(decider)
        blobs = MemoryBlobs(KeeperLedger(engine, keeper, writer="memory"))
        uploads = MemoryUploads(
            limits=_upload_limits(options), clock=clock, new_id=node_sources(clock).new_id
        )
        return cls(
            engine=engine,
            keeper=keeper,
            blobs=blobs,
            uploads=uploads,
            jobs=memory_jobs(limits=DEFAULT_LIMITS, clock=clock, new_id=node_sources(clock).new_id),
            log=log,
            closing=ExitStack(),
        )

    @classmethod
    def open_alone(
        cls,
        root: Path,
        options: StoreOptions,
        *,
        rules: Rules,
        clock: Clock = system_clock,
        folders: Callable[[Path], PackIO] = LocalPackIO,
        office: Office | None = None,
    ) -> Self:
        """With the keeper in this process; nobody else may have the store open.

        Recovers first. *folders* makes the medium of packs and log; *office* is what the store
        of an office node belongs to. Raise `StoreMissing`, `StoreLocked`, `FormatUnknown`,
        `KeeperStopped`, `BytesElsewhere`.
        """
        with ExitStack() as closing:
            kept = open_keeping(
                root, options, rules=rules, clock=clock, folders=folders, office=office
            )
            closing.enter_context(kept)
            made = cls._over(
                kept.parts, kept.keeper, options, clock, "alone", closing, office=office
            )
            made.recovered = kept.recovered
            made._closing = closing.pop_all()  # noqa: SLF001 - its own class
            return made

    @classmethod
    def open_beside(
        cls,
        root: Path,
        options: StoreOptions,
        *,
        rules: Rules,
        worker: str,
        clock: Clock = system_clock,
        writes: bool = True,
        office: Office | None = None,
    ) -> Self:
        """Beside a running keeper, reached over its socket; *worker* names this process."""
        layout = Layout(root)
        store, _, marked = identify(root)
        require_role(root, marked, office)
        with ExitStack() as closing:
            engine = LmdbEngine(
                layout.catalogue, tables=TABLE_NAMES, map_size=options.map_size, readonly=True
            )
            closing.callback(engine.close)
            keeper = RemoteKeeper(layout.socket, {**NODE_RULES, **rules})
            closing.callback(keeper.close)
            packs, log = LocalPackIO(layout.packs), EventLog(LocalPackIO(layout.log), store)
            closing.callback(packs.close)
            closing.callback(log.close)
            parts = Parts(layout, store, engine, packs, log)
            made = cls._over(
                parts, keeper, options, clock, worker, closing, writes=writes, office=office
            )
            made._closing = closing.pop_all()  # noqa: SLF001 - its own class
            return made

    @classmethod
    def _over(  # noqa: PLR0913 - the one wiring of both ways of opening
        cls,
        parts: Parts,
        keeper: Keeper,
        options: StoreOptions,
        clock: Clock,
        writer: str,
        closing: ExitStack,
        *,
        writes: bool = True,
        office: Office | None = None,
    ) -> Self:
        ledger = KeeperLedger(parts.engine, keeper, writer=writer)
        reserve = DiskReserve(parts.layout.root, options.reserve, mark=parts.layout.read_only)
        new_id: NewId = node_sources(clock).new_id
        spool = Spool(parts.layout.spool, limit=options.max_blob, new_name=new_id)
        blobs: BlobStore
        if office:
            blobs = _remote(office, parts.layout, spool, ledger, reserve, limit=options.max_blob)
            closing.callback(blobs.close)
        else:
            blobs = _local(parts, spool, ledger, reserve, options, clock)
            if writes:
                closing.callback(blobs.close)
        uploads = LocalUploads(
            parts.layout.uploads,
            limits=_upload_limits(options),
            reserve=reserve,
            stop=stopper(parts.layout),
            clock=clock,
            new_id=new_id,
        )
        made = cls(
            engine=parts.engine,
            keeper=keeper,
            blobs=blobs,
            uploads=uploads,
            jobs=local_jobs(
                parts.layout.jobs,
                limits=DEFAULT_LIMITS,
                reserve=reserve,
                stop=stopper(parts.layout),
                clock=clock,
                new_id=new_id,
            ),
            log=parts.log,
            closing=ExitStack(),
        )
        made.store = parts.store
        made._shelves = Shelves(parts.layout, parts.store, parts.packs, ledger, reserve, clock)
        return made


def _local(
    parts: Parts,
    spool: Spool,
    ledger: KeeperLedger,
    reserve: DiskReserve,
    options: StoreOptions,
    clock: Clock,
) -> LocalStore:
    """The store in this node's own packs."""
    return LocalStore(
        spool=spool,
        writer=PackWriter(
            parts.packs,
            ledger,
            store=parts.store,
            target=options.pack_target,
            stop=stopper(parts.layout),
        ),
        reader=BlobReader(parts.packs, ledger),
        ledger=ledger,
        reserve=reserve,
        clock=clock,
    )


def _remote(
    office: Office,
    layout: Layout,
    spool: Spool,
    ledger: KeeperLedger,
    reserve: DiskReserve,
    *,
    limit: int,
) -> RemoteStore:
    """The store at the store node, with a cache on this node's disk; blobs up to *limit* bytes."""
    node = office.connect()
    node.works_in(ledger.term)
    return RemoteStore(
        node=node,
        spool=spool,
        cache=BlobCache(
            layout.cache,
            limit=office.cache_bytes,
            room=lambda: reserve.free() > reserve.reserve,
        ),
        ledger=ledger,
        name=office.name,
        limit=limit,
        admit=reserve.require,
    )


def _upload_limits(options: StoreOptions) -> UploadLimits:
    return UploadLimits(options.max_uploads, options.max_upload_bytes)


def _ignore(_: Any) -> None:
    """Memory does not fail."""
