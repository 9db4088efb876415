"""What a running server tells the processes it starts, and whoever asks for it.

local/serve.json   the orders: who serves, where, with which settings
local/serve.lock   held as long as the supervisor lives, so that a stale file is known as such
"""

import contextlib
import fcntl
import os
from collections.abc import Generator
from pathlib import Path

import msgspec

from repository.format import Layout, identify
from repository.keeping import StoreLocked
from tools import settings as configuration
from tools.settings import Settings

_FILE = "serve.json"
_LOCK = "serve.lock"


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    supervisor: int
    host: str
    port: int
    settings: msgspec.Raw


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What all processes of one server share."""

    supervisor: int
    """Its process id."""
    host: str
    port: int
    settings: Settings

    @property
    def address(self) -> str:
        """Where the server answers.

        >>> Orders(supervisor=1, host="::1", port=8080, settings=Settings()).address
        'http://[::1]:8080'
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def orders_path(root: Path) -> Path:
    """Where the orders of the server on the store at *root* lie."""
    return Layout(root).local / _FILE


@contextlib.contextmanager
def giving(orders: Orders) -> Generator[Path]:
    """Keep *orders* where the processes read them, as the only server on this store.

    Raise `StoreMissing`, or `StoreLocked` when another server has given its own.
    """
    root = orders.settings.root
    identify(root)
    path = orders_path(root)
    lock = os.open(path.with_name(_LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _hold(lock, root)
        unfinished = path.with_suffix(".new")
        unfinished.write_bytes(_encoded(orders))
        unfinished.rename(path)
        yield path
        path.unlink(missing_ok=True)
    finally:
        os.close(lock)


def taken(path: Path) -> Orders:
    """The orders kept at *path*."""
    kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    return Orders(
        supervisor=kept.supervisor,
        host=kept.host,
        port=kept.port,
        settings=configuration.decode(bytes(kept.settings), path),
    )


def _hold(lock: int, root: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreLocked(folder=root, holder="vankho serve") from None


def _encoded(orders: Orders) -> bytes:
    kept = _Kept(
        supervisor=orders.supervisor,
        host=orders.host,
        port=orders.port,
        settings=msgspec.Raw(configuration.encode(orders.settings)),
    )
    return msgspec.json.encode(kept)
