"""An upload's file, byte for byte: what was announced, two places for its progress, its content.

The progress is written to each place in turn, so that a write torn by a power cut leaves the
one before it. It is written once the bytes it counts are on disk, never before.
"""

import struct
from typing import NamedTuple

import msgspec

from repository.blobs.address import digest_of
from repository.blobs.port import Receipt
from repository.uploads.port import Announced

MAGIC = b"VKUPLD\r\n"
VERSION = 1
# magic, version, 3 unused, length of what was announced, check of both
_HEAD = struct.Struct("<8sB3xI16s")
# sequence, length of the progress, 4 unused, check of all but itself
_PLACE = struct.Struct("<QI4x16s")
CHECK_BYTES = 16
PLACES_AT = 3072
"""Where the places for the progress begin; what was announced ends before."""
PLACE_BYTES = 512
"""A sector: what a disk writes whole."""
CONTENT_AT = 4096
MAX_ANNOUNCED_BYTES = PLACES_AT - _HEAD.size
_ANNOUNCED = msgspec.msgpack.Decoder(Announced)


class Progress(msgspec.Struct, frozen=True, array_like=True):
    """How much of the content is on disk, and the blob it has become."""

    offset: int
    receipt: Receipt | None = None


class Placed(NamedTuple):
    """A progress and how often it was written before."""

    sequence: int
    progress: Progress


_PROGRESS = msgspec.msgpack.Decoder(Progress)


def write_head(announced: Announced) -> bytes:
    """The file's first bytes, with nothing received yet."""
    told = msgspec.msgpack.encode(announced)
    if len(told) > MAX_ANNOUNCED_BYTES:
        raise ValueError(f"{len(told)} bytes announced")
    head = _HEAD.pack(MAGIC, VERSION, len(told), _check(MAGIC, told)) + told
    return head.ljust(PLACES_AT, b"\0") + write_place(Placed(0, Progress(0)))


def read_head(head: bytes) -> Announced | None:
    """What was announced; None when these bytes are not the head of an upload."""
    if len(head) < _HEAD.size:
        return None
    magic, version, length, check = _HEAD.unpack_from(head)
    told = head[_HEAD.size : _HEAD.size + length]
    if (magic, version) != (MAGIC, VERSION) or check != _check(MAGIC, told):
        return None
    return _ANNOUNCED.decode(told)


def place_of(sequence: int) -> int:
    """Where in the file the progress of that *sequence* is written."""
    return PLACES_AT + sequence % 2 * PLACE_BYTES


def write_place(placed: Placed) -> bytes:
    """One place, whole."""
    told = msgspec.msgpack.encode(placed.progress)
    sequence = placed.sequence.to_bytes(8, "little")
    place = _PLACE.pack(placed.sequence, len(told), _check(sequence, told)) + told
    if len(place) > PLACE_BYTES:
        raise ValueError(f"{len(place)} bytes of progress")
    return place.ljust(PLACE_BYTES, b"\0")


def newest(head: bytes) -> Placed | None:
    """The latest progress in the file's first `CONTENT_AT` bytes; None when there is none."""
    found = (_read_place(head[at : at + PLACE_BYTES]) for at in map(place_of, (0, 1)))
    return max((placed for placed in found if placed), default=None, key=lambda it: it.sequence)


def _read_place(place: bytes) -> Placed | None:
    if len(place) < _PLACE.size:
        return None
    sequence, length, check = _PLACE.unpack_from(place)
    told = place[_PLACE.size : _PLACE.size + length]
    if check != _check(place[:8], told):
        return None
    return Placed(sequence, _PROGRESS.decode(told))


def _check(first: bytes, told: bytes) -> bytes:
    return digest_of(first + told)[:CHECK_BYTES]
