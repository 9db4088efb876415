"""How the two sides talk: MessagePack in frames, its length first."""

import struct
from typing import BinaryIO

import msgspec

HEADER = struct.Struct(">I")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one process may use; whoever works with files gives the figures."""

    memory: int
    """Bytes of address space."""
    cpu_seconds: int
    """Processor time for one file."""
    wall_seconds: float
    """Time for one file, waiting included."""
    open_files: int = 64


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """A process's first word: what it needs is loaded and its limits stand."""


def packed(message: object) -> bytes:
    """Give *message* as one frame."""
    body = msgspec.msgpack.encode(message)
    return HEADER.pack(len(body)) + body


def next_frame(stream: BinaryIO) -> bytes:
    """The content of the next frame of *stream*; nothing where there is no other."""
    header = stream.read(HEADER.size)
    return stream.read(HEADER.unpack(header)[0]) if len(header) == HEADER.size else b""
