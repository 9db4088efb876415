"""What happens to an order to destroy: at the store node that hands it on, at an office that obeys."""

from repository.model.body import Body
from repository.model.ids import BlobId, PurgeId
from repository.model.nodes import NodeName


class OrderPlaced(Body, frozen=True, array_like=True, tag="purge-order-placed"):
    """Two persons agreed at *node*; from here on the store node gives the content to nobody.

    The reason stands beside it.
    """

    id: PurgeId
    blob: BlobId
    node: NodeName
    everywhere: bool
    by: tuple[str, str]
    along: tuple[BlobId, ...] = ()
    """What the node kept here and gives up with it."""


class OrderAnswered(Body, frozen=True, array_like=True, tag="purge-order-answered"):
    """A node has nothing of the content any more, or keeps it under a hold."""

    id: PurgeId
    node: NodeName
    held: bool
    blobs: tuple[BlobId, ...]


class OrderCarried(Body, frozen=True, array_like=True, tag="purge-order-carried-out"):
    """What nobody else has a right to is gone from the store node's packs."""

    id: PurgeId


class OrderDone(Body, frozen=True, array_like=True, tag="purge-order-done"):
    """The standbys have followed: the content is nowhere."""

    id: PurgeId


class OrderReceived(Body, frozen=True, array_like=True, tag="purge-order-received"):
    """An office was told by its store node to destroy what it has of a blob.

    The reason stands beside it.
    """

    id: PurgeId
    blob: BlobId
    node: NodeName
    """Where it was ordered; empty = at the store node."""
