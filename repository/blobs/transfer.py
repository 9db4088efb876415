"""Files carried from one medium to another: hashed on the way, read back there, then published.

On the medium of a backup a file is named by its own digest, so that backups share what they have
in common and a name found there is never believed.
"""

from collections.abc import Callable
from contextlib import suppress

import blake3

from repository.blobs.pack import HEADER_BYTES, PackBroken, Placed, walk
from repository.blobs.pack_io import PackIO
from repository.blobs.placement import COPYING, CopyDiffers, pieces, prefix_digest
from repository.errors import Kind, Trouble

ENDING = ".file"
"""Of a file named by its digest."""
Told = Callable[[int], None]
"""Hears how many bytes were carried."""


class SourceDiffers(Trouble):
    """What was read of {name} is not what its digest says."""

    kind = Kind.DAMAGED
    vietnamese = "Nội dung đọc được của {name} không đúng với mã băm của nó."


def kept_name(digest: bytes) -> str:
    """The name of a file with this *digest* on a backup's medium."""
    return digest.hex() + ENDING


def require_whole(packs: PackIO, name: str, upto: int, is_needed: Callable[[Placed], bool]) -> None:
    """Raise `PackBroken` unless the records of an open pack can be read on to byte *upto*.

    Each that *is_needed* has to be intact; the bytes of others may have been erased.
    """
    reached = HEADER_BYTES
    for placed in walk(packs, name, start=0, whole=True):
        if placed.broken and is_needed(placed):
            raise PackBroken(pack=name, why=f"rot at byte {placed.offset}")
        reached = placed.offset + placed.record.total
        if reached >= upto:
            return
    if reached < upto:
        raise PackBroken(pack=name, why=f"cannot be read on from byte {reached}")


def carry(
    source: PackIO,
    name: str,
    size: int,
    target: PackIO,
    *,
    to: str,
    digest: bytes,
    told: Told,
) -> None:
    """Copy the first *size* bytes of *name* to *target* as *to*, replacing what is there.

    They are written under a temporary name, read back, and only then published. Raise
    `SourceDiffers` when they do not have *digest*, `CopyDiffers` when the target gives others back;
    nothing is left of either.
    """
    temporary = to + COPYING
    target.remove(temporary)
    try:
        written = _written(source, name, size, target, temporary, told)
        _require_carried(written, target, temporary, size, digest, name)
    except BaseException:
        with suppress(Trouble, OSError):  # what befell the copy is to be told
            target.remove(temporary)
        raise
    if to in target.names():
        target.remove(to)
    target.publish(temporary, to)


def _require_carried(
    written: bytes, target: PackIO, temporary: str, size: int, digest: bytes, name: str
) -> None:
    if written != digest:
        raise SourceDiffers(name=name)
    if not holds(target, temporary, size, digest):
        raise CopyDiffers(name=name)


def holds(medium: PackIO, name: str, size: int, digest: bytes) -> bool:
    """Say whether *medium* gives back exactly the bytes with this *size* and *digest*."""
    try:
        return medium.size(name) == size and prefix_digest(medium, name, size) == digest
    except FileNotFoundError:
        return False


def _written(
    source: PackIO, name: str, size: int, target: PackIO, temporary: str, told: Told
) -> bytes:
    digesting = blake3.blake3()
    file = target.create(temporary)
    try:
        for piece in pieces(source, name, 0, size):
            digesting.update(piece)
            file.append([piece])
            told(len(piece))
        file.sync()
    finally:
        file.close()
    return digesting.digest()
