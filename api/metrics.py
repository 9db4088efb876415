"""Figures for Prometheus: requests by route, and how the store and search stand.

Each worker process counts its own requests; a scrape reaches one of them.
"""

import time
from collections.abc import Callable
from typing import Any, ClassVar

import falcon
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from api.operations import Answered, Operation
from api.services import Services
from api.services.health import index_lag
from api.session import caller
from repository.catalogue import tables as t
from repository.catalogue.tables import Table
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

    def __init__(
        self, services: Services, stopwatch: Callable[[], float] = time.perf_counter
    ) -> None:
        self._stopwatch = stopwatch
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "vankho_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "vankho_request_seconds",
            "Time until the answer began.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._watch_rows(services, "vankho_blobs", "Blobs stored.", t.BLOBS)
        self._watch_rows(services, "vankho_documents", "Documents registered.", t.DOCUMENTS)
        lag = Gauge("vankho_index_lag_events", "Events unread.", registry=self._registry)
        lag.set_function(lambda: index_lag(services.holdings, services.index))

    def process_request(self, req: falcon.Request, _resp: falcon.Response) -> None:
        """Note when the request came."""
        req.context.began = self._stopwatch()

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, _resource: object, *_succeeded: bool
    ) -> None:
        """Count the answer; addresses that lead nowhere count as one."""
        route = req.uri_template or "-"
        method = req.method if req.method in falcon.HTTP_METHODS else "-"
        self._requests.labels(method, route, str(resp.status_code)).inc()
        self._seconds.labels(route).observe(self._stopwatch() - req.context.began)

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        # Counts over all agencies tell whether somebody else holds a file: only who may read
        # everything sees them.
        authorize_everywhere(caller(req), Right.READ)
        resp.content_type = CONTENT_TYPE_LATEST
        resp.data = generate_latest(self._registry)

    def _watch_rows(self, services: Services, name: str, meaning: str, table: Table[Any]) -> None:
        def rows() -> float:
            with services.holdings.reading() as reading:
                return reading.count(table)

        Gauge(name, meaning, registry=self._registry).set_function(rows)
