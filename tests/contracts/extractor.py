"""What every extractor promises, whatever stands between it and the file."""

import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.text import MAX_TEXT, ExtractedText, Extractor, Reason, Unreadable
from tests.indexer import files

SENTENCE = "Quyết định số 12/QĐ-UBND về hộ tịch ở Đồng Tháp"
BILLION_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def text(extractor: Extractor, content: bytes, media_type: str) -> str:
    outcome = extractor.extract(io.BytesIO(content), media_type)
    assert isinstance(outcome, ExtractedText), outcome
    return outcome.text


def reason(extractor: Extractor, content: bytes, media_type: str) -> Reason:
    outcome = extractor.extract(io.BytesIO(content), media_type)
    assert isinstance(outcome, Unreadable), type(outcome)
    return outcome.reason


class ExtractorContract:
    """Subclass it as `Test…` with a fixture `extractor`."""

    @pytest.mark.parametrize(
        ("content", "media_type"),
        [
            (SENTENCE.encode(), "text/plain"),
            (SENTENCE.encode("utf-16"), "text/plain; charset=utf-16"),
            (b"\xef\xbb\xbf" + SENTENCE.encode(), "Text/Plain"),
            (f"<p>{SENTENCE}<script>ẩn</script>".encode(), "text/html"),
            (files.a_pdf(SENTENCE), files.PDF),
            (files.a_pptx(SENTENCE), files.PPTX),
            (files.an_xlsx([[SENTENCE]]), files.XLSX),
        ],
    )
    def test_the_text_of_each_format_comes_out(
        self, extractor: Extractor, content: bytes, media_type: str
    ):
        assert text(extractor, content, media_type) == SENTENCE

    @pytest.mark.parametrize(
        ("make", "media_type"),
        [
            (files.a_docx, files.DOCX),
            (files.an_odt, files.ODT),
            (files.a_pdf, files.PDF),
            (lambda text: text.encode(), "text/plain"),
            (lambda text: text.encode(), "text/html"),
        ],
    )
    def test_text_in_nfd_comes_out_in_nfc(
        self, extractor: Extractor, make: Callable[[str], bytes], media_type: str
    ):
        out = text(extractor, make(unicodedata.normalize("NFD", SENTENCE)), media_type)

        assert out.startswith(SENTENCE)
        assert unicodedata.is_normalized("NFC", out)

    def test_the_windows_code_page_is_read_and_composed(self, extractor: Extractor):
        windows = "Quy\u00ea\u0301t \u0111i\u0323nh".encode("cp1258")

        assert text(extractor, windows, "text/plain") == "Quyết định"

    def test_paragraphs_rows_and_slides_keep_their_order(self, extractor: Extractor):
        docx = files.a_docx("một", "hai & ba")
        sheet = files.an_xlsx([["tên", 12], ["sở", 7]])
        slides = files.a_pptx(*map(str, range(1, 12)))

        assert text(extractor, docx, files.DOCX) == "một\nhai & ba\n\nChân trang"
        assert text(extractor, sheet, files.XLSX).split() == ["tên", "12", "sở", "7"]
        assert text(extractor, slides, files.PPTX).split() == [str(n) for n in range(1, 12)]
        assert text(extractor, files.a_pdf("một", "hai"), files.PDF) == "một\n\nhai"

    def test_a_path_is_read_as_a_stream_is(self, extractor: Extractor, tmp_path: Path):
        file = tmp_path / "một tệp; rm -rf"
        file.write_bytes(files.a_docx(SENTENCE))

        outcome = extractor.extract(file, files.DOCX)

        assert isinstance(outcome, ExtractedText)
        assert outcome.text.startswith(SENTENCE)

    def test_a_stream_is_read_from_where_it_stands(self, extractor: Extractor):
        stream = io.BytesIO(b"before" + files.a_docx(SENTENCE))
        stream.seek(6)

        outcome = extractor.extract(stream, files.DOCX)

        assert isinstance(outcome, ExtractedText)

    def test_text_beyond_the_limit_is_dropped_and_said(self, extractor: Extractor):
        outcome = extractor.extract(io.BytesIO("đ ".encode() * MAX_TEXT), "text/plain")

        assert isinstance(outcome, ExtractedText)
        assert outcome.truncated
        assert len(outcome.text.encode()) <= MAX_TEXT

    def test_a_media_type_without_a_reader_is_unsupported(self, extractor: Extractor):
        assert reason(extractor, b"x", "image/png") is Reason.UNSUPPORTED
        assert reason(extractor, b"x", "") is Reason.UNSUPPORTED

    def test_a_file_without_text_says_so(self, extractor: Extractor):
        assert reason(extractor, files.a_pdf(""), files.PDF) is Reason.NO_TEXT
        assert reason(extractor, b" \n\x01 ", "text/plain") is Reason.NO_TEXT

    def test_a_file_cut_off_is_damaged(self, extractor: Extractor):
        docx = files.a_docx(SENTENCE)

        assert reason(extractor, files.a_pdf(SENTENCE)[:40], files.PDF) is Reason.DAMAGED
        assert reason(extractor, docx[: len(docx) // 2], files.DOCX) is Reason.DAMAGED
        assert reason(extractor, b"", files.DOCX) is Reason.DAMAGED
        assert reason(extractor, files.a_docx_of("<w:a><b>"), files.DOCX) is Reason.DAMAGED
        assert reason(extractor, files.a_zip({"x": "y"}), files.DOCX) is Reason.DAMAGED
        assert reason(extractor, b"\0\1\2", "text/plain") is Reason.DAMAGED

    def test_a_file_with_a_password_is_encrypted(self, extractor: Extractor):
        compound = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
        odt = files.an_odt("x", manifest="<m><encryption-data/></m>")

        assert reason(extractor, compound, files.DOCX) is Reason.ENCRYPTED
        assert reason(extractor, odt, files.ODT) is Reason.ENCRYPTED

    @pytest.mark.parametrize("prolog", [BILLION_LAUGHS, OUTSIDE, "<!DOCTYPE x>"])
    def test_a_declaration_in_an_office_file_is_hostile(self, extractor: Extractor, prolog: str):
        assert reason(extractor, files.a_docx("&a;", prolog=prolog), files.DOCX) is Reason.HOSTILE

    def test_a_zip_bomb_is_left_alone(self, extractor: Extractor):
        stuffing = f"<!--{'a' * 8 * 1024 * 1024}-->" * 10
        bomb = files.a_docx("một", prolog=stuffing)

        assert reason(extractor, bomb, files.DOCX) is Reason.HOSTILE

    def test_a_bomb_of_text_is_cut(self, extractor: Extractor):
        bomb = files.a_docx(*["chữ " * 1000] * 10_000)
        outcome = extractor.extract(io.BytesIO(bomb), files.DOCX)

        assert isinstance(outcome, ExtractedText)
        assert outcome.truncated
        assert len(outcome.text.encode()) <= MAX_TEXT

    def test_a_hundred_thousand_entries_are_too_many(self, extractor: Extractor):
        many = files.a_zip({str(n): b"" for n in range(100_000)})

        assert reason(extractor, many, files.DOCX) is Reason.TOO_LARGE

    def test_closing_twice_is_harmless(self, extractor: Extractor):
        extractor.close()
        extractor.close()


def assert_any_bytes_have_an_answer(extractor: Extractor) -> None:
    """Give *extractor* random bytes and damaged files of every type it reads."""
    honest = st.sampled_from(
        [files.a_docx("a b"), files.an_xlsx([["a", 1]]), files.a_pdf("a b"), files.an_odt("a")]
    )
    types = st.sampled_from(
        [files.DOCX, files.XLSX, files.ODT, files.PDF, "text/html", "text/plain"]
    )
    changes = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8)

    @settings(max_examples=150, deadline=None)
    @given(content=st.binary(max_size=300) | st.builds(_changed, honest, changes), media_type=types)
    def answers(content: bytes, media_type: str) -> None:
        outcome = extractor.extract(io.BytesIO(content), media_type)
        assert isinstance(outcome, ExtractedText | Unreadable)

    answers()


def _changed(content: bytes, changes: list[tuple[int, int]]) -> bytes:
    changed = bytearray(content)
    for place, byte in changes:
        changed[place % len(changed)] = byte
    return bytes(changed)
