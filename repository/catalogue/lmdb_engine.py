"""The catalogue's engine on disk: LMDB, a fixed map, one environment a process.

Metasync is off: a commit does one fdatasync and may be lost, whole, in a power cut; the log
and the packs bring it back (decision 5). NOSYNC, MAPASYNC and WRITEMAP are not offered.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import lmdb

from repository.catalogue.engine import Transaction
from repository.errors import Kind, Trouble

LMDB_LIBRARY = 0
"""lmdb 3 bundles two engines whose files cannot read each other; ours is 0.9, for good."""
MAX_READERS = 4096
"""Of all processes, 64 bytes each. A thread has more than one: what it read with is given back when
Python collects it, and two busy workers were seen to hold 300."""


class CatalogueFull(Trouble):
    """The catalogue's map of {size} bytes is full; raise `catalogue.map_size` and restart."""

    kind = Kind.EXHAUSTED
    vietnamese = "Vùng nhớ danh mục {size} byte đã đầy; hãy tăng `catalogue.map_size`."


class CatalogueFailed(Trouble):
    """The catalogue could not be written ({why}): writing stops.

    The log and the packs have all that was acknowledged; the next start rolls forward.
    """

    kind = Kind.UNAVAILABLE
    vietnamese = "Không ghi được danh mục ({why}): ngừng ghi; nhật ký vẫn giữ đủ."


class LmdbEngine:
    """LMDB behind the `Engine` port."""

    def __init__(
        self, folder: Path, *, tables: Iterable[str], map_size: int, readonly: bool = False
    ) -> None:
        names = tuple(tables)
        if not readonly:
            folder.mkdir(parents=True, exist_ok=True)
        self._env = lmdb.open(
            str(folder),
            map_size=map_size,
            max_dbs=len(names),
            max_readers=MAX_READERS,
            metasync=False,
            readonly=readonly,
            readahead=False,
            lib_version=LMDB_LIBRARY,
        )
        try:
            self._env.reader_check()
            self._tables = {
                name: self._env.open_db(name.encode(), create=not readonly) for name in names
            }
        except lmdb.Error:  # a process that has it open cannot open it again
            self._env.close()
            raise

    def reading(self) -> AbstractContextManager[Transaction]:
        return _LmdbReading(self._env, self._tables)

    @contextmanager
    def writing(self) -> Generator[Transaction]:
        with _translated(self._env), self._env.begin(write=True) as txn:
            yield _LmdbTransaction(self._env, txn, self._tables)

    def room(self) -> int:
        page = self._env.stat()["psize"]
        inside = self._env.info()
        return inside["map_size"] - (inside["last_pgno"] + 1) * page

    def readers(self) -> int:
        """How many readers are registered, in all processes."""
        return self._env.info()["num_readers"]

    def lag(self) -> int:
        """How many commits the oldest snapshot that is being read is behind; pages since pile up."""
        lines = (line.split() for line in self._env.readers().splitlines())
        reading = [int(line[2]) for line in lines if len(line) == 3 and line[2].isdigit()]
        return max((self._env.info()["last_txnid"] - each for each in reading), default=0)

    def copy_to(self, folder: Path) -> None:
        """A compact, consistent copy, taken while others read and write."""
        folder.mkdir(parents=True, exist_ok=True)
        self._env.copy(str(folder), compact=True)

    def close(self) -> None:
        self._env.close()


class _LmdbReading:
    """A snapshot as a context; a class, for it stands in the path of every read."""

    __slots__ = ("_env", "_tables", "_txn")

    def __init__(self, env: lmdb.Environment, tables: dict[str, Any]) -> None:
        self._env = env
        self._tables = tables

    def __enter__(self) -> "_LmdbTransaction":
        self._txn = self._env.begin()
        return _LmdbTransaction(self._env, self._txn, self._tables)

    def __exit__(self, *_: object) -> None:
        self._txn.abort()


class _LmdbTransaction:
    """One LMDB transaction behind the `Transaction` port."""

    def __init__(self, env: lmdb.Environment, txn: Any, tables: dict[str, Any]) -> None:
        self._env = env
        self._txn = txn
        self._tables = tables

    def get(self, table: str, key: bytes) -> bytes | None:
        return self._txn.get(key, db=self._tables[table])

    def scan(
        self, table: str, start: bytes, *, backwards: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        cursor = self._txn.cursor(db=self._tables[table])
        if not backwards:
            return iter(cursor.iternext()) if cursor.set_range(start) else iter(())
        # The last key not after *start*: step back from the first one that is.
        if cursor.set_range(start) and cursor.key() != start:
            cursor.prev()
        elif not cursor.key():
            cursor.last()
        return iter(cursor.iterprev()) if cursor.key() else iter(())

    def count(self, table: str) -> int:
        return self._txn.stat(db=self._tables[table])["entries"]

    def put(self, table: str, key: bytes, value: bytes, *, overwrite: bool = True) -> bool:
        return self._txn.put(key, value, overwrite=overwrite, db=self._tables[table])

    def put_many(self, table: str, items: Iterable[tuple[bytes, bytes]]) -> None:
        with self._txn.cursor(db=self._tables[table]) as cursor:
            cursor.putmulti(items)

    def delete(self, table: str, key: bytes) -> bool:
        return self._txn.delete(key, db=self._tables[table])

    def clear(self, table: str) -> None:
        self._txn.drop(self._tables[table], delete=False)

    @contextmanager
    def child(self) -> Generator[Transaction]:
        with _translated(self._env), self._env.begin(write=True, parent=self._txn) as txn:
            yield _LmdbTransaction(self._env, txn, self._tables)


@contextmanager
def _translated(env: lmdb.Environment) -> Generator[None]:
    try:
        yield
    except lmdb.MapFullError as error:
        raise CatalogueFull(size=env.info()["map_size"]) from error
    except lmdb.Error as error:
        raise CatalogueFailed(why=str(error)) from error
