"""A store just good enough to be measured: one file a blob, no lineage, no sealing.

It lets the bench be tried without the store it is made for.
"""

import hashlib
import io
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from repository.blobs.port import BlobStat, MayKnow, Receipt, anybody
from repository.model.ids import AgencyId, BlobId
from tools.bench.storage_ground import Footprint


class PlainBlobs:
    """Files named by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(
        self,
        stream: BinaryIO,
        *,
        expected: BlobId | None = None,
        size: int | None = None,
        holders: Iterable[AgencyId] = (),
        may_know: MayKnow = anybody,
    ) -> Receipt:
        content = stream.read()
        digest = hashlib.sha256(content).digest()
        path = self._folder / digest.hex()
        known = path.exists()
        path.write_bytes(content)
        return Receipt(
            id=BlobId(digest),
            size=len(content),
            media_type="application/octet-stream",
            sha256=digest,
            known=known,
        )

    def put_many(self, streams: Iterable[BinaryIO], *, batch: int = 32) -> Iterator[Receipt]:
        return map(self.put, streams)

    def stat(self, blob: BlobId) -> BlobStat:
        raise NotImplementedError

    def read(self, blob: BlobId, *, checked: bool = True) -> bytes:
        return (self._folder / blob.hex()).read_bytes()

    def read_range(self, blob: BlobId, offset: int, length: int, *, checked: bool = True) -> bytes:
        return self.read(blob)[offset : offset + length]

    def chunks(self, blob: BlobId, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        return iter(io.BytesIO(self.read(blob)[offset:]))


class PlainStore:
    """The open store."""

    def __init__(self, blobs: PlainBlobs) -> None:
        self.blobs = blobs

    def seal(self) -> None:
        """There is nothing to seal."""


class PlainStores:
    """Makes them; *blobs* chooses the doorway, so that a test can plant a fault."""

    def __init__(self, blobs: type[PlainBlobs] = PlainBlobs) -> None:
        self._blobs = blobs

    @contextmanager
    def create(self, root: Path) -> Generator[PlainStore, None, None]:
        root.mkdir()
        yield PlainStore(self._blobs(root))

    @contextmanager
    def reopen(self, root: Path) -> Generator[PlainStore, None, None]:
        yield PlainStore(self._blobs(root))

    def rebuild(self, root: Path, *, walk: bool) -> int:
        return sum(1 for _ in root.iterdir())

    def footprint(self, root: Path) -> Footprint:
        return Footprint(kept=sum(path.stat().st_size for path in root.iterdir()), catalogue=1)
