"""A server started for the demo as anybody would start one, and ended with it."""

import contextlib
import os
import selectors
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path

import msgspec

from repository.errors import Kind, Trouble

START_SECONDS = 120
END_SECONDS = 60


class ServerNotUp(Trouble):
    """The demo's server ended before it was ready (exit {code})."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Máy chủ của bản trình diễn đã dừng trước khi sẵn sàng (mã {code})."


class _Ready(msgspec.Struct, frozen=True):
    address: str


@contextlib.contextmanager
def started(
    store: Path, *, port: int, within: Sequence[str] = (), patience: float = START_SECONDS
) -> Generator[str]:
    """`vankho serve` on *store*; gives its address once it is ready.

    *within* is a command that becomes the one behind it; wait *patience* seconds at most.
    """
    command = [*within, sys.executable, "-P", "-m", "tools", "serve", "--json", "--quiet"]
    command += ["--store", str(store), "--port", str(port)]
    command += ["--parent", str(os.getpid())]
    # A session of its own: Ctrl-C is the demo's to answer, which then ends the server.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True
    ) as server:
        try:
            yield _address(server, patience)
        finally:
            server.terminate()
            try:
                server.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()


def _address(server: subprocess.Popen[bytes], patience: float) -> str:
    line = b""
    if server.stdout:
        with selectors.DefaultSelector() as told:
            told.register(server.stdout, selectors.EVENT_READ)
            line = server.stdout.readline() if told.select(patience) else b""
    if not line:
        server.terminate()
        raise ServerNotUp(code=server.wait(END_SECONDS))
    return msgspec.json.decode(line, type=_Ready).address
