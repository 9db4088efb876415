"""The peer of the HTTP bench: a bare Falcon application on waitress, answering from memory.

`python -m tools.bench.bare_app WORKERS THREADS SIZE` prints its address and serves until it is
ended. It has what a framework and a server cost, and nothing of ours: that is the limit.
"""

import json
import logging
import os
import random
import signal
import sys
import threading
from typing import Any

import falcon
from waitress.server import create_server

from tools.serving.worker import BACKLOG, listening

CHILD_ENDED = 0
SEED = 40


class Page:
    """The same bytes, from memory."""

    def __init__(self, size: int) -> None:
        self._bytes = random.Random(SEED).randbytes(size)

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type = "application/octet-stream"
        resp.data = self._bytes


def main() -> None:
    """Start the workers, say where they are, end with them."""
    workers, threads, size = map(int, sys.argv[1:4])
    holding = listening("127.0.0.1", 0)
    port = holding.getsockname()[1]
    children = [pid for pid in (_forked(port, threads, size) for _ in range(workers)) if pid]
    sys.stdout.write(json.dumps({"address": f"http://127.0.0.1:{port}"}) + "\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    for child in children:
        os.kill(child, signal.SIGKILL)


def _forked(port: int, threads: int, size: int) -> int:
    """Another worker, begun before there is any thread; 0 is never returned."""
    pid = os.fork()
    if pid == 0:
        _work(port, threads, size)
        os._exit(CHILD_ENDED)
    return pid


def _work(port: int, threads: int, size: int) -> None:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # as our workers have it
    app = falcon.App()
    app.add_route("/page", Page(size))
    server: Any = create_server(
        app, sockets=[listening("127.0.0.1", port)], threads=threads, backlog=BACKLOG
    )
    server.run()


if __name__ == "__main__":
    threading.current_thread().name = "bare"
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
