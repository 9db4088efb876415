"""The pool and its in-process twin, held to one contract; and files that would kill a process."""

import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.extract.channel import Limits
from indexer.extract.in_process import InProcessExtractor
from indexer.extract.pool import ExtractionPool
from indexer.text import ExtractedText, Extractor, ExtractorDown, Reason
from tests.contracts.extractor import (
    ExtractorContract,
    assert_any_bytes_have_an_answer,
    reason,
    text,
)

HOSTILE = "tests.indexer.hostile_readers:READERS"


class TestInProcessExtractor(ExtractorContract):
    @pytest.fixture
    def extractor(self) -> Extractor:
        return InProcessExtractor()


class TestExtractionPool(ExtractorContract):
    @pytest.fixture
    def extractor(self, tmp_path: Path) -> Iterator[Extractor]:
        with ExtractionPool(spool=tmp_path) as pool:
            yield pool


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[ExtractionPool]:
    limits = Limits(memory=512 << 20, cpu_seconds=2, wall_seconds=30)
    with ExtractionPool(spool=tmp_path, limits=limits, readers=HOSTILE) as pool:
        yield pool


def test_any_bytes_have_an_answer_in_process():
    assert_any_bytes_have_an_answer(InProcessExtractor())


def test_any_bytes_have_an_answer_in_the_pool(tmp_path: Path):
    with ExtractionPool(spool=tmp_path) as pool:
        assert_any_bytes_have_an_answer(pool)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("loop", Reason.TOO_SLOW),
        ("hog", Reason.CRASHED),
        ("crash", Reason.CRASHED),
        ("leave", Reason.CRASHED),
    ],
)
def test_a_file_that_fells_its_process_leaves_a_reason_and_the_next_is_read(
    pool: ExtractionPool, file: str, expected: Reason
):
    assert reason(pool, b"x", f"test/{file}") is expected
    assert text(pool, "tiếp theo".encode(), "test/echo") == "tiếp theo"


def test_a_file_that_hangs_is_too_slow_and_its_process_is_ended(tmp_path: Path):
    limits = Limits(wall_seconds=0.5)
    with ExtractionPool(spool=tmp_path, limits=limits, readers=HOSTILE) as pool:
        assert reason(pool, b"x", "test/hang") is Reason.TOO_SLOW
        assert _children() == set()


def test_text_without_end_is_cut(pool: ExtractionPool):
    outcome = pool.extract(io.BytesIO(b"x"), "test/flood")

    assert isinstance(outcome, ExtractedText)
    assert outcome.truncated


def test_a_reader_can_write_no_file(pool: ExtractionPool, tmp_path: Path):
    target = tmp_path / "planted"

    assert reason(pool, str(target).encode(), "test/write") is Reason.DAMAGED
    assert not target.exists() or target.read_bytes() == b""


def test_what_a_library_prints_does_not_reach_the_answer(pool: ExtractionPool):
    assert text(pool, b"x", "test/chatter") == "đọc được"


def test_the_environment_of_the_parent_stays_with_it(
    pool: ExtractionPool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("VANKHO_TOKEN", "secret")

    assert "VANKHO_TOKEN" not in text(pool, b"x", "test/secrets")


def test_several_threads_are_served_and_nothing_is_left_behind(tmp_path: Path):
    answers: list[str] = []
    with ExtractionPool(spool=tmp_path, workers=2, readers=HOSTILE) as pool:

        def ask(number: int) -> None:
            answers.append(text(pool, f"số {number}".encode(), "test/echo"))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(answers) == [f"số {number}" for number in range(8)]
    assert _children() == set()
    assert list(tmp_path.iterdir()) == []


def test_readers_that_cannot_be_loaded_are_the_pools_trouble_not_the_files(tmp_path: Path):
    with (
        ExtractionPool(spool=tmp_path, readers="tests.indexer.no_such:READERS") as pool,
        pytest.raises(ExtractorDown),
    ):
        pool.extract(io.BytesIO(b"x"), "text/plain")


def test_a_closed_pool_says_so(tmp_path: Path):
    pool = ExtractionPool(spool=tmp_path)
    pool.close()

    with pytest.raises(ExtractorDown):
        pool.extract(io.BytesIO(b"x"), "text/plain")


def _children() -> set[str]:
    """Give the processes of this one that read files."""
    own = f"/proc/{os.getpid()}/task/{os.getpid()}/children"
    running = Path(own).read_text().split()
    return {pid for pid in running if "extract.worker" in _command(pid)}


def _command(pid: str) -> str:
    """Its command line; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
