"""What the pool and a worker say to each other."""

import msgspec

from indexer.text import KIB, MAX_TEXT
from repository.walls import frames

MAX_FRAME = MAX_TEXT + 64 * KIB
"""Bytes of one frame; a worker that announces more is ended."""


class Limits(frames.Limits, frozen=True, kw_only=True):
    """What one worker may use."""

    memory: int = 1024 * 1024 * KIB
    cpu_seconds: int = 60
    wall_seconds: float = 90


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One file to read."""

    path: str
    media_type: str
