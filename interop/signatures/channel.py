"""What the pool and a worker say to each other."""

import msgspec

from interop.signatures.port import MIB, Allowance, Question, Trusted
from interop.signatures.verdicts import FileFacts
from repository.walls import frames

MAX_FRAME = 1024 * MIB
"""Bytes of one frame; lists of revocation are what is large."""


class Limits(frames.Limits, frozen=True, kw_only=True):
    """What one worker may use."""

    memory: int = 2048 * MIB
    cpu_seconds: int = 10
    wall_seconds: float = 20


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """The first word to a worker: under which trust it judges."""

    trusted: Trusted
    allowance: Allowance
    limits: Limits


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
