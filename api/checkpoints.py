"""`/v1/log/checkpoint…` and `/v1/log/keys`: the log's head, signed, those kept before, and by whom.

A signed checkpoint is a note in plain text (C2SP `tlog-checkpoint`); JSON carries the same note.
"""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import wire
from api.operations import JSON, Answered, Operation
from api.services import Services
from api.services.checkpoints import (
    CheckpointUnsigned,
    Continued,
    continuation,
    head,
    kept_checkpoints,
    log_keys,
)
from repository.log.event_log import LogBroken
from repository.model.access import Hidden
from repository.model.checkpoints import KeptCheckpoint, LogKey, PublicKey, origin_of

MAX_SIZE = 2**53 - 1
"""The largest whole number that every JSON reader keeps."""
MAX_PAGE = 200
TEXT = "text/plain"
Size = Annotated[int, Meta(ge=1, le=MAX_SIZE)]


class CheckpointView(msgspec.Struct, frozen=True, kw_only=True):
    """The log at one size."""

    origin: str
    """Which log; it stays for as long as the store does."""
    size: int
    """Events."""
    root: str
    """RFC 6962, 2.1, with BLAKE3; hex."""
    time: datetime
    """When it was signed, or, unsigned, asked for."""
    note: str | UnsetType = UNSET
    """The signed checkpoint (C2SP); not there where the node has no key."""
    key: str | UnsetType = UNSET
    """The public half of the key that signed, in one line: `name+id+base64`."""


class KeptWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the kept checkpoints."""

    after: Annotated[int, Meta(ge=0, le=MAX_SIZE)] = 0
    """Of more events than this."""
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 50


class KeptView(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint that was signed and kept."""

    size: int
    root: str
    """Hex."""
    kept: datetime
    note: str


class KeptPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some kept checkpoints, in order."""

    checkpoints: tuple[KeptView, ...]
    next: int | UnsetType = UNSET
    """Go on with this as `after`; not there on the last page."""


class LogKeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key by which the log's checkpoints are signed, or were."""

    key: str
    """Its public half in one line: `name+id+base64`; whoever verifies keeps it elsewhere."""
    begun: datetime
    ended: datetime | None = None
    """When another took its place."""


class LogKeyList(msgspec.Struct, frozen=True, kw_only=True):
    """Every key of the log, oldest first."""

    origin: str
    keys: tuple[LogKeyView, ...]


class ConsistencyWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Of which two sizes."""

    earlier: Size
    """The smaller log: a checkpoint that somebody kept."""
    size: Size | UnsetType = UNSET
    """The larger one; all there is unless given."""


class ConsistencyView(msgspec.Struct, frozen=True, kw_only=True):
    """What shows that one log continues another (RFC 6962, 2.1.2)."""

    earlier: int
    earlier_root: str
    """Hex."""
    size: int
    root: str
    """Hex."""
    path: tuple[str, ...]
    """Hex."""


class LogHead:
    """`/v1/log/checkpoint`: how long the log is and the root of its tree, signed."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_checkpoint",
            told="The log's size and root, signed where the node has a key; as text the note alone.",
            answers=(
                Answered(told="The head of the log.", shape=CheckpointView),
                Answered(told="The head of the log.", shape=str, media_type=TEXT),
            ),
            problems=(CheckpointUnsigned,),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        services = self._services
        found = head(services.holdings, services.log_key, services.clock)
        resp.append_header("Vary", "Accept")
        if req.client_prefers([JSON, TEXT]) == TEXT:
            if not found.note:
                raise CheckpointUnsigned
            resp.content_type = f"{TEXT}; charset=utf-8"
            resp.set_header("X-Content-Type-Options", "nosniff")
            resp.data = found.note.encode()
            return
        view = CheckpointView(
            origin=found.origin,
            size=found.size,
            root=found.root.hex(),
            time=wire.moment(found.at),
            note=found.note or UNSET,
            key=found.key or UNSET,
        )
        wire.send(resp, view)


class KeptCheckpoints:
    """`/v1/log/checkpoints`: those that were signed and kept, one a day."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_checkpoints",
            told="Checkpoints that were signed and kept, page by page.",
            query=KeptWanted,
            answers=(Answered(told="A page.", shape=KeptPage),),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, KeptWanted)
        with self._services.holdings.reading() as now:
            found = kept_checkpoints(now, after=wanted.after, limit=wanted.limit + 1)
        page = found[: wanted.limit]
        more = len(found) > len(page)
        told = tuple(map(_kept, page))
        wire.send(resp, KeptPage(checkpoints=told, next=page[-1].size if more else UNSET))


class LogKeys:
    """`/v1/log/keys`: who signs the log's checkpoints, and who did before."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_log_keys",
            told="The public halves of the log's keys, with their dates.",
            answers=(Answered(told="The keys.", shape=LogKeyList),),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        holdings = self._services.holdings
        with holdings.reading() as now:
            keys = log_keys(now)
        origin = origin_of(holdings.store)
        told = tuple(_key(origin, key) for key in keys)
        wire.send(resp, LogKeyList(origin=origin, keys=told))


class LogConsistency:
    """`/v1/log/consistency`: that the log continues what it was."""

    operations: ClassVar = {
        "GET": Operation(
            name="prove_consistency",
            told="What shows that the log begins with the first `earlier` events.",
            query=ConsistencyWanted,
            answers=(Answered(told="The proof.", shape=ConsistencyView),),
            problems=(Hidden, LogBroken),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, ConsistencyWanted)
        size = None if wanted.size is UNSET else wanted.size
        wire.send(
            resp, consistency_view(continuation(self._services.holdings, wanted.earlier, size))
        )


def consistency_view(found: Continued) -> ConsistencyView:
    """*found* as it is sent."""
    return ConsistencyView(
        earlier=found.earlier,
        earlier_root=found.earlier_root.hex(),
        size=found.size,
        root=found.root.hex(),
        path=tuple(each.hex() for each in found.path),
    )


def _kept(kept: KeptCheckpoint) -> KeptView:
    return KeptView(size=kept.size, root=kept.root.hex(), kept=wire.moment(kept.at), note=kept.note)


def _key(origin: str, key: LogKey) -> LogKeyView:
    return LogKeyView(
        key=PublicKey(origin, key.public).told(),
        begun=wire.moment(key.begun),
        ended=wire.moment(key.ended) if key.ended else None,
    )
