"""The API: every route on one page."""

from typing import Any

import falcon

from api import nodes, problems
from api.agencies import Agencies, RegistersOfAgency
from api.blobs import Blob, Blobs
from api.documents import DocumentFile, DocumentResource
from api.metrics import Metrics
from api.node import Liveness, LogHead, Readyz, Root
from api.registers import Entries, RegisterResource
from api.registrations import Registrations
from api.search import Search
from api.services import Services
from api.session import Session
from api.tokens import TokenResource, Tokens


def create_app(services: Services, *, for_nodes: bool = False) -> falcon.App[Any, Any]:
    """The WSGI application over *services*; nothing is opened or started here.

    *for_nodes*: a store node's, which answers office nodes and nobody's agencies.
    """
    metrics = Metrics(services)
    middleware: list[Any] = [metrics, Session(services)]  # falcon's protocols name every argument
    app = falcon.App(middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    problems.install(app)
    chosen = _store_node_routes if for_nodes else _routes
    for path, resource in chosen(services, metrics).items():
        app.add_route(path, resource)
    return app


def _store_node_routes(services: Services, metrics: Metrics) -> dict[str, object]:
    """No agency is at home at a store node: who may read what is decided at its offices."""
    shared = ("/healthz", "/readyz", "/metrics", "/problems/{slug}", "/v1")
    shared += ("/v1/tokens", "/v1/tokens/{token}", "/v1/log/checkpoint")
    known = _routes(services, metrics)
    return {path: known[path] for path in shared} | nodes.routes(services)


def _routes(services: Services, metrics: Metrics) -> dict[str, object]:
    return {
        "/healthz": Liveness(),
        "/readyz": Readyz(services),
        "/metrics": metrics,
        "/problems/{slug}": problems.ProblemPage(),
        "/v1": Root(services),
        "/v1/agencies": Agencies(services),
        "/v1/agencies/{code}/registers": RegistersOfAgency(services),
        "/v1/registers/{register}": RegisterResource(services),
        "/v1/registers/{register}/entries": Entries(services),
        "/v1/blobs": Blobs(services),
        "/v1/blobs/{blob}": Blob(services),
        "/v1/registrations": Registrations(services),
        "/v1/documents/{document}": DocumentResource(services),
        "/v1/documents/{document}/files/{place:int}": DocumentFile(services),
        "/v1/search": Search(services),
        "/v1/tokens": Tokens(services),
        "/v1/tokens/{token}": TokenResource(services),
        "/v1/log/checkpoint": LogHead(services),
    }
