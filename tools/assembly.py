"""Where adapters meet ports: the only wiring, readable top-down; what it opens it closes.

A store is opened *alone* (its keeper in this process) or *beside* a running keeper. Commands
take `opened`, which does the first and falls back to the second.
"""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from api.services import RULES, Limits, Note, Services
from api.services.checkpoints import head, keep_daily
from api.services.directory_sync import DirectorySync
from api.services.ended_registers import close_ended
from api.services.reminding import tell_deadlines
from indexer.extract.channel import Limits as ExtractLimits
from indexer.extract.pool import ExtractionPool
from indexer.follower import TextFollower
from indexer.index import IndexReader
from indexer.schema import VERSION
from indexer.tantivy_index import TantivyIndex, TantivyReader
from indexer.whoosh_index import WhooshIndex, WhooshReader
from interop.directory.active_directory import ActiveDirectory
from interop.directory.kerberos import KerberosNegotiation
from interop.directory.limits import access
from interop.directory.port import Directory, Negotiation
from repository.catalogue.nodes import term_of
from repository.format import Layout, StoreOptions, identify
from repository.holdings import Holdings
from repository.keeper import KeeperStopped
from repository.keeping import StoreLocked
from repository.model.ids import system_clock
from repository.model.nodes import parse_node
from repository.model.terms import Term
from repository.nodes.http_moves import HttpMoves
from repository.nodes.http_store_node import HttpStoreNode
from repository.nodes.office import BytesElsewhere, NotAnOffice, Office
from repository.remote_keeper import is_alive
from repository.upkeep.bundling import Head
from repository.upkeep.leaving import Desk, claim_again, settle
from repository.upkeep.obeying import forget_erased, obey
from repository.upkeep.orders import carry_out
from repository.upkeep.purge import finish_all
from repository.upkeep.release import release
from repository.upkeep.resend import Resent, resend
from repository.watch import LogWatch
from tools.index_keeping import IndexKeeping, begun_at, discard_older
from tools.log_keys import LogKeyFile
from tools.passwords import read_password
from tools.printing import PRINTERS
from tools.reopening_index import ReopeningIndex
from tools.settings import Settings
from tools.tokens import read_token

WHOLE_DIRECTORY_SECONDS = 24 * 3600.0
"""How often everybody in the directory is read, and not only who has changed."""
_WRITERS: dict[str, type[TantivyIndex | WhooshIndex]] = {
    "tantivy": TantivyIndex,
    "whoosh": WhooshIndex,
}
_READERS: dict[str, type[TantivyReader | WhooshReader]] = {
    "tantivy": TantivyReader,
    "whoosh": WhooshReader,
}


def options_of(settings: Settings) -> StoreOptions:
    """What the store is told of *settings*."""
    store = settings.store
    return StoreOptions(
        map_size=int(store.map_size),
        pack_target=int(store.pack_target),
        reserve=int(store.reserve),
        max_blob=int(store.max_blob),
        max_uploads=settings.uploads.count,
        max_upload_bytes=int(settings.uploads.room),
    )


def office_of(settings: Settings) -> Office | None:
    """The office node whose store this is; None for a store that keeps its own files.

    Raise `BytesElsewhere` or `NotAnOffice` where the settings say otherwise than the folder.
    """
    root, store = settings.root, settings.store
    marked = identify(root).office
    if not marked:
        if store.remote or settings.serve.role == "office":
            raise NotAnOffice(folder=root)
        return None
    if not store.remote or not store.remote_token_file or settings.serve.role == "store":
        raise BytesElsewhere(folder=root, node=marked)
    token = read_token(Path(store.remote_token_file), sys.stdin, kind="vn_")
    return Office(
        name=parse_node(marked),
        connect=partial(HttpStoreNode, store.remote, token),
        cache_bytes=int(store.cache),
        lease_seconds=store.lease_seconds,
    )


@contextmanager
def move_desk(settings: Settings, holdings: Holdings) -> Generator[Desk]:
    """An office node's way to its store node, for moves; raise `NotAnOffice` for any other."""
    office = office_of(settings)
    if office is None:
        raise NotAnOffice(folder=settings.root)
    token = read_token(Path(settings.store.remote_token_file), sys.stdin, kind="vn_")
    moves = HttpMoves(settings.store.remote, token)

    def term() -> Term:
        with holdings.reading() as now:
            return term_of(now)

    moves.works_in(term)
    try:
        yield Desk(office.name, moves)
    finally:
        moves.close()


def signed_head(settings: Settings, holdings: Holdings) -> Callable[[], Head]:
    """Says where the log stands, signed where it has a key that is at hand."""

    def told() -> Head:
        found = head(holdings, log_key_file(settings).read_if_fit, system_clock)
        return Head(found.size, found.root, found.note)

    return told


def directory_of(settings: Settings) -> Directory | None:
    """The Active Directory of *settings*, nothing connected yet; None where none is named.

    Raise `DirectorySettingsUnfit`.
    """
    told = settings.directory
    if not told.urls:
        return None
    named = access(told.urls, told.base, told.user, partial(read_password, told.password_file))
    limited = msgspec.structs.replace(
        named,
        ca=Path(told.ca) if told.ca else None,
        connect_seconds=told.connect_seconds,
        answer_seconds=told.answer_seconds,
    )
    return ActiveDirectory(limited, system_clock, time.monotonic)


def directory_sync(holdings: Holdings, directory: Directory) -> DirectorySync:
    """What keeps the people of *holdings* as *directory* has them."""
    return DirectorySync(holdings, directory, system_clock, whole_seconds=WHOLE_DIRECTORY_SECONDS)


def negotiation_of(settings: Settings) -> Negotiation | None:
    """Sign-on by ticket; None where no keytab is named. Raise `KerberosMissing` or `KeytabUnfit`."""
    keytab = settings.directory.keytab
    return KerberosNegotiation(Path(keytab)) if keytab else None


@contextmanager
def entrance(settings: Settings) -> Generator[tuple[Directory | None, Negotiation | None]]:
    """By whom people are let in, until the block ends; raise as the two it opens."""
    directory, negotiation = directory_of(settings), negotiation_of(settings)
    try:
        yield directory, negotiation
    finally:
        if directory:
            directory.close()


@contextmanager
def opened_alone(settings: Settings) -> Generator[Holdings]:
    """The store with its keeper in this process; raise `StoreMissing` or `StoreLocked`."""
    with Holdings.open_alone(
        settings.root, options_of(settings), rules=RULES, office=office_of(settings)
    ) as holdings:
        yield holdings


@contextmanager
def opened_beside(settings: Settings, worker: str, *, writes: bool = True) -> Generator[Holdings]:
    """The store beside a running keeper; *worker* names this process as a writer of packs."""
    with Holdings.open_beside(
        settings.root,
        options_of(settings),
        rules=RULES,
        worker=worker,
        writes=writes,
        office=office_of(settings),
    ) as holdings:
        yield holdings


@contextmanager
def opened(settings: Settings) -> Generator[Holdings]:
    """The store alone or, where a server runs on it, beside that server's keeper."""
    with _alone_or_beside(settings) as holdings:
        yield holdings


@contextmanager
def opened_for_reading(settings: Settings) -> Generator[Holdings]:
    """The store to be read for hours: recovered where no server runs, then without its lock.

    A server may be started meanwhile. A store whose disk failed is opened as it stands, for it is the
    one to be copied.
    """
    with suppress(KeeperStopped):
        _alone_or_beside(settings).close()
    with opened_beside(settings, "-", writes=False) as holdings:
        yield holdings


def _alone_or_beside(settings: Settings) -> Holdings:
    options, office = options_of(settings), office_of(settings)
    try:
        return Holdings.open_alone(settings.root, options, rules=RULES, office=office)
    except StoreLocked:
        if not is_alive(Layout(settings.root).socket):
            raise
    worker = f"cli-{os.getpid()}"
    return Holdings.open_beside(settings.root, options, rules=RULES, worker=worker, office=office)


@contextmanager
def index_keeping(settings: Settings, holdings: Holdings) -> Generator[IndexKeeping]:
    """The index as its one writer keeps it."""
    folder, writer = index_folder(settings), _WRITERS[settings.search.engine]
    discard_older(folder)
    keeping = IndexKeeping(folder, writer, holdings)
    try:
        yield keeping
    finally:
        keeping.close()


def discard_index(settings: Settings) -> None:
    """Throw every index away; the followers write the one that is searched again."""
    shutil.rmtree(Layout(settings.root).index, ignore_errors=True)


def index_folder(settings: Settings) -> Path:
    """Where the index of the chosen engine lies."""
    return Layout(settings.root).index / f"{settings.search.engine}-{VERSION}"


@contextmanager
def index_reader(settings: Settings) -> Generator[IndexReader]:
    """The index for searching; one that is not written yet finds nothing until it is."""
    folder = index_folder(settings)
    reader = ReopeningIndex(lambda: _READERS[settings.search.engine](folder))
    try:
        yield reader
    finally:
        reader.close()


@contextmanager
def extraction(settings: Settings) -> Generator[ExtractionPool]:
    """The limited processes in which files are read."""
    spool = Layout(settings.root).local / "extract"
    spool.mkdir(mode=0o700, exist_ok=True)
    limits = ExtractLimits(
        memory=int(settings.extract.memory),
        cpu_seconds=settings.extract.seconds,
        wall_seconds=settings.extract.seconds * 1.5,
    )
    with ExtractionPool(spool=spool, workers=settings.extract.workers, limits=limits) as pool:
        yield pool


class Following(NamedTuple):
    """What keeps up with the log; each step says how much it found to do."""

    read_texts: Callable[[], int]
    keep_index: Callable[[], int]
    renew_index: Callable[[], int]
    """Writes it anew where it may know words that were destroyed."""
    seal: Callable[[], int]
    finish_purges: Callable[[], int]
    """Takes up those that were interrupted."""
    reach: Callable[[], int]
    """Takes purges from node to node, where there are several."""
    sweep: Callable[[], int]
    keep_checkpoint: Callable[[], int]
    """Signs and keeps the day's, where the log has a key."""
    close_ended: Callable[[], int]
    """Closes registers of agencies that have ended."""
    tell_deadlines: Callable[[], int]
    """Tells who has lines that are due soon or overdue."""
    release: Callable[[], int]
    """At an office node: what it has swept is let go of at the store node."""
    resend: Callable[[], Resent | None]
    """At an office node: what a promoted store node lacks."""
    moves: Callable[[], int]
    """At an office node: which agencies have left, learnt of the store node."""


@contextmanager
def following(settings: Settings, holdings: Holdings) -> Generator[Following]:
    """The followers of an open store; one process at a time may have them."""
    with index_keeping(settings, holdings) as index, extraction(settings) as extractor:
        yield Following(
            read_texts=TextFollower(holdings, extractor, threads=settings.extract.workers).step,
            keep_index=index.follow,
            renew_index=index.renew,
            seal=lambda: len(holdings.tidy()),
            finish_purges=lambda: len(finish_all(holdings)) + forget_erased(holdings),
            reach=lambda: reach(settings, holdings),
            sweep=holdings.uploads.sweep,
            keep_checkpoint=partial(
                keep_daily, holdings, log_key_file(settings).read, system_clock
            ),
            close_ended=lambda: close_ended(holdings, system_clock),
            tell_deadlines=partial(tell_deadlines, holdings, system_clock),
            release=lambda: release(holdings),
            resend=lambda: resend(holdings),
            moves=lambda: _news_of_moves(settings, holdings),
        )


def reach(settings: Settings, holdings: Holdings) -> int:
    """Take purges as far as they go now, at an office or at a store node; how many went on."""
    folder = index_folder(settings)
    return obey(holdings, lambda: begun_at(folder)) + carry_out(holdings)


def _news_of_moves(settings: Settings, holdings: Holdings) -> int:
    with move_desk(settings, holdings) as desk:
        return settle(holdings, desk) + claim_again(holdings, desk)


def log_key_file(settings: Settings) -> LogKeyFile:
    """Where the private half of the log's key is kept."""
    named = settings.log.key_file
    path = Path(named).expanduser() if named else Layout(settings.root).local / "log.key"
    return LogKeyFile(path)


class Surroundings(NamedTuple):
    """What a worker is told by the process that it is."""

    name: str
    stop: threading.Event
    """Once it is set, nobody waits for an event any longer."""
    note: Note | None
    """Where a line is written for each request; None = nowhere."""
    directory: Directory | None = None
    """Whom people sign in with."""
    negotiation: Negotiation | None = None


def services(
    settings: Settings, holdings: Holdings, index: IndexReader, around: Surroundings
) -> Services:
    """The use cases over an open store."""
    serve = settings.serve
    limits = Limits(
        max_blob=int(settings.store.max_blob),
        max_uploads=settings.uploads.count,
        max_upload_bytes=int(settings.uploads.room),
        upload_seconds=settings.uploads.hours * 3600,
        rate=serve.rate,
        burst=serve.burst,
    )
    # Decision 18: who waits holds a quarter of a worker's threads at most.
    watch = LogWatch(holdings.last_event, places=serve.threads // 4, stop=around.stop)
    return Services(
        holdings=holdings,
        index=index,
        clock=system_clock,
        entropy=os.urandom,
        limits=limits,
        watch=watch,
        note=around.note,
        log_key=log_key_file(settings).read_if_fit,
        printers=PRINTERS,
        directory=around.directory,
        negotiation=around.negotiation,
        worker=around.name,
    )
