"""Nodes of one province: office nodes (nút cơ quan) that keep their bytes at a store node (nút kho).

An office node is told apart by its name. Each life of its keeper has an *epoch*, given by the
store node and counting up; between renewals it works on a *lease*, a stretch of time in which
nobody else is let begin under that name (ADR 16).
"""

import re
from typing import NamedTuple, NewType

import msgspec

from repository.errors import Kind, Trouble
from repository.model.ids import BadIdentifier
from repository.model.terms import EpochAdrift

NodeName = NewType("NodeName", str)
"""What an office node is called in its province: 1-40 of `a-z 0-9 -`."""
ELSEWHERE = 0
"""The pack number of a blob whose bytes lie at the store node; packs count from 1."""
LEASE_MARGIN = 1.1
"""So much longer than the lease a successor waits: two clocks do not run quite alike."""
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """An office node, as its store node knows it."""

    name: NodeName
    digest: bytes
    """BLAKE3 of the secret of its token, 32 bytes."""
    epoch: int = 0
    """The newest given; whoever shows an older one is refused."""
    instance: str = ""
    """Which folder on which machine, since its last start, was given the epoch."""
    lease: float = 0.0
    """Seconds that whoever holds the epoch may work without being heard of."""
    wait: float = 0.0
    """Seconds that whoever holds the epoch had to wait before beginning."""
    dismissed: bool = False
    standby: bool = False
    """It follows this store node, to take its place (ADR 21)."""
    adrift: bool = False
    """The store node began a term since, and may have missed epochs of this node."""


class NodeLog(msgspec.Struct, frozen=True, kw_only=True):
    """What an office node last told of its own log."""

    epoch: int
    size: int
    """Events."""
    root: bytes
    at: int
    """Microseconds since 1970-01-01 UTC."""
    resigned: bool = False
    """It ended in order and gave its lease back."""


class NodeSuperseded(Trouble):
    """Another process has taken over the node {node}; this one must not write any more.

    Facts: its own epoch, and where known the newest.
    """

    kind = Kind.UNAVAILABLE
    vietnamese = "Nút {node} đã có tiến trình khác thay; tiến trình này không được ghi nữa."


class LeaseLapsed(Trouble):
    """The node {node} gives no numbers now: its store node has not confirmed that it is alone.

    It goes on by itself once the store node answers; reading and searching still work.
    """

    kind = Kind.UNAVAILABLE
    vietnamese = "Nút {node} tạm ngừng cấp số: nút kho chưa xác nhận quyền ghi. Vẫn đọc, tìm được."


class LogBehind(Trouble):
    """The log of the node {node} ends at event {size}, but event {told} was told before.

    This is an older copy: what is missing was acknowledged to somebody.
    """

    kind = Kind.CONFLICT
    vietnamese = "Nhật ký của nút {node} dừng ở sự kiện {size}, nhưng đã từng có tới {told}."


class NodeNotAdmitted(Trouble):
    """Show the token of an admitted node: `Authorization: Bearer vn_…`."""

    kind = Kind.UNKNOWN_CALLER
    vietnamese = "Cần mã của một nút đã được nhận: `Authorization: Bearer vn_…`."


def parse_node(text: str) -> NodeName:
    """Read a node's name, strictly; raise `BadIdentifier` for anything else."""
    if not _NAME.fullmatch(text):
        raise BadIdentifier(given=text, expected="a node name: 1-40 of a-z 0-9 -")
    return NodeName(text)


def require_epoch(node: Node, epoch: int) -> None:
    """Raise `NodeSuperseded` unless *epoch* is the newest of *node*, `EpochAdrift` for one not known."""
    if node.adrift or epoch > node.epoch:
        raise EpochAdrift(node=node.name, epoch=epoch)
    if epoch != node.epoch:
        raise NodeSuperseded(node=node.name, epoch=epoch, newest=node.epoch)


class EpochWanted(NamedTuple):
    """An office node asks for its next epoch."""

    instance: str
    lease: float
    """Seconds."""
    above: int = 0
    """Up to which epoch its own log has come."""


def raised(node: Node, told: NodeLog | None, wanted: EpochWanted) -> Node:
    """*node* in its next epoch, with the wait before it; *told* is what it last told of its log.

    A store node that does not know the epoch of a node's own log was restored since: it knows no
    more of that node than after a promotion.
    """
    if wanted.above > node.epoch:
        node = msgspec.structs.replace(node, adrift=True)
    return msgspec.structs.replace(
        node,
        epoch=max(node.epoch, wanted.above) + 1,
        instance=wanted.instance,
        lease=wanted.lease,
        wait=wait_before(node, told, wanted.instance, wanted.lease),
        adrift=False,
    )


def wait_before(node: Node, told: NodeLog | None, instance: str, lease: float = 0.0) -> float:
    """Seconds that *instance* has to let pass before it may begin the next epoch of *node*.

    Whoever holds the lock of the same folder on the same machine needs not wait for itself;
    nor for one that resigned. Everyone else lets the lease of the one before run out. An answer
    may be lost and asked for again: the wait is over only once its epoch has been renewed. Of a
    node adrift nobody knows who had the last one: *lease*, which it asks for, is waited out.

    >>> held = Node(name=NodeName("xa-1"), digest=b"", epoch=3, instance="a", lease=30, wait=5)
    >>> renewed = NodeLog(epoch=3, size=9, root=b"", at=0)
    >>> [wait_before(held, told, who) for told in (renewed, None) for who in "ab"]
    [0.0, 30, 5, 30]
    """
    if node.adrift:
        return max(node.lease, node.wait, lease)
    latest = told if told and told.epoch == node.epoch else None
    if node.epoch == 0 or (latest and latest.resigned):
        return 0.0
    if node.instance == instance:
        return 0.0 if latest else node.wait
    return max(node.lease, node.wait)
