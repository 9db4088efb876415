"""`/v1/blobs`: files by their digest."""

from typing import BinaryIO, ClassVar, cast

import falcon
import msgspec

from api import downloads, refusals, wire
from api import headers as h
from api.digests import CONTENT, content_digests
from api.operations import Answered, Body, Operation
from api.services import Services, blobs
from api.session import caller
from repository.blobs.port import BlobTooLarge, Receipt
from repository.model.access import Hidden
from repository.model.ids import BadIdentifier, BlobId, parse_blob, show_blob


class ReceiptView(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a blob just stored."""

    id: str
    url: str
    size: int
    media_type: str
    sha256: str


class BroughtBy(msgspec.Struct, frozen=True, kw_only=True):
    """In whose name a file is brought."""

    agency: str = ""
    """Code of one agency; all those in which you write unless given."""


_FILE = Body(shape=bytes, media_type="application/octet-stream", required=False)
_STORED = Answered(told="On disk.", status=201, shape=ReceiptView, headers=(h.LOCATION, h.ETAG))


class Blobs:
    """`/v1/blobs`: a file whose digest the sender does not know."""

    operations: ClassVar = {
        "POST": Operation(
            name="store_file",
            told="Store a file whose digest is not known.",
            query=BroughtBy,
            headers=(h.CONTENT_DIGEST,),
            body=_FILE,
            answers=(_STORED,),
            problems=(*refusals.BYTES_IN, *refusals.ACCESS),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        stored = blobs.put(self._services.holdings, caller(req), _upload(req, self._services, None))
        _acknowledge(req, resp, stored)


class Blob:
    """`/v1/blobs/{blob}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="read_file",
            told="A file by its digest, whole or in part.",
            headers=(h.RANGE, h.IF_RANGE, h.IF_NONE_MATCH),
            answers=downloads.ANSWERS,
            problems=(*refusals.BYTES_OUT, Hidden, BadIdentifier),
        ),
        "PUT": Operation(
            name="store_named_file",
            told="Store a file under its digest.",
            query=BroughtBy,
            headers=(h.CONTENT_DIGEST,),
            body=_FILE,
            answers=(
                _STORED,
                msgspec.structs.replace(
                    _STORED, status=200, told="On disk; you could read these bytes before."
                ),
            ),
            problems=(*refusals.BYTES_IN, *refusals.ACCESS, BadIdentifier),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, blob: str) -> None:
        stat = blobs.stat(self._services.holdings, caller(req), parse_blob(blob))
        downloads.send_file(req, resp, self._services, stat, name=_bare_name(stat.id))

    def on_put(self, req: falcon.Request, resp: falcon.Response, blob: str) -> None:
        upload = _upload(req, self._services, parse_blob(blob))
        stored = blobs.put(self._services.holdings, caller(req), upload)
        _acknowledge(req, resp, stored)


def _acknowledge(req: falcon.Request, resp: falcon.Response, stored: blobs.Stored) -> None:
    """201, also where another agency brought the same bytes before: that is not told."""
    req.context.receipt = stored.receipt
    view = receipt_view(stored.receipt)
    resp.location = view.url
    resp.etag = view.id
    wire.send(resp, view, status=200 if stored.readable_before else 201)


def receipt_view(receipt: Receipt) -> ReceiptView:
    """A blob just stored, as it is told."""
    name = show_blob(receipt.id)
    return ReceiptView(
        id=name,
        url=f"/v1/blobs/{name}",
        size=receipt.size,
        media_type=receipt.media_type,
        sha256=receipt.sha256.hex(),
    )


def _upload(req: falcon.Request, services: Services, expected: BlobId | None) -> blobs.Upload:
    if req.content_length is None:
        raise falcon.HTTPLengthRequired
    if req.content_length > services.limits.max_blob:
        raise BlobTooLarge(limit=services.limits.max_blob)
    if (req.get_header("Content-Encoding") or "identity").lower() != "identity":
        raise falcon.HTTPUnsupportedMediaType
    return blobs.Upload(
        stream=cast("BinaryIO", req.bounded_stream),
        size=req.content_length,
        expected=expected,
        digests=content_digests(req.get_header(CONTENT) or ""),
        agency=wire.query(req, BroughtBy).agency,
    )


def _bare_name(blob: BlobId) -> str:
    """A name for a file that is asked for by its digest, and so has none."""
    return blob.hex()[:16]
