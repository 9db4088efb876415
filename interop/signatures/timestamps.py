"""Time-stamps (RFC 3161) in a signature, and what they and the claimed time together say of when.

A time-stamp counts when it is about this signature, is intact, and its authority leads to an anchor,
is meant for it and was not revoked. Some signing tools write Vietnamese time and call it UTC: seven
hours ahead. That is recognised and told, and never corrects a time-stamp.
"""

# asn1crypto is untyped, pyHanko half.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeArgument=false

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from asn1crypto import core, tsp
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, validate_sig_integrity

from interop.signatures.dimensions import Time
from interop.signatures.strength import is_weak

ZONE = timedelta(hours=7)
ZONE_SLACK = timedelta(hours=1)
DIGESTS = {"sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"}


class Token(NamedTuple):
    """A time-stamp that is intact and about what it was asked about; not yet trusted."""

    moment: datetime
    certificate: Any
    """Of the authority: `asn1crypto.x509.Certificate`."""
    embedded: tuple[Any, ...]


def tokens_of(signer_info: Any) -> Iterator[Token | None]:
    """Each time-stamp of a signature; None for one that does not hold."""
    signature = signer_info["signature"].native
    for signed in extract_tst_data_iter(signer_info, signed=False):
        yield token_over(signed, signature)


def token_over(signed: Any, stamped: bytes) -> Token | None:
    """The time-stamp in *signed* where it is intact and about the bytes *stamped*; else None."""
    content = signed["encap_content_info"]["content"]
    if not isinstance(content, core.ParsableOctetString) or not isinstance(
        content.parsed, tsp.TSTInfo
    ):
        return None
    told: Any = content.parsed
    imprint = told["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    if name not in DIGESTS or hashlib.new(name, stamped).digest() != (
        imprint["hashed_message"].native
    ):
        return None
    return _intact(signed, bytes(content), told)


def _intact(signed: Any, content: bytes, told: Any) -> Token | None:
    info: Any = extract_signer_info(signed)
    certificates = extract_certificate_info(signed)
    signer = certificates.signer_cert
    if is_weak(info, signer):
        return None
    digest = hashlib.new(info["digest_algorithm"]["algorithm"].native, content).digest()
    intact, valid = validate_sig_integrity(info, signer, "tst_info", digest)
    uses = signer.extended_key_usage_value
    if not (intact and valid) or uses is None or uses.native != ["time_stamping"]:
        return None
    moment = told["gen_time"].native.astimezone(UTC)
    return Token(moment, signer, tuple(certificates.other_certs))


def time_told(
    claimed: datetime | None, stamped: datetime | None, at: datetime, skew: timedelta
) -> Time:
    """What claimed and stamped time say together, at the moment *at*; clocks may differ by *skew*."""
    if claimed is None:
        return Time.STAMPED if stamped is not None else Time.UNKNOWN
    if stamped is None:
        return _unstamped(claimed - at, skew)
    ahead = claimed - stamped
    if abs(ahead - ZONE) <= ZONE_SLACK:
        return Time.QUIRK
    # A time-stamp may come a day later than the signature, never earlier.
    fits = -timedelta(days=1) <= ahead <= skew
    return Time.STAMPED if fits else Time.INCONSISTENT


def _unstamped(ahead: timedelta, skew: timedelta) -> Time:
    """A claim *ahead* of the present: up to seven hours may be the zone, the rest is no time."""
    if ahead <= skew:
        return Time.CLAIMED
    return Time.QUIRK if ahead <= ZONE + ZONE_SLACK else Time.FUTURE
