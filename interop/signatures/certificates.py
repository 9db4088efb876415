"""What a signer's certificate says, and whether it may sign (RFC 5280, TT 15/2025/TT-BKHCN)."""

# asn1crypto is untyped.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeArgument=false

import unicodedata
from datetime import UTC, datetime
from typing import Any

from asn1crypto import x509

from interop.signatures.chains import common_name
from interop.signatures.dimensions import CertificateState
from interop.signatures.verdicts import Certificate

SIGNING = {"digital_signature", "non_repudiation"}
PURPOSES = {
    "2.5.29.37.0",
    "1.3.6.1.5.5.7.3.2",
    "1.3.6.1.5.5.7.3.4",
    "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.4.1.311.10.3.12",
    "1.3.6.1.4.1.311.20.2.2",
    "1.2.840.113583.1.1.5",
}
"""Any, client authentication, e-mail, documents (RFC 9336; Microsoft), smart card, Adobe."""


def told(certificate: x509.Certificate) -> Certificate:
    """What people are told of *certificate*."""
    subject = certificate.subject
    return Certificate(
        subject=common_name(subject),
        organisation=_part(subject, "organization_name"),
        issuer=common_name(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        sha256=certificate.sha256.hex(),
        since=certificate.not_valid_before.astimezone(UTC),
        until=certificate.not_valid_after.astimezone(UTC),
        identifier=_part(subject, "user_id"),
        email=_part(subject, "email_address"),
    )


def state(
    certificate: x509.Certificate,
    *,
    at: datetime,
    proved: datetime | None,
    claimed: datetime | None,
) -> CertificateState:
    """How *certificate* stood at signing time, as far as that is known at the moment *at*."""
    if not may_sign(certificate):
        return CertificateState.WRONG_USE
    since, until = certificate.not_valid_before, certificate.not_valid_after
    if proved is not None:
        return _at(proved, since, until)
    if claimed is not None and (claimed < since or claimed > until):
        return _at(claimed, since, until)
    if at > until:
        return CertificateState.EXPIRED_SINCE
    return _at(at, since, until)


def _at(moment: datetime, since: datetime, until: datetime) -> CertificateState:
    if moment < since:
        return CertificateState.NOT_YET
    return CertificateState.EXPIRED if moment > until else CertificateState.VALID


def may_sign(certificate: x509.Certificate) -> bool:
    """Say whether it is meant for signing documents and issues no others."""
    usage = certificate.key_usage_value
    if usage is not None and SIGNING.isdisjoint(usage.native):
        return False
    purposes: Any = certificate.extended_key_usage_value
    if purposes is not None and PURPOSES.isdisjoint({one.dotted for one in purposes}):
        return False
    return not certificate.ca


def _part(name: x509.Name, part: str) -> str:
    found: Any = name.native.get(part, "")
    if isinstance(found, list):
        found = found[0]
    return unicodedata.normalize("NFC", str(found))
