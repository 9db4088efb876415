"""Fetching files: piece by piece, taken up again where the line broke, compared with their name."""

import http.client
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from repository.blobs.address import Naming
from repository.blobs.port import MiB
from repository.errors import Kind, Trouble
from repository.model.ids import show_blob
from tools.http import Client

PIECE_BYTES = 1 * MiB
UNFINISHED = ".part"
"""Behind the name of a file that has not come whole, or was not compared yet."""


class DownloadDiffers(Trouble):
    """What came as {expected} is {actual}; do not use it."""

    kind = Kind.DAMAGED
    vietnamese = "Nội dung nhận dưới tên {expected} lại là {actual}; đừng dùng."


class ChangedMeanwhile(Trouble):
    """What lies at {path} is not what it was when the download began."""

    kind = Kind.CONFLICT
    vietnamese = "Nội dung tại {path} đã khác so với lúc bắt đầu tải."


class LineBroken(Exception):
    """Fewer bytes came than were announced."""


class Wanted(NamedTuple):
    """Which bytes of what."""

    path: str
    offset: int = 0
    length: int | None = None
    """None = all from *offset* on."""


def pieces(client: Client, wanted: Wanted) -> Iterator[bytes]:
    """The bytes *wanted*, in pieces of at most 1 MiB, also over a line that breaks.

    Nothing is compared with a name here. Raise `Refused`, `ServerDown` when nothing comes any
    more, `ChangedMeanwhile`.
    """
    download = _Download(client, wanted)
    waits = client.patience.pauses()
    while not download.complete:
        before = download.at
        try:
            yield from download.some()
        except (OSError, http.client.HTTPException, LineBroken) as error:
            if download.at > before:
                waits = client.patience.pauses()
            pause = next(waits, None)
            if pause is None:
                raise client.down(error) from error
            client.patience.sleep(pause)


class _Download:
    """How far a download has come, over all its connections."""

    def __init__(self, client: Client, wanted: Wanted) -> None:
        self._client = client
        self._path = wanted.path
        self._end = None if wanted.length is None else wanted.offset + wanted.length
        self._tag = ""
        self.at = wanted.offset
        self.complete = wanted.length == 0

    def some(self) -> Iterator[bytes]:
        """What comes over one connection; raise what breaks it."""
        with self._client.opened(self._path, self._headers()) as response:
            self._require_same(response)
            left = int(response.headers.get("Content-Length") or 0)
            while left:
                # As it comes: what a longer read had gathered would be lost with the line.
                piece = response.read1(min(PIECE_BYTES, left))
                if not piece:
                    raise LineBroken(f"{left} bytes are missing")
                left -= len(piece)
                self.at += len(piece)
                yield piece
        self.complete = True

    def _headers(self) -> Mapping[str, str]:
        if self.at == 0 and self._end is None:
            return {}
        last = "" if self._end is None else str(self._end - 1)
        condition = {"If-Range": self._tag} if self._tag else {}
        return {"Range": f"bytes={self.at}-{last}", **condition}

    def _require_same(self, response: http.client.HTTPResponse) -> None:
        """Let this be the rest of what came before, not something else from its beginning."""
        tag = response.headers.get("ETag", "")
        whole = response.status == 200
        if (self._tag and tag != self._tag) or (whole and self.at):
            raise ChangedMeanwhile(path=self._path)
        self._tag = tag


def fetch(client: Client, wanted: Wanted, into: BinaryIO, *, blob: str) -> int:
    """Write what is at *wanted* into *into* as it comes; say how many bytes.

    Raise `DownloadDiffers` when it is not *blob*: what was written is then not to be used.
    """
    naming, size = Naming(), 0
    for piece in pieces(client, wanted):
        naming.update(piece)
        size += into.write(piece)
    actual = show_blob(naming.finish())
    if actual != blob:
        raise DownloadDiffers(expected=blob, actual=actual)
    return size


def fetch_to(client: Client, wanted: Wanted, path: Path, *, blob: str) -> int:
    """The same into the file *path*, which never holds anything else under its name."""
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        with unfinished.open("wb") as into:
            size = fetch(client, wanted, into, blob=blob)
            into.flush()
            os.fsync(into.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return size
