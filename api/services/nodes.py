"""A store node's use cases: admitting office nodes, keeping blobs for them, giving them epochs.

A node's token is worth what that node brought, and nothing else: to other nodes' blobs the answer
is the same whether they are stored or not, for nodes as for people (decision 20). Who of an
office's people may read what it brought, that office decides.
"""

import base64
import hmac
import re
from collections.abc import Callable, Sequence
from typing import BinaryIO

import msgspec

from api.services import fields
from api.services.tokens import SECRET_BYTES
from repository.blobs.address import digest_of
from repository.blobs.ledger import BlobWentAway
from repository.blobs.media import NAMES, Media
from repository.blobs.store_node import MAX_HELD, EpochGiven, HeldBlob
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.fates import Fates
from repository.catalogue.moves import away_from
from repository.catalogue.nodes import ended_by, term_of
from repository.catalogue.views import Reading
from repository.epochs import EndTerm
from repository.holdings import Holdings
from repository.keeper import Command, Keeper
from repository.model import events as e
from repository.model.access import Caller, Hidden, Right, authorize_everywhere
from repository.model.ids import BlobId, show_blob
from repository.model.nodes import (
    EpochWanted,
    LogBehind,
    Node,
    NodeLog,
    NodeName,
    NodeNotAdmitted,
    parse_node,
    raised,
    require_epoch,
)
from repository.model.terms import Standing, StoreNodeReplaced, Term, standing

MOST_EPOCHS = 2**40
LEAST_LEASE, LONGEST_LEASE = 1.0, 3600.0
"""Seconds."""
_BEARER = re.compile(r"vn_([a-z0-9-]{1,40})_([0-9A-Za-z_-]{43})")
_INSTANCE = re.compile(r"[0-9a-f]{32}")
_ROOT = re.compile(r"[0-9a-f]{64}")
_NOBODY = bytes(32)


class NodeIssue(msgspec.Struct, frozen=True, kw_only=True):
    """A node just admitted, with its token's text form, which is shown this once."""

    node: Node
    bearer: str


class AdmitNode(Command[Node], frozen=True, kw_only=True, tag="admit-node"):
    """Let an office node keep its bytes here; its former token holds no longer."""

    node: NodeName
    digest: bytes
    standby: bool = False
    """It is no office: it may read everything, to take this store node's place."""


class DismissNode(Command[None], frozen=True, kw_only=True, tag="dismiss-node"):
    """Let an office node keep and read nothing more here; what it brought stays."""

    node: NodeName


class TakeEpoch(Command[EpochGiven], frozen=True, kw_only=True, tag="take-epoch"):
    """Give a node its next epoch."""

    node: NodeName
    instance: str
    lease: float
    """Seconds."""
    above: int = 0
    """Up to which epoch its own log has come."""


class RenewLease(Command[None], frozen=True, kw_only=True, tag="renew-lease"):
    """A node is at work in *epoch*; its log has *size* events under *root*."""

    node: NodeName
    epoch: int
    size: int
    root: bytes
    resigning: bool = False


class TakeCustody(Command[None], frozen=True, kw_only=True, tag="take-custody"):
    """Keep blobs for a node from now on; their bytes are on the disk."""

    node: NodeName
    epoch: int
    blobs: tuple[BlobId, ...]


class ReleaseCustody(Command[int], frozen=True, kw_only=True, tag="release-custody"):
    """A node lets go of blobs up to these stamps of their custody; the answer counts them."""

    node: NodeName
    epoch: int
    stamps: tuple[tuple[BlobId, int], ...]


# Admitting.


def admit(
    keeper: Keeper,
    caller: Caller,
    name: str,
    *,
    entropy: Callable[[int], bytes],
    standby: bool = False,
) -> NodeIssue:
    """Admit the node *name*; its token's secret is in the answer and nowhere else."""
    secret = base64.urlsafe_b64encode(entropy(SECRET_BYTES)).rstrip(b"=").decode()
    node = parse_node(name)
    digest = digest_of(secret.encode())
    command = AdmitNode(caller=caller, node=node, digest=digest, standby=standby)
    admitted = keeper.submit(command)
    return NodeIssue(node=admitted, bearer=f"vn_{node}_{secret}")


def decide_admit(change: Change, command: AdmitNode) -> Node:
    """Let the node be admitted; raise `NotAllowed`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    change.record(e.NodeAdmitted(command.node, command.digest, command.standby))
    return _node(change, command.node)


def decide_dismiss(change: Change, command: DismissNode) -> None:
    """Let the node be dismissed; twice is harmless. Raise `NotAllowed` or `Hidden`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    node = change.get(t.NODES, command.node)
    if node is None:
        raise Hidden
    if not node.dismissed:
        change.record(e.NodeDismissed(command.node))


def all_nodes(reading: Reading) -> tuple[tuple[Node, NodeLog | None], ...]:
    """Every node ever admitted, by name, with what it last told of its log."""
    return tuple((node, reading.get(t.NODE_LOGS, node.name)) for _, node in reading.scan(t.NODES))


def node_of(reading: Reading, bearer: str) -> Node:
    """Which node shows *bearer*.

    Raise `NodeNotAdmitted`, the same for one unknown, dismissed or with a wrong token.
    """
    match = _BEARER.fullmatch(bearer)
    node = reading.get(t.NODES, match[1]) if match else None
    shown = digest_of(match[2].encode() if match else b"")
    fits = hmac.compare_digest(shown, node.digest if node else _NOBODY)
    if node is None or not fits or node.dismissed:
        raise NodeNotAdmitted
    return node


# Terms.


def require_term(holdings: Holdings, node: Node, shown: Term) -> None:
    """Raise `StoreNodeReplaced` when *node* works in a later term than this store node's, or a rival's.

    A later one that this store node's own standby began ends its term, for everybody.
    """
    with holdings.reading() as reading:
        own, ended = term_of(reading), ended_by(reading)
    if ended.number:
        raise StoreNodeReplaced(term=ended.number)
    found = standing(own, shown)
    if found is Standing.LATER:
        holdings.keeper.submit(EndTerm(caller=as_caller(node), term=shown))
    if found in (Standing.LATER, Standing.RIVAL):
        raise StoreNodeReplaced(term=shown.number)


# Epochs.


def take_epoch(keeper: Keeper, node: Node, wanted: EpochWanted) -> EpochGiven:
    """Give *node* its next epoch; all older ones are refused from now on."""
    if not _INSTANCE.fullmatch(wanted.instance):
        raise fields.FieldUnfit(path="$.instance", expected="[0-9a-f]{32}")
    if not LEAST_LEASE <= wanted.lease <= LONGEST_LEASE:
        raise fields.FieldUnfit(path="$.lease", expected=f"{LEAST_LEASE:g}–{LONGEST_LEASE:g}")
    if not 0 <= wanted.above < MOST_EPOCHS:
        raise fields.FieldUnfit(path="$.above", expected=f"0–{MOST_EPOCHS}")
    command = TakeEpoch(caller=as_caller(node), node=node.name, **wanted._asdict())
    return keeper.submit(command)


def decide_take_epoch(change: Change, command: TakeEpoch) -> EpochGiven:
    """Raise the epoch, durably; say how long to wait. Raise `NodeNotAdmitted`."""
    node = _node(change, command.node)
    wanted = EpochWanted(command.instance, command.lease, command.above)
    after = raised(node, change.get(t.NODE_LOGS, node.name), wanted)
    change.record(e.EpochRaised(node.name, after.epoch, after.instance, after.lease, after.wait))
    return EpochGiven(
        epoch=after.epoch,
        wait=after.wait,
        term=str(term_of(change)),
        away=away_from(change, node.name),
    )


def renew(keeper: Keeper, node: Node, *, epoch: int, size: int, root: str, resigning: bool) -> None:
    """Let *node* go on in *epoch*; raise as `decide_renew`."""
    if not _ROOT.fullmatch(root):
        raise fields.FieldUnfit(path="$.root", expected="[0-9a-f]{64}")
    keeper.submit(
        RenewLease(
            caller=as_caller(node),
            node=node.name,
            epoch=epoch,
            size=size,
            root=bytes.fromhex(root),
            resigning=resigning,
        )
    )


def decide_renew(change: Change, command: RenewLease) -> None:
    """Note where the node's log stands; it is no event: the next renewal says it again.

    Raise `NodeSuperseded`, `LogBehind`, `NodeNotAdmitted`.
    """
    node = _node(change, command.node)
    require_epoch(node, command.epoch)
    told = change.get(t.NODE_LOGS, node.name)
    if told and command.size < told.size:
        raise LogBehind(node=node.name, size=command.size, told=told.size)
    if told and command.size == told.size and command.root != told.root:
        raise LogBehind(node=node.name, size=f"{command.size} (≠)", told=told.size)
    now = NodeLog(
        epoch=command.epoch,
        size=command.size,
        root=command.root,
        at=change.stamp.microseconds,
        resigned=command.resigning,
    )
    change.put(t.NODE_LOGS, (node.name,), now)


# Blobs.


def keep(
    holdings: Holdings, node: Node, stream: BinaryIO, *, blob: BlobId, size: int, epoch: int
) -> HeldBlob:
    """Keep *blob* for *node*; return once it is on disk, and that for whom it is kept.

    Raise `NodeSuperseded` and what `BlobStore.put` raises; then nothing is kept for the node.
    """
    require_epoch(node, epoch)
    with holdings.reading() as reading:
        known = reading.get(t.CUSTODY, blob, node.name) is not None
    # Whether another node brought it before is not told to this one, not even by the time.
    holdings.blobs.put(stream, expected=blob, size=size, may_know=lambda _: known)
    holdings.keeper.submit(
        TakeCustody(caller=as_caller(node), node=node.name, epoch=epoch, blobs=(blob,))
    )
    with holdings.reading() as reading:
        (held,) = held_of(reading, node, (blob,))
    return msgspec.structs.replace(held, known=known)


def decide_custody(change: Change, command: TakeCustody) -> None:
    """Let the store node have taken custody, with a new stamp.

    Raise `NodeSuperseded`, `EpochAdrift`, `NodeNotAdmitted`, `BlobWentAway`.
    """
    require_epoch(_node(change, command.node), command.epoch)
    fates = Fates(change)
    for blob in command.blobs:
        if change.row(blob) is None or fates.leaving(blob):
            raise BlobWentAway(blob=show_blob(blob))
    change.record(e.CustodyTaken(command.node, command.blobs))


def release(keeper: Keeper, node: Node, stamps: Sequence[tuple[BlobId, int]], *, epoch: int) -> int:
    """Keep these for *node* no longer, but those that it has brought again; how many."""
    if len(stamps) > MAX_HELD:
        raise fields.FieldUnfit(path="$.released", expected=f"0–{MAX_HELD}")
    command = ReleaseCustody(
        caller=as_caller(node), node=node.name, epoch=epoch, stamps=tuple(stamps)
    )
    return keeper.submit(command)


def decide_release(change: Change, command: ReleaseCustody) -> int:
    """Drop the custody of those whose stamp is not later than told."""
    require_epoch(_node(change, command.node), command.epoch)
    going = tuple(
        blob
        for blob, stamp in command.stamps
        if (change.get(t.CUSTODY, blob, command.node) or stamp + 1) <= stamp
    )
    if going:
        change.record(e.CustodyReleased(command.node, going))
    return len(going)


def held_of(reading: Reading, node: Node, blobs: Sequence[BlobId]) -> list[HeldBlob]:
    """Those of *blobs* that are kept for *node*, in their order."""
    if len(blobs) > MAX_HELD:
        raise fields.FieldUnfit(path="$.blobs", expected=f"0–{MAX_HELD}")
    found = ((blob, reading.row(blob)) for blob in blobs if _kept_for(reading, node, blob))
    return [
        HeldBlob(
            id=blob,
            size=row.length,
            media_type=NAMES[Media(row.media)],
            sha256=row.sha256,
            crc32=row.crc32,
            stamp=reading.get(t.CUSTODY, blob, node.name) or 0,
        )
        for blob, row in found
        if row is not None
    ]


def require_custody(reading: Reading, node: Node, blob: BlobId) -> None:
    """Raise `Hidden` unless *blob* is kept for *node*."""
    if not _kept_for(reading, node, blob):
        raise Hidden


def _kept_for(reading: Reading, node: Node, blob: BlobId) -> bool:
    return reading.get(t.CUSTODY, blob, node.name) is not None


def at_work(reading: Reading, name: NodeName, epoch: int) -> Node:
    """The node *name*, which works in its newest epoch.

    Raise `NodeNotAdmitted`, `NodeSuperseded` or `EpochAdrift`.
    """
    node = _node(reading, name)
    require_epoch(node, epoch)
    return node


def _node(reading: Reading, name: NodeName) -> Node:
    node = reading.get(t.NODES, name)
    if node is None or node.dismissed:
        raise NodeNotAdmitted
    return node


def as_caller(node: Node) -> Caller:
    """*node* as whoever asks, by name alone."""
    return Caller(name=f"node:{node.name}", rights=frozenset())


RULES = {
    AdmitNode: decide_admit,
    DismissNode: decide_dismiss,
    TakeEpoch: decide_take_epoch,
    RenewLease: decide_renew,
    TakeCustody: decide_custody,
    ReleaseCustody: decide_release,
}
