"""One event in a log segment: a frame of canonical bytes, its particulars beside them.

The events of one command stand or fall together: each but the last says that more follow, and a
log that ends there ends before them. The check covers the event, whose own digest covers the
particulars: these can be erased (overwritten with `ERASED`) and the frame, like the leaf in the
Merkle tree, stays intact.
"""

import itertools
import struct
from typing import NamedTuple

import blake3

from repository.model.events import MAX_EVENT_BYTES, Event, decode_event
from repository.model.merkle import digest

_HEAD = struct.Struct("<4sIIQ16s")
_LAST_OF_COMMAND, _MORE_FOLLOW = b"VKEV", b"VKEM"
HEAD_BYTES = _HEAD.size
ERASED = b"VKERASED"
MAX_FRAME_BYTES = MAX_EVENT_BYTES
"""Event and particulars together; what says to be longer is no frame."""


class Read(NamedTuple):
    """A frame as it was found."""

    sequence: int
    canonical: bytes
    event: Event
    particulars: bytes
    """Empty when the event has none, or when they were erased."""
    length: int
    """Bytes of the whole frame."""
    more: bool = False
    """Another event of the same command follows."""


def write_frame(
    sequence: int,
    canonical: bytes,
    particulars: bytes,
    more: bool = False,  # noqa: FBT001, FBT002
) -> bytes:
    """The bytes of a frame; *more* of the same command follow."""
    magic = _MORE_FOLLOW if more else _LAST_OF_COMMAND
    told = magic + struct.pack("<IIQ", len(canonical), len(particulars), sequence)
    return told + blake3.blake3(told + canonical).digest(16) + canonical + particulars


class Head(NamedTuple):
    """What the head of a frame says, unchecked: enough to step over it."""

    sequence: int
    length: int
    """Bytes of the whole frame."""


def read_head(kept: bytes | memoryview, offset: int) -> Head | None:
    """The head at *offset* of *kept*, or None where there is none."""
    if len(kept) < offset + HEAD_BYTES:
        return None
    magic, length, beside, sequence, _ = _HEAD.unpack_from(kept, offset)
    if magic not in (_LAST_OF_COMMAND, _MORE_FOLLOW) or length + beside > MAX_FRAME_BYTES:
        return None
    return Head(sequence, HEAD_BYTES + length + beside)


def read_frame(kept: bytes | memoryview) -> Read | None:
    """The frame at the beginning of *kept*, or None when it is cut off or broken."""
    if len(kept) < HEAD_BYTES:
        return None
    magic, length, beside, sequence, check = _HEAD.unpack_from(kept)
    end = HEAD_BYTES + length
    if magic not in (_LAST_OF_COMMAND, _MORE_FOLLOW):
        return None
    if length + beside > MAX_FRAME_BYTES or len(kept) < end + beside:
        return None
    canonical = bytes(kept[HEAD_BYTES:end])
    if blake3.blake3(bytes(kept[: HEAD_BYTES - 16]) + canonical).digest(16) != check:
        return None
    event = decode_event(canonical)
    particulars = bytes(kept[end : end + beside])
    if event.particulars and digest(particulars) != event.particulars:
        if particulars != erased(beside):
            return None
        particulars = b""
    more = magic == _MORE_FOLLOW
    return Read(sequence, canonical, event, particulars, end + beside, more)


def erased(length: int) -> bytes:
    """What stands in the place of *length* erased bytes."""
    return bytes(itertools.islice(itertools.cycle(ERASED), length))
