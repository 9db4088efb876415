"""Registering while workers and the keeper are killed by force: no number twice, none missing.

Every client sends one request after another, each again under its key until it is answered, as a
service does (docs/api.md). Then all registers are read over HTTP and compared with the answers.
"""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import msgspec

from tools.bench.frame import Bar
from tools.bench.http_ground import Ground, told
from tools.bench.http_line import Answered, Line, LineBroken
from tools.bench.processes import role_of, tree
from tools.bench.registering import registration, symbol_of
from tools.serving.orders import orders_path, taken

NONE = Bar(most=0)
SOME = Bar(least=1)
CREATED = 201
SERVER_ERROR = 500
ANSWER_SECONDS = 120
"""So long a client tries one request at most."""
PAUSE_SECONDS = 0.05
ROWS = 200
"""Rows of a register read at once."""


class Acknowledged(msgspec.Struct, frozen=True):
    """What a client was told."""

    symbol: str
    agency: str
    number: int
    document: str


class Found(msgspec.Struct, frozen=True):
    """What the registers say in the end."""

    duplicates: int
    gaps: int
    lost: int
    """Acknowledged, and not there as it was acknowledged."""
    twice: int
    """Papers that stand in a register more often than they were sent."""


def measure_kills(ground: Ground, clients: int, seconds: float, every: float) -> None:
    """Tell what became of registrations while a process was killed *every* so many seconds."""
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(1) as executioner:
        killing = executioner.submit(_kill, ground, end, every)
        sent = _Sending(ground, end)
        acknowledged = sent.by(clients)
        killed = killing.result()
    found = compared(acknowledged, registers_of(ground))
    for role, times in sorted(killed.items()):
        ground.tell(f"kills.of_{role}", "kills", times)
    ground.tell("kills", "kills", killed.total(), bar=SOME)
    ground.tell("kills.acknowledged", "registrations", len(acknowledged), bar=SOME)
    ground.tell("kills.sent_again", "requests", sent.again)
    for name in Found.__struct_fields__:
        ground.tell(f"kills.{name}", "registrations", getattr(found, name), bar=NONE)


class _Sending:
    """Clients that give no request up."""

    def __init__(self, ground: Ground, end: float) -> None:
        self._ground = ground
        self._end = end
        self._numbers = count()
        self.again = 0

    def by(self, clients: int) -> list[Acknowledged]:
        """Send by so many clients at once until the end; all that was acknowledged."""
        with ThreadPoolExecutor(clients) as pool:
            return [one for some in pool.map(self._sent, range(clients)) for one in some]

    def _sent(self, _: int) -> list[Acknowledged]:
        return list(self._by_one())

    def _by_one(self) -> Iterator[Acknowledged]:
        line: Line | None = None
        while time.monotonic() < self._end:
            number = next(self._numbers)
            key = f"kill-{number}"
            asked = registration(self._ground, number, key, ())
            answered, line = self._answered(line, asked)
            view = told(answered, CREATED)
            agency = self._ground.agencies[number % len(self._ground.agencies)]
            yield Acknowledged(symbol_of(number, key), agency, view["number"], view["id"])
        if line:
            line.close()

    def _answered(self, line: Line | None, asked: bytes) -> tuple[Answered, Line]:
        """The answer to *asked*, sent again for as long as servers die under it."""
        end = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(OSError, LineBroken):
                line = line or self._ground.line()
                answered = line.ask(asked)
                if answered.status < SERVER_ERROR:
                    return answered, line
            if line:
                line.close()
                line = None
            self.again += 1
            time.sleep(PAUSE_SECONDS)
        raise AssertionError("no answer for too long")


def _kill(ground: Ground, end: float, every: float) -> "Counter[str]":
    """Kill a worker or the keeper, by turns of dice, until the end; how often each."""
    dice, killed = random.Random(0), Counter[str]()
    supervisor = taken(orders_path(ground.root)).supervisor
    while time.monotonic() + every < end:
        time.sleep(every)
        victims = {role: pid for pid in tree(supervisor) if _may_die(role := role_of(pid))}
        if not victims:
            continue
        role = dice.choice(sorted(victims))
        with contextlib.suppress(ProcessLookupError):
            os.kill(victims[role], signal.SIGKILL)
            killed["keeper" if role == "keeper" else "workers"] += 1
    return killed


def _may_die(role: str) -> bool:
    return role == "keeper" or role.startswith("worker-")


def registers_of(ground: Ground) -> dict[str, list[Acknowledged]]:
    """All rows of the registers of all agencies, as the server tells them."""
    with ground.line() as line:

        def ask(path: str) -> dict[str, object]:
            return told(line.ask(ground.asking("GET", path)), 200)

        return {code: list(_rows(ask, code)) for code in ground.agencies}


def _rows(ask: Callable[[str], dict[str, object]], code: str) -> Iterator[Acknowledged]:
    (book,) = msgspec.convert(ask(f"/v1/agencies/{code}/registers"), _Books).registers
    start: int | None = 0
    while start is not None:
        asked = f"/v1/registers/{book.id}/entries?start={start}&limit={ROWS}"
        page = msgspec.convert(ask(asked), _Page)
        for row in page.entries:
            yield Acknowledged(row.symbol, code, row.number, row.id)
        start = page.next


def compared(acknowledged: list[Acknowledged], registers: dict[str, list[Acknowledged]]) -> Found:
    """What is wrong with *registers*, knowing what was *acknowledged*."""
    there = {row for rows in registers.values() for row in rows}
    symbols = Counter(row.symbol for rows in registers.values() for row in rows)
    return Found(
        duplicates=sum(
            len(rows) - len({row.number for row in rows}) for rows in registers.values()
        ),
        gaps=sum(
            max((row.number for row in rows), default=0) - len({row.number for row in rows})
            for rows in registers.values()
        ),
        lost=sum(one not in there for one in acknowledged),
        twice=sum(times - 1 for times in symbols.values()),
    )


class _Book(msgspec.Struct):
    id: str


class _Books(msgspec.Struct):
    registers: list[_Book]


class _Row(msgspec.Struct):
    id: str
    number: int
    symbol: str


class _Page(msgspec.Struct):
    entries: list[_Row]
    next: int | None = None
