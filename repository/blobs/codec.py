"""zstd, used when packs are sealed and compacted, never while somebody waits for a receipt.

Packing in the acknowledging path halved the put rate on two cores (design measurement); a
record is packed in independent frames, so that a range unpacks only the frames it touches.
"""

import threading
from typing import NamedTuple

import zstandard

from repository.blobs.record import FRAME_BYTES

LEVEL = 3
MIN_BYTES = 256
"""Shorter ones are left as they are."""
TRIAL_BYTES = 64 * 1024
MUST_SAVE = 0.05
"""What saves less stays raw: a raw record is read without unpacking."""


class Packed(NamedTuple):
    """Bytes after packing."""

    stored: bytes
    frames: tuple[int, ...]
    """Length of each frame, in order."""


_local = threading.local()


def packed(literal: bytes, *, level: int = LEVEL) -> Packed | None:
    """*literal* in zstd frames, or None where that does not save `MUST_SAVE`."""
    if len(literal) < MIN_BYTES:
        return None
    packer = zstandard.ZstdCompressor(level=level, write_checksum=False, write_content_size=True)
    trial = literal[:TRIAL_BYTES]
    if len(packer.compress(trial)) > (1 - MUST_SAVE) * len(trial):
        return None
    frames = [
        packer.compress(literal[at : at + FRAME_BYTES])
        for at in range(0, len(literal), FRAME_BYTES)
    ]
    stored = b"".join(frames)
    if len(stored) > (1 - MUST_SAVE) * len(literal):
        return None
    return Packed(stored, tuple(map(len, frames)))


def unpacked(frame: bytes) -> bytes:
    """One frame unpacked; its length is bounded by `FRAME_BYTES` whatever it claims."""
    unpacker = getattr(_local, "unpacker", None)
    if unpacker is None:
        unpacker = _local.unpacker = zstandard.ZstdDecompressor()
    return unpacker.decompress(frame, max_output_size=FRAME_BYTES)
