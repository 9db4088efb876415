"""The keeper in another process of this node, over its Unix socket."""

import socket
import threading
import time
from pathlib import Path
from typing import TypeVar, cast

from repository.keeper import Command, KeeperStopped, OutcomeUnknown, Rules
from repository.keeper_wire import LENGTH, Codec, encode_command

R = TypeVar("R")
PATIENCE_SECONDS = 20.0
"""How long a worker waits for a keeper that is starting again."""
ANSWER_SECONDS = 60.0
_PAUSE_SECONDS = 0.05


class RemoteKeeper:
    """Sends commands one at a time on a connection of each thread's own.

    A lost connection is not an outcome: every command may be given twice (blob rows are set
    to what they are, registrations carry an idempotency key), so it is sent again when the
    keeper is back, until `PATIENCE_SECONDS` are over.
    """

    def __init__(self, path: Path, rules: Rules, *, patience: float = PATIENCE_SECONDS) -> None:
        self._path = path
        self._codec = Codec(rules)
        self._patience = patience
        self._local = threading.local()
        self._all: list[socket.socket] = []
        self._closed = False

    def submit(self, command: Command[R]) -> R:
        if self._closed:
            raise KeeperStopped
        frame = encode_command(command)
        deadline = time.monotonic() + (self._patience if command.patient else 0)
        sent = False
        while True:
            try:
                connection = self._connection()
                sent = True
                return cast(R, self._codec.answer(command, _exchange(connection, frame)))
            except (OSError, EOFError) as error:
                self._drop()
                if self._closed or time.monotonic() > deadline:
                    raise (OutcomeUnknown() if sent else KeeperStopped()) from error
                time.sleep(_PAUSE_SECONDS)

    def close(self) -> None:
        self._closed = True
        for connection in self._all:
            connection.close()

    def _connection(self) -> socket.socket:
        connection: socket.socket | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(ANSWER_SECONDS)
            try:
                connection.connect(str(self._path))
            except OSError:
                connection.close()
                raise
            self._local.connection = connection
            self._all.append(connection)
        return connection

    def _drop(self) -> None:
        connection: socket.socket | None = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection:
            connection.close()
            self._all.remove(connection)


def _exchange(connection: socket.socket, frame: bytes) -> bytes:
    connection.sendall(LENGTH.pack(len(frame)) + frame)
    (length,) = LENGTH.unpack(_exactly(connection, LENGTH.size))
    return _exactly(connection, length)


def _exactly(connection: socket.socket, length: int) -> bytes:
    pieces: list[bytes] = []
    while length:
        piece = connection.recv(min(length, 1 << 20))
        if not piece:
            raise EOFError
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def is_alive(path: Path) -> bool:
    """Say whether a keeper listens at *path*."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
