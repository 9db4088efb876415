"""`/v1/uploads`: large files in chunks, as tus 1.0.0 says, and the commit that makes them blobs."""

import contextlib
import re
from collections.abc import Generator
from typing import BinaryIO, ClassVar, cast

import falcon
import msgspec

from api import headers as h
from api import refusals, tus, wire
from api.blobs import BroughtBy, ReceiptView, receipt_view
from api.digests import content_digests
from api.operations import Answered, Body, Operation
from api.problems import MediaTypeUnsupported
from api.services import Services, uploads
from api.session import caller
from api.tus import ExtensionNotOffered, HeaderUnfit, VersionUnknown
from repository.blobs.pack_io import DiskFailed, MediumFull, WriteFailed
from repository.blobs.port import BlobTooLarge, ReserveReached
from repository.blobs.store import WritingStopped
from repository.errors import Kind, Trouble
from repository.model.ids import BadIdentifier, UploadId, parse_blob
from repository.uploads.port import Chunk, OffsetMismatch, TooManyUploadBytes, TooManyUploads

EXPECTED_KEY = "blob"
"""The key of Upload-Metadata under which the expected blob may be named."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class CommitGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the sender says the file is; both may be said."""

    blob: str = ""
    """`blake3:<64 hex>`"""
    sha256: str = ""
    """64 hex digits."""


class ChunkTooLarge(Trouble):
    """A chunk may have at most {limit} bytes."""

    kind = Kind.TOO_LARGE
    vietnamese = "Mỗi phần gửi lên chỉ được có nhiều nhất {limit} byte."


_OPTIONS = Operation(
    name="describe_uploads",
    told="What is spoken of tus here.",
    answers=(
        Answered(
            told="tus 1.0.0.",
            status=204,
            headers=(
                h.TUS_RESUMABLE,
                h.TUS_VERSION,
                h.TUS_EXTENSION,
                h.TUS_MAX_SIZE,
                h.TUS_CHECKSUM_ALGORITHM,
            ),
        ),
    ),
)
_TUS = (VersionUnknown, HeaderUnfit)
_STATE = (h.TUS_RESUMABLE, h.UPLOAD_OFFSET, h.UPLOAD_EXPIRES)


class Uploads:
    """`/v1/uploads`: uploads begin here."""

    speaks_tus = True
    operations: ClassVar = {
        "OPTIONS": _OPTIONS,
        "POST": Operation(
            name="begin_upload",
            told="Begin to send a large file in chunks (tus: creation).",
            query=BroughtBy,
            headers=(h.TUS_RESUMABLE, h.UPLOAD_LENGTH, h.UPLOAD_METADATA),
            answers=(
                Answered(
                    told="Begun; nothing has come yet.",
                    status=201,
                    headers=(h.LOCATION, h.TUS_RESUMABLE, h.UPLOAD_EXPIRES),
                ),
            ),
            problems=(
                *_TUS,
                *refusals.ACCESS,
                ExtensionNotOffered,
                BadIdentifier,
                MediaTypeUnsupported,
                BlobTooLarge,
                TooManyUploads,
                TooManyUploadBytes,
                ReserveReached,
                WritingStopped,
                DiskFailed,
                WriteFailed,
                MediumFull,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_options(self, _req: falcon.Request, resp: falcon.Response) -> None:
        tus.tell_options(resp, self._services.limits)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        tus.require_version(req, resp)
        state = uploads.begin(self._services, caller(req), _asked(req))
        resp.status = 201
        resp.location = upload_url(state.id)
        tus.tell_expiry(resp, state)


class UploadResource:
    """`/v1/uploads/{upload}`: one upload, of whoever began it."""

    speaks_tus = True
    operations: ClassVar = {
        "OPTIONS": msgspec.structs.replace(_OPTIONS, name="describe_upload"),
        "HEAD": Operation(
            name="upload_state",
            told="How far an upload has come.",
            headers=(h.TUS_RESUMABLE,),
            answers=(
                Answered(
                    told="So much is on disk.",
                    headers=(*_STATE, h.UPLOAD_LENGTH, h.UPLOAD_METADATA),
                ),
            ),
            problems=(*_TUS, *refusals.UPLOADS),
        ),
        "PATCH": Operation(
            name="append_chunk",
            told="Send the next chunk of an upload.",
            headers=(h.TUS_RESUMABLE, h.UPLOAD_OFFSET, h.UPLOAD_CHECKSUM, h.CONTENT_DIGEST),
            body=Body(shape=bytes, media_type=tus.CHUNK_TYPE, required=False),
            answers=(Answered(told="On disk.", status=204, headers=_STATE),),
            problems=(*_TUS, *refusals.CHUNK_IN, ChunkTooLarge),
        ),
        "DELETE": Operation(
            name="end_upload",
            told="Give an upload up (tus: termination).",
            headers=(h.TUS_RESUMABLE,),
            answers=(Answered(told="Gone.", status=204, headers=(h.TUS_RESUMABLE,)),),
            problems=(*_TUS, *refusals.UPLOADS),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_options(self, _req: falcon.Request, resp: falcon.Response, **_: str) -> None:
        tus.tell_options(resp, self._services.limits)

    def on_head(self, req: falcon.Request, resp: falcon.Response, upload: str) -> None:
        tus.require_version(req, resp)
        state = uploads.look(self._services, caller(req), upload)
        tus.tell_state(resp, state)
        resp.set_header("Upload-Length", str(state.announced.length))
        if state.announced.metadata:
            resp.set_header("Upload-Metadata", state.announced.metadata)

    def on_patch(self, req: falcon.Request, resp: falcon.Response, upload: str) -> None:
        tus.require_version(req, resp)
        chunk = _chunk(req, self._services.limits.max_chunk)
        with _offset_told(resp):
            state = uploads.append(self._services, caller(req), upload, chunk)
        resp.status = 204
        tus.tell_state(resp, state)

    def on_delete(self, req: falcon.Request, resp: falcon.Response, upload: str) -> None:
        tus.require_version(req, resp)
        uploads.end(self._services, caller(req), upload)
        resp.status = 204


class UploadCommit:
    """`/v1/uploads/{upload}/commit`: its bytes become a blob."""

    operations: ClassVar = {
        "POST": Operation(
            name="commit_upload",
            told="Say which file an upload is; its bytes become one.",
            body=Body(shape=CommitGiven),
            answers=(
                Answered(
                    told="Stored.", status=201, shape=ReceiptView, headers=(h.LOCATION, h.ETAG)
                ),
            ),
            problems=(
                *refusals.BYTES_IN,
                *refusals.JSON_BODY,
                *refusals.ACCESS,
                *refusals.UPLOADS,
                BadIdentifier,
                uploads.UploadIncomplete,
                uploads.DigestNotNamed,
                uploads.NamedOtherwise,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, upload: str) -> None:
        given = wire.read(req, CommitGiven, limit=self._services.limits.max_json)
        view = receipt_view(uploads.commit(self._services, caller(req), upload, _named(given)))
        # 201 to everybody: whether the bytes were here before, an upload never tells.
        resp.location = view.url
        resp.etag = view.id
        wire.send(resp, view, status=201)


def upload_url(upload: UploadId) -> str:
    """Where an upload is."""
    return f"{tus.FOLDER}/{upload}"


def _asked(req: falcon.Request) -> uploads.UploadAsked:
    if req.content_length:
        raise falcon.HTTPUnsupportedMediaType  # creation-with-upload is not offered
    metadata = req.get_header("Upload-Metadata") or ""
    expected = tus.metadata(metadata).get(EXPECTED_KEY)
    return uploads.UploadAsked(
        length=tus.upload_length(req),
        metadata=metadata,
        expected=parse_blob(expected.decode(errors="replace")) if expected else None,
        agency=req.get_param("agency") or "",
    )


def _chunk(req: falcon.Request, limit: int) -> Chunk:
    if (req.content_type or "").strip().lower() != tus.CHUNK_TYPE:
        raise falcon.HTTPUnsupportedMediaType
    if req.content_length is None:
        raise falcon.HTTPLengthRequired
    if req.content_length > limit:
        raise ChunkTooLarge(limit=limit)
    promised = content_digests(req.get_header("Content-Digest") or "")
    return Chunk(
        offset=tus.upload_offset(req),
        size=req.content_length,
        stream=cast("BinaryIO", req.bounded_stream),
        digests=tus.checksum(req) + promised,
    )


@contextlib.contextmanager
def _offset_told(resp: falcon.Response) -> Generator[None]:
    """Beside the refusal of a wrong offset stands the right one."""
    try:
        yield
    except OffsetMismatch as mismatch:
        resp.set_header("Upload-Offset", str(mismatch.facts["offset"]))
        raise


def _named(given: CommitGiven) -> uploads.Named:
    return uploads.Named(
        blob=parse_blob(given.blob) if given.blob else None,
        sha256=_sha256(given.sha256) if given.sha256 else None,
    )


def _sha256(given: str) -> bytes:
    if not _SHA256.fullmatch(given):
        raise BadIdentifier(given=given, expected="64 lowercase hex")
    return bytes.fromhex(given)
