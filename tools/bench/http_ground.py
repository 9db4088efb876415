"""What every part of the HTTP bench stands on: an office with its server, and its bare peer."""

import contextlib
import os
import random
import shutil
import subprocess
import sys
import uuid
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from api.services import RULES, tokens
from repository.format import StoreOptions, create_store
from repository.holdings import Holdings
from repository.model.access import OPERATOR, Right
from repository.model.registers import Direction
from tools.bench.frame import Bar, Emit, Peer, installed_version, measured
from tools.bench.http_line import Answered, Line, request
from tools.demo.serving import started
from tools.ingest.intake import StoreIntake

BENCH = "http"
WORKERS = 2
THREADS = 8
PAGE_BYTES = 40_000
"""The blob of the promise: 40 KB."""
AGENCIES = 20
MiB = 1024 * 1024


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How large a run is."""

    scratch: Path
    """Where the store lies: the disk that is measured."""
    rounds: int = 9
    round_seconds: float = 4.0
    """How long one arm is loaded in a round."""
    registration_seconds: float = 15.0
    """How long registrations go on for each number of clients."""
    traffic_seconds: float = 300.0
    seed: int = 40

    def quick(self) -> "Options":
        """The same in seconds, to try the bench rather than the server."""
        return msgspec.structs.replace(
            self, rounds=2, round_seconds=0.3, registration_seconds=0.5, traffic_seconds=3.0
        )

    def full(self) -> "Options":
        """The same with an hour of office traffic."""
        return msgspec.structs.replace(self, traffic_seconds=3600.0)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Options, the running server, and the place for measures."""

    options: Options
    emit: Emit
    address: str
    bearer: str
    agencies: tuple[str, ...]
    bench: str = BENCH
    """Under whose name its measures are told."""
    root: Path = Path()
    """The folder of its store."""

    def moved(self, *, address: str, bearer: str) -> "Ground":
        """The same questions to another server, by the holder of another token."""
        return replace(self, address=address, bearer=bearer)

    def line(self) -> Line:
        """A connection of its own."""
        return Line(self.address)

    def asking(self, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        """The bytes of a request by the holder of the token."""
        return request(method, path, self.bearer, body, **headers)

    def tell(
        self,
        measure: str,
        unit: str,
        *values: float,
        peer: Peer | None = None,
        bar: Bar | None = None,
    ) -> None:
        """Emit one measure of this bench."""
        self.emit(measured(self.bench, measure, unit, values, peer=peer, bar=bar))


@contextlib.contextmanager
def an_office(options: Options, emit: Emit, bench: str = BENCH) -> Generator[Ground]:
    """A new store with `AGENCIES` agencies, served by `WORKERS` workers as anybody would.

    *bench* is the name under which measures are told.
    """
    root = options.scratch / "http"
    shutil.rmtree(root, ignore_errors=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    try:
        create_store(root, store=uuid.uuid4())
        (root / "vankho.toml").write_text(_SETTINGS, encoding="utf-8")
        bearer, agencies = _filled(root)
        with started(root, port=0) as address:
            yield Ground(
                options=options,
                emit=emit,
                address=address,
                bearer=bearer,
                agencies=agencies,
                bench=bench,
                root=root,
            )
    finally:
        shutil.rmtree(root, ignore_errors=True)


_SETTINGS = f"""
[serve]
workers = {WORKERS}
threads = {THREADS}
"""


def _filled(root: Path) -> tuple[str, tuple[str, ...]]:
    codes = tuple(f"H20.{number}" for number in range(1, AGENCIES + 1))
    options = StoreOptions()
    with Holdings.open_alone(root, options, rules=RULES) as holdings:
        intake = StoreIntake(holdings, OPERATOR, batch=1)
        for code in codes:
            intake.declare(code, "den", Direction.INCOMING)
        asked = tokens.TokenAsked(label="vankho bench", rights=tuple(Right), every_agency=True)
        issued = tokens.issue(holdings.keeper, OPERATOR, asked, entropy=os.urandom)
    return issued.bearer, codes


def stored(ground: Ground, line: Line, content: bytes) -> str:
    """Store *content*; return the path under which it is read."""
    answered = line.ask(ground.asking("POST", "/v1/blobs", content))
    return str(told(answered, 200, 201)["url"])


def told(answered: Answered, *good: int) -> dict[str, Any]:
    """The JSON of an answer that is one of *good*; raise AssertionError otherwise."""
    if answered.status not in good:
        raise AssertionError(f"{answered.status}: {answered.body[:300]!r}")
    return msgspec.json.decode(answered.body, type=dict[str, Any])


def noise(size: int, seed: object) -> bytes:
    """Bytes that nothing packs, always the same for *seed*."""
    return random.Random(str(seed)).randbytes(size)


@contextlib.contextmanager
def bare_peer() -> Generator[str]:
    """The bare application with as many workers and threads; its address."""
    command = [sys.executable, "-P", "-m", "tools.bench.bare_app"]
    command += [str(WORKERS), str(THREADS), str(PAGE_BYTES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as peer:
        try:
            if peer.stdout is None:
                raise AssertionError("no output")
            yield str(msgspec.json.decode(peer.stdout.readline())["address"])
        finally:
            peer.terminate()


def bare_falcon() -> Peer:
    """The peer as it is named in a measure."""
    version = f"{installed_version('falcon')} on waitress {installed_version('waitress')}"
    return Peer(name="bare falcon, bytes from memory", version=version)
