"""How the pool and a worker talk: what is said, in frames over two pipes."""

import struct

import msgspec

from indexer.text import KIB, MAX_TEXT, Outcome

MAX_FRAME = MAX_TEXT + 64 * KIB
"""Bytes of one frame; a worker that announces more is ended."""
HEADER = struct.Struct(">I")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one worker may use."""

    memory: int = 1024 * 1024 * KIB
    """Bytes of address space."""
    cpu_seconds: int = 60
    """Processor time for one file."""
    wall_seconds: float = 90
    """Time for one file, waiting included."""
    open_files: int = 64


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One file to read."""

    path: str
    media_type: str


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A worker's first word: its readers are loaded and its limits stand."""


def packed(message: Request | Ready | Outcome) -> bytes:
    """Give *message* as one frame."""
    body = msgspec.msgpack.encode(message)
    return HEADER.pack(len(body)) + body
