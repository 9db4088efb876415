"""The catalogue's engine in memory: what tests and trials use; nothing is durable."""

import bisect
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

from repository.catalogue.engine import Transaction

_Tables = dict[str, dict[bytes, bytes]]


class MemoryEngine:
    """Dictionaries behind the `Engine` port; a transaction works on a copy."""

    def __init__(self, *, tables: Iterable[str]) -> None:
        self._tables: _Tables = {name: {} for name in tables}
        self._writer = Lock()

    @contextmanager
    def reading(self) -> Generator[Transaction]:
        yield _MemoryTransaction(self._tables)

    @contextmanager
    def writing(self) -> Generator[Transaction]:
        with self._writer:
            changed = _MemoryTransaction(_copy(self._tables))
            yield changed
            self._tables = changed.tables

    def room(self) -> int:
        return 1 << 40

    def close(self) -> None:
        self._tables = {}


class _MemoryTransaction:
    """One copy of the tables behind the `Transaction` port."""

    def __init__(self, tables: _Tables) -> None:
        self.tables = tables

    def get(self, table: str, key: bytes) -> bytes | None:
        return self.tables[table].get(key)

    def scan(
        self, table: str, start: bytes, *, backwards: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        rows = self.tables[table]
        keys = sorted(rows)
        if backwards:
            chosen = reversed(keys[: bisect.bisect_right(keys, start)])
        else:
            chosen = iter(keys[bisect.bisect_left(keys, start) :])
        return ((key, rows[key]) for key in chosen)

    def count(self, table: str) -> int:
        return len(self.tables[table])

    def put(self, table: str, key: bytes, value: bytes, *, overwrite: bool = True) -> bool:
        if not overwrite and key in self.tables[table]:
            return False
        self.tables[table][key] = value
        return True

    def put_many(self, table: str, items: Iterable[tuple[bytes, bytes]]) -> None:
        self.tables[table].update(items)

    def delete(self, table: str, key: bytes) -> bool:
        return self.tables[table].pop(key, None) is not None

    def clear(self, table: str) -> None:
        self.tables[table] = {}

    @contextmanager
    def child(self) -> Generator[Transaction]:
        part = _MemoryTransaction(_copy(self.tables))
        yield part
        self.tables = part.tables


def _copy(tables: _Tables) -> _Tables:
    return {name: dict(rows) for name, rows in tables.items()}
