"""The node itself: what it offers, whether it lives, whether it is ready, where its log stands."""

import falcon
import msgspec

from api import wire
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


class Root:
    """`/v1/`."""

    open_to_all = True

    def __init__(self, services: Services) -> None:
        self._discovery = Discovery(limits=_limits(services.limits))

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        wire.send(resp, self._discovery)


class Liveness:
    """`/healthz`: the process answers."""

    open_to_all = True

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        wire.send(resp, {"alive": True})


class Readyz:
    """`/readyz`: it can do its work; 503 when it cannot write."""

    open_to_all = True

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        seen = readiness(self._services.holdings, self._services.index)
        resp.set_header("Cache-Control", "no-store")
        wire.send(
            resp,
            {"ready": seen.ready, "degraded": seen.degraded} | msgspec.structs.asdict(seen),
            status=200 if seen.ready else 503,
        )


class LogHead:
    """`/v1/log/checkpoint`: how long the log is and the root of its tree."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        checkpoint = self._services.holdings.checkpoint()
        wire.send(resp, {"size": checkpoint.size, "root": checkpoint.root.hex()})


def _limits(limits: Limits) -> dict[str, int]:
    return {
        **msgspec.structs.asdict(limits),
        "max_components": fields.MAX_COMPONENTS,
        "max_file_name": fields.MAX_FILE_NAME,
        "max_subject": fields.MAX_SUBJECT,
        "max_page": MAX_LIMIT,
    }
