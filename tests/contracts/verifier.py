"""What every `Verifier` has to keep, whichever process it looks from."""

import threading
from datetime import datetime
from pathlib import Path

import pytest

from interop.signatures.dimensions import Final, Remark
from interop.signatures.judging import judged
from interop.signatures.port import Question, Verifier
from tests.interop.signatures.authority import AT
from tests.interop.signatures.corpus import Corpus

CHOSEN = (
    "flow-4",
    "comment-2",
    "isa-new-content-3",
    "signer-revoked-1",
    "unsigned",
    "empty",
    "deep",
)


class VerifierContract:
    """Inherit, and give `verifier`."""

    def test_it_says_of_each_file_what_is_right(
        self, verifier: Verifier, corpus: Corpus, tmp_path: Path
    ):
        for name in CHOSEN:
            case = corpus.cases[name]
            assert final_of(verifier, written(tmp_path, case.file)) in case.alone

    def test_a_file_that_is_not_there_is_an_error_of_the_system(
        self, verifier: Verifier, tmp_path: Path
    ):
        with pytest.raises(FileNotFoundError):
            verifier.look(tmp_path / "none.pdf", Question(at=AT))

    def test_it_judges_on_after_a_file_that_is_none(
        self, verifier: Verifier, corpus: Corpus, tmp_path: Path
    ):
        nothing = verifier.look(written(tmp_path, b"\0" * 5000), Question(at=AT))

        assert Remark.NOT_PDF in nothing.remarks
        good = written(tmp_path, corpus.flows[2])
        assert final_of(verifier, good) is Final.VALID

    def test_threads_share_it(self, verifier: Verifier, corpus: Corpus, tmp_path: Path):
        path, finals = written(tmp_path, corpus.flows[3]), list[Final]()
        threads = [
            threading.Thread(target=lambda: finals.append(final_of(verifier, path)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert finals == [Final.VALID] * 4


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file.pdf"
    path.write_bytes(content)
    return path


def final_of(verifier: Verifier, path: Path, at: datetime = AT) -> Final:
    return judged(verifier.look(path, Question(at=at)), at, None, path.name).final
