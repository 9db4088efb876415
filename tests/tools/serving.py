"""A server as a test runs it: the real program, and the processes it consists of."""

import json
import os
import select
import signal
import subprocess
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.tools.command import Vankho

PATIENCE_SECONDS = 60


class Running:
    """`vankho serve`, ready."""

    def __init__(self, program: "subprocess.Popen[bytes]", address: str, supervisor: int) -> None:
        self.program = program
        self.address = address
        self.supervisor = supervisor

    def processes(self) -> dict[str, int]:
        """The processes it keeps alive, by name."""
        return dict(filter(None, map(_named, _children(self.supervisor))))


@contextmanager
def serving(vankho: Vankho, *arguments: object, log: IO[bytes] | None = None) -> Generator[Running]:
    """A server on a free port, ended with the block; its lines go to *log*."""
    command = ("serve", "--port", "0", "--json", *arguments)
    with vankho.started(*command, stdout=subprocess.PIPE, stderr=log) as program:
        assert program.stdout is not None
        try:
            told = json.loads(program.stdout.readline())
            yield Running(program, told["address"], told["pid"])
        finally:
            if program.poll() is None:
                program.terminate()
                program.wait(PATIENCE_SECONDS)


@contextmanager
def watched(pids: list[int]) -> Generator[list[int]]:
    """Handles that become readable when these processes end, also when nobody waits for them."""
    handles = [os.pidfd_open(pid) for pid in pids]
    try:
        yield handles
    finally:
        for handle in handles:
            os.close(handle)


def all_end(handles: list[int]) -> bool:
    """Wait until all processes behind *handles* have ended; say whether they did."""
    left = set(handles)
    # Not select.select: it refuses descriptors from 1,024 on.
    watched = select.poll()
    for handle in left:
        watched.register(handle, select.POLLIN)
    while left:
        ended = [handle for handle, _ in watched.poll(PATIENCE_SECONDS * 1000)]
        if not ended:
            return False
        for handle in ended:
            watched.unregister(handle)
        left -= set(ended)
    return True


def kill_and_await(pid: int) -> None:
    """Kill *pid* by force and wait until it is gone."""
    with watched([pid]) as handles:
        os.kill(pid, signal.SIGKILL)
        assert all_end(handles)


def await_listeners(running: Running, count: int) -> None:
    """Wait, within bounds, until *count* workers accept connections: one alone makes it ready."""
    port = int(running.address.rsplit(":", 1)[1])
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 20):
        if _listeners(port) >= count:
            return
        pause.wait(0.05)
    raise AssertionError(f"fewer than {count} listen")


def _listeners(port: int) -> int:
    """Sockets that listen on *port*: state 0A in Linux's table."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


def successor(running: Running, name: str, former: int) -> int:
    """The process that has taken the place of *former*; wait for it, within bounds."""
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 20):
        found = running.processes().get(name, former)
        if found != former:
            return found
        pause.wait(0.05)
    raise AssertionError(f"nobody took the place of {name}")


def _children(parent: int) -> Iterator[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return (int(pid) for pid in listed)


def _named(pid: int) -> tuple[str, int] | None:
    """The process under its name, or None when it was reaped since it was listed."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    if len(words) < 3:  # a zombie has no command line, and is alive no more
        return None
    verb = next((word for word in words if word.startswith(b"_")), b"?").decode()
    return (words[-2].decode() if verb == "_worker" else verb.lstrip("_"), pid)
