"""The domain controller as a process in a network of its own, and the gates that lead to it.

LDAP's and Kerberos's ports are fixed, so each controller gets a network namespace. Both kinds of
process end with their standard input and, whatever happens to us, by the kernel's hand.
"""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tools.bench.domain.template import PATH

READY_SECONDS = 60
STOP_SECONDS = 10
PORTS = {"ldap": 389, "ldaps": 636, "kerberos": 88}
_WITH_US = ("setpriv", "--pdeathsig", "KILL")
_START = 'ip link set lo up && exec "$0" "$@"'


class NotReady(Exception):
    """A process did not come up in time."""


class Controller:
    """A running Samba, over the domain in *folder*."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = _started(
            [
                *("unshare", "--net", "sh", "-c", _START, *_WITH_US),
                *("samba", "-i", "-M", "single", "-s", str(folder / "smb.conf")),
            ],
            stdout=subprocess.DEVNULL,
        )
        try:
            _until(self._listens, "samba")
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def network(self) -> Path:
        """Its network namespace."""
        return Path(f"/proc/{self._process.pid}/ns/net")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        _ended(self._process)

    def _listens(self) -> bool:
        if self._process.poll() is not None:
            raise NotReady(f"samba ended with {self._process.returncode}")
        table = Path(f"/proc/{self._process.pid}/net/tcp").read_text(encoding="ascii")
        rows = [line.split() for line in table.splitlines()[1:]]
        listening = {int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A"}
        return set(PORTS.values()) <= listening


class Doors(NamedTuple):
    """The ports on 127.0.0.1 behind which the controller's own are."""

    ldap: int
    ldaps: int
    kerberos: int


class Gate:
    """An address of the controller that can be killed, and opened again at the same ports."""

    def __init__(self, network: Path, doors: Doors | None = None) -> None:
        listening = [_listening(port) for port in doors or Doors(0, 0, 0)]
        self.doors = Doors(*(each.getsockname()[1] for each in listening))
        pairs = [
            f"{each.fileno()}:{port}" for each, port in zip(listening, PORTS.values(), strict=True)
        ]
        self._process = _started(
            [
                *("nsenter", f"--net={network}", *_WITH_US),
                *(sys.executable, "-P", "-m", "tools.bench.domain.gate", *pairs),
            ],
            stdout=subprocess.PIPE,
            pass_fds=[each.fileno() for each in listening],
        )
        for each in listening:
            each.close()  # a killed gate must refuse, not keep waiting
        if not self._process.stdout or self._process.stdout.readline() != b"open\n":
            self.kill()
            raise NotReady("gate")

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def kill(self) -> None:
        """Break every connection through it, and refuse new ones."""
        _ended(self._process)

    @contextmanager
    def silent(self) -> Generator[None]:
        """Within the block it takes connections and says nothing."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


@contextmanager
def running(folder: Path, gates: int = 1) -> Generator[tuple[Controller, list[Gate]]]:
    """The domain in *folder*, running, behind so many gates; all dead afterwards."""
    with ExitStack() as until_then:
        controller = Controller(folder)
        until_then.callback(controller.kill)
        opened: list[Gate] = []
        for _ in range(gates):
            opened.append(Gate(controller.network))
            until_then.callback(opened[-1].kill)
        yield controller, opened


def _started(
    command: list[str], *, stdout: int, pass_fds: list[int] | None = None
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        pass_fds=pass_fds or (),
        env={"PATH": PATH, "LANG": "C.UTF-8"},
        start_new_session=True,
    )


def _ended(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate(timeout=STOP_SECONDS)


def _listening(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


def _until(come: Callable[[], bool], what: str) -> None:
    pause, limit = threading.Event(), time.monotonic() + READY_SECONDS
    while not come():
        if time.monotonic() > limit:
            raise NotReady(what)
        pause.wait(0.02)
