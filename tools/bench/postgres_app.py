"""The peer of the register bench: the same application over PostgreSQL.

`python -m tools.bench.postgres_app WORKERS THREADS MANNER CONNECTION` prints its address and a
token, and serves until it is ended. Routes, sessions, decoding, rules of wording and answers are
ours; what a registration is kept in is not.
"""

import logging
import os
import random
import signal
import sys
import threading
from contextlib import ExitStack
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool
from waitress.server import create_server

from api.app import create_app
from api.services import RULES, Limits, Services, tokens
from indexer.memory_index import MemoryIndex, Shelf
from repository.holdings import Holdings
from repository.log.memory_log import MemoryLog
from repository.model.access import OPERATOR, Right
from repository.model.ids import system_clock
from repository.model.registers import Direction, period_of
from repository.watch import LogWatch
from tools.bench.postgres_keeper import MANNERS, SCHEMA, Numbering, PostgresKeeper
from tools.ingest.intake import StoreIntake
from tools.printing import PRINTERS
from tools.serving.worker import BACKLOG, listening

REGISTERS = 20
SEED = 40


class Ready(msgspec.Struct, frozen=True):
    """What is printed once it serves."""

    address: str
    bearer: str


def main() -> None:
    """Make the tables, start the workers, say where they are, end with them."""
    workers, threads, manner, connection = int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:5]
    holdings, bearer = _an_office()
    _make_tables(holdings, connection, schema=manner)
    connection += f" options='-c search_path={manner}'"
    with listening("127.0.0.1", 0) as holding:
        port = holding.getsockname()[1]
        children = [
            _forked(holdings, connection, port, threads, MANNERS[manner]) for _ in range(workers)
        ]
        ready = Ready(address=f"http://127.0.0.1:{port}", bearer=bearer)
        sys.stdout.write(msgspec.json.encode(ready).decode() + "\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
    for child in children:
        os.kill(child, signal.SIGKILL)


def agency_codes() -> tuple[str, ...]:
    """Whose registers there are."""
    return tuple(f"H20.{number}" for number in range(1, REGISTERS + 1))


def _an_office() -> tuple[Holdings, str]:
    """Agencies, registers and a token, in memory: begun before there is any worker."""
    holdings = Holdings.in_memory(rules=RULES)
    intake = StoreIntake(holdings, OPERATOR, batch=1)
    for code in agency_codes():
        intake.declare(code, "den", Direction.INCOMING)
    asked = tokens.TokenAsked(label="bench", rights=tuple(Right), every_agency=True)
    entropy = random.Random(SEED).randbytes
    return holdings, tokens.issue(holdings.keeper, OPERATOR, asked, entropy=entropy).bearer


def _make_tables(holdings: Holdings, connection: str, *, schema: str) -> None:
    with psycopg.connect(connection) as made, holdings.reading() as reading:
        for sentence in ("CREATE SCHEMA {}", "SET search_path TO {}"):
            made.execute(sql.SQL(sentence).format(sql.Identifier(schema)))
        made.execute(SCHEMA)
        for agency in reading.agencies():
            for book in reading.registers_of(agency.id):
                row = (book.id, period_of(book, system_clock()), book.opening)
                made.execute("INSERT INTO registers VALUES (%s, %s, %s)", row)


def _forked(
    holdings: Holdings, connection: str, port: int, threads: int, numbering: Numbering
) -> int:
    """Another worker, begun before there is any thread."""
    pid = os.fork()
    if pid == 0:
        _work(holdings, connection, port, threads, numbering)
        os._exit(0)
    return pid


def _work(
    holdings: Holdings, connection: str, port: int, threads: int, numbering: Numbering
) -> None:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # as our workers have it
    pool = ConnectionPool(
        connection, min_size=threads, max_size=threads, kwargs={"autocommit": True}
    )
    peer = Holdings(
        engine=holdings.engine,
        keeper=PostgresKeeper(holdings, pool, system_clock, numbering),
        blobs=holdings.blobs,
        uploads=holdings.uploads,
        jobs=holdings.jobs,
        log=MemoryLog(),
        closing=ExitStack(),
    )
    server: Any = create_server(
        create_app(_services(peer)),
        sockets=[listening("127.0.0.1", port)],
        threads=threads,
        backlog=BACKLOG,
    )
    server.run()


def _services(holdings: Holdings) -> Services:
    return Services(
        holdings=holdings,
        index=MemoryIndex(Shelf()),
        clock=system_clock,
        entropy=os.urandom,
        limits=Limits(),
        watch=LogWatch(holdings.last_event, places=0, stop=threading.Event()),
        note=None,
        printers=PRINTERS,
    )


if __name__ == "__main__":
    threading.current_thread().name = "postgres-app"
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
