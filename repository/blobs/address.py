"""All digests of a stream in one pass, and the digest at every `%%EOF` on the way.

A PDF that was signed again is its earlier revision plus a tail (ISO 32000-1, 7.5.6), so the
digests taken after each `%%EOF`, with and without the line end behind it, name all its
earlier revisions: the store finds the base of a delta, and the evidence "revision k of this
file is exactly blob X", without being told.
"""

import hashlib
from collections import deque
from typing import NamedTuple

import blake3
import deflate

from repository.blobs.media import HEAD_BYTES, Media, recognise
from repository.model.blobs import RevisionMark
from repository.model.ids import BlobId

MAX_REVISIONS = 64
"""Of so many last `%%EOF` the digests are kept."""
MAX_MARKERS = 4096
"""A file with more `%%EOF` than any signer leaves is hostile: it is stored without lineage."""
_EOF = b"%%EOF"
_REACH = len(_EOF) + 2
"""A marker and the two bytes of its line end: so much is held back between two pieces."""


class Address(NamedTuple):
    """What a blob is called, in every scheme that somebody outside may ask for."""

    blob: BlobId
    size: int
    sha256: bytes
    sha512: bytes
    crc32: int
    media: Media
    marks: tuple[RevisionMark, ...]
    """Earlier revisions, shortest first; never the blob itself."""


def digest_of(content: bytes) -> bytes:
    """The BLAKE3 digest of *content*, 32 bytes."""
    return blake3.blake3(content).digest()


def address_of(content: bytes) -> Address:
    """The address of *content* that is in memory whole: one call a digest, where it is no PDF."""
    media = recognise(content[:HEAD_BYTES])
    if media is Media.PDF:
        digesting = Digesting()
        digesting.update(content)
        return digesting.finish()
    return Address(
        blob=BlobId(digest_of(content)),
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        sha512=hashlib.sha512(content).digest(),
        crc32=_crc32(content, 0),
        media=media,
        marks=(),
    )


class Naming:
    """Takes a stream piece by piece, then tells its name alone: cheaper than `Digesting`."""

    def __init__(self) -> None:
        self._name = blake3.blake3()

    def update(self, piece: bytes) -> None:
        """Take the next *piece*."""
        self._name.update(piece)

    def finish(self) -> BlobId:
        """The name of all that was taken."""
        return BlobId(self._name.digest())


class Digesting:
    """Takes a stream piece by piece, then tells its address."""

    def __init__(self) -> None:
        self._name = blake3.blake3()
        self._sha256 = hashlib.sha256()
        self._sha512 = hashlib.sha512()
        self._crc32 = 0
        self._size = 0
        self._head = b""
        self._media: Media | None = None
        self._held = b""
        self._named = 0
        self._markers = 0
        self._marks: deque[RevisionMark] = deque(maxlen=2 * MAX_REVISIONS)

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        return self._size

    def update(self, piece: bytes) -> None:
        """Take the next *piece*."""
        self._sha256.update(piece)
        self._sha512.update(piece)
        self._crc32 = _crc32(piece, self._crc32)
        self._size += len(piece)
        if self._media is None:
            self._head += piece
            if len(self._head) < HEAD_BYTES:
                return
            piece = self._recognised()
        self._take(piece)

    def finish(self) -> Address:
        """The address of all that was taken."""
        if self._media is None:
            self._take(self._recognised())
        if self._held:
            self._mark(self._held, last=True)
        blob = BlobId(self._name.digest())
        return Address(
            blob=blob,
            size=self._size,
            sha256=self._sha256.digest(),
            sha512=self._sha512.digest(),
            crc32=self._crc32,
            media=self._media or Media.BINARY,
            marks=self._earlier_revisions(blob),
        )

    def _recognised(self) -> bytes:
        head, self._head = self._head, b""
        self._media = recognise(head[:HEAD_BYTES])
        return head

    def _take(self, piece: bytes) -> None:
        if self._media is not Media.PDF or self._markers > MAX_MARKERS:
            self._name.update(self._held + piece if self._held else piece)
            self._held = b""
            return
        self._mark(self._held + piece, last=False)

    def _mark(self, content: bytes, *, last: bool) -> None:
        """Name *content* up to what must be held back, stopping at each marker for a digest."""
        end = len(content) if last else max(0, len(content) - _REACH)
        view = memoryview(content)
        named = 0
        for at in _markers_before(content, end):
            self._markers += 1
            for stop in _ends_of_revision(content, at + len(_EOF)):
                self._name.update(view[named:stop])
                self._named += stop - named
                named = stop
                self._marks.append(RevisionMark(BlobId(self._name.digest()), self._named))
        end = max(end, named)
        self._name.update(view[named:end])
        self._named += end - named
        self._held = b"" if last else content[end:]

    def _earlier_revisions(self, blob: BlobId) -> tuple[RevisionMark, ...]:
        if self._markers > MAX_MARKERS:
            return ()
        return tuple(mark for mark in self._marks if mark.digest != blob)


def _crc32(piece: bytes, before: int) -> int:
    # Its stub names a Buffer that `collections.abc` has only from 3.12 on.
    return deflate.crc32(piece, before)  # pyright: ignore[reportUnknownMemberType]


def _markers_before(content: bytes, end: int) -> list[int]:
    """Where markers begin before *end*, in order; sought backwards, which is thrice as fast."""
    found: list[int] = []
    at = content.rfind(_EOF, 0, end + len(_EOF) - 1)
    while at >= 0:
        found.append(at)
        at = content.rfind(_EOF, 0, at)
    return found[::-1]


def _ends_of_revision(content: bytes, after_marker: int) -> tuple[int, ...]:
    """Where a revision may end: right behind the marker, and behind its line end."""
    following = content[after_marker : after_marker + 2]
    if following == b"\r\n":
        return (after_marker, after_marker + 2)
    if following[:1] in (b"\r", b"\n"):
        return (after_marker, after_marker + 1)
    return (after_marker,)
