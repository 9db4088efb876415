"""The API: every route on one page."""

import time
from collections.abc import Callable
from typing import Any

import falcon

from api import node_moves, node_purges, nodes, problems, standby
from api.agencies import Agencies, RegistersOfAgency
from api.assignment import AssignmentBatch
from api.blob_batch import BlobBatch
from api.blobs import Blob, Blobs
from api.calendar import CalendarDue, CalendarResource
from api.changes import Changes
from api.checkpoints import KeptCheckpoints, LogConsistency, LogHead, LogKeys
from api.closings import Closings
from api.delegations import DelegationResource, DelegationsOfAgency, DelegationWithdrawal
from api.digests import Digests
from api.directions import Directions
from api.dispatches import (
    AgencyDispatches,
    DispatchActions,
    DispatchResource,
    DocumentDispatches,
    DocumentRecall,
)
from api.document_access import DocumentAccess
from api.document_files import DocumentFile, DocumentFiles
from api.document_types import DocumentTypes
from api.documents import DocumentResource
from api.dossier_actions import DossierActions, DossierCheck
from api.dossier_items import (
    DossierItem,
    DossierItemFile,
    DossierItemMove,
    DossierItems,
    DossierPrint,
)
from api.dossiers import (
    DocumentDossiers,
    DossierHistory,
    DossierListPrint,
    DossierResource,
    Dossiers,
)
from api.drafts import (
    DraftActions,
    DraftFile,
    DraftHistory,
    DraftResource,
    Drafts,
    DraftVersions,
)
from api.file_lists import (
    FileListEntries,
    FileListIssue,
    FileListPrint,
    FileListResource,
    FileListsOfAgency,
)
from api.hand_overs import HandOverActions, HandOverPrint, HandOverResource, HandOversOfAgency
from api.history import DocumentHistory
from api.identities import AgencyFonds, AgencyIdentifiers, AgencyNames, AgencyResource
from api.incidents import Incidents
from api.jobs import JobResource, JobResultFile, Jobs
from api.log import LogProof
from api.metrics import Metrics
from api.node import Liveness, Readyz, Root
from api.numbers import NumberResource, Numbers, NumberVoiding
from api.openapi import OpenApi
from api.operations import Resource
from api.organisation import People, PostEnd, Posts, Units
from api.rates import Rates
from api.receipts import DocumentReceipts, ReceiptActions, ReceiptResource
from api.register_print import RegisterPrint
from api.registers import Entries, RegisterResource
from api.registration_batch import RegistrationBatch
from api.registration_look import RegistrationLook
from api.registrations import Registrations
from api.relations import DocumentRelations, RelationResource
from api.reorganisations import ReorganisationResource, Reorganisations
from api.request_log import RequestLog
from api.search import Search
from api.services import Services
from api.session import Session
from api.sessions import ATTEMPTS, SessionResource, Sessions, SessionTicket
from api.signing_authorities import AuthorityWithdrawal, DraftingRules, SigningAuthorities
from api.statistics import Statistics
from api.terms import Terms
from api.tokens import TokenResource, Tokens
from api.tus import Tus
from api.uploads import UploadCommit, UploadResource, Uploads
from api.work import Work


def create_app(
    services: Services,
    *,
    stopwatch: Callable[[], float] = time.perf_counter,
    for_nodes: bool = False,
) -> falcon.App[Any, Any]:
    """The WSGI application over *services*; nothing is opened or started here.

    *for_nodes*: a store node's, which answers office nodes and nobody's agencies.
    """
    metrics = Metrics(services, stopwatch)
    # Falcon's protocols name every argument, hence Any.
    middleware: list[Any] = [
        *([RequestLog(services.note, stopwatch)] if services.note else []),
        metrics,
        Tus(),
        Digests(),
        Session(services, stopwatch),
    ]
    app = falcon.App(middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    problems.install(app)
    if for_nodes:
        chosen = store_node_routes(services, metrics)
    else:
        chosen = routes(services, metrics, Rates(ATTEMPTS, stopwatch))
    for path, resource in chosen.items():
        app.add_route(path, _headed(resource))
    return app


def _headed(resource: Any) -> Resource:
    """*resource*, which answers HEAD wherever it answers GET (RFC 9110, 9.1)."""
    if "GET" in resource.operations:
        resource.on_head = resource.on_get
    return resource


def routes(
    services: Services, metrics: Metrics, attempts: Rates | None = None
) -> dict[str, Resource]:
    """Everything that can be asked: what is routed is what `/openapi.json` is drawn from.

    *attempts* bounds how often a login may be tried.
    """
    entrance = {
        "/v1/sessions": Sessions(services, attempts or Rates(ATTEMPTS, time.perf_counter)),
        "/v1/sessions/ticket": SessionTicket(services),
        "/v1/session": SessionResource(services),
    }
    return _described(_every_node(services, metrics) | entrance | _agencies(services))


def store_node_routes(services: Services, metrics: Metrics) -> dict[str, Resource]:
    """No agency is at home at a store node: who may read what is decided at its offices."""
    return _described(
        _every_node(services, metrics)
        | nodes.routes(services)
        | node_purges.routes(services)
        | node_moves.routes(services)
        | standby.routes(services)
    )


def _described(found: dict[str, Resource]) -> dict[str, Resource]:
    """*found*, with the document that describes it."""
    found["/openapi.json"] = found["/v1/openapi.json"] = OpenApi(found)
    return found


def _every_node(services: Services, metrics: Metrics) -> dict[str, Resource]:
    """The node itself, whatever its role."""
    return {
        "/healthz": Liveness(),
        "/readyz": Readyz(services),
        "/metrics": metrics,
        "/problems/{slug}": problems.ProblemPage(),
        "/v1": Root(services),
        "/v1/jobs": Jobs(services),
        "/v1/jobs/{job}": JobResource(services),
        "/v1/jobs/{job}/result": JobResultFile(services),
        "/v1/tokens": Tokens(services),
        "/v1/tokens/{token}": TokenResource(services),
        "/v1/log/checkpoint": LogHead(services),
        "/v1/log/checkpoints": KeptCheckpoints(services),
        "/v1/log/keys": LogKeys(services),
        "/v1/log/consistency": LogConsistency(services),
    }


def _agencies(services: Services) -> dict[str, Resource]:
    """What agencies and their people ask."""
    return {
        "/v1/agencies": Agencies(services),
        "/v1/agencies/{code}": AgencyResource(services),
        "/v1/agencies/{code}/names": AgencyNames(services),
        "/v1/agencies/{code}/identifiers": AgencyIdentifiers(services),
        "/v1/agencies/{code}/fonds": AgencyFonds(services),
        "/v1/agencies/{code}/units": Units(services),
        "/v1/agencies/{code}/posts": Posts(services),
        "/v1/agencies/{code}/signing-authorities": SigningAuthorities(services),
        "/v1/agencies/{code}/drafting-rule": DraftingRules(services),
        "/v1/agencies/{code}/dispatches": AgencyDispatches(services),
        "/v1/signing-authorities/{authority}/withdraw": AuthorityWithdrawal(services),
        "/v1/posts/{post}/end": PostEnd(services),
        "/v1/people": People(services),
        "/v1/agencies/{code}/registers": RegistersOfAgency(services),
        "/v1/reorganisations": Reorganisations(services),
        "/v1/reorganisations/{act}": ReorganisationResource(services),
        "/v1/registers/{register}": RegisterResource(services),
        "/v1/registers/{register}/entries": Entries(services),
        "/v1/registers/{register}/numbers": Numbers(services),
        "/v1/registers/{register}/numbers/{number:int}": NumberResource(services),
        "/v1/registers/{register}/numbers/{number:int}/void": NumberVoiding(services),
        "/v1/registers/{register}/terms": Terms(services),
        "/v1/registers/{register}/closings": Closings(services),
        "/v1/registers/{register}/print": RegisterPrint(services),
        "/v1/document-types": DocumentTypes(services),
        "/v1/blobs": Blobs(services),
        "/v1/blobs/batch": BlobBatch(services),
        "/v1/blobs/{blob}": Blob(services),
        "/v1/uploads": Uploads(services),
        "/v1/uploads/{upload}": UploadResource(services),
        "/v1/uploads/{upload}/commit": UploadCommit(services),
        "/v1/registrations": Registrations(services),
        "/v1/registrations:look": RegistrationLook(services),
        "/v1/registrations:batch": RegistrationBatch(services),
        "/v1/documents/{document}": DocumentResource(services),
        "/v1/documents/{document}/files": DocumentFiles(services),
        "/v1/documents/{document}/files/{place:int}": DocumentFile(services),
        "/v1/documents/{document}/history": DocumentHistory(services),
        "/v1/documents/{document}/access": DocumentAccess(services),
        "/v1/documents/{document}/relations": DocumentRelations(services),
        "/v1/relations/{relation}": RelationResource(services),
        "/v1/documents/{document}/receipts": DocumentReceipts(services),
        "/v1/documents/{document}/dispatches": DocumentDispatches(services),
        "/v1/documents/{document}/recall": DocumentRecall(services),
        "/v1/dispatches/{dispatch}": DispatchResource(services),
        "/v1/dispatches/{dispatch}/actions": DispatchActions(services),
        "/v1/drafts": Drafts(services),
        "/v1/drafts/{draft}": DraftResource(services),
        "/v1/drafts/{draft}/actions": DraftActions(services),
        "/v1/drafts/{draft}/history": DraftHistory(services),
        "/v1/drafts/{draft}/versions": DraftVersions(services),
        "/v1/drafts/{draft}/versions/{version:int}/files/{place:int}": DraftFile(services),
        "/v1/receipts:batch": AssignmentBatch(services),
        "/v1/receipts/{receipt}": ReceiptResource(services),
        "/v1/receipts/{receipt}/actions": ReceiptActions(services),
        "/v1/work": Work(services),
        "/v1/directions": Directions(services),
        "/v1/agencies/{code}/delegations": DelegationsOfAgency(services),
        "/v1/delegations/{delegation}": DelegationResource(services),
        "/v1/delegations/{delegation}/withdraw": DelegationWithdrawal(services),
        "/v1/calendar": CalendarResource(services),
        "/v1/calendar/due": CalendarDue(services),
        "/v1/agencies/{code}/file-lists": FileListsOfAgency(services),
        "/v1/file-lists/{file_list}": FileListResource(services),
        "/v1/file-lists/{file_list}/entries": FileListEntries(services),
        "/v1/file-lists/{file_list}/issue": FileListIssue(services),
        "/v1/file-lists/{file_list}/print": FileListPrint(services),
        "/v1/dossiers": Dossiers(services),
        "/v1/dossiers:print": DossierListPrint(services),
        "/v1/dossiers/{dossier}": DossierResource(services),
        "/v1/dossiers/{dossier}/actions": DossierActions(services),
        "/v1/dossiers/{dossier}/check": DossierCheck(services),
        "/v1/dossiers/{dossier}/history": DossierHistory(services),
        "/v1/dossiers/{dossier}/items": DossierItems(services),
        "/v1/dossiers/{dossier}/items/{item}": DossierItem(services),
        "/v1/dossiers/{dossier}/items/{item}/move": DossierItemMove(services),
        "/v1/dossiers/{dossier}/items/{item}/file": DossierItemFile(services),
        "/v1/dossiers/{dossier}/print": DossierPrint(services),
        "/v1/documents/{document}/dossiers": DocumentDossiers(services),
        "/v1/agencies/{code}/hand-overs": HandOversOfAgency(services),
        "/v1/hand-overs/{hand_over}": HandOverResource(services),
        "/v1/hand-overs/{hand_over}/actions": HandOverActions(services),
        "/v1/hand-overs/{hand_over}/print": HandOverPrint(services),
        "/v1/incidents": Incidents(services),
        "/v1/changes": Changes(services),
        "/v1/search": Search(services),
        "/v1/statistics": Statistics(services),
        "/v1/log/proof": LogProof(services),
    }
