"""A way to a server that breaks off where a test wants it: in a request, or before its answer."""

import contextlib
import enum
import socket
import struct
import threading
from collections.abc import Generator, Sequence
from typing import NamedTuple, Self

PIECE_BYTES = 64 * 1024
# A zero time to linger: the connection is reset, as by a line that has died.
_RESET = struct.pack("ii", 1, 0)


class Broken(enum.Enum):
    """What of the exchange is lost."""

    REQUEST = "the rest of the request, and so the answer"
    ANSWER = "the answer alone: the server has done what it was asked"


class Cut(NamedTuple):
    """Where a line breaks."""

    at: int
    """After so many bytes from clients, all connections together."""
    what: Broken


class Cutting:
    """Passes connections on to a server, with *cuts* in their order."""

    def __init__(
        self, host: str, port: int, cuts: Sequence[Cut], downloads: Sequence[int] = ()
    ) -> None:
        """*downloads*: after so many bytes from the server, all connections together."""
        self._server = (host, port)
        self._left = list(cuts)
        self._downloads = list(downloads)
        self._passed = self._brought = 0
        self._counting = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        """Where clients turn to."""
        self.made = 0
        """Cuts that have happened."""

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self._start(self._pass_on, client)

    def _pass_on(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            server = socket.create_connection(self._server)
            with server:
                line = _Line(client, server)
                answers = threading.Thread(target=self._bring_answers, args=(line,))
                answers.start()
                self._bring_requests(line)
                answers.join()

    def _bring_requests(self, line: "_Line") -> None:
        try:
            while piece := line.client.recv(PIECE_BYTES):
                allowed, cut = self._counted(piece)
                if cut is Broken.ANSWER:
                    line.mute.set()
                line.server.sendall(piece[:allowed])
                if cut is Broken.REQUEST:
                    line.reset()
                    return
            line.server.shutdown(socket.SHUT_WR)
        except OSError:
            line.reset()

    def _bring_answers(self, line: "_Line") -> None:
        try:
            while piece := line.server.recv(PIECE_BYTES):
                allowed = self._brought_of(piece)
                if not line.mute.is_set():
                    line.client.sendall(piece[:allowed])
                if line.mute.is_set() or allowed < len(piece):
                    line.reset()
                    return
            line.client.shutdown(socket.SHUT_WR)
        except OSError:
            line.reset()

    def _brought_of(self, piece: bytes) -> int:
        """How much of *piece* may pass on to the client."""
        with self._counting:
            before, self._brought = self._brought, self._brought + len(piece)
            if not self._downloads or self._downloads[0] >= self._brought:
                return len(piece)
            self.made += 1
            return max(0, self._downloads.pop(0) - before)

    def _counted(self, piece: bytes) -> tuple[int, Broken | None]:
        """How much of *piece* may pass, and what breaks there."""
        with self._counting:
            before, self._passed = self._passed, self._passed + len(piece)
            if not self._left or self._left[0].at > self._passed:
                return len(piece), None
            cut = self._left.pop(0)
            self.made += 1
            whole = cut.what is Broken.ANSWER
            return (len(piece) if whole else max(0, cut.at - before)), cut.what


class _Line:
    """One connection passed on."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self.mute = threading.Event()

    def reset(self) -> None:
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def cut_line(
    address: str, cuts: Sequence[Cut] = (), downloads: Sequence[int] = ()
) -> Generator[Cutting]:
    """A way to the server at *address* that breaks there."""
    host, _, port = address.removeprefix("http://").partition(":")
    with Cutting(host, int(port), cuts, downloads) as made:
        yield made


def evenly(size: int, times: int) -> list[Cut]:
    """*times* breaks of both kinds while *size* bytes go up."""
    kinds = (Broken.REQUEST, Broken.ANSWER)
    return [Cut(size * (n + 1) // (times + 1), kinds[n % 2]) for n in range(times)]
