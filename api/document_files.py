"""`/v1/documents/{document}/files`: what a document consists of, now and at each revision."""

from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import Meta

from api import downloads, refusals, wire
from api import headers as h
from api.documents import DocumentView, revisions, send_document
from api.operations import Answered, Body, Operation
from api.problems import NoSuchAddress
from api.services import Services, documents
from api.services.amendment import DocumentChanged
from api.services.fields import MAX_COMPONENTS, Line
from api.services.files import AddFiles, FileThere, ReplaceFile, add_files, replace_file
from api.services.incidents import StateSecretRefused
from api.services.paper import ComponentGiven, SecondMainFile, UnknownBlob
from api.session import caller
from api.wire import ConditionMissing


class FileWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which version of a file."""

    revision: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    """As the document stood at that revision; as it stands unless given."""


class FilesAdding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files to be added."""

    files: Annotated[
        tuple[ComponentGiven, ...],
        Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_COMPONENTS}),
    ]
    reason: str = ""
    """At most 500 characters."""


class FileReplacing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file that comes, and why."""

    file: ComponentGiven
    reason: Line
    """At most 500 characters."""


FILES_CHANGED: refusals.Refusals = (
    *refusals.JSON_BODY,
    *refusals.FIELDS,
    *refusals.KEEPER,
    *refusals.ACCESS,
    ConditionMissing,
    DocumentChanged,
    UnknownBlob,
    SecondMainFile,
    FileThere,
    StateSecretRefused,
)
"""Why files of a document are not changed."""


class DocumentFile:
    """`/v1/documents/{document}/files/{place}`: a file under the name it came with."""

    operations: ClassVar = {
        "GET": Operation(
            name="read_document_file",
            told="A file of a document under the name it came with.",
            query=FileWanted,
            headers=(h.RANGE, h.IF_RANGE, h.IF_NONE_MATCH),
            answers=downloads.ANSWERS,
            problems=(*refusals.BYTES_OUT, *refusals.ACCESS, NoSuchAddress),
        ),
        "PUT": Operation(
            name="replace_document_file",
            told="Put a file in the place of another, which stays readable at its revision.",
            headers=(h.IF_MATCH, h.CONTENT_DIGEST),
            body=Body(shape=FileReplacing),
            answers=(Answered(told="Replaced.", shape=DocumentView, headers=(h.ETAG,)),),
            problems=(*FILES_CHANGED, NoSuchAddress),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, document: str, place: int) -> None:
        wanted = wire.query(req, FileWanted)
        holdings = self._services.holdings
        with holdings.reading() as reading:
            component = documents.file_of(
                reading, caller(req), document, place, revision=wanted.revision
            )
        stat = holdings.blobs.stat(component.blob)
        downloads.send_file(req, resp, self._services, stat, name=component.name)

    def on_put(self, req: falcon.Request, resp: falcon.Response, document: str, place: int) -> None:
        seen = revisions(wire.condition(req))
        given = wire.read(req, FileReplacing, limit=self._services.limits.max_json)
        command = ReplaceFile(
            caller=caller(req),
            document=document,
            place=place,
            file=given.file,
            reason=given.reason,
            seen=seen,
        )
        send_document(resp, replace_file(self._services.holdings.keeper, command))


class DocumentFiles:
    """`/v1/documents/{document}/files`."""

    operations: ClassVar = {
        "POST": Operation(
            name="add_document_files",
            told="Add files to a document: annexes that came later, what was made from paper.",
            headers=(h.IF_MATCH, h.CONTENT_DIGEST),
            body=Body(shape=FilesAdding),
            answers=(Answered(told="Added.", shape=DocumentView, headers=(h.ETAG,)),),
            problems=FILES_CHANGED,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        seen = revisions(wire.condition(req))
        given = wire.read(req, FilesAdding, limit=self._services.limits.max_json)
        command = AddFiles(
            caller=caller(req),
            document=document,
            files=given.files,
            reason=given.reason,
            seen=seen,
        )
        send_document(resp, add_files(self._services.holdings.keeper, command))
