"""One upload's file in its writer's hand: chunks go in, a receipt takes the place of the bytes."""

import hashlib
import os
from contextlib import ExitStack, suppress
from typing import BinaryIO, Self

import msgspec

from repository.blobs.port import MiB, Receipt, UploadCutShort
from repository.blobs.spool import read_up_to
from repository.errors import Trouble
from repository.uploads.port import (
    Chunk,
    ChunkBeyondEnd,
    ChunkGarbled,
    OffsetMismatch,
    UploadState,
)
from repository.uploads.record import CONTENT_AT, Placed, Progress, place_of, write_place
from repository.uploads.upload_file import UploadFile

PIECE_BYTES = 1 * MiB


class LocalHeldUpload:
    """A `HeldUpload` whose file nobody else holds."""

    def __init__(self, file: UploadFile, state: UploadState, placed: Placed, *, done: str) -> None:
        """*done* is the file's name once its bytes are a blob."""
        self._file = file
        self._placed = placed
        self._done = done
        self._closing = ExitStack()
        self.state = state

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def append(self, chunk: Chunk) -> UploadState:
        """Add *chunk*, as `Uploads.append` promises."""
        self._require_fitting(chunk)
        if not chunk.size:
            return self.state
        try:
            self._write(chunk)
        except Trouble:
            # Behind the progress nobody reads; only the room is given back.
            with suppress(Trouble):
                self._file.cut(CONTENT_AT + self.state.offset)
            raise
        self._file.sync()
        self._note(Progress(chunk.offset + chunk.size))
        return self.state

    def stream(self) -> BinaryIO:
        stream = self._closing.enter_context(os.fdopen(self._file.duplicate(), "rb"))
        stream.seek(CONTENT_AT)
        return stream

    def finish(self, receipt: Receipt) -> None:
        self._note(Progress(self.state.offset, receipt))
        # The receipt is on disk; what cannot be tidied now is swept when it expires.
        with suppress(Trouble):
            self._file.cut(CONTENT_AT)
            self._file.rename(self._done)

    def _require_fitting(self, chunk: Chunk) -> None:
        if chunk.offset != self.state.offset:
            self._file.sync()  # what is told of the offset is on disk
            raise OffsetMismatch(offset=self.state.offset, given=chunk.offset)
        end = chunk.offset + chunk.size
        if end > self.state.announced.length:
            raise ChunkBeyondEnd(length=self.state.announced.length, end=end)

    def _write(self, chunk: Chunk) -> None:
        """Write the chunk behind what is there, and compare it with what was promised."""
        running = [
            (digest, hashlib.new(name, usedforsecurity=False)) for name, digest in chunk.digests
        ]
        written = 0
        while piece := read_up_to(chunk.stream, min(PIECE_BYTES, chunk.size - written)):
            self._file.write(CONTENT_AT + chunk.offset + written, piece)
            written += len(piece)
            for _, digest in running:
                digest.update(piece)
        if written < chunk.size:
            raise UploadCutShort(received=written, announced=chunk.size)
        for promised, digest in running:
            if digest.digest() != promised:
                raise ChunkGarbled(algorithm=digest.name)

    def _note(self, progress: Progress) -> None:
        """Write the progress where the one before the last stood; return once it is on disk."""
        sequence = self._placed.sequence + 1
        self._placed = Placed(sequence, progress)
        self._file.write(place_of(sequence), write_place(self._placed))
        self._file.sync()
        self.state = msgspec.structs.replace(
            self.state, offset=progress.offset, receipt=progress.receipt
        )
