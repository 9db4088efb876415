"""Whether a certificate was revoked, as far as lists and answers at hand tell (RFC 5280, RFC 6960).

The library that checks paths accepts silently where no list is at hand and refuses where one is old;
TT 15/2025/TT-BKHCN wants it said. So lists are looked into here: complete, direct lists and answers
signed by the certificate's own issuer, or by whom it delegated; nothing else says anything.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from interop.signatures.dimensions import Revocation
from interop.signatures.verdicts import RevocationSource

_UNDERSTOOD = {
    ExtensionOID.CRL_NUMBER,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    ExtensionOID.ISSUING_DISTRIBUTION_POINT,
}


CLOCKS = timedelta(minutes=10)
"""How far an issuer's clock may be ahead of the moment in question."""


class Moments(msgspec.Struct, frozen=True):
    """The moments in question."""

    at: datetime
    """For which the verdict is given: what was issued later is not known yet."""
    proved: datetime | None
    """Not later than this the signature was made, and that is proved."""
    claimed: datetime | None


class Status(msgspec.Struct, frozen=True):
    """What is known, and from what."""

    value: Revocation
    source: RevocationSource | None = None
    revoked: datetime | None = None


class _Word(msgspec.Struct, frozen=True):
    """What one list or answer says about one certificate."""

    source: RevocationSource
    revoked: datetime | None


class RevocationLists:
    """All lists and answers at hand; what was compared once is remembered."""

    def __init__(self, crls: Sequence[bytes], ocsps: Sequence[bytes]) -> None:
        self._crls = [x509.load_der_x509_crl(der) for der in crls]
        self._digests = [hashlib.sha256(der).hexdigest() for der in crls]
        self._answers = [one for der in ocsps if (one := _answer(der)) is not None]
        self._signed: dict[tuple[int, bytes], bool] = {}

    def status(
        self, certificate: x509.Certificate, issuer: x509.Certificate, moments: Moments
    ) -> Status:
        """What is known about *certificate*, which *issuer* issued, at *moments*."""
        known = moments.at + CLOCKS
        words = [word for word in self._words(certificate, issuer) if word.source.issued <= known]
        revoked = [word for word in words if word.revoked is not None]
        if revoked:
            return _revoked(min(revoked, key=_when), moments)
        if not words:
            return Status(Revocation.NOT_CHECKED)
        newest = max(words, key=lambda word: word.source.issued)
        fresh = [word for word in words if _covers(word.source, certificate, moments)]
        if not fresh:
            return Status(Revocation.STALE, newest.source)
        return Status(Revocation.GOOD, max(fresh, key=lambda word: word.source.issued).source)

    def _words(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Iterator[_Word]:
        for number, listed in enumerate(self._crls):
            if self._speaks(number, listed, certificate, issuer):
                entry = listed.get_revoked_certificate_by_serial_number(certificate.serial_number)
                yield _Word(_list_source(listed, self._digests[number]), _revoked_since(entry))
        for answer in self._answers:
            word = _answered(answer, certificate, issuer)
            if word is not None:
                yield word

    def _speaks(
        self,
        number: int,
        listed: x509.CertificateRevocationList,
        certificate: x509.Certificate,
        issuer: x509.Certificate,
    ) -> bool:
        """Say whether the list is complete, about certificates like this, signed by their issuer."""
        if listed.issuer != issuer.subject or not _complete(listed, certificate):
            return False
        key = (number, issuer.fingerprint(hashes.SHA256()))
        if key not in self._signed:
            self._signed[key] = _list_signed(listed, issuer)
        return self._signed[key]


def _when(word: _Word) -> datetime:
    return word.revoked or word.source.issued


def _revoked(word: _Word, moments: Moments) -> Status:
    since = _when(word)
    if moments.proved is not None:
        after = since > moments.proved
        value = Revocation.REVOKED_AFTER if after else Revocation.REVOKED_BEFORE
    elif moments.claimed is not None and moments.claimed < since:
        value = Revocation.REVOKED_UNPROVED
    else:
        value = Revocation.REVOKED_BEFORE
    return Status(value, word.source, since)


def _covers(source: RevocationSource, certificate: x509.Certificate, moments: Moments) -> bool:
    """Say whether *source*, which does not name the certificate, speaks for the moment in question.

    A list may leave out what has expired (RFC 5280, 3.3), so one issued after the certificate's end
    says nothing. A proved moment may lie before the list: not revoked later, so not then either.
    """
    if source.issued > certificate.not_valid_after_utc:
        return False
    return source.until is not None and source.until >= (moments.proved or moments.at)


# Lists.


def _complete(listed: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    for extension in listed.extensions:
        if extension.critical and extension.oid not in _UNDERSTOOD:
            return False
        if extension.oid == ExtensionOID.DELTA_CRL_INDICATOR:
            return False
        point = extension.value
        if isinstance(point, x509.IssuingDistributionPoint) and not _concerns(point, certificate):
            return False
    return True


def _concerns(point: x509.IssuingDistributionPoint, certificate: x509.Certificate) -> bool:
    if point.indirect_crl or point.only_some_reasons or point.only_contains_attribute_certs:
        return False
    authority = is_authority(certificate)
    return not (
        (point.only_contains_ca_certs and not authority)
        or (point.only_contains_user_certs and authority)
    )


def is_authority(certificate: x509.Certificate) -> bool:
    """Say whether *certificate* may issue others, by its own word."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _list_signed(listed: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is not None and not usage.crl_sign:
        return False
    try:
        return listed.is_signature_valid(key)  # pyright: ignore[reportArgumentType]
    except (TypeError, UnsupportedAlgorithm):
        return False


def _list_source(listed: x509.CertificateRevocationList, digest: str) -> RevocationSource:
    try:
        number = str(listed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
    except x509.ExtensionNotFound:
        number = ""
    return RevocationSource(
        kind="crl",
        number=number,
        issued=listed.last_update_utc,
        until=listed.next_update_utc,
        sha256=digest,
    )


def _revoked_since(entry: x509.RevokedCertificate | None) -> datetime | None:
    if entry is None:
        return None
    try:
        known = entry.extensions.get_extension_for_class(x509.InvalidityDate).value
    except x509.ExtensionNotFound:
        return entry.revocation_date_utc
    # The date since which the key was bad lies before the day on which it was told.
    return min(known.invalidity_date.replace(tzinfo=UTC), entry.revocation_date_utc)


# Answers.


def _answer(der: bytes) -> ocsp.OCSPResponse | None:
    try:
        response = ocsp.load_der_ocsp_response(der)
    except ValueError:
        return None
    return response if response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL else None


def _answered(
    response: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> _Word | None:
    single = next((one for one in response.responses if _about(one, certificate, issuer)), None)
    if single is None or not _answer_signed(response, issuer):
        return None
    if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        return None
    source = RevocationSource(
        kind="ocsp",
        number="",
        issued=single.this_update_utc,
        until=single.next_update_utc,
        sha256=hashlib.sha256(response.public_bytes(Encoding.DER)).hexdigest(),
    )
    return _Word(source, single.revocation_time_utc)


def _about(
    single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    if single.serial_number != certificate.serial_number:
        return False
    named = hashes.Hash(single.hash_algorithm)
    named.update(issuer.subject.public_bytes())
    key = hashes.Hash(single.hash_algorithm)
    key.update(_key_bits(issuer))
    return (single.issuer_name_hash, single.issuer_key_hash) == (named.finalize(), key.finalize())


def _key_bits(issuer: x509.Certificate) -> bytes:
    info = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return _bit_string(info)


def _bit_string(info: bytes) -> bytes:
    """The bits of the key in a SubjectPublicKeyInfo: the second member of the outer sequence."""
    _, start, _ = _element(info, 0)
    _, _, after = _element(info, start)
    _, start, end = _element(info, after)
    return info[start + 1 : end]


def _element(der: bytes, at: int) -> tuple[int, int, int]:
    """Tag of the element at *at*, where its content begins and where it ends."""
    length = der[at + 1]
    start = at + 2
    if length >= 0x80:
        size = length & 0x7F
        length = int.from_bytes(der[start : start + size])
        start += size
    return der[at], start, start + length


def _answer_signed(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Say whether the issuer signed it, or one to whom the issuer gave that very use."""
    signers = [issuer, *(one for one in response.certificates if _delegated(one, issuer))]
    return any(_signed_by(response, signer) for signer in signers)


def _delegated(signer: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        uses = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        signer.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in uses


def _signed_by(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, digest = signer.public_key(), response.signature_hash_algorithm
    if digest is None or isinstance(digest, hashes.SHA1 | hashes.MD5):
        return False
    signed = (response.signature, response.tbs_response_bytes)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(*signed, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(*signed, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True
