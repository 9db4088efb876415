"""Figures for Prometheus: what this worker did, and how the node stands.

Each worker counts for itself and a scrape reaches one of them: whatever is a worker's own bears
its name; what has no worker is the node's, whoever tells it.
"""

from collections.abc import Callable
from typing import ClassVar

import falcon
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from api.node_figures import NodeFigures
from api.operations import Answered, Operation
from api.request_log import method_of, route_of, seconds_since
from api.services import Services
from api.session import caller
from repository.blobs.port import Receipt
from repository.model.access import NotAllowed, Right, authorize_everywhere

SECONDS = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
"""Upper ends of the buckets in which durations are counted."""


class Metrics:
    """Falcon middleware that counts, and the resource `/metrics` that tells."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_metrics",
            told="Figures for Prometheus; for tokens that may read every agency.",
            answers=(Answered(told="Figures.", shape=str, media_type="text/plain"),),
            problems=(NotAllowed,),
        )
    }

    def __init__(self, services: Services, stopwatch: Callable[[], float]) -> None:
        self._stopwatch = stopwatch
        self._worker = services.worker
        self._counted: dict[tuple[str, str, str], tuple[Counter, Histogram]] = {}
        self._registry = CollectorRegistry()
        self._requests = self._counter(
            "vankho_requests", "Requests answered.", "method", "route", "status"
        )
        self._problems = self._counter("vankho_problems", "Refusals by their type.", "type")
        self._uploads = self._counter(
            "vankho_upload_bytes", "Bytes of files received; known = nothing was written.", "known"
        )
        self._seconds = Histogram(
            "vankho_request_seconds",
            "Time until the answer began.",
            ("worker", "route"),
            buckets=SECONDS,
            registry=self._registry,
        )
        waiting = Gauge(
            "vankho_waiting", "Who waits for an event.", ("worker",), registry=self._registry
        )
        waiting.labels(self._worker).set_function(services.watch.waiting)
        self._registry.register(NodeFigures(services))

    def process_request(self, req: falcon.Request, _resp: falcon.Response) -> None:
        """Note when the request came."""
        req.context.began = self._stopwatch()

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, _resource: object, *_succeeded: bool
    ) -> None:
        """Count the answer."""
        asked = (method_of(req), route_of(req), str(resp.status_code))
        requests, seconds = self._counted.get(asked) or self._count(asked)
        requests.inc()
        seconds.observe(seconds_since(req, self._stopwatch))
        problem = getattr(req.context, "problem", None)
        if problem:
            self._problems.labels(self._worker, problem).inc()
        receipt: Receipt | None = getattr(req.context, "receipt", None)
        if receipt:
            known = str(receipt.known).lower()
            self._uploads.labels(self._worker, known).inc(receipt.size)

    def _count(self, asked: tuple[str, str, str]) -> tuple[Counter, Histogram]:
        """The figures of requests like these; kept, for finding them takes longer than counting."""
        requests = self._requests.labels(self._worker, *asked)
        found = self._counted[asked] = (requests, self._seconds.labels(self._worker, asked[1]))
        return found

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        # Counts over all agencies tell whether somebody else holds a file: only who may read
        # everything sees them.
        authorize_everywhere(caller(req), Right.READ)
        resp.content_type = CONTENT_TYPE_LATEST
        resp.data = generate_latest(self._registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, ("worker", *labels), registry=self._registry)
