"""An export read by what docs/format.md says of it: plain arrays, none of our types.

Whether it is what was signed is `vankho log verify`'s to say; what is cut off or garbled ends the reading.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from repository.errors import Kind, Trouble

_HEADER = struct.Struct("<8sBBB5xQQ16s")
_HEAD = struct.Struct("<4sIIQ16s")
_CHECK_BYTES = 16
_PEAK_BYTES = 32
_MOST = 4 * 1024 * 1024


class RecountStopped(Trouble):
    """The export {path} cannot be read at event {event}: see `vankho log verify`."""

    kind = Kind.DAMAGED
    vietnamese = "Không đọc được bản xuất {path} tại sự kiện {event}: xem `vankho log verify`."


class Told(NamedTuple):
    """An event as it stands in the export."""

    sequence: int
    agency_sequence: int
    at: int
    """Microseconds since 1970-01-01 UTC."""
    agency: str
    tag: str
    body: list[Any]
    """The fields behind the tag."""


class Extent(NamedTuple):
    """Which events an export has."""

    first: int
    last: int


def extent(path: Path) -> Extent:
    """Which events the export at *path* says to have; raise `RecountStopped`."""
    with path.open("rb") as file:
        return _extent(file, path)


def told(path: Path) -> Iterator[Told]:
    """Every event of the export at *path*; raise `RecountStopped` where one cannot be read."""
    with path.open("rb") as file:
        first, last = _extent(file, path)
        for sequence in range(first, last + 1):
            yield _event(file, path, sequence)


def _extent(file: BinaryIO, path: Path) -> Extent:
    kept = file.read(_HEADER.size)
    if len(kept) < _HEADER.size or not kept.startswith(b"VKEXPT\r\n\x01"):
        raise RecountStopped(path=path, event=0)
    _, _, _, peaks, first, last, _ = _HEADER.unpack(kept)
    file.read(peaks * _PEAK_BYTES + _CHECK_BYTES)
    return Extent(first, last)


def _event(file: BinaryIO, path: Path, sequence: int) -> Told:
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise RecountStopped(path=path, event=sequence)
    magic, length, beside, found, _ = _HEAD.unpack(head)
    if magic not in (b"VKEV", b"VKEM") or found != sequence or length + beside > _MOST:
        raise RecountStopped(path=path, event=sequence)
    kept = file.read(length + beside)[:length]
    try:
        _, own, agency_sequence, at, _, agency, _, _, body = msgspec.msgpack.decode(kept)
        tag, *fields = body
    except (ValueError, TypeError, msgspec.MsgspecError) as error:
        raise RecountStopped(path=path, event=sequence) from error
    return Told(own, agency_sequence, at, agency, tag, fields)
