"""The port below the catalogue: ordered keys in named tables, in transactions."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol


class Transaction(Protocol):
    """One consistent view; a writing one is kept whole or dropped whole."""

    def get(self, table: str, key: bytes) -> bytes | None:
        """The value at *key*, or None."""
        ...

    def scan(
        self, table: str, start: bytes, *, backwards: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """All keys from *start* on (at or before it when *backwards*), in order.

        The iterator MUST NOT be used after the transaction has ended.
        """
        ...

    def count(self, table: str) -> int:
        """How many keys *table* has."""
        ...

    def put(self, table: str, key: bytes, value: bytes, *, overwrite: bool = True) -> bool:
        """Set *key*; without *overwrite*, say whether it was added."""
        ...

    def put_many(self, table: str, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Set many keys; MUST be fast when *items* come in key order."""
        ...

    def delete(self, table: str, key: bytes) -> bool:
        """Take *key* away; say whether it was there."""
        ...

    def clear(self, table: str) -> None:
        """Take away every key of *table*."""
        ...

    def child(self) -> AbstractContextManager["Transaction"]:
        """A part of this transaction: kept when its block ends, dropped when it raises."""
        ...


class Engine(Protocol):
    """A set of tables on this node."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """A snapshot; MUST be short: a long reader keeps old pages from being used again."""
        ...

    def writing(self) -> AbstractContextManager[Transaction]:
        """The one writing transaction: durable when its block ends, dropped when it raises."""
        ...

    def room(self) -> int:
        """Bytes that may still be written before the fixed map is full."""
        ...

    def close(self) -> None:
        """Give everything back; no transaction may be open."""
        ...
