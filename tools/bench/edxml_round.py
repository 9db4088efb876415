"""One message read or written by a process of its own, for the edXML bench; run with `-m`."""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from interop.edxml.intake import Sink
from interop.edxml.messages import Document, Form
from interop.edxml.reader import read
from interop.edxml.writer import Writing
from repository.blobs.address import Naming
from repository.model.ids import show_blob
from tools.bench.edxml import TODAY, Round, a_message

KIB = 1024
PIECE = 1024 * KIB


class FileIntake:
    """Writes files to *folder* as an inbox would, and names them on the way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sink(self) -> Sink:
        """A file of its own."""
        return FileSink(self.spool())

    def spool(self) -> BinaryIO:
        """A file that is gone when it is closed."""
        return tempfile.TemporaryFile(dir=self._folder)  # type: ignore[return-value]


class FileSink:
    """One file on its way to disk."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._naming = Naming()

    def write(self, piece: bytes, /) -> None:
        """Write and name the next *piece*."""
        self._file.write(piece)
        self._naming.update(piece)

    def done(self) -> str:
        """Give its name."""
        self._file.close()
        return show_blob(self._naming.finish())

    def abandon(self) -> None:
        """Forget it."""
        self._file.close()


def main(verb: str, path: Path) -> None:
    """Do *verb* with *path* once and print the `Round`."""
    sys.stdout.write(json.dumps((read_once if verb == "read" else write_once)(path)._asdict()))


def read_once(path: Path) -> Round:
    """Read the message *path*."""
    before, start = memory("VmRSS"), time.perf_counter()
    with path.open("rb") as stream:
        found = read(stream, FileIntake(path.parent), today=TODAY)
    seconds = time.perf_counter() - start
    files = found.message.attachments if isinstance(found.message, Document) else ()
    return Round(
        message=found.envelope.size,
        seconds=seconds,
        before=before,
        peak=memory("VmHWM"),
        content=files[0].content if files else "",
        faults=len(found.faults),
    )


def write_once(path: Path) -> Round:
    """Write a message that carries *path*, named before: to send is to have stored."""
    naming = Naming()
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            naming.update(piece)
    message = a_message("1.pdf", show_blob(naming.finish()), path.stat().st_size, Form.ZIP)
    before, start = memory("VmRSS"), time.perf_counter()
    writing = Writing(message, lambda _: path.open("rb"), today=TODAY)
    with tempfile.TemporaryFile(dir=path.parent) as file:
        file.writelines(writing.pieces())
    seconds = time.perf_counter() - start
    peak = memory("VmHWM")
    return Round(writing.size, seconds, before, peak, content="", faults=0)


def memory(what: str) -> int:
    """Bytes that the system tells of this process: VmRSS = now, VmHWM = the most so far."""
    status = Path(f"/proc/{os.getpid()}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith(what))
    return int(line.split()[1]) * KIB


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
