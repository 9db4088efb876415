"""Files of a received message become blobs: each is whole on disk before it has a name."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from interop.edxml.intake import Sink
from repository.blobs.port import BlobStore
from repository.model.ids import AgencyId, show_blob


class BlobIntake:
    """An `Intake` over a store of blobs; what waits lies in *folder*, nameless, gone when closed.

    *holders* brought the message and may read its files before a document holds them. A file that
    stays in the store when its message is refused later is swept like any that nothing refers to.
    """

    def __init__(self, store: BlobStore, folder: Path, holders: Iterable[AgencyId] = ()) -> None:
        self._store = store
        self._folder = folder
        self._holders = tuple(holders)

    def sink(self) -> Sink:
        return _BlobSink(self._store, self.spool(), self._holders)

    def spool(self) -> BinaryIO:
        return tempfile.TemporaryFile(dir=self._folder)  # type: ignore[return-value]


class _BlobSink:
    """One file on its way into the store."""

    def __init__(self, store: BlobStore, file: BinaryIO, holders: tuple[AgencyId, ...]) -> None:
        self._store = store
        self._file = file
        self._holders = holders

    def write(self, piece: bytes, /) -> None:
        self._file.write(piece)

    def done(self) -> str:
        """Put it into the store; raises what `BlobStore.put` raises."""
        size = self._file.tell()
        self._file.seek(0)
        with self._file:
            return show_blob(self._store.put(self._file, size=size, holders=self._holders).id)

    def abandon(self) -> None:
        self._file.close()
