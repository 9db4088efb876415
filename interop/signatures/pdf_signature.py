"""One signature of a PDF, looked at in the seven dimensions that the file alone tells, and its look."""

# pyHanko's core has no stubs: what comes out of it is given a type here.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeArgument=false

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO, NamedTuple, Protocol, Self

import msgspec
from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    validate_sig_integrity,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from interop.signatures import certificates
from interop.signatures.chains import Chain, Chains
from interop.signatures.dimensions import (
    Appearance,
    CertificateState,
    Coverage,
    Integrity,
    Revocation,
    Time,
    Trust,
)
from interop.signatures.pdf_bytes import gap_holds
from interop.signatures.pdf_changes import changed_since
from interop.signatures.pdf_looks import Look, look_of
from interop.signatures.pdf_pages import Page, entry
from interop.signatures.port import Allowance, Trusted
from interop.signatures.revocation import Moments, RevocationLists, Status
from interop.signatures.strength import is_weak
from interop.signatures.timestamps import Token, time_told, token_over, tokens_of
from interop.signatures.verdicts import SignatureFacts

SUBFILTERS = {"/ETSI.CAdES.detached", "/adbe.pkcs7.detached"}
TIMESTAMP_SUBFILTER = "/ETSI.RFC3161"
MAX_CERTIFICATES = 4_096
_COVERAGE = {
    SignatureCoverageLevel.ENTIRE_FILE: Coverage.WHOLE_FILE,
    SignatureCoverageLevel.ENTIRE_REVISION: Coverage.WHOLE_REVISION,
    SignatureCoverageLevel.CONTIGUOUS_BLOCK_FROM_START: Coverage.PARTIAL,
    SignatureCoverageLevel.UNCLEAR: Coverage.UNCLEAR,
}


class FieldLike(Protocol):
    """A filled field of the form: its name and its dictionary."""

    @property
    def name(self) -> str:
        """The field's full name."""
        ...

    @property
    def entries(self) -> generic.DictionaryObject:
        """The field's dictionary."""
        ...


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """An opened file and what is known before its signatures are looked at."""

    stream: BinaryIO
    reader: PdfFileReader
    size: int
    pages: tuple[Page, ...] | None
    at: datetime
    proofs: tuple[tuple[int, datetime], ...]
    """Lengths of beginnings that are proved to have existed at a moment."""

    def proved(self, length: int, moment: datetime) -> Self:
        """The same with one proof more."""
        return msgspec.structs.replace(self, proofs=(*self.proofs, (length, moment)))

    def existed(self, end: int) -> datetime | None:
        """The earliest moment at which what ends at *end* is proved to have existed."""
        return min((moment for length, moment in self.proofs if length >= end), default=None)


class Bench(NamedTuple):
    """What judges have at hand; may serve many files."""

    chains: Chains
    lists: RevocationLists
    allowance: Allowance
    loaded: dict[bytes, x509.Certificate]

    @classmethod
    def of(cls, trusted: Trusted, allowance: Allowance) -> Self:
        """All of it from what is trusted."""
        chains = Chains(trusted.anchors, trusted.intermediates)
        return cls(chains, RevocationLists(trusted.crls, trusted.ocsps), allowance, {})

    def certificate(self, of: asn1_x509.Certificate) -> x509.Certificate:
        """The same certificate as the other library reads it; remembered."""
        if of.sha256 not in self.loaded:
            if len(self.loaded) >= MAX_CERTIFICATES:
                self.loaded.clear()
            self.loaded[of.sha256] = x509.load_der_x509_certificate(of.dump())
        return self.loaded[of.sha256]

    def revocation(self, chain: Chain, moments: Moments) -> Status:
        """What is known of all certificates of *chain* below the anchor: the signer's, or worse.

        Of an intermediate that the province installed itself only a revocation counts.
        """
        path = chain.certificates
        if len(path) < 2:
            return Status(Revocation.NOT_CHECKED)
        own = self._status(path, len(path) - 1, moments)
        for number in range(1, len(path) - 1):
            above = self._status(path, number, moments)
            if above.revoked is not None:
                return above
            embedded = path[number].sha256 not in self.chains.installed
            if embedded and above.value is not Revocation.GOOD and own.revoked is None:
                own = above
        return own

    def _status(
        self, path: Sequence[asn1_x509.Certificate], number: int, moments: Moments
    ) -> Status:
        issuer, issued = self.certificate(path[number - 1]), self.certificate(path[number])
        return self.lists.status(issued, issuer, moments)


class _Cms(NamedTuple):
    """What one signature carries, taken apart."""

    signed: Any
    info: Any
    certificate: asn1_x509.Certificate
    others: tuple[asn1_x509.Certificate, ...]


class _When(NamedTuple):
    time: Time
    claimed: datetime | None
    proved: datetime | None


def signature_facts(field: FieldLike, document: Document, bench: Bench) -> SignatureFacts:
    """What is to be said of the signature in *field*; raises whatever broken bytes raise."""
    embedded = EmbeddedPdfSignature(document.reader, field.entries, field.name)
    byte_range, coverage = _coverage(embedded, document)
    end = byte_range[2] + byte_range[3]
    parts = _taken_apart(embedded)
    facts = SignatureFacts(
        field=field.name,
        integrity=_integrity(embedded, parts, SUBFILTERS),
        coverage=coverage,
        end=end,
        certificate=certificates.told(parts.certificate),
    )
    if facts.integrity is not Integrity.INTACT:
        return facts
    changed = changed_since(
        embedded,
        whole=coverage is Coverage.WHOLE_FILE,
        largest=bench.allowance.comment,
    )
    when = _when(embedded, parts, document, end, bench)
    facts = _with_trust(facts, parts, when, document.at, bench)
    look = _look(field, document, bench.allowance.covered)
    return msgspec.structs.replace(
        facts,
        change=changed.change,
        changed=changed.detail,
        place=look.place,
        text=look.text,
        appearance=look.findings,
    )


def _coverage(
    embedded: EmbeddedPdfSignature, document: Document
) -> tuple[tuple[int, int, int, int], Coverage]:
    """The signed ranges, and how far they reach; the gap holds the signature and nothing else."""
    ranges: Any = embedded.byte_range
    numbers = [int(one) for one in ranges]
    if len(numbers) != 4 or numbers[0] != 0 or min(numbers) < 0:
        return (0, 0, 0, 0), Coverage.UNCLEAR
    first, length, second, rest = numbers
    byte_range = (first, length, second, rest)
    if second < length or second + rest > document.size:
        return byte_range, Coverage.UNCLEAR
    if not gap_holds(document.stream, byte_range, embedded.pkcs7_content):
        return byte_range, Coverage.UNCLEAR
    level = embedded.evaluate_signature_coverage()
    embedded.coverage = level
    return byte_range, _COVERAGE[level]


def _taken_apart(embedded: EmbeddedPdfSignature) -> _Cms:
    signed = embedded.signed_data
    found = extract_certs_for_validation(signed)
    return _Cms(signed, extract_signer_info(signed), found.signer_cert, tuple(found.other_certs))


def _integrity(embedded: EmbeddedPdfSignature, parts: _Cms, filters: set[str]) -> Integrity:
    if entry(embedded.sig_object, "/SubFilter") not in filters:
        return Integrity.UNREADABLE
    if not _nothing_behind(embedded.pkcs7_content):
        return Integrity.BROKEN
    if parts.signed["encap_content_info"]["content"] is not core.VOID:
        return Integrity.UNREADABLE
    intact, valid = validate_sig_integrity(
        parts.info, parts.certificate, "data", embedded.compute_digest()
    )
    return Integrity.INTACT if intact and valid else Integrity.BROKEN


def _nothing_behind(contents: bytes) -> bool:
    """Say whether behind the signature its place is filled with zeros: nothing rides along."""
    read = cms.ContentInfo.load(contents)
    return not contents[len(read.dump()) :].strip(b"\0")


# When, and by whose certificate.


def _when(
    embedded: EmbeddedPdfSignature, parts: _Cms, document: Document, end: int, bench: Bench
) -> _When:
    claimed = _utc(embedded.self_reported_timestamp)
    existed = document.existed(end)
    tokens = list(tokens_of(parts.info))
    judged = [_stamped(token, parts, document, existed, bench) for token in tokens]
    stamped = min((moment for moment in judged if isinstance(moment, datetime)), default=None)
    time = time_told(claimed, stamped, document.at, bench.allowance.skew)
    if judged and stamped is None:
        ended = Time.STAMP_ENDED in judged
        time = Time.STAMP_ENDED if ended else Time.STAMP_BROKEN
    elif stamped is None and existed is not None and time in {Time.CLAIMED, Time.UNKNOWN}:
        time = Time.REGISTERED
    proved = min((one for one in (stamped, existed) if one is not None), default=None)
    return _When(time, claimed, proved)


def _stamped(
    token: Token | None,
    parts: _Cms,
    document: Document,
    existed: datetime | None,
    bench: Bench,
) -> datetime | Time:
    """The moment that *token* proves, or why it proves none."""
    if token is None or token.moment > document.at + bench.allowance.skew:
        return Time.STAMP_BROKEN
    chain = bench.chains.above(token.certificate, (*token.embedded, *parts.others), token.moment)
    if chain.trust is not Trust.TRUSTED or chain.weak or not chain.holds(token.moment):
        return Time.STAMP_BROKEN
    status = bench.revocation(chain, Moments(document.at, token.moment, None))
    if status.revoked is not None:
        return Time.STAMP_BROKEN
    if not chain.holds(existed or document.at):
        return Time.STAMP_ENDED
    return token.moment


def _with_trust(
    facts: SignatureFacts, parts: _Cms, when: _When, at: datetime, bench: Bench
) -> SignatureFacts:
    leaf = parts.certificate
    chain = bench.chains.above(leaf, parts.others, _within(leaf, when.proved or at))
    state = certificates.state(leaf, at=at, proved=when.proved, claimed=when.claimed)
    if chain.trust is Trust.TRUSTED and len(chain.certificates) < 2:
        state = CertificateState.WRONG_USE
    if chain.weak or is_weak(parts.info, leaf):
        state = CertificateState.WEAK
    status = Status(Revocation.NOT_CHECKED)
    if chain.trust is Trust.TRUSTED:
        status = bench.revocation(chain, Moments(at, when.proved, when.claimed))
    return msgspec.structs.replace(
        facts,
        trust=chain.trust,
        anchor=chain.anchor,
        certificate_state=state,
        revocation=status.value,
        revocation_source=status.source,
        revoked=status.revoked,
        time=when.time,
        claimed=when.claimed,
        proved=when.proved,
    )


def _within(leaf: asn1_x509.Certificate, moment: datetime) -> datetime:
    """*moment*, or the end of the certificate's term that is next to it: terms are judged apart."""
    return min(max(moment, leaf.not_valid_before), leaf.not_valid_after)


def _utc(moment: datetime | None) -> datetime | None:
    """A claimed moment in UTC; one without a zone is no moment."""
    if moment is None or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC)


def _look(field: FieldLike, document: Document, covered: float) -> Look:
    if document.pages is None:
        return Look(None, "", (Appearance.UNKNOWN,))
    return look_of(field.entries, document.pages, covered)


# Time-stamps over the whole document (PAdES, EN 319 142-1, 5.4.3).


def archival_facts(field: FieldLike, document: Document, bench: Bench) -> SignatureFacts:
    """What is to be said of the time-stamp over the document in *field*."""
    embedded: Any = EmbeddedPdfSignature(document.reader, field.entries, field.name)
    byte_range, coverage = _coverage(embedded, document)
    end = byte_range[2] + byte_range[3]
    parts = _taken_apart(embedded)
    facts = SignatureFacts(
        field=field.name,
        archival=True,
        integrity=Integrity.BROKEN,
        coverage=coverage,
        end=end,
        certificate=certificates.told(parts.certificate),
        appearance=(Appearance.INVISIBLE,),
    )
    if entry(embedded.sig_object, "/SubFilter") != TIMESTAMP_SUBFILTER:
        return facts
    covered = _covered_bytes(document.stream, byte_range)
    token = token_over(parts.signed, covered) if _nothing_behind(embedded.pkcs7_content) else None
    if token is None:
        return facts
    return _archival(facts, token, parts, embedded, document, bench)


def _archival(
    facts: SignatureFacts,
    token: Token,
    parts: _Cms,
    embedded: EmbeddedPdfSignature,
    document: Document,
    bench: Bench,
) -> SignatureFacts:
    moment = _stamped(token, parts, document, document.existed(facts.end), bench)
    chain = bench.chains.above(token.certificate, token.embedded, token.moment)
    status = bench.revocation(chain, Moments(document.at, token.moment, None))
    changed = changed_since(
        embedded,
        whole=facts.coverage is Coverage.WHOLE_FILE,
        largest=bench.allowance.comment,
    )
    stands = isinstance(moment, datetime)
    return msgspec.structs.replace(
        facts,
        integrity=Integrity.INTACT,
        change=changed.change,
        changed=changed.detail,
        trust=chain.trust,
        anchor=chain.anchor,
        certificate_state=CertificateState.VALID if stands else CertificateState.UNKNOWN,
        revocation=status.value,
        revocation_source=status.source,
        time=Time.STAMPED if stands else moment,
        proved=moment if stands else None,
    )


def _covered_bytes(stream: BinaryIO, byte_range: tuple[int, int, int, int]) -> bytes:
    first, length, second, rest = byte_range
    stream.seek(first)
    covered = stream.read(length)
    stream.seek(second)
    return covered + stream.read(rest)
