"""The engine in this process and behind walls keep one contract; the walls hold what they should."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from interop.signatures.channel import Limits
from interop.signatures.dimensions import Remark
from interop.signatures.pdf_engine import PdfVerifier
from interop.signatures.pool import VerificationPool
from interop.signatures.port import MAX_FILE, MIB, Question, VerifierDown
from tests.contracts.verifier import VerifierContract, written
from tests.interop.signatures.authority import AT
from tests.interop.signatures.corpus import Corpus


@pytest.fixture(scope="module")
def pool(corpus: Corpus) -> Iterator[VerificationPool]:
    with VerificationPool(corpus.trusted) as pool:
        yield pool


class TestInProcess(VerifierContract):
    @pytest.fixture
    def verifier(self, corpus: Corpus) -> PdfVerifier:
        return PdfVerifier(corpus.trusted)


class TestPool(VerifierContract):
    @pytest.fixture
    def verifier(self, pool: VerificationPool) -> VerificationPool:
        return pool


def test_a_file_that_takes_too_long_leaves_the_next_one_alone(corpus: Corpus, tmp_path: Path):
    path = written(tmp_path, corpus.flows[4])

    with VerificationPool(corpus.trusted, limits=Limits(wall_seconds=0)) as pool:
        facts = [pool.look(path, Question(at=AT)) for _ in range(2)]

    assert [one.remarks for one in facts] == [(Remark.TOO_SLOW,)] * 2


def test_a_file_that_eats_memory_is_unreadable(corpus: Corpus, tmp_path: Path):
    path = written(tmp_path, corpus.flows[4])

    with VerificationPool(corpus.trusted, limits=Limits(memory=MIB)) as pool:
        facts = pool.look(path, Question(at=AT))

    assert facts.remarks == (Remark.CRASHED,)


def test_a_file_over_the_limit_is_not_opened(corpus: Corpus, tmp_path: Path):
    path = tmp_path / "large.pdf"
    with path.open("wb") as large:
        large.truncate(MAX_FILE + 1)

    with VerificationPool(corpus.trusted) as pool:
        assert pool.look(path, Question(at=AT)).remarks == (Remark.TOO_LARGE,)


def test_a_closed_pool_says_that_it_is_closed(corpus: Corpus, tmp_path: Path):
    pool = VerificationPool(corpus.trusted)
    pool.close()
    pool.close()

    with pytest.raises(VerifierDown):
        pool.look(written(tmp_path, corpus.flows[1]), Question(at=AT))
