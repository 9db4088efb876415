"""The rows of a manifest: what is registered, with which files; read one line at a time.

Rules for the file: a line that is no row is told with its number and does not stop the others.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import UNSET, UnsetType

from api.services.metadata import NAMES, MetadataGiven
from api.services.paper import ComponentGiven, Registration
from repository.blobs.address import digest_of
from repository.errors import Kind, Trouble
from repository.model.documents import ComponentRole
from repository.model.registers import Direction

MANIFEST_NAME = "manifest.jsonl"
MAX_LINE_BYTES = 16 * 1024 * 1024
"""Of one row; `text` may be long."""
TEXT_NAME = "noi-dung.txt"
"""The name of a file that a row brings as `text`."""


class FileGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of a row, with its role."""

    path: str
    """Relative to the manifest's folder, with `/`."""
    role: ComponentRole


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One registration as a manifest tells it."""

    agency: str
    register: str
    direction: Direction
    subject: str
    symbol: str = ""
    """Incoming: as printed. Outgoing: what follows the number (`QĐ-UBND`)."""
    issued: str = ""
    issuer: str = ""
    kind: str = ""
    files: tuple[str | FileGiven, ...] = ()
    text: str = ""
    """Instead of files: the text itself."""
    duplicate_reason: str = ""
    metadata: MetadataGiven | UnsetType = UNSET
    """What else is noted; a row without it keeps the key that it always had."""


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """A row where it stands, with the key under which it is registered once."""

    line: int
    key: str
    row: Row


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is no row."""

    line: int
    reason: str


class ManifestMissing(Trouble):
    """There is no folder and no manifest at {path}."""

    kind = Kind.MISSING
    vietnamese = "Không có thư mục hay danh sách tại {path}."


def rows_in(stream: BinaryIO) -> Iterator[Numbered | Mistake]:
    """The rows of the JSON-lines *stream*, in order; empty lines are passed over."""
    keys = Keys()
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            _skip_rest(stream, line)
            yield Mistake(line=number, reason=f"> {MAX_LINE_BYTES} bytes")
        elif line.strip():
            yield _read(line, number, keys)


def rows_for(paths: Iterator[Path], template: Row) -> Iterator[Numbered]:
    """A row like *template* for each of *paths* (relative); its name is its subject."""
    keys = Keys()
    for number, path in enumerate(paths, 1):
        row = msgspec.structs.replace(template, subject=path.stem, files=(path.as_posix(),))
        yield Numbered(line=number, key=keys.of(row), row=row)


class Keys:
    """Idempotency keys of rows: from what a row says and how often it said so before.

    So that a manifest may be run again, also with lines added or taken away, and a row that
    really stands in it twice is registered twice.
    """

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def of(self, row: Row) -> str:
        """The key of the next occurrence of *row*."""
        said = digest_of(msgspec.json.encode(row))[:16]
        self._seen[said] += 1
        return f"ingest-{said.hex()}-{self._seen[said]}"


def registration_of(row: Row, components: tuple[ComponentGiven, ...]) -> Registration:
    """What is asked of the register for *row*."""
    incoming = row.direction is Direction.INCOMING
    return Registration(
        agency=row.agency,
        register=row.register,
        direction=row.direction,
        subject=row.subject,
        symbol=row.symbol if incoming else "",
        notation="" if incoming else row.symbol,
        issued=row.issued,
        issuer=row.issuer,
        kind=row.kind,
        components=components,
        duplicate_reason=row.duplicate_reason,
        **({} if row.metadata is UNSET else {one: getattr(row.metadata, one) for one in NAMES}),
    )


def roles_of(row: Row) -> tuple[FileGiven, ...]:
    """The files of *row*; of those without a role the first is the main one."""
    given: list[FileGiven] = []
    for place, file in enumerate(row.files):
        if isinstance(file, str):
            role = ComponentRole.ATTACHMENT if place else ComponentRole.MAIN
            given.append(FileGiven(path=file, role=role))
        else:
            given.append(file)
    return tuple(given)


def _read(line: bytes, number: int, keys: Keys) -> Numbered | Mistake:
    try:
        row = msgspec.json.decode(line, type=Row)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Mistake(line=number, reason=str(error))
    if row.text and row.files:
        return Mistake(line=number, reason="files and text exclude each other - at `$.text`")
    return Numbered(line=number, key=keys.of(row), row=row)


def _skip_rest(stream: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(MAX_LINE_BYTES)
