"""The corpus holds real files: signed in order, appended to, forwarded, and written anew."""

import hashlib
import io
import statistics
import zipfile
from pathlib import Path

import pytest
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from tests.tools.bench.conftest import DOCUMENTS
from tools.bench.authority import authority
from tools.bench.corpus import KEYS, Corpus, drawn_blobs, rewritten, signed_chains, speed_blobs
from tools.bench.papers import Press
from tools.bench.plan import Kind, Stage, papers

SIGNATURES = {
    Stage.DRAFT: 0,
    Stage.INITIALLED: 1,
    Stage.SIGNED: 2,
    Stage.SEALED: 3,
    Stage.CERTIFIED: 4,
}


def trusting(chains: Corpus) -> ValidationContext:
    root = authority(chains.folder / KEYS).root
    return ValidationContext(trust_roots=[Certificate.load(root)])


def test_every_signed_version_extends_the_one_before_it(chains: Corpus):
    by_name = {version.name: version for version in chains.versions}
    signed = [version for version in chains.versions if version.parent]

    assert len(signed) >= 3 * DOCUMENTS
    for version in signed:
        before = chains.path(by_name[version.parent or ""]).read_bytes()
        assert chains.path(version).read_bytes().startswith(before)


def test_every_stage_carries_its_signatures_and_they_are_valid(chains: Corpus):
    trust = trusting(chains)
    for version in chains.versions:
        if version.kind is Kind.DOCX:
            continue
        with chains.path(version).open("rb") as file:
            signatures = PdfFileReader(file).embedded_signatures
            assert len(signatures) == SIGNATURES[version.stage]
            for signature in signatures:
                status = validate_pdf_signature(signature, trust)
                assert status.intact
                assert status.valid
                assert status.trusted
                assert len(signature.other_embedded_certs) == 2


def test_the_text_of_a_typeset_page_can_be_read_back(chains: Corpus):
    digital = next(v for v in chains.versions if v.kind is Kind.DIGITAL)

    assert "Ủy ban nhân dân" in PdfReader(chains.path(digital)).pages[0].extract_text()


def test_attachments_are_packages_that_open(chains: Corpus):
    attached = [version for version in chains.versions if version.stage is Stage.ATTACHED]

    assert attached
    for version in attached:
        with zipfile.ZipFile(chains.path(version)) as package:
            assert package.testzip() is None
            assert "word/document.xml" in package.namelist()


def test_the_manifest_tells_sizes_and_digests_truly(chains: Corpus):
    for version in chains.versions:
        content = chains.path(version).read_bytes()
        assert len(content) == version.size
        assert hashlib.sha256(content).hexdigest() == version.sha256


def test_naive_counts_every_copy_and_whole_counts_every_file_once(chains: Corpus):
    assert chains.naive_bytes == sum(version.size for version in chains.copies())
    assert chains.whole_bytes == sum(version.size for version in chains.versions)
    assert len(chains) > len(chains.versions)


def test_unsigned_papers_are_the_same_bytes_every_time():
    paper = papers(DOCUMENTS)[0]

    assert Press().draft(paper) == Press().draft(paper)
    assert Press().attachment(paper) == Press().attachment(paper)


def test_a_corpus_that_is_there_is_reused(chains: Corpus, corpora: Path):
    manifest = chains.folder / "manifest.json"
    before = manifest.stat().st_mtime_ns

    again = signed_chains(corpora, DOCUMENTS)

    assert manifest.stat().st_mtime_ns == before
    assert again.versions == chains.versions


def test_in_the_second_corpus_a_third_is_written_anew_and_the_order_is_shuffled(chains: Corpus):
    second = rewritten(chains, DOCUMENTS)

    before = {version.name: version for version in chains.versions}
    changed = [v for v in second.versions if v.sha256 != before[v.name].sha256]
    signed = [version for version in chains.versions if version.parent]
    assert len(changed) == round(0.30 * len(signed))
    assert len(second) == len(chains)
    assert [v.name for v in second.copies()] != [v.name for v in chains.copies()]
    for version in changed:
        anew = second.path(version).read_bytes()
        old = chains.path(before[version.name]).read_bytes()
        assert not anew.startswith(old[:4096])
        assert len(PdfReader(io.BytesIO(anew)).pages) == len(PdfReader(io.BytesIO(old)).pages)


def test_speed_blobs_are_lognormal_and_the_same_for_a_seed():
    sizes = [len(blob) for blob in drawn_blobs(4_000, seed=7)]

    assert statistics.median(sizes) == pytest.approx(40 * 1024, rel=0.06)
    assert statistics.fmean(sizes) == pytest.approx(64 * 1024, rel=0.06)
    assert speed_blobs(5, seed=7) == list(drawn_blobs(5, seed=7))
    assert speed_blobs(5, seed=7) != speed_blobs(5, seed=8)
