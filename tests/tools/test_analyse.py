"""`vankho analyse`: which files carry earlier revisions, and what that would save."""

from pathlib import Path

from tests.tools.command import Vankho

FIRST = b"%PDF-1.7\n" + b"1 0 obj << >> endobj\n" * 300 + b"startxref\n9\n%%EOF\n"
TAIL = b"2 0 obj << /Type /Sig >> endobj\n" * 20 + b"startxref\n99\n%%EOF\n"


def test_a_signed_file_tells_its_revision_and_its_tail(tmp_path: Path):
    path = tmp_path / "ky-so.pdf"
    path.write_bytes(FIRST + TAIL)

    found, total = Vankho(tmp_path / "none")("analyse", path, "--json").lines

    assert (found["revisions"], found["tails"]) == ([len(FIRST)], [len(TAIL)])
    assert (total["appending"], total["saved"]) == (1, len(FIRST))


def test_every_revision_counts(tmp_path: Path):
    (tmp_path / "hai-chu-ky.pdf").write_bytes(FIRST + TAIL + TAIL)

    found, total = Vankho(tmp_path / "none")("analyse", tmp_path, "--json").lines

    assert found["revisions"] == [len(FIRST), len(FIRST + TAIL)]
    assert total["whole"] == 3 * len(FIRST) + 3 * len(TAIL)


def test_a_file_of_one_revision_saves_nothing(tmp_path: Path):
    (tmp_path / "mot.pdf").write_bytes(FIRST)

    found, total = Vankho(tmp_path / "none")("analyse", tmp_path, "--json").lines

    assert (found["pdf"], found["appends"], total["saved"]) == (True, False, 0)


def test_what_is_no_pdf_is_not_taken_for_one(tmp_path: Path):
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04 %%EOF\n more %%EOF\n" * 100)

    found, total = Vankho(tmp_path / "none")("analyse", tmp_path, "--json").lines

    assert (found["pdf"], found["appends"], total["pdfs"]) == (False, False, 0)


def test_the_same_content_counts_once(tmp_path: Path):
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(FIRST + TAIL)

    total = Vankho(tmp_path / "none")("analyse", tmp_path, "--json").lines[-1]

    assert (total["files"], total["size"]) == (1, len(FIRST + TAIL))


def test_files_that_cannot_be_opened_are_told_and_the_rest_goes_on(tmp_path: Path):
    (tmp_path / "a.pdf").write_bytes(FIRST + TAIL)

    ended = Vankho(tmp_path / "none")(
        "analyse", tmp_path / "gone.pdf", tmp_path / "a.pdf", "--json"
    )

    assert (ended.code, ended.lines[-1]["files"], ended.lines[-1]["unreadable"]) == (3, 1, 1)


def test_an_empty_file_is_no_trouble(tmp_path: Path):
    (tmp_path / "rong.pdf").touch()

    assert Vankho(tmp_path / "none")("analyse", tmp_path).code == 0
