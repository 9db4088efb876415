"""Uploads as files of this node, one each, which any process of it may carry on with.

local/uploads/<owner>/<id>.open    bytes still come, or wait to become a blob
local/uploads/<owner>/<id>.done    has become one; only the receipt is left

A name in it was made here: owners are digests, identifiers our own. Whoever writes holds the
file (`flock`), so that a killed process lets go of it by dying.
"""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from repository.blobs.address import digest_of
from repository.blobs.pack_io import DiskFailed
from repository.blobs.store import DiskReserve
from repository.errors import Trouble
from repository.model.ids import Clock, NewId, UploadId
from repository.uploads.holding import LocalHeldUpload
from repository.uploads.port import (
    Announced,
    Chunk,
    UploadBusy,
    UploadLimits,
    UploadMissing,
    UploadState,
    require_within,
)
from repository.uploads.record import CONTENT_AT, Placed, newest, read_head, write_head
from repository.uploads.upload_file import UploadFile

OPEN = ".open"
DONE = ".done"
MAX_REMEMBERED = 256
"""Receipts kept for an owner who asks again; the oldest are forgotten first."""
_IDENTIFIER = re.compile(r"[0-9a-f]{32}")


class Found(NamedTuple):
    """What the file of an upload says."""

    state: UploadState
    placed: Placed


class LocalUploads:
    """The `Uploads` port over a folder of a local disk."""

    def __init__(
        self,
        folder: Path,
        *,
        limits: UploadLimits,
        reserve: DiskReserve,
        stop: Callable[[DiskFailed], None],
        clock: Clock,
        new_id: NewId,
        files: type[UploadFile] = UploadFile,
    ) -> None:
        """*stop* hears of a failed disk; *new_id* never gives an identifier twice."""
        self._folder = folder
        self._limits = limits
        self._reserve = reserve
        self._stop = stop
        self._clock = clock
        self._new_id = new_id
        self._files = files
        self._failed: DiskFailed | None = None

    def begin(self, owner: str, announced: Announced) -> UploadState:
        self._reserve.require(announced.length)
        folder = self._folder / _name_of(owner)
        folder.mkdir(parents=True, exist_ok=True)
        self._tidy(folder)
        with self._stopping():
            upload = self._created(folder, announced)
        return UploadState(id=upload, announced=announced, offset=0)

    def state(self, owner: str, upload: UploadId) -> UploadState:
        self._reserve.require_sound()
        with self._stopping(), self._opened(owner, upload) as file:
            found = self._found(file, upload)
            # Whoever wrote this may have died before it was on disk, and been told nothing.
            file.sync()
            return found.state

    def append(self, owner: str, upload: UploadId, chunk: Chunk) -> UploadState:
        self._reserve.require(chunk.size)
        with self.held(owner, upload) as held:
            return held.append(chunk)

    @contextmanager
    def held(self, owner: str, upload: UploadId) -> Generator[LocalHeldUpload]:
        self._reserve.require_sound()
        with self._stopping(), self._opened(owner, upload) as file:
            if not file.hold():
                raise UploadBusy
            if file.gone:  # removed after it was opened: nothing written to it would be kept
                raise UploadMissing
            found = self._found(file, upload)
            with LocalHeldUpload(file, found.state, found.placed, done=upload + DONE) as held:
                yield held

    def remove(self, owner: str, upload: UploadId) -> None:
        self._reserve.require_sound()
        with self._opened(owner, upload) as file:
            if not file.hold():
                raise UploadBusy
            self._found(file, upload)
            file.remove()

    def sweep(self) -> int:
        if not self._folder.is_dir():
            return 0
        return sum(self._tidy(folder) for folder in self._folder.iterdir())

    # One file.

    def _created(self, folder: Path, announced: Announced) -> UploadId:
        upload, file = self._made(folder)
        try:
            file.write(0, write_head(announced))
            # Written before it is counted: of two that come at once, one sees the other.
            require_within(self._limits, self._unfinished(folder))
            file.sync()
            self._files.sync_folder(folder)
            self._files.sync_folder(self._folder)
        except Trouble:
            with suppress(Trouble):
                file.remove()
            raise
        finally:
            file.close()
        return upload

    def _made(self, folder: Path) -> tuple[UploadId, UploadFile]:
        """A new file, held. A sweep may take away what is not held yet: then it is another."""
        while True:
            upload = UploadId(self._new_id())
            file = self._files.create(folder / (upload + OPEN))
            if file.hold() and not file.gone:
                return upload, file
            file.close()

    @contextmanager
    def _opened(self, owner: str, upload: UploadId) -> Generator[UploadFile]:
        """Its file, whichever name it has: the first is looked for first, as it is left first."""
        if not _IDENTIFIER.fullmatch(upload):
            raise UploadMissing
        for suffix in (OPEN, DONE):
            with suppress(FileNotFoundError):
                file = self._files.open(self._folder / _name_of(owner) / (upload + suffix))
                break
        else:
            raise UploadMissing
        try:
            yield file
        finally:
            file.close()

    def _found(self, file: UploadFile, upload: UploadId) -> Found:
        """What it says; raise `UploadMissing` when it has expired or was never whole."""
        head = file.read(0, CONTENT_AT)
        announced, placed = read_head(head), newest(head)
        if announced is None or placed is None or self._has_expired(announced):
            raise UploadMissing
        progress = placed.progress
        state = UploadState(
            id=upload, announced=announced, offset=progress.offset, receipt=progress.receipt
        )
        return Found(state, placed)

    def _has_expired(self, announced: Announced) -> bool:
        return self._clock().timestamp() * 1_000_000 >= announced.expires

    @contextmanager
    def _stopping(self) -> Generator[None]:
        """Let a failed disk end all writing, here and in every process: it is never retried."""
        if self._failed:
            raise self._failed
        try:
            yield
        except DiskFailed as failed:
            self._failed = failed
            self._stop(failed)
            raise

    # All files of an owner.

    def _unfinished(self, folder: Path) -> Iterator[int]:
        """The lengths of all uploads that have no receipt yet."""
        for path in folder.glob("*" + OPEN):
            with suppress(FileNotFoundError), self._looked_at(path) as head:
                announced, placed = read_head(head), newest(head)
                if announced and placed and not placed.progress.receipt:
                    yield announced.length

    def _tidy(self, folder: Path) -> int:
        """Remove what has expired or is no upload; forget the oldest receipts."""
        removed = sum(self._remove_if_over(path) for path in folder.iterdir())
        remembered = sorted(folder.glob("*" + DONE))
        for path in remembered[: max(0, len(remembered) - MAX_REMEMBERED)]:
            path.unlink(missing_ok=True)
        return removed

    def _remove_if_over(self, path: Path) -> bool:
        with suppress(FileNotFoundError), self._looked_at(path) as head:
            announced = read_head(head)
            if announced is None or self._has_expired(announced):
                return self._remove_unless_held(path)
        return False

    def _remove_unless_held(self, path: Path) -> bool:
        """Remove the file unless somebody is at work on it, or is just making it."""
        with ExitStack() as closing:
            file = self._files.open(path)
            closing.callback(file.close)
            if file.hold():
                file.remove()
                return True
        return False

    @contextmanager
    def _looked_at(self, path: Path) -> Generator[bytes]:
        file = self._files.open(path)
        try:
            yield file.read(0, CONTENT_AT)
        finally:
            file.close()


def _name_of(owner: str) -> str:
    """A folder's name that says nothing and can do nothing, whatever *owner* is called."""
    return digest_of(owner.encode()).hex()[:32]
