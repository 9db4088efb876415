"""The integrity of signatures alone, fast, for sweeps of an archive: digests and signatures fit.

No trust, no revocation, no time, no later changes: the full verdict was given once, under the
content's name. A sweep asks whether bytes and signatures still belong together.
"""

# asn1crypto is untyped.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import hashlib
import re
from typing import Any, BinaryIO

from asn1crypto import cms, core
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from interop.signatures.dimensions import Integrity
from interop.signatures.port import MAX_FILE, MAX_SIGNATURES

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def integrities(stream: BinaryIO) -> tuple[Integrity, ...]:
    """The integrity of each signature whose range stands in the bytes of *stream*, in their order.

    At most `MAX_SIGNATURES`; whatever cannot be read, or is of another algorithm, is `UNREADABLE`.
    """
    stream.seek(0)
    content = stream.read(MAX_FILE)
    ranges = [tuple(map(int, found.groups())) for found in _RANGE.finditer(content)]
    return tuple(_one(memoryview(content), *each) for each in ranges[:MAX_SIGNATURES])


def _one(content: memoryview, first: int, length: int, second: int, rest: int) -> Integrity:
    gap = bytes(content[first + length : second])
    if first or second + rest > len(content) or gap[:1] + gap[-1:] != b"<>":
        return Integrity.UNREADABLE
    try:
        info = _signer(bytes.fromhex(gap[1:-1].decode("ascii")))
        return Integrity.INTACT if _fits(info, content, length, second, rest) else Integrity.BROKEN
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return Integrity.UNREADABLE


def _signer(contents: bytes) -> tuple[Any, bytes]:
    """The signer's part of a signature and the public key that belongs to it, DER."""
    signed: Any = cms.ContentInfo.load(contents)["content"]
    (info,) = signed["signer_infos"]
    wanted = info["sid"].chosen
    for choice in signed["certificates"]:
        certificate = choice.chosen
        if _is(certificate, wanted):
            return info, certificate["tbs_certificate"]["subject_public_key_info"].dump()
    raise ValueError(wanted)


def _is(certificate: Any, wanted: Any) -> bool:
    if isinstance(wanted, core.OctetString):
        return certificate.key_identifier == wanted.native
    body = certificate["tbs_certificate"]
    same = body["serial_number"].native == wanted["serial_number"].native
    return same and body["issuer"].dump() == wanted["issuer"].dump()


def _fits(
    signer: tuple[Any, bytes], content: memoryview, length: int, second: int, rest: int
) -> bool:
    info, key = signer
    name = info["digest_algorithm"]["algorithm"].native
    digest = hashlib.new(name, content[:length])
    digest.update(content[second : second + rest])
    attributes = info["signed_attrs"]
    told = next(one["values"][0] for one in attributes if one["type"].native == "message_digest")
    if told.native != digest.digest():
        return False
    return _verified(key, info["signature"].native, attributes.untag().dump(), _HASHES[name])


def _verified(der: bytes, signature: bytes, signed: bytes, digest: hashes.HashAlgorithm) -> bool:
    key = load_der_public_key(der)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(digest))
        else:
            raise TypeError(der)
    except InvalidSignature:
        return False
    return True
