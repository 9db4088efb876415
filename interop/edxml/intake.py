"""Where the files of a message go while it is read: a port, and two that stand behind it."""

import io
import tempfile
from typing import BinaryIO, Protocol

from repository.blobs.address import Naming
from repository.model.ids import show_blob

IN_MEMORY_BYTES = 1024 * 1024


class Sink(Protocol):
    """Takes the bytes of one file."""

    def write(self, piece: bytes, /) -> None:
        """Take the next *piece*."""
        ...

    def done(self) -> str:
        """Take it as whole and give its name, `blake3:…`; equal bytes MUST get equal names."""
        ...

    def abandon(self) -> None:
        """Forget it: the message was refused. MUST be harmless after `done`, and twice."""
        ...


class Intake(Protocol):
    """Gives a sink for each file, and room for a packed one until it is unwrapped."""

    def sink(self) -> Sink:
        """A sink for one more file."""
        ...

    def spool(self) -> BinaryIO:
        """A private file to write, seek and read; what it held is gone when it is closed."""
        ...


class NamingIntake:
    """Keeps nothing: files get their names and are forgotten."""

    def sink(self) -> Sink:
        return _NamingSink()

    def spool(self) -> BinaryIO:
        return tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # type: ignore[return-value]


class _NamingSink:
    def __init__(self) -> None:
        self._naming = Naming()

    def write(self, piece: bytes, /) -> None:
        self._naming.update(piece)

    def done(self) -> str:
        return show_blob(self._naming.finish())

    def abandon(self) -> None:
        """Nothing was kept."""


class MemoryIntake:
    """The twin in memory: `files` holds what was taken, by name."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.open_sinks = 0

    def sink(self) -> Sink:
        self.open_sinks += 1
        return _MemorySink(self)

    def spool(self) -> BinaryIO:
        return io.BytesIO()


class _MemorySink:
    def __init__(self, intake: MemoryIntake) -> None:
        self._intake = intake
        self._pieces: list[bytes] | None = []

    def write(self, piece: bytes, /) -> None:
        if self._pieces is not None:
            self._pieces.append(piece)

    def done(self) -> str:
        content = b"".join(self._pieces or ())
        naming = Naming()
        naming.update(content)
        name = show_blob(naming.finish())
        self._intake.files[name] = content
        self.abandon()
        return name

    def abandon(self) -> None:
        if self._pieces is not None:
            self._intake.open_sinks -= 1
        self._pieces = None
