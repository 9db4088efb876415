"""The keeper as a process: one thread, one socket, batches that form by themselves.

While a batch is on its way to the disk, commands gather in the sockets; what is there when it
is done is the next batch.
"""

import os
import selectors
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from repository.blobs.group import Ticket
from repository.blobs.port import MiB
from repository.decider import Decider
from repository.errors import Trouble
from repository.format import StoreOptions
from repository.keeper import Command, KeeperStopped, Rules
from repository.keeper_wire import (
    LENGTH,
    MAX_FRAME_BYTES,
    Codec,
    encode_answer,
    encode_trouble,
)
from repository.keeping import NODE_RULES, Keeping, open_keeping
from repository.model.ids import Clock, system_clock
from repository.nodes.office import Office

MAX_BATCH = 512
POLL_SECONDS = 0.2
RECEIVE_BYTES = 1 * MiB


def run_keeper(  # noqa: PLR0913 - a process is given all it works with
    root: Path,
    options: StoreOptions,
    *,
    rules: Rules,
    socket_path: Path,
    stop: threading.Event,
    ready: Callable[[Keeping], None] = lambda _: None,
    clock: Clock = system_clock,
    office: Office | None = None,
) -> None:
    """Recover the store, then serve commands until *stop* is set.

    *ready* is called once commands are taken. Raise the trouble that made writing stop, so
    that the process ends (decision 7), `NodeSuperseded` when another took this node's place.
    """
    with (
        open_keeping(root, options, rules=rules, clock=clock, office=office) as keeping,
        _Server(socket_path, keeping.decider, {**NODE_RULES, **rules}) as server,
    ):
        ready(keeping)
        while not stop.is_set():
            keeping.tend()
            server.turn()


class _Peer:
    """A connection and what has come of its next frame."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.waiting = bytearray()


class _Server:
    """Accepts, gathers, decides, answers."""

    def __init__(self, path: Path, decider: Decider, rules: Rules) -> None:
        self._path = path
        self._decider = decider
        self._codec = Codec(rules)
        self._listener = _listening(path)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, None)

    def __enter__(self) -> "_Server":
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()
        self._path.unlink(missing_ok=True)

    def turn(self) -> None:
        """Wait a little for commands; decide those that came."""
        commands: list[tuple[_Peer, Ticket[Command[Any]]]] = []
        for key, _ in self._selector.select(POLL_SECONDS):
            if key.data is None:
                self._accept()
            elif isinstance(key.data, _Peer):
                commands.extend((key.data, ticket) for ticket in self._received(key.data))
        for first in range(0, len(commands), MAX_BATCH):
            self._decide(commands[first : first + MAX_BATCH])

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        self._selector.register(connection, selectors.EVENT_READ, _Peer(connection))

    def _received(self, peer: _Peer) -> list[Ticket[Command[Any]]]:
        try:
            piece = peer.connection.recv(RECEIVE_BYTES)
        except OSError:
            piece = b""
        if not piece:
            self._drop(peer)
            return []
        peer.waiting += piece
        return self._complete(peer)

    def _complete(self, peer: _Peer) -> list[Ticket[Command[Any]]]:
        tickets: list[Ticket[Command[Any]]] = []
        while len(peer.waiting) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(peer.waiting)
            end = LENGTH.size + length
            if length > MAX_FRAME_BYTES:
                self._drop(peer)
                break
            if len(peer.waiting) < end:
                break
            frame = bytes(peer.waiting[LENGTH.size : end])
            del peer.waiting[:end]
            try:
                tickets.append(Ticket(self._codec.command(frame)))
            except Trouble as broken:
                self._send(peer, encode_trouble(broken))
        return tickets

    def _decide(self, commands: list[tuple[_Peer, Ticket[Command[Any]]]]) -> None:
        failed: BaseException | None = None
        try:
            self._decider.decide([ticket for _, ticket in commands])
        except Trouble as error:
            failed = error
        for peer, ticket in commands:
            error = ticket.error or failed
            frame = encode_trouble(error) if error else encode_answer(ticket.answer)
            self._send(peer, frame)
        if failed and self._decider.stopped:
            raise KeeperStopped from failed

    def _send(self, peer: _Peer, frame: bytes) -> None:
        try:
            peer.connection.sendall(LENGTH.pack(len(frame)) + frame)
        except OSError:
            self._drop(peer)

    def _drop(self, peer: _Peer) -> None:
        if peer.connection.fileno() < 0:
            return  # dropped before, by an earlier command of the same turn
        self._selector.unregister(peer.connection)
        peer.connection.close()


def _listening(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Only the store's own user may command the keeper.
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    listener.listen(128)
    listener.setblocking(False)  # noqa: FBT003
    return listener
