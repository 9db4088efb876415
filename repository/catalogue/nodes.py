"""What the events about nodes do to the catalogue: a store node's offices, an office's epoch."""

from collections.abc import Callable

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.nodes import Node
from repository.model.terms import Term, parse_term

_EPOCH = "epoch"
_TERM = "term"
_ENDED = "term-ended"
_TOLD = "files-told"


def epoch_of(reading: Reading) -> int:
    """The epoch in which this office node works; 0 = it has not begun one."""
    kept = reading.get(t.META, _EPOCH)
    return 0 if kept is None else int(kept)


def term_of(reading: Reading) -> Term:
    """A store node's own term; at an office node that in which it works."""
    return _term_at(reading, _TERM)


def ended_by(reading: Reading) -> Term:
    """The term of whoever took this store node's place; the first for one that nobody replaced."""
    return _term_at(reading, _ENDED)


def told_in(reading: Reading) -> Term:
    """At an office node: the last term in which the store node was asked for all files."""
    return _term_at(reading, _TOLD)


def note_told(rows: Writing, term: Term) -> None:
    """All files have been asked for in *term*; found again when it is lost."""
    rows.put(t.META, (_TOLD,), str(term).encode())


def _term_at(reading: Reading, name: str) -> Term:
    kept = reading.get(t.META, name)
    return Term() if kept is None else parse_term(kept.decode())


def _admitted(rows: Writing, _event: e.Event, body: e.NodeAdmitted, _: bytes) -> None:
    before = rows.get(t.NODES, body.node)
    node = before or Node(name=body.node, digest=body.digest)
    known = msgspec.structs.replace(
        node,
        digest=body.digest,
        dismissed=False,
        standby=body.standby,
        adrift=node.adrift and not body.standby,
    )
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
            node,
            epoch=body.epoch,
            instance=body.instance,
            lease=body.lease,
            wait=body.wait,
            adrift=False,
        )
        rows.put(t.NODES, (body.node,), raised)


def _custody(rows: Writing, event: e.Event, body: e.CustodyTaken, _: bytes) -> None:
    for blob in body.blobs:
        rows.put(t.CUSTODY, (blob, body.node), event.sequence)


def _released(rows: Writing, _event: e.Event, body: e.CustodyReleased, _: bytes) -> None:
    for blob in body.blobs:
        rows.delete(t.CUSTODY, blob, body.node)


def _let_go(rows: Writing, _event: e.Event, body: e.CustodyLetGo, _: bytes) -> None:
    for blob, stamp in body.stamps:
        rows.put(t.LET_GO, (blob,), t.LetGo(body.term, stamp))


def _begun(rows: Writing, _event: e.Event, body: e.EpochBegun, _: bytes) -> None:
    rows.put(t.META, (_EPOCH,), str(body.epoch).encode())
    if body.term.number:
        rows.put(t.META, (_TERM,), str(body.term).encode())


def _term_begun(rows: Writing, _event: e.Event, body: e.TermBegun, _: bytes) -> None:
    rows.put(t.META, (_TERM,), str(body.term).encode())
    rows.delete(t.META, _ENDED)
    for node in [node for _, node in rows.scan(t.NODES)]:
        rows.put(t.NODES, (node.name,), msgspec.structs.replace(node, adrift=True))


def _term_ended(rows: Writing, _event: e.Event, body: e.TermEnded, _: bytes) -> None:
    rows.put(t.META, (_ENDED,), str(body.term).encode())


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.NodeAdmitted: _admitted,
    e.NodeDismissed: _dismissed,
    e.EpochRaised: _raised,
    e.CustodyTaken: _custody,
    e.CustodyReleased: _released,
    e.CustodyLetGo: _let_go,
    e.EpochBegun: _begun,
    e.TermBegun: _term_begun,
    e.TermEnded: _term_ended,
}
