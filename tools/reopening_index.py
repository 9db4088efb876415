"""The index as a worker sees it: not written yet, written, begun anew while the worker lives."""

import threading
from collections.abc import Callable

from indexer.index import Hits, IndexBroken, IndexReader, check_page
from indexer.language.tree import Query


class ReopeningIndex:
    """An `IndexReader` that is opened when there is one, and again when it broke.

    Until then it finds nothing and stands at position 0, so that the lag is told truthfully.
    """

    def __init__(self, open_reader: Callable[[], IndexReader]) -> None:
        self._open_reader = open_reader
        self._lock = threading.Lock()
        self._reader: IndexReader | None = None
        self.refresh()

    def search(
        self,
        query: Query,
        access: frozenset[str],
        *,
        limit: int = 20,
        offset: int = 0,
        highlight: bool = False,
    ) -> Hits:
        reader = self._reader
        if reader is None:
            check_page(limit, offset)
            return Hits(total=0, hits=())
        return reader.search(query, access, limit=limit, offset=offset, highlight=highlight)

    def count(self) -> int:
        reader = self._reader
        return reader.count() if reader else 0

    def position(self) -> int:
        reader = self._reader
        return reader.position() if reader else 0

    def refresh(self) -> None:
        with self._lock:
            try:
                if self._reader:
                    self._reader.refresh()
                    return
            except IndexBroken:
                self._reader = None
            self._reader = self._opened()

    def close(self) -> None:
        if self._reader:
            self._reader.close()

    def _opened(self) -> IndexReader | None:
        try:
            return self._open_reader()
        except IndexBroken:
            return None
