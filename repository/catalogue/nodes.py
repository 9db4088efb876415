"""What the events about nodes do to the catalogue: a store node's offices, an office's epoch."""

from collections.abc import Callable

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.nodes import Node

_EPOCH = "epoch"


def epoch_of(reading: Reading) -> int:
    """The epoch in which this office node works; 0 = it has not begun one."""
    kept = reading.get(t.META, _EPOCH)
    return 0 if kept is None else int(kept)


def _admitted(rows: Writing, _event: e.Event, body: e.NodeAdmitted, _: bytes) -> None:
    before = rows.get(t.NODES, body.node)
    node = before or Node(name=body.node, digest=body.digest)
    known = msgspec.structs.replace(node, digest=body.digest, dismissed=False)
    rows.put(t.NODES, (body.node,), known)


def _dismissed(rows: Writing, _event: e.Event, body: e.NodeDismissed, _: bytes) -> None:
    node = rows.get(t.NODES, body.node)
    if node:
        rows.put(t.NODES, (body.node,), msgspec.structs.replace(node, dismissed=True))
        rows.delete(t.NODE_LOGS, body.node)


def _raised(rows: Writing, _event: e.Event, body: e.EpochRaised, _: bytes) -> None:
    node = rows.get(t.NODES, body.node)
    if node:
        raised = msgspec.structs.replace(
            node, epoch=body.epoch, instance=body.instance, lease=body.lease, wait=body.wait
        )
        rows.put(t.NODES, (body.node,), raised)


def _custody(rows: Writing, event: e.Event, body: e.CustodyTaken, _: bytes) -> None:
    for blob in body.blobs:
        rows.add(t.CUSTODY, (blob, body.node), event.at)


def _begun(rows: Writing, _event: e.Event, body: e.EpochBegun, _: bytes) -> None:
    rows.put(t.META, (_EPOCH,), str(body.epoch).encode())


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.NodeAdmitted: _admitted,
    e.NodeDismissed: _dismissed,
    e.EpochRaised: _raised,
    e.CustodyTaken: _custody,
    e.EpochBegun: _begun,
}
