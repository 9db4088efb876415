"""The edXML bench, `vankho bench edxml`: one message with one large file, read and written.

Read is as an inbox would: the message from a file, its attached file to another and named on the
way, what is packed through a spool on disk. Each round is a process of its own, so that its memory
is its own; the message lies in the page cache, what is measured is the reader.
"""

import io
import json
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from interop.edxml.envelope import recomposed
from interop.edxml.intake import NamingIntake
from interop.edxml.messages import Attachment, Document, Form, Hop, Party, Reference
from interop.edxml.payload import Content
from interop.edxml.reader import read
from interop.edxml.writer import Writing
from repository.blobs.address import digest_of
from repository.model.days import VIETNAM_TIME
from repository.model.ids import BlobId, show_blob
from tools.bench.frame import Bar, Emit, measured

BENCH = "edxml"
DISTRIBUTIONS = ("vankho", "msgspec", "blake3")
"""Whose versions the closing line tells."""
MIB = 1024 * 1024
CHILD_SECONDS = 600
SPEED, MEMORY = Bar(least=100), Bar(most=40)
"""Megabytes of message a second; MiB over what the process had before."""
TODAY = date(2026, 1, 1)
_ISSUED = date(2025, 12, 1)
_SENT = datetime(2025, 12, 1, 8, 0, tzinfo=VIETNAM_TIME)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How large a run is."""

    scratch: Path
    size: int = 60 * MIB
    """Bytes of the attached file; the message is a third larger."""
    rounds: int = 7

    def quick(self) -> "Options":
        """The same with a small file: to try the bench."""
        return msgspec.structs.replace(self, size=2 * MIB, rounds=1)


class Round(NamedTuple):
    """One message handled by one process."""

    message: int
    """Bytes."""
    seconds: float
    before: int
    """Bytes of memory before the first byte of the message."""
    peak: int
    content: str
    """Name of the file that came out."""
    faults: int


def run(options: Options, emit: Emit) -> None:
    """Read a raw, a stored and a deflated file, and write one; hand every measure to *emit*."""
    options.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.scratch, prefix="edxml-") as folder:
        content = random.Random(7).randbytes(options.size)
        for name, message in _messages(content):
            path = Path(folder) / f"{name}.edxml"
            with path.open("wb") as file:
                file.writelines(message)
            rounds = [_round("read", path) for _ in range(options.rounds)]
            _tell(emit, f"read.{name}", rounds, _name(content))
        source = Path(folder) / "content"
        source.write_bytes(content)
        rounds = [_round("write", source) for _ in range(options.rounds)]
        _tell(emit, "write.stored", rounds, "")


def a_message(name: str, content: str, size: int, form: Form) -> Document:
    """A document that carries one file of *size* bytes named *content*."""
    return Document(
        sender=Party(code="H20.14", name="Sở Mẫu"),
        recipients=(Party(code="G06"),),
        document_id="bench",
        number="1",
        notation="BC",
        issued=_ISSUED,
        type_group=2,
        type_name="Báo cáo",
        subject="Một tệp lớn",
        signer="Nguyễn Văn Mẫu",
        hops=(Hop(code="H20.14", at=_SENT),),
        references=(Reference(content_id="1", content_type="application/pdf", name=name),),
        attachments=(
            Attachment(
                content_id="1", name=name, content=content, size=size, form=form, entry="1.pdf"
            ),
        ),
    )


def _messages(content: bytes) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The same file raw, in a stored ZIP as we write it, and in a deflated one as others do."""
    yield "raw", _written(content, Form.RAW)
    yield "stored", _written(content, Form.ZIP)
    yield "deflated", _deflated(content)


def _written(content: bytes, form: Form) -> Iterator[bytes]:
    message = a_message("1.pdf", _name(content), len(content), form)
    return Writing(message, lambda _: io.BytesIO(content), today=TODAY).pieces()


def _deflated(content: bytes) -> Iterator[bytes]:
    """A message of ours whose payload another has packed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("1.pdf", content)
    whole = file.getvalue()
    small = io.BytesIO(b"".join(_written(b"%PDF", Form.RAW)))
    envelope = read(small, NamingIntake(), today=TODAY).envelope
    payload = Content(content=_name(whole), size=len(whole), form=Form.RAW)
    other = msgspec.structs.replace(envelope, contents=(payload,))
    return recomposed(other, lambda _: io.BytesIO(whole))


def _name(content: bytes) -> str:
    return show_blob(BlobId(digest_of(content)))


def _round(verb: str, path: Path) -> Round:
    command = [sys.executable, "-P", "-m", "tools.bench.edxml_round", verb, str(path)]
    told = subprocess.run(command, capture_output=True, check=True, timeout=CHILD_SECONDS)
    return Round(**json.loads(told.stdout))


def _tell(emit: Emit, name: str, rounds: list[Round], content: str) -> None:
    speeds = [one.message / 1e6 / one.seconds for one in rounds]
    memory = [max(0, one.peak - one.before) / MIB for one in rounds]
    emit(measured(BENCH, f"{name}.speed", "MB/s", speeds, bar=SPEED))
    emit(measured(BENCH, f"{name}.memory", "MiB", memory, bar=MEMORY))
    if not content:
        return
    right = [float(one.content == content and one.faults == 0) for one in rounds]
    emit(measured(BENCH, f"{name}.right", "share", right, bar=Bar(least=1)))
