"""Trust as files, moments that move, and proofs that outlast certificates."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from interop.signatures.context import Context, FileContext
from interop.signatures.dimensions import Final, Revocation, Time
from interop.signatures.pdf_engine import PdfVerifier
from interop.signatures.port import Question, Revision, Trusted
from interop.signatures.trust_folder import (
    PINS,
    NoAnchors,
    TrustNotPinned,
    TrustUnreadable,
    trust_in,
)
from interop.signatures.verdicts import FileVerdict
from tests.interop.signatures.authority import AT, DAY, NOW, Identity, Province, listed
from tests.interop.signatures.corpus import Corpus

Look = Callable[..., FileVerdict]


@pytest.fixture
def folder(tmp_path: Path, corpus: Corpus) -> Path:
    province = corpus.province
    pem = province.root.certificate.public_bytes(Encoding.PEM)
    (tmp_path / "root-g9.crt").write_bytes(pem)
    (tmp_path / "sub.crt").write_bytes(province.sub.der)
    for number, body in enumerate(province.crls()):
        (tmp_path / f"{number}.crl").write_bytes(body)
    (tmp_path / "README.txt").write_text("not looked at")
    return tmp_path


def test_a_folder_holds_anchors_intermediates_and_lists_in_pem_or_der(
    folder: Path, corpus: Corpus, look: Look
):
    trusted = trust_in(folder)

    assert trusted.anchors == (corpus.province.root.der,)
    assert trusted.intermediates == (corpus.province.sub.der,)
    assert look(corpus.flows[4], trusted=trusted).final is Final.VALID


def test_what_is_trusted_has_a_version_that_changes_with_it(folder: Path):
    before = trust_in(folder).version
    (folder / "0.crl").unlink()

    assert trust_in(folder).version != before


def test_a_folder_without_a_root_is_refused(folder: Path):
    (folder / "root-g9.crt").unlink()

    with pytest.raises(NoAnchors):
        trust_in(folder)


@pytest.mark.parametrize("name", ["sub.crt", "0.crl"])
def test_a_file_that_is_not_what_its_name_says_is_refused(folder: Path, name: str):
    (folder / name).write_bytes(b"rubbish")

    with pytest.raises(TrustUnreadable):
        trust_in(folder)


def test_pinned_certificates_are_compared_and_none_may_be_added(folder: Path, corpus: Corpus):
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in folder.glob("*.crt")
    ]
    (folder / PINS).write_text("\n".join(lines))

    assert trust_in(folder).anchors

    (folder / "root-extra.crt").write_bytes(corpus.province.fake_sub.der)
    with pytest.raises(TrustNotPinned):
        trust_in(folder)


def test_a_list_whose_issuer_has_a_clock_ahead_is_known(corpus: Corpus, look: Look):
    province = corpus.province
    lists = (listed(province.root), listed(province.sub, issued=AT + timedelta(minutes=3)))
    trusted = Trusted(
        anchors=corpus.trusted.anchors, intermediates=corpus.trusted.intermediates, crls=lists
    )

    assert look(corpus.flows[3], trusted=trusted).final is Final.VALID


# Answers of a responder.


@pytest.mark.parametrize(
    ("status", "right"),
    [
        (ocsp.OCSPCertStatus.GOOD, Revocation.GOOD),
        (ocsp.OCSPCertStatus.REVOKED, Revocation.REVOKED_BEFORE),
        (ocsp.OCSPCertStatus.UNKNOWN, Revocation.NOT_CHECKED),
    ],
)
def test_an_answer_of_the_issuer_counts_where_there_is_no_list(
    corpus: Corpus, status: ocsp.OCSPCertStatus, right: Revocation
):
    province = corpus.province
    answer = answered(province.leader, province, province.sub, status)

    assert revocation_under(corpus, answer) is right


def test_an_answer_signed_by_somebody_else_says_nothing(corpus: Corpus):
    province = corpus.province
    answer = answered(province.leader, province, province.office, ocsp.OCSPCertStatus.GOOD)

    assert revocation_under(corpus, answer) is Revocation.NOT_CHECKED


def revocation_under(corpus: Corpus, answer: bytes) -> Revocation:
    trusted = Trusted(
        anchors=corpus.trusted.anchors, intermediates=corpus.trusted.intermediates, ocsps=(answer,)
    )
    facts = PdfVerifier(trusted).look_at(BytesIO(corpus.flows[1]), Question(at=AT))
    return facts.signatures[0].revocation


def answered(
    about: Identity, province: Province, responder: Identity, status: ocsp.OCSPCertStatus
) -> bytes:
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    return (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=about.certificate,
            issuer=province.sub.certificate,
            algorithm=hashes.SHA256(),
            cert_status=status,
            this_update=NOW,
            next_update=NOW + DAY,
            revocation_time=NOW - DAY if revoked else None,
            revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        .sign(responder.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


# Moments.


def test_a_stamped_signature_outlives_its_certificate(corpus: Corpus, look: Look):
    """The leader's is not stamped, so the file as a whole is open, and says why."""
    later = NOW + 725 * DAY

    verdict = look(corpus.flows[2], at=later)
    leader, office = verdict.signatures

    assert office.final is Final.VALID
    assert leader.facts.revocation is Revocation.STALE
    assert verdict.final is Final.INDETERMINATE


@pytest.mark.parametrize("count", [2, 3])
def test_ten_years_later_what_was_registered_in_time_is_as_valid_as_then(
    corpus: Corpus, look: Look, count: int
):
    file = corpus.flows[count]
    context = registered(corpus, file, at=AT)

    then, now = (look(file, at=at, context=context) for at in (AT, NOW + 3650 * DAY))

    assert then.final is now.final is Final.VALID


def test_ten_years_later_nothing_proves_what_was_never_registered(corpus: Corpus, look: Look):
    verdict = look(corpus.flows[3], at=NOW + 3650 * DAY)

    assert verdict.final is Final.INDETERMINATE
    assert {one.facts.time for one in verdict.signatures} == {Time.CLAIMED, Time.STAMP_ENDED}


def test_what_was_registered_after_the_certificate_ended_was_signed_too_late(
    corpus: Corpus, look: Look
):
    context = registered(corpus, corpus.flows[2], at=NOW + 800 * DAY)

    assert look(corpus.flows[2], at=NOW + 900 * DAY, context=context).final not in {
        Final.VALID,
        Final.WARNINGS,
    }


def test_a_registration_that_is_still_to_come_proves_nothing(corpus: Corpus, look: Look):
    context = registered(corpus, corpus.flows[2], at=NOW + 900 * DAY)

    verdict = look(corpus.flows[2], at=NOW + 800 * DAY, context=context)

    assert {one.facts.proved for one in verdict.signatures} != {NOW + 900 * DAY}
    assert verdict.final is Final.INDETERMINATE


def test_before_it_was_signed_nothing_is_valid(corpus: Corpus, look: Look):
    verdict = look(corpus.flows[2], at=NOW - timedelta(days=5))

    assert verdict.final is Final.INDETERMINATE


def registered(corpus: Corpus, file: bytes, *, at: datetime) -> Context:
    revision = Revision(length=len(file), sha256=hashlib.sha256(file).hexdigest(), at=at)
    known = corpus.context()
    return Context(
        issuer=known.issuer,
        owners=known.owners,
        posts=known.posts,
        files={"*": FileContext(revisions=(revision,))},
    )
