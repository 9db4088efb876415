"""The name of bytes that come piece by piece, and nothing else of them."""

from collections.abc import Iterable, Iterator

import blake3

from repository.blobs.pack import footer_offset, read_footer
from repository.blobs.pack_io import PackIO
from repository.blobs.port import MiB
from repository.model.ids import BlobId

PIECE_BYTES = 4 * MiB


def name_of(pieces: Iterable[bytes]) -> BlobId:
    """The blob that *pieces* make up."""
    naming = blake3.blake3()
    for piece in pieces:
        naming.update(piece)
    return BlobId(naming.digest())


def body_is_as_sealed(medium: PackIO, name: str) -> bool:
    """Say whether everything before a sealed pack's footer is what the footer says.

    It is not where bytes were erased since. Raise `PackBroken` for a footer that cannot be read.
    """
    return (
        name_of(_pieces(medium, name, footer_offset(medium, name)))
        == read_footer(medium, name).body
    )


def _pieces(medium: PackIO, name: str, end: int) -> Iterator[bytes]:
    return (medium.pread(name, at, min(PIECE_BYTES, end - at)) for at in range(0, end, PIECE_BYTES))
