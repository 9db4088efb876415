"""zstd, used when packs are sealed and compacted, never while somebody waits for a receipt.

Packing in the acknowledging path halved the put rate on two cores (design measurement); a
record is packed in independent frames, so that a range unpacks only the frames it touches.
Tails of signed files resemble each other (the same authority's certificates, the same seals),
so a sealed pack carries a dictionary trained on its own short literals: it leans on no other
file.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import zstandard

from repository.blobs.record import FRAME_BYTES

LEVEL = 9
MIN_BYTES = 256
"""Shorter ones are left as they are."""
TRIAL_BYTES = 64 * 1024
MUST_SAVE = 0.05
"""What saves less stays raw: a raw record is read without unpacking."""
DICTIONARY_BYTES = 112 * 1024
SAMPLE_BYTES = 64 * 1024
"""Longer literals are bodies, not tails: they are not learned from."""
SAMPLES_BYTES = 16 * 1024 * 1024
"""So much is learned from at most: training time is bounded."""
MIN_SAMPLES = 64
"""Fewer do not pay for a dictionary."""

ZstdError = zstandard.ZstdError
Unpack = Callable[[bytes | memoryview], bytes]


class Packed(NamedTuple):
    """Bytes after packing."""

    stored: bytes
    frames: tuple[int, ...]
    """Length of each frame, in order."""


class Packer:
    """Packs the literals of one sealed pack."""

    def __init__(self, dictionary: bytes = b"", *, level: int = LEVEL) -> None:
        trained = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        self._packer = zstandard.ZstdCompressor(
            level=level, dict_data=trained, write_checksum=False, write_dict_id=False
        )

    def packed(self, literal: bytes) -> Packed | None:
        """*literal* in zstd frames, or None where that does not save `MUST_SAVE`."""
        if len(literal) < MIN_BYTES or not self._promises(literal):
            return None
        frames = [
            self._packer.compress(literal[at : at + FRAME_BYTES])
            for at in range(0, len(literal), FRAME_BYTES)
        ]
        stored = b"".join(frames)
        if len(stored) > (1 - MUST_SAVE) * len(literal):
            return None
        return Packed(stored, tuple(map(len, frames)))

    def measured(self, pieces: Iterable[bytes]) -> tuple[int, ...] | None:
        """How long the frames of *pieces* are, `FRAME_BYTES` each; None as `packed` says.

        For what is not to lie in memory: `frames` packs the same pieces again.
        """
        lengths: list[int] = []
        size = 0
        for piece in pieces:
            if not lengths and not self._promises(piece):
                return None
            lengths.append(len(self._packer.compress(piece)))
            size += len(piece)
        return tuple(lengths) if sum(lengths) <= (1 - MUST_SAVE) * size else None

    def frames(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """A frame for each of *pieces*."""
        return map(self._packer.compress, pieces)

    def _promises(self, literal: bytes) -> bool:
        """Say whether the beginning of *literal* saves `MUST_SAVE`."""
        trial = literal[:TRIAL_BYTES]
        return len(self._packer.compress(trial)) <= (1 - MUST_SAVE) * len(trial)


def trained(samples: Sequence[bytes]) -> bytes:
    """A dictionary learned from *samples*; empty where there is too little to learn from."""
    if len(samples) < MIN_SAMPLES or sum(map(len, samples)) < 8 * DICTIONARY_BYTES:
        return b""
    try:
        found = zstandard.train_dictionary(DICTIONARY_BYTES, list(samples), d=8, k=512)
    except zstandard.ZstdError:  # nothing in common
        return b""
    return found.as_bytes()


def unpacker(dictionary: bytes = b"") -> Unpack:
    """What unpacks one frame; its length is bounded by `FRAME_BYTES` whatever it claims.

    For one thread at a time: zstd contexts are not shared.
    """
    data = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    context = zstandard.ZstdDecompressor(dict_data=data)

    def unpack(frame: bytes | memoryview) -> bytes:
        # zstd takes the frame's own word for its length, and makes room for it.
        if zstandard.frame_content_size(frame) > FRAME_BYTES:
            raise ZstdError("the frame claims to be longer than a frame is")
        return context.decompress(frame, max_output_size=FRAME_BYTES)

    return unpack
