"""A whole server: who has to live, in which order, and when it is up."""

import http.client
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from api.services import Note
from repository.format import Layout
from repository.remote_keeper import is_alive
from tools.serving.orders import Orders, giving
from tools.serving.supervisor import Role, Supervisor
from tools.serving.worker import listening
from tools.settings import Settings

PROBE_SECONDS = 10.0
MAX_READINESS = 64 * 1024


def run_server(settings: Settings, *, announce: Callable[[Orders], None], note: Note) -> int:
    """Serve until asked to stop; *announce* is called once when everything is up.

    Return 0, or the exit code of a process that cannot live. Raise `StoreMissing`,
    `StoreLocked`, or OSError when the address is taken.
    """
    serve = settings.serve
    # Bound but never listening: it holds the port for the workers, also between their lives.
    with listening(serve.host, serve.port) as holding:
        host, port = holding.getsockname()[:2]
        orders = Orders(supervisor=os.getpid(), host=host, port=port, settings=settings)
        with giving(orders) as path:
            supervisor = Supervisor(
                roles(orders, path),
                up=_announcing(orders, announce),
                note=note,
                grace=serve.grace_seconds,
            )
            return supervisor.run()


def roles(orders: Orders, path: Path) -> list[Role]:
    """Keeper first: everyone else waits until it takes commands. Jobs once somebody asks for one."""
    keeper = Layout(orders.settings.root).socket

    def keeping() -> bool:
        return is_alive(keeper)

    jobs = Layout(orders.settings.root).jobs

    def asked() -> bool:
        return next(jobs.glob("*.json"), None) is not None and keeping()

    workers = [
        Role(f"worker-{number}", _command("_worker", path, f"worker-{number}"), keeping)
        for number in range(1, orders.settings.serve.workers + 1)
    ]
    return [
        Role("keeper", _command("_keeper", path)),
        Role("follower", _command("_follower", path), keeping),
        *workers,
        Role("jobs", _command("_jobs", path), asked, on_demand=True),
    ]


def _command(verb: str, *arguments: object) -> list[str]:
    # -P: a folder called `tools` where the server happens to be started is not ours.
    return [sys.executable, "-P", "-m", "tools", verb, *map(str, arguments)]


def _announcing(orders: Orders, announce: Callable[[Orders], None]) -> Callable[[], bool]:
    def up() -> bool:
        if not is_ready(orders.host, orders.port):
            return False
        announce(orders)
        return True

    return up


def is_ready(host: str, port: int) -> bool:
    """Say whether a server answers there and can do its work."""
    connection = http.client.HTTPConnection(host, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        # An office node whose store node is away is up: it serves what it has.
        return answer.status == 200 or _is_degraded(answer.read(MAX_READINESS))
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _is_degraded(body: bytes) -> bool:
    try:
        return bool(msgspec.json.decode(body, type=dict[str, Any]).get("degraded"))
    except msgspec.MsgspecError:
        return False
