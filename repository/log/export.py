"""A part of the log as a file of its own (bản xuất nhật ký), to be judged without the store.

A header, then frames as they stand in the log's segments. The header holds the peaks of the tree before
the first event: with them the roots at every size from there on follow, so a checkpoint of any of these
sizes vouches for the header too. Particulars may be left out; an erased one is not there either.
"""

import struct
import uuid
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

import blake3

from repository.errors import Kind, Trouble
from repository.log.frame import HEAD_BYTES, MAX_FRAME_BYTES, Read, read_head, write_frame
from repository.model.merkle import Peaks, peak_ranges

_HEADER = struct.Struct("<8sBBB5xQQ16s")
_MAGIC = b"VKEXPT\r\n"
VERSION = 1
EXPORT_HEADER_BYTES = _HEADER.size
_CHECK_BYTES = 16
_PEAK_BYTES = 32


class ExportUnreadable(Trouble):
    """This is no export of a log: {why}."""

    kind = Kind.DAMAGED
    vietnamese = "Đây không phải bản xuất nhật ký: {why}."


class ExportUnknown(Trouble):
    """The export has version {found}; this vankho reads version {known}."""

    kind = Kind.INVALID
    vietnamese = "Bản xuất có phiên bản {found}; bản vankho này đọc phiên bản {known}."


class Header(NamedTuple):
    """What an export says of itself."""

    store: uuid.UUID
    first: int
    """Its first event."""
    last: int
    """Its last; one before `first` when there is none."""
    particulars: bool
    """They stand beside their events."""
    peaks: Peaks
    """Of the tree before the first event."""


class Frame(NamedTuple):
    """A frame as it was found in an export; nothing of it is believed yet."""

    sequence: int
    canonical: bytes
    particulars: bytes
    intact: bool
    """Its check is that of its bytes."""


def write_export(file: BinaryIO, header: Header, events: Iterable[Read]) -> int:
    """Write *header* and the *events* it speaks of; return how many bytes."""
    written = file.write(_packed(header))
    for read in events:
        beside = read.particulars if header.particulars else b""
        written += file.write(write_frame(read.sequence, read.canonical, beside, read.more))
    return written


def _packed(header: Header) -> bytes:
    told = _HEADER.pack(
        _MAGIC,
        VERSION,
        header.particulars,
        len(header.peaks),
        header.first,
        header.last,
        header.store.bytes,
    )
    told += b"".join(header.peaks)
    return told + blake3.blake3(told).digest(_CHECK_BYTES)


def read_header(file: BinaryIO) -> Header:
    """The header at the beginning of *file*; raise `ExportUnreadable` or `ExportUnknown`."""
    fixed = file.read(_HEADER.size)
    if len(fixed) < _HEADER.size or not fixed.startswith(_MAGIC):
        raise ExportUnreadable(why="magic")
    _, version, particulars, peaks, first, last, store = _HEADER.unpack(fixed)
    below = file.read(peaks * _PEAK_BYTES)
    check = file.read(_CHECK_BYTES)
    if blake3.blake3(fixed + below).digest(_CHECK_BYTES) != check:
        raise ExportUnreadable(why="header")
    if version != VERSION:
        raise ExportUnknown(found=version, known=VERSION)
    if not 1 <= first <= last + 1 or len(peak_ranges(first - 1)) != peaks or particulars > 1:
        raise ExportUnreadable(why="header")
    cut = (below[at : at + _PEAK_BYTES] for at in range(0, len(below), _PEAK_BYTES))
    return Header(uuid.UUID(bytes=store), first, last, bool(particulars), tuple(cut))


def read_frames(file: BinaryIO) -> Iterator[Frame]:
    """The frames behind the header, to the end or to what is none; at most 4 MiB in memory each.

    Behind a frame that is not intact only one that follows it in order is believed to be one.
    """
    before: Frame | None = None
    while True:
        head = file.read(HEAD_BYTES)
        told = read_head(head, 0)
        if told is None or told.length > HEAD_BYTES + MAX_FRAME_BYTES:
            return
        if before and not before.intact and told.sequence != before.sequence + 1:
            return
        length = int.from_bytes(head[4:8], "little")
        rest = file.read(told.length - HEAD_BYTES)
        canonical, beside = rest[:length], rest[length:]
        check = blake3.blake3(head[: HEAD_BYTES - _CHECK_BYTES] + canonical).digest(_CHECK_BYTES)
        whole = len(rest) == told.length - HEAD_BYTES
        intact = whole and check == head[HEAD_BYTES - _CHECK_BYTES :]
        before = Frame(told.sequence, canonical, beside, intact)
        yield before
