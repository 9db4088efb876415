"""The manifest of a backup: which files it consists of, and the log's size and root it stands for.

It is written last: a backup without its manifest is none. Files are named by number and digest,
never by a path, so that nothing found on a medium chooses where something is written.
"""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, NamedTuple

import msgspec

from repository.blobs.pack import open_name, sealed_name
from repository.errors import Kind, Trouble
from repository.log.event_log import segment_name
from repository.model import merkle

VERSION = 1
ENDING = ".backup"
MAX_MANIFEST_BYTES = 64 * 1024 * 1024
"""Some 250,000 packs and segments."""
MAX_SETTINGS_BYTES = 1024 * 1024
SETTINGS_FILE = "vankho.toml"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}\.[0-9]{6}Z\.backup")

Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Natural = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999_999)]
"""Microseconds since 1970-01-01 UTC, before the year 10000."""
NodeText = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?\Z")]
"""As `repository.model.nodes.parse_node` takes it."""
Count = Annotated[int, msgspec.Meta(ge=1, le=2**48)]


class ManifestBroken(Trouble):
    """The manifest {name} cannot be read ({why}); it is no backup."""

    kind = Kind.DAMAGED
    vietnamese = "Không đọc được bản kê {name} ({why}); đó không phải là bản sao lưu."


class ManifestUnknown(Trouble):
    """The manifest {name} has version {found}; this vankho reads version {known}."""

    kind = Kind.INVALID
    vietnamese = "Bản kê {name} có phiên bản {found}; bản vankho này đọc phiên bản {known}."


class KeptPack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pack, or the beginning of an open one."""

    number: Count
    sealed: bool
    size: Natural
    digest: Digest
    footer: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?\Z")] = ""
    """What the foot of a sealed pack says: two packs with the same are the same."""


class KeptSegment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The beginning of a log segment, up to the backup's last event."""

    first: Count
    size: Natural
    digest: Digest


class KeptSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The store's own `vankho.toml`."""

    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_SETTINGS_BYTES)]
    digest: Digest


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A store at one position of its log."""

    vankho: Literal["backup"] = "backup"
    version: int = VERSION
    store: uuid.UUID
    format: Natural
    """Of the store."""
    at: Moment
    """When it was begun."""
    events: Natural
    root: Digest
    """Of the log's tree at *events*."""
    packs: tuple[KeptPack, ...] = ()
    segments: tuple[KeptSegment, ...] = ()
    settings: KeptSettings | None = None
    office: NodeText | msgspec.UnsetType = msgspec.UNSET
    """The office node whose log it is; its files are in the backups of its store node."""


class KeptFile(NamedTuple):
    """A file of a backup, whatever it holds."""

    label: str
    """Where it lay in the store."""
    size: int
    digest: bytes


def files_of(manifest: Manifest) -> Iterator[KeptFile]:
    """All files of a backup: log first, then packs."""
    for segment in manifest.segments:
        yield _file(f"log/{segment_name(segment.first)}", segment)
    for pack in manifest.packs:
        yield _file(f"packs/{pack_name(pack)}", pack)
    if manifest.settings:
        yield _file(SETTINGS_FILE, manifest.settings)


def pack_name(pack: KeptPack) -> str:
    """The pack's file name in its store."""
    return sealed_name(pack.number) if pack.sealed else open_name(pack.number)


def backup_id(at: int) -> str:
    """How the backup that was begun *at* (microseconds) is called: its moment in UTC.

    >>> backup_id(1_790_000_000_123_456)
    '20260921T141320.123456Z'
    """
    return (_EPOCH + timedelta(microseconds=at)).strftime("%Y%m%dT%H%M%S.%fZ")


def is_manifest(name: str) -> bool:
    """Say whether a file is called like a manifest."""
    return _NAME.fullmatch(name) is not None


def encode_manifest(manifest: Manifest) -> bytes:
    """One line of JSON, and the BLAKE3 of that line behind it."""
    line = msgspec.json.encode(manifest) + b"\n"
    return line + merkle.digest(line).hex().encode() + b"\n"


def decode_manifest(name: str, kept: bytes) -> Manifest:
    """Read what was written under *name*; raise `ManifestBroken` or `ManifestUnknown`."""
    line, check = kept[:-65], kept[-65:]
    if check != merkle.digest(line).hex().encode() + b"\n":
        raise ManifestBroken(name=name, why="its check does not fit")
    _require_version(name, line)
    try:
        manifest = msgspec.json.decode(line, type=Manifest)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ManifestBroken(name=name, why=error) from error
    if backup_id(manifest.at) + ENDING != name:
        raise ManifestBroken(name=name, why="this is not its name")
    labels = [file.label for file in files_of(manifest)]
    if len(set(labels)) != len(labels):
        raise ManifestBroken(name=name, why="a file stands in it twice")
    return manifest


class _Versioned(msgspec.Struct):
    version: int = 0


def _require_version(name: str, line: bytes) -> None:
    try:
        found = msgspec.json.decode(line, type=_Versioned).version
    except (msgspec.DecodeError, RecursionError) as error:
        raise ManifestBroken(name=name, why=error) from error
    if found != VERSION:
        raise ManifestUnknown(name=name, found=found, known=VERSION)


def _file(label: str, kept: KeptPack | KeptSegment | KeptSettings) -> KeptFile:
    return KeptFile(label, kept.size, bytes.fromhex(kept.digest))
