"""The API: every route on one page."""

from typing import Any

import falcon

from api import problems
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
from api.tus import Tus
from api.uploads import UploadCommit, UploadResource, Uploads


def create_app(services: Services) -> falcon.App[Any, Any]:
    """The WSGI application over *services*; nothing is opened or started here."""
    metrics = Metrics(services)
    middleware: list[Any] = [
        metrics,
        Tus(),
        Session(services),
    ]  # falcon's protocols name every argument
    app = falcon.App(middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    problems.install(app)
    for path, resource in _routes(services, metrics).items():
        app.add_route(path, resource)
    return app


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
        "/v1/uploads": Uploads(services),
        "/v1/uploads/{upload}": UploadResource(services),
        "/v1/uploads/{upload}/commit": UploadCommit(services),
        "/v1/registrations": Registrations(services),
        "/v1/documents/{document}": DocumentResource(services),
        "/v1/documents/{document}/files/{place:int}": DocumentFile(services),
        "/v1/search": Search(services),
        "/v1/tokens": Tokens(services),
        "/v1/tokens/{token}": TokenResource(services),
        "/v1/log/checkpoint": LogHead(services),
    }
