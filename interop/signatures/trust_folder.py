"""A folder as trust store (kho tin cậy): what the province has installed, by its SHA-256.

`root*.crt` are anchors, other `*.crt` are intermediates (real files carry the signer's certificate
alone), `*.crl` and `*.ocsp` say what was revoked. PEM or DER. Where a file `SHA256SUMS` lies beside
them, as `sha256sum` writes it, every certificate has to stand in it with its digest: pinned.
"""

import base64
import binascii
import hashlib
import re
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from interop.signatures.port import MIB, Trusted
from repository.errors import Trouble

MAX_FILES = 1_000
MAX_BYTES = 64 * MIB
"""Of one file; lists of a large authority have some MiB."""
PINS = "SHA256SUMS"
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.+?)-----END \1-----", re.DOTALL)


class NoAnchors(Trouble):
    """There is no root*.crt in {folder}: nothing would be trusted."""

    vietnamese = "Không có root*.crt trong {folder}: không tin cậy được chứng thư nào."


class TrustUnreadable(Trouble):
    """{file} in the trust store cannot be read as what its name says."""

    vietnamese = "Không đọc được {file} trong kho tin cậy."


class TrustNotPinned(Trouble):
    """{file} in the trust store is not what SHA256SUMS says."""

    vietnamese = "{file} trong kho tin cậy không khớp SHA256SUMS."


def trust_in(folder: Path) -> Trusted:
    """What *folder* holds; raise `NoAnchors`, `TrustUnreadable`, `TrustNotPinned` or OSError."""
    files = sorted(path for path in folder.iterdir() if path.is_file())[: MAX_FILES + 1]
    if len(files) > MAX_FILES:
        raise TrustUnreadable(file=folder)
    bodies = {path.name: _body(path) for path in files}
    _compare_pins(bodies)
    certificates = {name: _certificate(name, body) for name, body in _with(bodies, ".crt")}
    anchors = tuple(der for name, der in certificates.items() if name.startswith("root"))
    if not anchors:
        raise NoAnchors(folder=folder)
    lists = tuple(_revocation_list(name, body) for name, body in _with(bodies, ".crl"))
    answers = tuple(body for _, body in _with(bodies, ".ocsp"))
    others = tuple(der for name, der in certificates.items() if not name.startswith("root"))
    return Trusted(
        anchors=anchors,
        intermediates=others,
        crls=lists,
        ocsps=answers,
        version=_version((*anchors, b"", *others, b"", *lists, b"", *answers)),
    )


def _with(bodies: dict[str, bytes], suffix: str) -> list[tuple[str, bytes]]:
    return [(name, body) for name, body in bodies.items() if name.endswith(suffix)]


def _body(path: Path) -> bytes:
    with path.open("rb") as opened:
        body = opened.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise TrustUnreadable(file=path.name)
    return body


def _compare_pins(bodies: dict[str, bytes]) -> None:
    if PINS not in bodies:
        return
    lines = bodies[PINS].decode("utf-8", errors="replace").splitlines()
    words = [line.split(maxsplit=1) for line in lines if line.strip()]
    pins = {name.lstrip("*").strip(): digest.lower() for digest, name in words}
    for name, body in _with(bodies, ".crt"):
        if pins.get(name) != hashlib.sha256(body).hexdigest():
            raise TrustNotPinned(file=name)


def _certificate(name: str, body: bytes) -> bytes:
    try:
        return x509.load_der_x509_certificate(_der(body)).public_bytes(Encoding.DER)
    except ValueError:
        raise TrustUnreadable(file=name) from None


def _revocation_list(name: str, body: bytes) -> bytes:
    try:
        der = _der(body)
        x509.load_der_x509_crl(der)
    except ValueError:
        raise TrustUnreadable(file=name) from None
    return der


def _der(body: bytes) -> bytes:
    found = _PEM.search(body)
    if found is None:
        return body
    try:
        return base64.b64decode(found[2])
    except binascii.Error as broken:
        raise ValueError from broken


def _version(parts: tuple[bytes, ...]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()
