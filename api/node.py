"""The node itself: what it offers, whether it lives, whether it is ready."""

from typing import ClassVar

import falcon
import msgspec

from api import headers as h
from api import wire
from api.operations import Answered, Operation
from api.services import Limits, Services, fields
from api.services.health import readiness
from indexer.index import MAX_LIMIT


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """What a client may count on."""

    service: str = "vankho"
    version: str = "v1"
    blob_algorithm: str = "blake3"
    digest_algorithms: tuple[str, ...] = ("sha-256", "sha-512")
    """What `Content-Digest` is checked against."""
    limits: dict[str, int]


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    alive: bool = True


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """How the node is."""

    ready: bool
    """Reading and writing both work; search may lag."""
    keeper: bool
    """It takes commands."""
    room: bool
    """The disk is above its reserve."""
    index_lag: int
    """Events that search has not read yet."""
    degraded: bool
    """The store node is away: reading works as far as catalogue, index and cache go."""
    store_node: bool | None
    """It answers an office node; null where the files are this node's own."""


class Root:
    """`/v1/`."""

    open_to_all = True
    operations: ClassVar = {
        "GET": Operation(
            name="discover",
            told="What is offered, and the limits.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("What is offered.", Discovery),
        )
    }

    def __init__(self, services: Services) -> None:
        self._discovery = Discovery(limits=_limits(services.limits))

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wire.send_tagged(req, resp, self._discovery)


class Liveness:
    """`/healthz`: the process answers."""

    open_to_all = True
    operations: ClassVar = {
        "GET": Operation(
            name="live",
            told="The process lives.",
            answers=(Answered(told="It does.", shape=Alive),),
        )
    }

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        wire.send(resp, Alive())


class Readyz:
    """`/readyz`: it can do its work; 503 when it cannot write."""

    open_to_all = True
    operations: ClassVar = {
        "GET": Operation(
            name="ready",
            told="The node can do its work.",
            answers=(
                Answered(told="It can.", shape=Ready),
                Answered(told="It cannot write.", status=503, shape=Ready),
            ),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        seen = readiness(self._services.holdings, self._services.index)
        resp.set_header("Cache-Control", "no-store")
        told = Ready(ready=seen.ready, degraded=seen.degraded, **msgspec.structs.asdict(seen))
        wire.send(resp, told, status=200 if seen.ready else 503)


def _limits(limits: Limits) -> dict[str, int]:
    return {
        **msgspec.structs.asdict(limits),
        "max_components": fields.MAX_COMPONENTS,
        "max_file_name": fields.MAX_FILE_NAME,
        "max_subject": fields.MAX_SUBJECT,
        "max_page": MAX_LIMIT,
    }
