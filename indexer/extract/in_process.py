"""The in-process twin of the pool: the same readers, without walls around them.

For tests and for files of one's own making; nothing stops a file that hangs or eats memory here.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from indexer.extract.formats import READERS, essence
from indexer.extract.reading import Reader, text_of, unreadable
from indexer.text import MAX_SOURCE, Outcome, Reason


class InProcessExtractor:
    """An `Extractor` that reads in the caller's own process."""

    def __init__(self, readers: Mapping[str, Reader] = READERS) -> None:
        self._readers = readers

    def extract(self, source: BinaryIO | Path, media_type: str) -> Outcome:
        reader = self._readers.get(essence(media_type))
        if reader is None:
            return unreadable(Reason.UNSUPPORTED, essence(media_type))
        if isinstance(source, Path):
            with source.open("rb") as opened:
                return _within_size(reader, opened)
        return _within_size(reader, io.BytesIO(source.read(MAX_SOURCE + 1)))

    def close(self) -> None:
        """Do nothing: nothing is held."""


def _within_size(reader: Reader, opened: BinaryIO) -> Outcome:
    size = opened.seek(0, io.SEEK_END)
    opened.seek(0)
    return text_of(reader, opened) if size <= MAX_SOURCE else unreadable(Reason.TOO_LARGE, "size")
