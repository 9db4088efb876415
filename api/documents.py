"""`/v1/documents/{document}`: a registered document and its files."""

import re
from datetime import datetime
from itertools import zip_longest
from typing import ClassVar

import falcon
import msgspec
from msgspec import UNSET, UnsetType

from api import headers as h
from api import refusals, wire
from api.metadata import MetadataView, metadata_shown
from api.operations import Answered, Body, Operation
from api.services import Services, documents
from api.services.amendment import AmendDocument, Amendment, DocumentChanged, amend
from api.services.documents import Sheet
from api.services.incidents import StateSecretRefused
from api.services.numbering import DateOutOfOrder
from api.services.registration import ClearanceNeeded, DuplicateDocument
from api.session import caller
from api.wire import ConditionMissing
from repository.catalogue.tables import Derived
from repository.model.documents import Component
from repository.model.ids import show_blob
from repository.model.purges import Purge
from repository.model.registers import DateNotInPeriod
from repository.model.relations import Marked

MERGE_PATCH = "application/merge-patch+json"
"""RFC 7396."""
_REVISION = re.compile(r"[1-9][0-9]{0,9}")


class ErasedView(msgspec.Struct, frozen=True, kw_only=True):
    """Why a file's content is no longer there."""

    at: datetime
    reason: str


class DigitisedView(msgspec.Struct, frozen=True, kw_only=True):
    """How a file was made from paper."""

    on: str
    by: str
    """In words, or empty."""
    pages: int
    """Of the paper; 0 = not noted."""


class MarkView(msgspec.Struct, frozen=True, kw_only=True):
    """What its issuer did to a document since; `/v1/documents/{document}/relations` says by which."""

    mark: str
    """`recalled`, `replaced`, `amended` or `corrected`."""
    since: str
    """From which day on."""


class ComponentView(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a document as it is shown."""

    role: str
    name: str
    blob: str
    size: int
    media_type: str
    url: str
    text: str
    """`pending`, `ready`, `none` when the file gave no text, or `erased`."""
    text_missing: str = ""
    """Why it gave none; stable words."""
    erased: ErasedView | UnsetType = UNSET
    """Only where the content was destroyed; the file itself answers 410."""
    number: str | UnsetType = UNSET
    """Of an annex, as printed."""
    digitised: DigitisedView | UnsetType = UNSET
    """Only where it was made from paper."""


class DocumentView(MetadataView, frozen=True, kw_only=True):
    """A document as it is shown."""

    id: str
    url: str
    agency: str
    """Code of the agency that registered it."""
    agency_name: str
    """What it was called then."""
    addressed_to: str = ""
    """Code of the agency that ended and was meant, where its successor registered; or empty."""
    register: str
    """Short name of the register."""
    register_url: str
    direction: str
    period: int
    number: int
    symbol: str
    issued: str
    issuer: str
    kind: str
    subject: str
    registered: datetime
    revision: int
    """Counts up with every amendment."""
    components: tuple[ComponentView, ...]
    confidentiality: str
    """Mức độ tiếp cận: `none`, `internal`, `restricted`."""
    voided: datetime | UnsetType = UNSET
    """When its number was voided; not there while it stands."""
    recalled: datetime | UnsetType = UNSET
    """When it was recalled; then only the registry is shown its files. Not there while it holds."""
    draft_url: str | UnsetType = UNSET
    """The draft that it was issued from; not there where it was signed elsewhere or came in."""
    marks: tuple[MarkView, ...] | UnsetType = UNSET
    """Not there while there are none."""


class DocumentResource:
    """`/v1/documents/{document}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_document",
            told="A document.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The document.", DocumentView),
            problems=refusals.ACCESS,
        ),
        "PATCH": Operation(
            name="amend_document",
            told="Correct what is noted of a document; its number and its files stay.",
            headers=(h.IF_MATCH, h.CONTENT_DIGEST),
            body=Body(shape=Amendment, media_type=MERGE_PATCH),
            answers=(Answered(told="Amended.", shape=DocumentView, headers=(h.ETAG,)),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *refusals.ACCESS,
                ConditionMissing,
                DocumentChanged,
                DuplicateDocument,
                DateNotInPeriod,
                DateOutOfOrder,
                StateSecretRefused,
                ClearanceNeeded,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        with self._services.holdings.reading() as reading:
            sheet = documents.show(reading, caller(req), document)
        wire.send_tagged(req, resp, document_view(sheet), version=str(sheet.document.revision))

    def on_patch(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        resp.set_header(h.ACCEPT_PATCH.name, MERGE_PATCH)
        command = AmendDocument(
            caller=caller(req),
            document=document,
            seen=revisions(wire.condition(req)),
            amendment=wire.read(
                req, Amendment, limit=self._services.limits.max_json, media_type=MERGE_PATCH
            ),
        )
        send_document(resp, amend(self._services.holdings.keeper, command))


def send_document(resp: falcon.Response, sheet: Sheet, *, status: int = 200) -> None:
    """Answer a change with the document and its entity tag."""
    wire.send(resp, document_view(sheet), status=status)
    wire.tag(resp, version=str(sheet.document.revision))


def revisions(tags: tuple[str, ...] | None) -> tuple[int, ...] | None:
    """The revisions that entity tags name; what follows the dot tells of texts, not of edits."""
    if tags is None:
        return None
    versions = (tag.partition(".")[0] for tag in tags)
    return tuple(int(each) for each in versions if _REVISION.fullmatch(each))


def document_view(sheet: Sheet) -> DocumentView:
    """A document as it is shown."""
    document = sheet.document
    parts = zip_longest(document.components, sheet.texts, sheet.erased)
    return DocumentView(
        id=document.id,
        url=f"/v1/documents/{document.id}",
        agency=sheet.agency.code,
        agency_name=sheet.agency.name,
        addressed_to=sheet.addressed_to,
        register=sheet.register.code,
        register_url=f"/v1/registers/{sheet.register.id}",
        direction=document.direction.value,
        period=document.period,
        number=document.number,
        symbol=document.symbol,
        issued=document.issued,
        issuer=document.issuer,
        kind=document.kind,
        subject=document.subject,
        registered=wire.moment(document.registered),
        revision=document.revision,
        components=tuple(
            _component(document.id, place, component, text, purge)
            for place, (component, text, purge) in enumerate(parts)
        ),
        confidentiality=document.confidentiality.value,
        voided=wire.moment(document.voided) if document.voided else UNSET,
        recalled=wire.moment(document.recalled) if document.recalled else UNSET,
        draft_url=f"/v1/drafts/{document.draft}" if document.draft else UNSET,
        marks=_marks(sheet.marks),
        **metadata_shown(document),
    )


def _marks(marks: tuple[Marked, ...]) -> tuple[MarkView, ...] | UnsetType:
    return tuple(MarkView(mark=one.mark.value, since=one.since) for one in marks) or UNSET


def _component(
    document: str, place: int, component: Component, text: Derived | None, purge: Purge | None
) -> ComponentView:
    return ComponentView(
        role=component.role.value,
        name=component.name,
        blob=show_blob(component.blob),
        size=component.size,
        media_type=component.media_type,
        url=f"/v1/documents/{document}/files/{place}",
        text="erased" if purge else text_state(text),
        text_missing=text.reason if text and not purge else "",
        erased=_erased(purge) if purge else UNSET,
        number=component.number or UNSET,
        digitised=_digitised(component) if component.digitised else UNSET,
    )


def text_state(text: Derived | None) -> str:
    """What became of a file's text, in one word."""
    return "pending" if text is None else "ready" if text.text else "none"


def _digitised(component: Component) -> DigitisedView:
    return DigitisedView(on=component.digitised, by=component.digitised_by, pages=component.pages)


def _erased(purge: Purge) -> ErasedView:
    return ErasedView(at=wire.moment(purge.confirmed), reason=purge.reason)
