"""The keeper in another process of this node, over its Unix socket."""

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
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
    """Sends commands, one at a time on each of as many connections as there are at once.

    Whoever is answered leaves the connection to the next caller: threads come and go, and one
    kept for each of them would in the end leave the keeper no descriptor.

    A lost connection is not an outcome: every command may be given twice (blob rows are set
    to what they are, registrations carry an idempotency key), so it is sent again when the
    keeper is back, until `PATIENCE_SECONDS` are over.
    """

    def __init__(self, path: Path, rules: Rules, *, patience: float = PATIENCE_SECONDS) -> None:
        self._path = path
        self._codec = Codec(rules)
        self._patience = patience
        self._lock = threading.Lock()
        self._idle: list[socket.socket] = []
        self._closed = False

    def submit(self, command: Command[R]) -> R:
        if self._closed:
            raise KeeperStopped
        frame = encode_command(command)
        deadline = time.monotonic() + (self._patience if command.patient else 0)
        sent = False
        while True:
            try:
                with self._connection() as connection:
                    sent = True
                    answer = _exchange(connection, frame)
                return cast(R, self._codec.answer(command, answer))
            except (OSError, EOFError) as error:
                if self._closed or time.monotonic() > deadline:
                    raise (OutcomeUnknown() if sent else KeeperStopped()) from error
                time.sleep(_PAUSE_SECONDS)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._let_go_of_idle()

    @contextmanager
    def _connection(self) -> Generator[socket.socket]:
        """A connection for one exchange; when it is lost, those that lie idle are lost as well."""
        connection = self._taken() or _connected(self._path)
        try:
            yield connection
        except BaseException:
            connection.close()
            with self._lock:
                self._let_go_of_idle()
            raise
        self._give_back(connection)

    def _taken(self) -> socket.socket | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, connection: socket.socket) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _let_go_of_idle(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()


def _connected(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(ANSWER_SECONDS)
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


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
