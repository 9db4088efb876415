"""The port through which a standby sees the store node that it follows.

A *position* is one look at its catalogue: how long the log is, and which packs hold all that the
log up to there names (a blob has landed before an event names it). Packs up to their sizes, and the
log's events up to the size told, are a whole store.
"""

import uuid
from typing import Protocol

import msgspec

from repository.blobs.pack import open_name, sealed_name
from repository.blobs.port import MiB
from repository.errors import Kind, Trouble
from repository.model.terms import Term

PIECE_BYTES = 4 * MiB
"""Of a pack, in one answer."""
EVENTS_BYTES = 1 * MiB
"""Of the log, in one answer; one that is longer is the events of a single command."""
MOST_EVENTS_BYTES = 256 * MiB


class PackAt(msgspec.Struct, frozen=True, kw_only=True):
    """A pack at a position."""

    number: int
    sealed: bool
    size: int
    """Bytes: all of a sealed pack, an open one's landed records."""

    @property
    def name(self) -> str:
        """Its file."""
        return sealed_name(self.number) if self.sealed else open_name(self.number)


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Where a store node stands."""

    store: uuid.UUID
    format: int
    term: Term
    events: int
    root: bytes
    """Of the log's tree at *events*."""
    at: int
    """Its clock, microseconds since 1970-01-01 UTC."""
    packs: tuple[PackAt, ...]


class PackGone(Trouble):
    """The pack {pack} is not there any more: it was sealed, compacted or rewritten. Look again."""

    kind = Kind.CONFLICT
    vietnamese = "Gói {pack} không còn nữa: đã đóng, nén hoặc ghi lại. Hãy xem lại vị trí."


class Source(Protocol):
    """A store node, as its standby reads it.

    Over a wire every method MUST raise `StoreNodeUnreachable` when no answer came.
    """

    def position(self, followed: int = 0) -> Position:
        """Where it stands now; the standby has *followed* up to that event, and has nothing older left."""
        ...

    def pack(self, pack: PackAt, offset: int) -> bytes:
        """Up to `PIECE_BYTES` bytes of *pack* from *offset*, none beyond its size; or `PackGone`."""
        ...

    def events(self, after: int, upto: int) -> bytes:
        """Frames of the log behind event *after*, none behind *upto*, commands whole.

        About `EVENTS_BYTES` of them, at least one command where there is one.
        """
        ...
