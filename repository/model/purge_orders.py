"""Orders to destroy (lệnh tiêu hủy): a purge as it goes from node to node (ADR 30).

Two persons agree at one node; the store node notes the order and hands it on. Each node answers
once it has nothing of the content any more; what nobody else has a right to is then destroyed at
the store node, and the order is done when its standbys have followed.
"""

import enum

import msgspec

from repository.errors import Kind, Trouble
from repository.model.ids import BlobId, PurgeId
from repository.model.nodes import NodeName

STORE_NODE = NodeName("")
"""Stands for the store node itself, which has no name among its own nodes."""
MAX_ANSWERED = 1000
"""Blobs that one answer may name: a file, its text, and what shares its bytes."""
MAX_ORDERS = 100
"""Orders in one page of the feed."""


class PurgeOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order, as the store node keeps it."""

    id: PurgeId
    """The purge's, the same at every node."""
    blob: BlobId
    node: NodeName
    """Where two persons agreed; empty = at the store node."""
    everywhere: bool
    """Every node destroys it; else only the one that ordered gives it up."""
    reason: str
    by: tuple[str, str]
    """Who asked and who agreed, as that node names them."""
    along: tuple[BlobId, ...] = ()
    """What that node kept here and gives up with it: texts that were read from it."""
    placed: int
    """Microseconds since 1970-01-01 UTC."""
    place: int
    """The event by which it was placed: what the feed counts by."""
    carried: int = 0
    """The event by which nothing of it was left at the store node; 0 = not yet."""
    done: int = 0
    """When the last standby had followed that, microseconds; 0 = not yet."""


class PurgeAnswer(msgspec.Struct, frozen=True, array_like=True):
    """What a node last said of an order."""

    held: bool
    """A hold stands there: it keeps what it has."""
    blobs: tuple[BlobId, ...]
    """What it gave up: the file, and texts that were read from it."""
    at: int
    """Microseconds since 1970-01-01 UTC."""


class Lacking(enum.Enum):
    """Why an order is not done."""

    SILENT = "silent"
    """The node has not answered yet: it is away, or at it."""
    HELD = "held"
    """A hold stands there."""
    DESTROYING = "destroying"
    """All have answered; the store node has still to destroy it."""
    FOLLOWING = "following"
    """A standby has not followed so far."""


class Outstanding(msgspec.Struct, frozen=True, kw_only=True):
    """A node that an order still waits for."""

    node: NodeName
    """Empty = the store node."""
    why: Lacking


class OrderWanted(msgspec.Struct, frozen=True, kw_only=True):
    """An order as an office gives it."""

    id: PurgeId
    blob: BlobId
    everywhere: bool
    reason: str
    by: tuple[str, str]
    """Who asked and who agreed."""
    along: tuple[BlobId, ...] = ()
    """What the office gives up with it: texts that were read from it."""


class OrderTold(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it is told to the nodes, with what it waits for."""

    id: PurgeId
    blob: BlobId
    node: NodeName
    everywhere: bool
    reason: str
    place: int
    done: bool = False
    outstanding: tuple[Outstanding, ...] = ()


class OrderUnknown(Trouble):
    """The store node knows no order {purge} of this node."""

    kind = Kind.MISSING
    vietnamese = "Nút kho không có lệnh tiêu hủy {purge} của nút này."
