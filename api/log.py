"""`/v1/log/…`: the event log as its tree shows it, so that nobody has to be trusted."""

import base64
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import wire
from api.operations import Answered, Operation
from api.services import Services
from api.services.proofs import Proved, prove
from api.session import caller
from repository.log.event_log import LogBroken
from repository.model.access import Hidden, NotAllowed

MAX_SEQUENCE = 2**53 - 1
"""The largest whole number that every JSON reader keeps."""
Sequence = Annotated[int, Meta(ge=1, le=MAX_SEQUENCE)]


class ProofWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which event, in the log of which size."""

    seq: Sequence
    """The event's place in the node's log, from 1; a document's history tells it."""
    size: Sequence | UnsetType = UNSET
    """Among how many events; all there are unless given."""


class ProofView(msgspec.Struct, frozen=True, kw_only=True):
    """An event, and what leads from it to the root (RFC 6962, 2.1.1)."""

    sequence: int
    size: int
    root: str
    """Hex."""
    leaf: str
    """BLAKE3 of a zero byte and the event; hex."""
    path: tuple[str, ...]
    """The roots to be hashed in, the nearest first; hex."""
    event: str
    """The event's canonical bytes (docs/format.md), base64."""


class LogProof:
    """`/v1/log/proof`: that an event stands in the log."""

    operations: ClassVar = {
        "GET": Operation(
            name="prove_event",
            told="An event with its inclusion proof, for who reads in its agency.",
            query=ProofWanted,
            answers=(Answered(told="The proof.", shape=ProofView),),
            problems=(Hidden, NotAllowed, LogBroken),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, ProofWanted)
        size = None if wanted.size is UNSET else wanted.size
        proved = prove(self._services.holdings, caller(req), wanted.seq, size)
        wire.send(resp, _view(proved))


def _view(proved: Proved) -> ProofView:
    return ProofView(
        sequence=proved.sequence,
        size=proved.size,
        root=proved.root.hex(),
        leaf=proved.leaf.hex(),
        path=tuple(each.hex() for each in proved.path),
        event=base64.b64encode(proved.event).decode(),
    )
