"""What the tus protocol, version 1.0.0, says in headers: read strictly, answered exactly.

Extensions offered: creation, expiration, checksum, termination.
"""

import base64
import binascii
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import falcon

from api.services import Limits
from repository.errors import Kind, Trouble
from repository.uploads.port import UploadState

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
CHECKSUMS = {"sha1": 20, "sha256": 32, "sha512": 64}
"""Algorithms, by their names in `hashlib`, and how many bytes their digests have."""
CHUNK_TYPE = "application/offset+octet-stream"
MAX_METADATA = 2000
"""Characters of Upload-Metadata."""
MAX_NUMBER_DIGITS = 18
FOLDER = "/v1/uploads"
_METHODS = frozenset(["HEAD", "PATCH", "DELETE", "POST", "OPTIONS"])
_PAIR = re.compile(r"(?P<key>[!-+\--~]+)(?: (?P<value>[A-Za-z0-9+/]*={0,2}))?")
_CHECKSUM = re.compile(r"(?P<name>[!-~]+) (?P<value>[A-Za-z0-9+/]+={0,2})")


class VersionUnknown(Trouble):
    """Say `Tus-Resumable: {version}`: no other version of the protocol is spoken here."""

    kind = Kind.PRECONDITION
    vietnamese = "Hãy ghi `Tus-Resumable: {version}`: ở đây chỉ dùng phiên bản giao thức này."


class HeaderUnfit(Trouble):
    """The header {header} must be {expected}."""

    kind = Kind.MALFORMED
    vietnamese = "Tiêu đề {header} phải là {expected}."


class ExtensionNotOffered(Trouble):
    """The header {header} belongs to an extension of tus that is not offered here."""

    kind = Kind.MALFORMED
    vietnamese = "Tiêu đề {header} thuộc phần mở rộng của tus không có ở đây."


class Tus:
    """Falcon middleware: every answer of a resource that `speaks_tus` says so, refusals too."""

    def process_request(self, req: falcon.Request, _resp: falcon.Response) -> None:
        """Let X-HTTP-Method-Override be the method, for clients that know no PATCH."""
        method = (req.get_header("X-HTTP-Method-Override") or "").upper()
        if method in _METHODS and (req.path + "/").startswith(FOLDER + "/"):
            req.method = method

    def process_resource(
        self, _req: falcon.Request, resp: falcon.Response, resource: object, _params: Any
    ) -> None:
        """Name the version."""
        if getattr(resource, "speaks_tus", False):
            resp.set_header("Tus-Resumable", VERSION)


def require_version(req: falcon.Request, resp: falcon.Response) -> None:
    """Raise `VersionUnknown` unless the client speaks ours."""
    if req.get_header("Tus-Resumable") != VERSION:
        resp.set_header("Tus-Version", VERSION)
        raise VersionUnknown(version=VERSION)


def tell_options(resp: falcon.Response, limits: Limits) -> None:
    """What a server can, in answer to OPTIONS."""
    resp.status = 204
    resp.set_header("Tus-Version", VERSION)
    resp.set_header("Tus-Extension", EXTENSIONS)
    resp.set_header("Tus-Max-Size", str(limits.max_blob))
    resp.set_header("Tus-Checksum-Algorithm", ",".join(CHECKSUMS))


def tell_state(resp: falcon.Response, state: UploadState) -> None:
    """How far an upload has come, and until when it may go on."""
    resp.set_header("Upload-Offset", str(state.offset))
    resp.set_header("Cache-Control", "no-store")
    tell_expiry(resp, state)


def tell_expiry(resp: falcon.Response, state: UploadState) -> None:
    """Until when the upload may go on."""
    until = datetime.fromtimestamp(state.announced.expires // 1_000_000, UTC)
    resp.set_header("Upload-Expires", format_datetime(until, usegmt=True))


def upload_length(req: falcon.Request) -> int:
    """How many bytes are to come; raise `HeaderUnfit`, or `ExtensionNotOffered` for later."""
    for header in ("Upload-Defer-Length", "Upload-Concat"):
        if req.get_header(header) is not None:
            raise ExtensionNotOffered(header=header)
    return _number(req, "Upload-Length")


def upload_offset(req: falcon.Request) -> int:
    """Where the chunk belongs; raise `HeaderUnfit`."""
    return _number(req, "Upload-Offset")


def metadata(given: str) -> dict[str, bytes]:
    """The pairs of an Upload-Metadata; raise `HeaderUnfit`.

    >>> metadata("filename Y8O0bmcgdsSDbi5wZGY=,draft")["draft"]
    b''
    """
    if len(given) > MAX_METADATA:
        raise HeaderUnfit(header="Upload-Metadata", expected=f"0–{MAX_METADATA} ASCII")
    pairs: dict[str, bytes] = {}
    for part in given.split(",") if given.strip() else ():
        match = _PAIR.fullmatch(part.strip(" "))
        if match is None or match["key"] in pairs:
            raise HeaderUnfit(header="Upload-Metadata", expected="key base64, key base64, …")
        pairs[match["key"]] = _bytes("Upload-Metadata", match["value"] or "")
    return pairs


def checksum(req: falcon.Request) -> tuple[tuple[str, bytes], ...]:
    """The (algorithm, digest) that Upload-Checksum promises of a chunk; raise `HeaderUnfit`."""
    given = req.get_header("Upload-Checksum")
    if given is None:
        return ()
    match = _CHECKSUM.fullmatch(given.strip())
    digest = _bytes("Upload-Checksum", match["value"]) if match else b""
    if match is None or len(digest) != CHECKSUMS.get(match["name"]):
        raise HeaderUnfit(header="Upload-Checksum", expected=f"{' | '.join(CHECKSUMS)} base64")
    return ((match["name"], digest),)


def _number(req: falcon.Request, header: str) -> int:
    given = req.get_header(header) or ""
    if not (given.isascii() and given.isdigit() and len(given) <= MAX_NUMBER_DIGITS):
        raise HeaderUnfit(header=header, expected="0, 1, 2, …")
    return int(given)


def _bytes(header: str, given: str) -> bytes:
    try:
        return base64.b64decode(given, validate=True)
    except binascii.Error as error:
        raise HeaderUnfit(header=header, expected="base64") from error
