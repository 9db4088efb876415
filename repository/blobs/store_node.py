"""The port to the store node (nút kho), as an office node (nút cơ quan) sees it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

import msgspec

from repository.errors import Kind, Trouble
from repository.model.ids import BlobId, PurgeId
from repository.model.moves import Away
from repository.model.purge_orders import OrderTold, OrderWanted
from repository.model.terms import Term


class HeldBlob(msgspec.Struct, frozen=True, kw_only=True):
    """A blob that the store node keeps for this node."""

    id: BlobId
    size: int
    """Bytes."""
    media_type: str
    sha256: bytes
    crc32: int
    known: bool = False
    """This node had brought it before; what other nodes brought is never told."""
    stamp: int = 0
    """Of its custody; later each time this node brings it."""


class EpochGiven(msgspec.Struct, frozen=True, kw_only=True):
    """A new epoch, and how long to let pass before beginning it."""

    epoch: int
    wait: float
    """Seconds."""
    term: str = ""
    """The store node's, in which the epoch was given."""
    away: tuple[Away, ...] = ()
    """Agencies that are not at home at the node, though an older copy of its log may think so."""


class LogTold(NamedTuple):
    """An office node's log, as it tells the store node of it."""

    size: int
    root: bytes


class Sent(NamedTuple):
    """Bytes on their way from the store node, not compared with anything yet."""

    size: int
    pieces: Iterator[bytes]


class StoreNodeUnreachable(Trouble):
    """The store node does not answer ({reason}): no file can be stored, nor any read from there.

    What this node has in its catalogue, its index and its cache is still served.
    """

    kind = Kind.UNAVAILABLE
    vietnamese = (
        "Nút kho không trả lời ({reason}): tạm thời không lưu được tệp, "
        "chỉ đọc được tệp có sẵn trong bộ đệm."
    )


class StoreNodeRefuses(Trouble):
    """The store node does not admit this node ({reason}); see `store.remote_token_file`."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Nút kho không nhận nút này ({reason}); hãy xem `store.remote_token_file`."


class StoreNodeFull(Trouble):
    """The store node's disk has reached its reserve; reading still works."""

    kind = Kind.EXHAUSTED
    vietnamese = "Đĩa của nút kho đã chạm mức dự trữ; vẫn đọc được, tạm ngừng ghi."


class StoreNode(Protocol):
    """What an office node asks of its store node.

    Every method MUST raise `StoreNodeUnreachable` when no answer came, `StoreNodeRefuses` when
    this node is not admitted, `StoreNodeReplaced` when it is not the one of the term in which this
    node works. Whatever is sent may be sent twice.
    """

    def put(self, blob: BlobId, size: int, pieces: Iterable[bytes], *, epoch: int) -> HeldBlob:
        """Let the store node keep *blob*; MUST return only once it is on the disk there.

        MUST raise `NodeSuperseded` when *epoch* is not the newest of this node, then nothing is
        kept for it; `StoreNodeFull`, `DigestMismatch`, `BlobTooLarge`. *pieces* may be read
        twice.
        """
        ...

    def release(self, stamps: Sequence[tuple[BlobId, int]], *, epoch: int) -> None:
        """Let the store node keep these (at most `MAX_HELD`) for this node no longer.

        One whose custody has a later stamp than the one given MUST stay: it was brought again. MUST
        raise `NodeSuperseded` when *epoch* is not the newest of this node.
        """
        ...

    def held(self, blobs: Sequence[BlobId]) -> list[HeldBlob]:
        """Those of *blobs* (at most `MAX_HELD`) that are kept for this node, in their order."""
        ...

    def fetch(self, blob: BlobId) -> AbstractContextManager[Sent]:
        """All bytes of *blob*; raise `BlobMissing` unless it is kept for this node."""
        ...

    def take_epoch(self, instance: str, lease: float, *, above: int = 0) -> EpochGiven:
        """A new epoch for this node, later than *above*: from now on all older ones are refused."""
        ...

    def renew(self, epoch: int, log: LogTold, *, resigning: bool = False) -> None:
        """Tell that *epoch* is at work, and where its log stands.

        MUST raise `NodeSuperseded` when it is not the newest, `LogBehind` when the log is
        shorter than it was told before, `EpochAdrift` when it is from before the store node's term.
        """
        ...

    def place(self, order: OrderWanted, *, epoch: int) -> OrderTold:
        """Let *order* be carried out by every node whom it concerns; the same order again is no other.

        One of a file that is not kept for this node MUST reach no other node. MUST raise
        `NodeSuperseded` when *epoch* is not the newest of this node.
        """
        ...

    def orders(self, after: int) -> list[OrderTold]:
        """The next orders to all nodes (at most `MAX_ORDERS`) placed after *after*, in their order."""
        ...

    def order(self, purge: PurgeId) -> OrderTold:
        """How far an order is that this node gave or was given; raise `OrderUnknown`."""
        ...

    def answer(
        self, purge: PurgeId, *, held: bool, blobs: Sequence[BlobId], epoch: int
    ) -> OrderTold:
        """Tell that this node has nothing of it any more, having given up *blobs*; or that it is *held*.

        MUST raise `OrderUnknown`, and `NodeSuperseded` when *epoch* is not the newest of this node.
        """
        ...

    def reachable(self) -> bool:
        """Say whether it answers and admits this node; quick, and never raises."""
        ...

    def works_in(self, term: Callable[[], Term]) -> None:
        """Show the store node's *term* in which this node works with every request from now on."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


MAX_HELD = 1000
"""Blobs asked about at once."""
