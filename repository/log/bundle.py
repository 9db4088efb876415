"""What an agency brings when it moves to another node (gói bàn giao), as one file.

Frames, as they stand in the log of the node that it leaves; a manifest behind them; the foot. Its name,
the BLAKE3 of all of it, is what was offered, so nothing here needs a check of its own.
"""

import struct
import uuid
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from repository.log.export import read_frames
from repository.log.frame import Read, read_frame, write_frame
from repository.model.ids import AgencyCode, AgencyId
from repository.model.moves import BundleUnfit, MoveId
from repository.model.nodes import NodeName

_FOOT = struct.Struct("<Q8s")
_MAGIC = b"VKMOVE\r\n"
VERSION = 1
FOOT_BYTES = _FOOT.size
MAX_MANIFEST_BYTES = 64 * 1024 * 1024


class Brought(msgspec.Struct, frozen=True, array_like=True):
    """A file that the agency brought, whether a document of it holds it or not."""

    blob: str
    """64 hexadecimal digits."""
    at: int
    """When, microseconds since 1970-01-01 UTC."""


class BundleManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a bundle says of itself."""

    version: int = VERSION
    move: MoveId
    hop: int
    agency: AgencyId
    code: AgencyCode
    name: str
    source: NodeName
    target: NodeName
    store: uuid.UUID
    """Of the source's log."""
    size: int
    """Events of that log when the bundle was made."""
    root: str
    """Of its tree at that size, hexadecimal."""
    note: str = ""
    """The signed checkpoint of that size, where the log has a key."""
    items: int
    """How many frames."""
    events: int
    """The agency's last one, by its own count: `agency-leaving`."""
    brought: tuple[Brought, ...] = ()


class BundleWriter:
    """Writes a bundle to a file that is empty."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.items = 0

    def add(self, read: Read) -> None:
        """Add an event with what stands beside it; what was erased is not brought."""
        frame = write_frame(read.sequence, read.canonical, read.particulars)
        self._file.write(frame)
        self.items += 1

    def finish(self, manifest: BundleManifest) -> int:
        """Write the manifest and the foot; how many bytes all of it has."""
        told = msgspec.json.encode(manifest)
        self._file.write(told + _FOOT.pack(len(told), _MAGIC))
        self._file.flush()
        return self._file.tell()


def read_manifest(file: BinaryIO) -> BundleManifest:
    """The manifest of the bundle in *file*; raise `BundleUnfit`."""
    size = file.seek(0, 2)
    if size < FOOT_BYTES:
        raise BundleUnfit(why="too short")
    file.seek(size - FOOT_BYTES)
    length, magic = _FOOT.unpack(file.read(FOOT_BYTES))
    if magic != _MAGIC or length > min(size - FOOT_BYTES, MAX_MANIFEST_BYTES):
        raise BundleUnfit(why="foot")
    file.seek(size - FOOT_BYTES - length)
    try:
        manifest = msgspec.json.decode(file.read(length), type=BundleManifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BundleUnfit(why=f"manifest: {error}") from error
    if manifest.version != VERSION:
        raise BundleUnfit(why=f"version {manifest.version}")
    return manifest


def read_items(file: BinaryIO, manifest: BundleManifest) -> Iterator[Read]:
    """The events of the bundle in *file*, in order; raise `BundleUnfit` for any that is not whole."""
    file.seek(0)
    found = 0
    for frame in read_frames(file):
        if found == manifest.items:
            break
        read = whole(write_frame(frame.sequence, frame.canonical, frame.particulars))
        if read is None or not frame.intact:
            raise BundleUnfit(why=f"item {found}")
        found += 1
        yield read
    if found != manifest.items:
        raise BundleUnfit(why=f"{found} items of {manifest.items}")


def whole(frame: bytes) -> Read | None:
    """The event in *frame* with what stands beside it; None where it is not what it says to be."""
    try:
        read = read_frame(frame)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return read if read and read.event.sequence == read.sequence else None
