"""Digest fields (RFC 9530): what a sender promises of its bytes, and what is told of ours.

A field is a dictionary of byte sequences; algorithms not known here are passed over, as it
allows.
"""

import base64
import binascii
import hashlib
import re

import falcon

from repository.blobs.port import DigestMismatch
from repository.errors import Kind, Trouble

_DIGEST = re.compile(r"\s*(?P<name>[a-z0-9-]+)=:(?P<value>[A-Za-z0-9+/=]*):\s*")
_WISH = re.compile(r"\s*(?P<name>[a-z0-9-]+)=(?P<weight>10|[0-9])\s*")
_KNOWN = {"sha-256": "sha256", "sha-512": "sha512"}
CONTENT = "Content-Digest"
REPRESENTATION = "Repr-Digest"
_WISHES = {
    CONTENT: "HTTP_WANT_CONTENT_DIGEST",
    REPRESENTATION: "HTTP_WANT_REPR_DIGEST",
}


class BadContentDigest(Trouble):
    """Content-Digest cannot be read; write `sha-256=:<base64>:`."""

    kind = Kind.MALFORMED
    vietnamese = "Không đọc được Content-Digest; hãy ghi `sha-256=:<base64>:`."


def content_digests(header: str) -> tuple[tuple[str, bytes], ...]:
    """The digests a sender promises that can be checked; raise `BadContentDigest`."""
    found: list[tuple[str, bytes]] = []
    for part in header.split(",") if header.strip() else ():
        match = _DIGEST.fullmatch(part)
        if match is None:
            raise BadContentDigest
        if match["name"] in _KNOWN:
            found.append((_KNOWN[match["name"]], _bytes(match["value"])))
    return tuple(found)


def check(req: falcon.Request, body: bytes) -> None:
    """Compare *body* with what its sender promised.

    Raise `BadContentDigest` or `DigestMismatch`.
    """
    for name, promised in content_digests(req.get_header(CONTENT) or ""):
        actual = hashlib.new(name, body)
        if actual.digest() != promised:
            raise DigestMismatch(
                actual=f"{name}:{actual.hexdigest()}", expected=f"{name}:{promised.hex()}"
            )


class Digests:
    """Falcon middleware: an answer of known bytes has the digest that was wished for."""

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, _resource: object, *_succeeded: bool
    ) -> None:
        """Add `Content-Digest` or `Repr-Digest` where the request wants it (RFC 9530, 4)."""
        if resp.data is None:
            return
        for field, wish in _WISHES.items():
            # Looked up as WSGI names it: this is asked of every request.
            algorithm = wanted(req.env[wish]) if wish in req.env else ""
            # What a file's Repr-Digest says is said of the whole, also beside a part of it.
            if algorithm and resp.get_header(field) is None:
                resp.set_header(field, shown(algorithm, resp.data))


def wanted(header: str) -> str:
    """The known algorithm that *header* wishes most for, or nothing.

    >>> wanted("sha-256=3, sha-512=10"), wanted("md5=5"), wanted("sha-256=0")
    ('sha-512', '', '')
    """
    matches = (_WISH.fullmatch(part) for part in header.split(",")[:20])
    weights = {match["name"]: int(match["weight"]) for match in matches if match}
    known = [(weights.get(name, 0), name) for name in _KNOWN]
    weight, name = max(known)
    return name if weight else ""


def shown(algorithm: str, content: bytes) -> str:
    """The field's value for *content*."""
    return _field(algorithm, hashlib.new(_KNOWN[algorithm], content).digest())


def sha256_field(digest: bytes) -> str:
    """The field's value for a SHA-256 already known."""
    return _field("sha-256", digest)


def _field(algorithm: str, digest: bytes) -> str:
    return f"{algorithm}=:{base64.b64encode(digest).decode()}:"


def _bytes(given: str) -> bytes:
    try:
        return base64.b64decode(given, validate=True)
    except binascii.Error as error:
        raise BadContentDigest from error
