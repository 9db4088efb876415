import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from tools.province.agencies import province_agencies
from tools.province.documents import draw_drafts
from tools.province.drafts import Draft
from tools.province.office import Issued, Office
from tools.province.pki import TestAuthority
from tools.province.schedule import Copy, Issuance
from tools.province.subjects import all_topics
from tools.province.typeset import Typesetter

TODAY = date(2026, 11, 23)
AGENCIES = province_agencies()
DRAFTS = draw_drafts(AGENCIES, all_topics(), count=150, seed=5, today=TODAY)


@pytest.fixture(scope="module")
def authority() -> TestAuthority:
    return TestAuthority(TODAY)


@pytest.fixture(scope="module")
def office(authority: TestAuthority) -> Office:
    return Office(Typesetter(), authority, seed=5)


@pytest.fixture(scope="module")
def letter() -> Issuance:
    return an_issuance(lambda draft: draft.medium == "digital" and draft.annex is not None)


@pytest.fixture(scope="module")
def issued(office: Office, letter: Issuance) -> Issued:
    return office.issue(letter)


def an_issuance(fits: Callable[[Draft], bool]) -> Issuance:
    draft = next(draft for draft in DRAFTS if fits(draft))
    return Issuance(draft=draft, number=12, moment=draft.issued)


def a_copy(original: Issuance) -> Copy:
    return Copy(
        original=original,
        agency=next(a for a in AGENCIES if a.code in original.draft.receivers),
        receivers=(),
        number=3,
        moment=original.moment + timedelta(hours=1),
    )


def verdicts(pdf: bytes, authority: TestAuthority) -> dict[str, PdfSignatureStatus]:
    context = ValidationContext(
        trust_roots=[_asn1(authority.root.certificate)],
        other_certs=[_asn1(authority.issuing.certificate)],
        moment=datetime(2026, 11, 23, 12, tzinfo=UTC),
        revocation_mode="soft-fail",
    )
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return {s.field_name: validate_pdf_signature(s, context) for s in signatures}


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def test_signatures_come_in_the_order_of_the_decree_and_all_hold(
    issued: Issued, authority: TestAuthority
):
    found = verdicts(issued.main, authority)

    assert list(found) == ["KyNhay", "KyDuyet", "SoVaNgay", "DauCoQuan"]
    assert all(status.bottom_line for status in found.values())


def test_every_stage_is_the_beginning_of_the_next(issued: Issued):
    chain = [*(stage.pdf for stage in issued.stages), issued.main]

    assert [stage.name for stage in issued.stages] == [
        "draft",
        "initialled",
        "authorised",
        "numbered",
    ]
    for earlier, later in pairwise(chain):
        assert later.startswith(earlier)
        assert len(later) > len(earlier)


def test_the_time_of_a_signature_is_that_of_the_act(
    issued: Issued, letter: Issuance, authority: TestAuthority
):
    found = verdicts(issued.main, authority)

    assert found["SoVaNgay"].signer_reported_dt == letter.moment
    times = [status.signer_reported_dt for status in found.values()]
    assert times == sorted(times)  # type: ignore[type-var]


def test_persons_sign_as_persons_and_the_agency_as_itself(
    issued: Issued, letter: Issuance, authority: TestAuthority
):
    signers = {
        field: status.signing_cert.subject.native["common_name"]
        for field, status in verdicts(issued.main, authority).items()
    }

    assert signers["KyDuyet"] == letter.draft.signatory.name
    assert signers["SoVaNgay"] == signers["DauCoQuan"] == letter.draft.issuer.name


def test_an_annex_bears_the_agencys_own_signature(issued: Issued, authority: TestAuthority):
    assert issued.annex is not None
    found = verdicts(issued.annex, authority)

    assert [status.bottom_line for status in found.values()] == [True]


def test_a_certified_copy_appends_to_the_very_bytes_that_were_issued(
    office: Office, issued: Issued, letter: Issuance, authority: TestAuthority
):
    copied = office.certify(issued.main, a_copy(letter), earlier_marks=0)
    found = verdicts(copied, authority)

    assert copied.startswith(issued.main)
    assert len(found) == 5
    assert all(status.bottom_line for status in found.values())


def test_a_scan_is_certified_once_and_can_be_certified_again_by_a_receiver(
    office: Office, authority: TestAuthority
):
    paper = an_issuance(lambda draft: draft.medium == "scan")
    scan = office.issue(paper)
    copied = office.certify(scan.main, a_copy(paper), earlier_marks=1)

    assert scan.stages == ()
    assert len(verdicts(scan.main, authority)) == 1
    assert all(status.bottom_line for status in verdicts(copied, authority).values())


def test_a_changed_byte_breaks_the_signatures(issued: Issued, authority: TestAuthority):
    # A word of the first revision, which every signature covers; the file stays readable.
    at = issued.main.index(b"/MediaBox")
    changed = issued.main[:at] + b"/mediaBox" + issued.main[at + 9 :]

    assert not any(status.intact for status in verdicts(changed, authority).values())


def test_the_same_name_keeps_its_certificate_and_another_authority_is_not_trusted(
    issued: Issued, authority: TestAuthority
):
    first = authority.person("Lê Văn A", "Sở Nội vụ")

    assert authority.person("Lê Văn A", "Sở Nội vụ") is first
    assert authority.person("Lê Văn A", "Sở Y tế") is not first
    stranger = verdicts(issued.main, TestAuthority(TODAY))
    assert not any(status.trusted for status in stranger.values())
