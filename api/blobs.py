"""`/v1/blobs`: files by their digest."""

import base64
import binascii
import re
from typing import BinaryIO, cast

import falcon
import msgspec

from api import downloads, wire
from api.services import Services, blobs
from api.session import caller
from repository.blobs.port import BlobTooLarge, Receipt
from repository.errors import Kind, Trouble
from repository.model.ids import BlobId, parse_blob, show_blob

# RFC 9530: a dictionary of byte sequences; other algorithms are passed over, as it allows.
_DIGEST = re.compile(r"\s*(?P<name>[a-z0-9-]+)=:(?P<value>[A-Za-z0-9+/=]*):\s*")
_CHECKED = {"sha-256": "sha256", "sha-512": "sha512"}


class BadContentDigest(Trouble):
    """Content-Digest cannot be read; write `sha-256=:<base64>:`."""

    kind = Kind.MALFORMED
    vietnamese = "Không đọc được Content-Digest; hãy ghi `sha-256=:<base64>:`."


class ReceiptView(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a blob just stored."""

    id: str
    url: str
    size: int
    media_type: str
    sha256: str


class Blobs:
    """`/v1/blobs`: a file whose digest the sender does not know."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        stored = blobs.put(self._services.holdings, caller(req), _upload(req, self._services, None))
        _acknowledge(resp, stored)


class Blob:
    """`/v1/blobs/{blob}`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_head(self, req: falcon.Request, resp: falcon.Response, blob: str) -> None:
        stat = blobs.stat(self._services.holdings, caller(req), parse_blob(blob))
        downloads.describe(resp, stat, name=_bare_name(stat.id))
        resp.content_length = stat.size

    def on_get(self, req: falcon.Request, resp: falcon.Response, blob: str) -> None:
        stat = blobs.stat(self._services.holdings, caller(req), parse_blob(blob))
        downloads.send_file(req, resp, self._services, stat, name=_bare_name(stat.id))

    def on_put(self, req: falcon.Request, resp: falcon.Response, blob: str) -> None:
        upload = _upload(req, self._services, parse_blob(blob))
        stored = blobs.put(self._services.holdings, caller(req), upload)
        _acknowledge(resp, stored)


def _acknowledge(resp: falcon.Response, stored: blobs.Stored) -> None:
    """201, also where another agency brought the same bytes before: that is not told."""
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
        digests=content_digests(req.get_header("Content-Digest") or ""),
        agency=req.get_param("agency") or "",
    )


def content_digests(header: str) -> tuple[tuple[str, bytes], ...]:
    """The digests a sender promises that can be checked; raise `BadContentDigest`."""
    found: list[tuple[str, bytes]] = []
    for part in header.split(",") if header.strip() else ():
        match = _DIGEST.fullmatch(part)
        if match is None:
            raise BadContentDigest
        if match["name"] in _CHECKED:
            found.append((_CHECKED[match["name"]], _bytes(match["value"])))
    return tuple(found)


def _bytes(given: str) -> bytes:
    try:
        return base64.b64decode(given, validate=True)
    except binascii.Error as error:
        raise BadContentDigest from error


def _bare_name(blob: BlobId) -> str:
    """A name for a file that is asked for by its digest, and so has none."""
    return blob.hex()[:16]
