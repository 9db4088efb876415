"""The uploads' twin in memory: the same promises but durability; for tests of what stands above."""

import hashlib
import io
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from typing import BinaryIO

import msgspec

from repository.blobs.port import Receipt, UploadCutShort
from repository.blobs.spool import read_up_to
from repository.model.ids import Clock, NewId, UploadId
from repository.uploads.port import (
    Announced,
    Chunk,
    ChunkBeyondEnd,
    ChunkGarbled,
    OffsetMismatch,
    UploadBusy,
    UploadLimits,
    UploadMissing,
    UploadState,
    require_within,
)


class MemoryHeldUpload:
    """An upload in memory, and who is at work on it."""

    def __init__(self, owner: str, state: UploadState) -> None:
        self.owner = owner
        self.state = state
        self.content = b""
        self.hand = Lock()

    def stream(self) -> BinaryIO:
        return io.BytesIO(self.content)

    def finish(self, receipt: Receipt) -> None:
        self.content = b""
        self.state = msgspec.structs.replace(self.state, receipt=receipt)

    def append(self, chunk: Chunk) -> UploadState:
        """Add *chunk*, as `Uploads.append` promises."""
        end, length = chunk.offset + chunk.size, self.state.announced.length
        if chunk.offset != self.state.offset:
            raise OffsetMismatch(offset=self.state.offset, given=chunk.offset)
        if end > length:
            raise ChunkBeyondEnd(length=length, end=end)
        received = read_up_to(chunk.stream, chunk.size)
        if len(received) < chunk.size:
            raise UploadCutShort(received=len(received), announced=chunk.size)
        for name, promised in chunk.digests:
            if hashlib.new(name, received, usedforsecurity=False).digest() != promised:
                raise ChunkGarbled(algorithm=name)
        self.content += received
        self.state = msgspec.structs.replace(self.state, offset=end)
        return self.state


class MemoryUploads:
    """A dictionary behind the `Uploads` port."""

    def __init__(self, *, limits: UploadLimits, clock: Clock, new_id: NewId) -> None:
        self._limits = limits
        self._clock = clock
        self._new_id = new_id
        self._kept: dict[UploadId, MemoryHeldUpload] = {}
        self._counting = Lock()

    def begin(self, owner: str, announced: Announced) -> UploadState:
        self.sweep()
        with self._counting:
            unfinished = [
                one.state.announced.length
                for one in self._kept.values()
                if one.owner == owner and not one.state.receipt
            ]
            require_within(self._limits, [*unfinished, announced.length])
            state = UploadState(id=UploadId(self._new_id()), announced=announced, offset=0)
            self._kept[state.id] = MemoryHeldUpload(owner, state)
        return state

    def state(self, owner: str, upload: UploadId) -> UploadState:
        return self._of(owner, upload).state

    def append(self, owner: str, upload: UploadId, chunk: Chunk) -> UploadState:
        with self.held(owner, upload) as held:
            return held.append(chunk)

    @contextmanager
    def held(self, owner: str, upload: UploadId) -> Generator[MemoryHeldUpload]:
        found = self._of(owner, upload)
        if not found.hand.acquire(blocking=False):
            raise UploadBusy
        try:
            yield found
        finally:
            found.hand.release()

    def remove(self, owner: str, upload: UploadId) -> None:
        with self.held(owner, upload):
            del self._kept[upload]

    def sweep(self) -> int:
        over = [one for one in self._kept.values() if self._has_expired(one.state.announced)]
        for one in over:
            self._kept.pop(one.state.id, None)
        return len(over)

    def _of(self, owner: str, upload: UploadId) -> MemoryHeldUpload:
        found = self._kept.get(upload)
        if found is None or found.owner != owner or self._has_expired(found.state.announced):
            raise UploadMissing
        return found

    def _has_expired(self, announced: Announced) -> bool:
        return self._clock().timestamp() * 1_000_000 >= announced.expires
