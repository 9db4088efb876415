"""What the year bench stands on: a store in a limit of memory, its server, and where to tell."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from api.services import RULES, tokens
from repository.format import Layout, StoreOptions, create_store
from repository.holdings import Holdings
from repository.model.access import OPERATOR, Right
from repository.model.registers import day_in_vietnam
from tools.bench.frame import Bar, Emit, measured
from tools.bench.http_ground import told
from tools.bench.http_line import Line, request
from tools.bench.year_memory import Limit, Watch, limited
from tools.bench.year_mix import AGENCIES, INCOMING, OUTGOING, House, houses
from tools.demo.serving import started
from tools.serving.orders import orders_path, taken

BENCH = "year"
WORKERS = 2
THREADS = 8
MiB = 1024 * 1024
READY_SECONDS = 3600
"""How long a server may take to come up after a kill at the whole scale."""
WHOLE = Bar(most=0)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How large a run is: a tenth of the year unless told otherwise."""

    scratch: Path
    """Where the store lies: the disk that is measured."""
    outgoing: int = OUTGOING // 10
    incoming: int = INCOMING // 10
    agencies: int = AGENCIES
    memory: int = 768 * MiB
    """The limit of all processes of the server together; 0 = none."""
    clients: int = 2
    """Processes that load the server."""
    lines: int = 8
    """Connections of each."""
    reads: int = 500
    """Searches, and documents read, by an ordinary user at the end."""
    load_seconds: float = 0.0
    """When the load ends, however far it has come; 0 = it goes on to its end."""
    lag_seconds: float = 4 * 3600
    """How long the followers may take to catch up."""

    def quick(self) -> "Options":
        """The same with some thousands, to try the bench rather than the server."""
        return msgspec.structs.replace(
            self, outgoing=OUTGOING // 400, incoming=INCOMING // 400, reads=100
        )

    def full(self) -> "Options":
        """The whole year."""
        return msgspec.structs.replace(
            self, outgoing=OUTGOING, incoming=INCOMING, memory=2048 * MiB
        )


@dataclass(kw_only=True)
class Ground:
    """Options, the store, its server when it runs, and the place for measures."""

    options: Options
    root: Path
    emit: Emit
    limit: Limit
    watch: Watch
    houses: tuple[House, ...]
    today: date
    bearer: str = ""
    """A token for everything."""
    user: str = ""
    """An ordinary user's: may read one agency."""
    address: str = ""
    failures: list[str] = field(default_factory=list[str])

    def tell(self, measure: str, unit: str, *values: float, bar: Bar | None = None) -> None:
        """Emit one measure of this bench."""
        self.emit(measured(BENCH, measure, unit, values, bar=bar))

    def ask(self, line: Line, method: str, path: str, body: object = None) -> dict[str, Any]:
        """The JSON of a good answer to the holder of the token for everything."""
        content = b"" if body is None else msgspec.json.encode(body)
        headers = {"Content_Type": "application/json"} if content else {}
        return told(line.ask(request(method, path, self.bearer, content, **headers)), 200, 201)

    @contextlib.contextmanager
    def serving(self) -> Generator[float]:
        """The server, as anybody would start it, in the limit; gives the seconds it took."""
        began = time.perf_counter()
        with started(
            self.root, port=0, within=self.limit.command(()), patience=READY_SECONDS
        ) as self.address:
            taken_up = time.perf_counter() - began
            self.watch.root = self.supervisor()
            try:
                yield taken_up
            finally:
                self.watch.look()
                self.watch.root = 0

    def supervisor(self) -> int:
        """The process above all others of the running server."""
        return taken(orders_path(self.root)).supervisor

    def command(self, *words: str) -> "Ran":
        """Run `vankho` with *words* on the store, in the limit; raise AssertionError if it fails."""
        command = [sys.executable, "-P", "-m", "tools", *words, "--json", "--quiet"]
        command += ["--store", str(self.root)]
        began = time.perf_counter()
        with subprocess.Popen(
            self.limit.command(command), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
        ) as process:
            output = process.stdout.read() if process.stdout else b""
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise AssertionError(f"{words}: exit {process.returncode}, {output[-300:]!r}")
        lines = output.splitlines()
        return Ran(
            seconds=time.perf_counter() - began,
            peak=used.ru_maxrss * 1024,
            told=msgspec.json.decode(lines[-1], type=dict[str, Any]) if lines else {},
        )

    def trying(self, name: str, measure: Callable[["Ground"], object]) -> None:
        """Do *measure*; what fails is told at the end, and hinders none that follow."""
        try:
            measure(self)
        except Exception as error:  # noqa: BLE001 - hours of figures must not go with one
            self.failures.append(f"{name}: {error!r}"[:500])
            sys.stderr.write(self.failures[-1] + "\n")


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """A command that has ended well."""

    seconds: float
    peak: int
    """The most memory it had, pages of files that it has mapped with it."""
    told: dict[str, Any]
    """Its last line."""


@contextlib.contextmanager
def a_province(options: Options, emit: Emit) -> Generator[Ground]:
    """A new store, empty but for a token, and the limit that all of its processes get."""
    root = options.scratch / "year"
    shutil.rmtree(root, ignore_errors=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    try:
        create_store(root, store=uuid.uuid4())
        (root / "vankho.toml").write_text(_SETTINGS, encoding="utf-8")
        with limited(options.memory) as limit, Watch(limit) as watch:
            ground = Ground(
                options=options,
                root=root,
                emit=emit,
                limit=limit,
                watch=watch,
                houses=houses(options.agencies),
                today=day_in_vietnam(datetime.now(UTC)),
                bearer=_token(root),
            )
            ground.tell("limit.memory", "bytes", limit.asked)
            yield ground
    finally:
        shutil.rmtree(root, ignore_errors=True)


MAP_SIZE = 64 * 1024 * MiB
_SETTINGS = f"""
[store]
map_size = {MAP_SIZE}
[serve]
workers = {WORKERS}
threads = {THREADS}
log_level = "warning"
"""


def _token(root: Path) -> str:
    with Holdings.open_alone(root, StoreOptions(map_size=MAP_SIZE), rules=RULES) as holdings:
        asked = tokens.TokenAsked(label="vankho bench", rights=tuple(Right), every_agency=True)
        return tokens.issue(holdings.keeper, OPERATOR, asked, entropy=os.urandom).bearer


def open_agencies(ground: Ground) -> None:
    """Declare every agency with its two registers, and an ordinary user of the largest."""
    with Line(ground.address) as line:
        for house in ground.houses:
            ground.ask(line, "POST", "/v1/agencies", {"code": house.code, "name": house.name})
            path = f"/v1/agencies/{house.code}/registers"
            incoming = {"code": "den", "direction": "incoming", "title": "Sổ văn bản đến"}
            outgoing = {"code": "di", "direction": "outgoing", "title": "Sổ văn bản đi"}
            ground.ask(line, "POST", path, incoming)
            ground.ask(line, "POST", path, {**outgoing, "notation": house.notation})
        asked = {"label": "user", "rights": ["read"], "agencies": [ground.houses[0].code]}
        ground.user = ground.ask(line, "POST", "/v1/tokens", asked)["bearer"]


def sizes(root: Path) -> dict[str, int]:
    """What each part of the store takes on the disk, in bytes as `du` counts them."""
    layout = Layout(root)
    parts = {
        "packs": layout.packs,
        "log": layout.log,
        "catalogue": layout.catalogue,
        "index": layout.index,
        "snapshots": layout.snapshots,
    }
    return {name: _bytes_in(folder) for name, folder in parts.items()}


def _bytes_in(folder: Path) -> int:
    found = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # replaced meanwhile
            found += path.stat().st_blocks * 512 if path.is_file() else 0
    return found
