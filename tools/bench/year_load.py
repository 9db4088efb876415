"""The load of the year bench: client processes register the mix; ten slices tell how it goes."""

import contextlib
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack

import msgspec

from tools.bench.http_line import Line, LineBroken, request
from tools.bench.year_clients import Done, Orders
from tools.bench.year_ground import Ground, open_agencies, sizes

SLICES = 10
MOST_A_BLOCK = 64
"""Papers that a client stores and registers together; fewer where slices would have none."""
LAG_LOOK_SECONDS = 2.0
STEP_SECONDS = 60.0
_LAG = re.compile(r'^vankho_lag_events\{follower="(\w+)"\} (\S+)$', re.MULTILINE)


class ClientFailed(Exception):
    """A client process ended before its share was done."""


class Loaded(msgspec.Struct):
    """What has been registered so far."""

    files: int = 0
    file_bytes: int = 0
    outgoing: int = 0
    incoming: int = 0
    again: int = 0
    agencies: dict[int, int] = {}

    @property
    def registrations(self) -> int:
        """Of both kinds."""
        return self.outgoing + self.incoming

    def add(self, done: Done) -> None:
        """Let *done* be registered too."""
        self.files += done.files
        self.file_bytes += done.file_bytes
        self.outgoing += done.outgoing
        self.incoming += done.incoming
        self.again += done.again
        for agency, count in done.agencies.items():
            self.agencies[agency] = self.agencies.get(agency, 0) + count


def measure_load(ground: Ground) -> Loaded:
    """Register the whole mix, tell every tenth of it, wait until search has all of it."""
    open_agencies(ground)
    loaded = Loaded()
    began = time.perf_counter()
    with _clients(ground) as reports:
        _follow(ground, loaded, reports)
    seconds = time.perf_counter() - began
    ground.tell("load.seconds", "s", seconds)
    ground.tell("load.rate", "registrations/s", loaded.registrations / seconds)
    _tell_mix(ground, loaded)
    behind = lag(ground)
    ground.tell("load.lag.index", "events", behind["index"])
    ground.tell("load.lag.texts", "events", behind["texts"])
    _wait_for_followers(ground)
    ground.tell("load.seconds_with_followers", "s", time.perf_counter() - began)
    return loaded


def _tell_mix(ground: Ground, loaded: Loaded) -> None:
    share = loaded.outgoing / ground.options.outgoing
    ground.tell("mix.loaded", "share", share)
    ground.tell("mix.outgoing", "registrations", loaded.outgoing)
    ground.tell("mix.incoming", "registrations", loaded.incoming)
    ground.tell("mix.files", "files", loaded.files)
    ground.tell("mix.file_bytes", "bytes", loaded.file_bytes)
    ground.tell("mix.agencies", "agencies", len(loaded.agencies))
    largest = max(loaded.agencies.values()) / loaded.registrations
    ground.tell("mix.largest_agency", "share", largest)
    ground.tell("load.sent_again", "requests", loaded.again)


Reports = queue.SimpleQueue[bytes | int]
"""Lines of clients; a number = one has ended, with this exit code."""


@contextlib.contextmanager
def _clients(ground: Ground) -> Generator[Reports]:
    """All clients at work, each in a process of its own."""
    reports: Reports = queue.SimpleQueue()
    with ExitStack() as closing:
        for number in range(ground.options.clients):
            client = closing.enter_context(
                subprocess.Popen(
                    [sys.executable, "-P", "-m", "tools.bench.year_clients"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            )
            closing.callback(client.terminate)
            if client.stdin is None or client.stdout is None:
                raise ClientFailed("no pipe")
            client.stdin.write(msgspec.json.encode(_orders(ground, number)) + b"\n")
            client.stdin.flush()
            threading.Thread(target=_read, args=(client, reports), daemon=True).start()
        yield reports


def _orders(ground: Ground, number: int) -> Orders:
    options = ground.options
    return Orders(
        address=ground.address,
        bearer=ground.bearer,
        agencies=options.agencies,
        outgoing=options.outgoing,
        incoming=options.incoming,
        today=ground.today,
        client=number,
        clients=options.clients,
        threads=options.lines,
        seconds=options.load_seconds,
        block=min(MOST_A_BLOCK, 1 + options.outgoing // (SLICES * options.clients * options.lines)),
    )


def _read(client: subprocess.Popen[bytes], reports: Reports) -> None:
    for line in client.stdout or ():
        reports.put(line)
    reports.put(client.wait())


def _follow(ground: Ground, loaded: Loaded, reports: Reports) -> None:
    """Take reports until all clients have ended; tell each slice when it is full.

    Raise `ClientFailed` when one ended badly.
    """
    working = ground.options.clients
    whole = ground.options.outgoing
    began, before, told = time.perf_counter(), 0, 0
    while working:
        line = reports.get()
        if isinstance(line, int):
            if line:
                raise ClientFailed(f"exit {line}")
            working -= 1
            continue
        loaded.add(msgspec.json.decode(line, type=Done))
        while told < SLICES and loaded.outgoing * SLICES >= whole * (told + 1):
            told += 1
            now = time.perf_counter()
            if loaded.registrations == before:
                continue  # so small a run that one report ends two slices
            rate = (loaded.registrations - before) / (now - began)
            _tell_slice(ground, told, rate)
            began, before = now, loaded.registrations
    if loaded.outgoing != whole and not ground.options.load_seconds:
        raise ClientFailed(f"{loaded.outgoing} of {whole} papers")


def _tell_slice(ground: Ground, number: int, rate: float) -> None:
    name = f"slice.{number:02d}"
    ground.tell(f"{name}.rate", "registrations/s", rate)
    behind = lag(ground)
    ground.tell(f"{name}.lag.index", "events", behind["index"])
    ground.tell(f"{name}.lag.texts", "events", behind["texts"])
    ground.tell(f"{name}.catalogue", "bytes", sizes(ground.root)["catalogue"])
    ground.tell(f"{name}.major_faults", "faults", ground.limit.major_faults())


def _wait_for_followers(ground: Ground) -> None:
    began = time.perf_counter()
    deadline = began + ground.options.lag_seconds
    due = began + STEP_SECONDS
    while any(lag(ground).values()):
        now = time.perf_counter()
        if now > deadline:
            raise TimeoutError(f"the followers are behind by {lag(ground)}")
        if now > due:
            due += STEP_SECONDS
            sys.stderr.write(f"behind by {lag(ground)}\n")
        time.sleep(LAG_LOOK_SECONDS)
    ground.tell("lag.seconds", "s", time.perf_counter() - began)


def lag(ground: Ground) -> dict[str, int]:
    """How many events each follower is behind the log, as `/metrics` tells it."""
    for _ in range(10):
        with contextlib.suppress(LineBroken, OSError), Line(ground.address) as line:
            answered = line.ask(request("GET", "/metrics", ground.bearer))
            if answered.status == 200:
                return _behind(answered.body.decode())
        time.sleep(LAG_LOOK_SECONDS)
    raise TimeoutError("no figures")


def _behind(figures: str) -> dict[str, int]:
    return {follower: int(float(events)) for follower, events in _LAG.findall(figures)}
