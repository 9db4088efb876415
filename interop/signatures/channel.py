"""How the pool and a worker talk: what is said, in frames over two pipes."""

import struct

import msgspec

from interop.signatures.port import MIB, Allowance, Question, Trusted
from interop.signatures.verdicts import FileFacts

MAX_FRAME = 1024 * MIB
"""Bytes of one frame; lists of revocation are what is large."""
HEADER = struct.Struct(">I")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one worker may use."""

    memory: int = 2048 * MIB
    """Bytes of address space."""
    cpu_seconds: int = 10
    """Processor time for one file."""
    wall_seconds: float = 20
    """Time for one file, waiting for the processor included."""
    open_files: int = 64


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """The first word to a worker: under which trust it judges."""

    trusted: Trusted
    allowance: Allowance
    limits: Limits


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """A worker's first word: what it needs is loaded and its limits stand."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One file to look at."""

    path: str
    question: Question


class Exhausted(msgspec.Struct, frozen=True, kw_only=True, tag="exhausted"):
    """The file used up the worker's memory; the worker ends."""


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The file could not be opened."""

    number: int
    reason: str


Answer = FileFacts | Exhausted | Refused


def packed(message: Setup | Ready | Request | Answer) -> bytes:
    """Give *message* as one frame."""
    body = msgspec.msgpack.encode(message)
    return HEADER.pack(len(body)) + body
