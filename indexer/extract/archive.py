"""A zip file that may be hostile: opened within limits, its entries read as counted streams."""

import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from indexer.extract.reading import CannotRead
from indexer.text import MIB, Reason

MAX_ENTRIES = 10_000
MAX_INFLATED = 256 * MIB
"""Bytes that all entries read may inflate to, together."""
MAX_RATIO = 250
"""Inflated to packed bytes of one entry; worksheets of repeated cells reach about 60."""
RATIO_FROM = MIB
"""Inflated bytes of one entry below which its ratio does not matter."""
CHUNK = 64 * 1024

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
"""How an office file with a password begins, and an old `.doc` under a new name."""
_ENCRYPTED_ENTRY = 0x1


class Archive:
    """The entries of *source*, inflated only as far as the limits go."""

    def __init__(self, source: BinaryIO) -> None:
        self._zip = _opened(source)
        self._inflated = 0

    def names(self) -> list[str]:
        """Give the names of the entries."""
        return self._zip.namelist()

    def chunks(self, name: str) -> Iterator[bytes]:
        """Give the bytes of entry *name*; raises `CannotRead` at a limit."""
        entry = self._zip.getinfo(name)
        if entry.flag_bits & _ENCRYPTED_ENTRY:
            raise CannotRead(Reason.ENCRYPTED)
        inflated = 0
        with self._zip.open(entry) as stream:
            while chunk := stream.read(CHUNK):
                inflated += len(chunk)
                self._count(len(chunk), inflated, entry.compress_size)
                yield chunk

    def _count(self, chunk: int, entry: int, packed: int) -> None:
        self._inflated += chunk
        if self._inflated > MAX_INFLATED:
            raise CannotRead(Reason.TOO_LARGE, "inflated size")
        if entry > RATIO_FROM and entry > MAX_RATIO * packed:
            raise CannotRead(Reason.HOSTILE, "inflation ratio")


def _opened(source: BinaryIO) -> zipfile.ZipFile:
    start = source.tell()
    if source.read(len(_COMPOUND_FILE)) == _COMPOUND_FILE:
        raise CannotRead(Reason.ENCRYPTED, "a compound file: closed by a password, or of old kind")
    source.seek(start)
    opened = zipfile.ZipFile(source)
    if len(opened.infolist()) > MAX_ENTRIES:
        raise CannotRead(Reason.TOO_LARGE, "entries")
    return opened
