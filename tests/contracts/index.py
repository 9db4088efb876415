"""What every search index promises, whichever engine stands behind it."""

import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from indexer.evaluate import matches
from indexer.index import (
    MAX_DEPTH,
    Hits,
    Index,
    IndexedDocument,
    OperatorUnsupported,
    PageTooDeep,
)
from indexer.language.tree import Query
from indexer.query import parse

NOON = datetime(2025, 6, 15, 5, 0, tzinfo=UTC)
EVERYONE = frozenset({"agency:A"})


def a_document(name: str, **facts: object) -> IndexedDocument:
    usual: dict[str, object] = {
        "agency": "H20.11",
        "register": "den-2025",
        "direction": "incoming",
        "registered": NOON,
        "access": ("agency:A",),
    }
    return IndexedDocument(id=name, **(usual | facts))  # type: ignore[arg-type]


def found(index: Index, text: str, access: frozenset[str] = EVERYONE) -> list[str]:
    return [hit.id for hit in index.search(parse(text), access).hits]


class IndexContract:
    """Subclass it as `Test…` and say how an index is opened at a place."""

    def opened(self, place: Path) -> Index:
        raise NotImplementedError

    @pytest.fixture
    def index(self, tmp_path: Path):
        index = self.opened(tmp_path / "index")
        yield index
        index.close()

    def test_text_in_nfd_is_found_by_words_in_nfc_and_the_other_way(self, index: Index):
        nfd = unicodedata.normalize("NFD", "Quyết định phê duyệt")
        index.add([a_document("nfd", subject=nfd), a_document("nfc", subject="Quyết định")])
        index.commit(1)

        assert sorted(found(index, "quyết định")) == ["nfc", "nfd"]
        assert sorted(found(index, unicodedata.normalize("NFD", "Quyết định"))) == ["nfc", "nfd"]
        assert found(index, "duyệt") == ["nfd"]

    def test_nothing_is_seen_before_the_commit(self, index: Index):
        index.add([a_document("one", subject="hộ tịch")])

        assert found(index, "hộ") == []

        index.commit(7)
        assert found(index, "hộ") == ["one"]
        assert (index.count(), index.position()) == (1, 7)

    def test_a_new_index_is_empty_and_at_position_zero(self, index: Index):
        assert (index.count(), index.position(), found(index, "*")) == (0, 0, [])

    def test_documents_and_position_survive_reopening(self, tmp_path: Path):
        first = self.opened(tmp_path / "index")
        first.add([a_document("one", subject="đất đai")])
        first.commit(41)
        first.commit(42)
        first.close()

        again = self.opened(tmp_path / "index")

        assert (again.count(), again.position(), found(again, "dat")) == (1, 42, ["one"])
        again.close()

    def test_what_was_not_committed_is_gone_after_closing(self, tmp_path: Path):
        first = self.opened(tmp_path / "index")
        first.add([a_document("kept")])
        first.commit(1)
        first.add([a_document("lost")])
        first.remove(["kept"])
        first.close()
        first.close()

        again = self.opened(tmp_path / "index")

        assert (found(again, "*"), again.position()) == (["kept"], 1)
        again.close()

    def test_a_document_with_a_known_id_takes_the_place_of_the_old_one(self, index: Index):
        index.add([a_document("one", subject="cũ"), a_document("two", subject="khác")])
        index.commit(1)
        index.add([a_document("one", subject="tạm"), a_document("one", subject="mới")])
        index.commit(2)

        assert found(index, '"cũ" OR "tạm"') == []
        assert found(index, '"mới"') == ["one"]
        assert index.count() == 2

    def test_a_removed_document_is_not_found_and_an_unknown_id_is_no_trouble(self, index: Index):
        index.add([a_document("one"), a_document("two")])
        index.commit(1)
        index.remove(["one", "never"])
        index.commit(2)

        assert found(index, "*") == ["two"]
        assert index.count() == 1

    def test_only_who_holds_a_token_finds_and_totals_are_the_callers(self, index: Index):
        index.add(
            a_document(f"{holder}{n}", subject="kế hoạch", access=(f"agency:{holder}", "office"))
            for holder in "AB"
            for n in range(5)
        )
        index.add([a_document("nobodys", subject="kế hoạch", access=())])
        index.commit(1)
        query = parse("kế hoạch")

        hers = index.search(query, frozenset({"agency:A", "person:7"}), limit=3)
        rest = index.search(query, frozenset({"agency:A"}), limit=3, offset=3)

        assert (hers.total, len(hers.hits), rest.total, len(rest.hits)) == (5, 3, 5, 2)
        assert {hit.id for hit in (*hers.hits, *rest.hits)} == {f"A{n}" for n in range(5)}
        assert index.search(query, frozenset({"office"})).total == 10
        assert index.search(query, frozenset({"agency:Z"})) == Hits(total=0, hits=())
        assert index.search(query, frozenset()) == Hits(total=0, hits=())
        assert index.search(parse("NOT hoạch"), frozenset({"agency:A"})).total == 0

    def test_a_token_is_no_part_of_another(self, index: Index):
        tokens = ("a1", "a1/restricted", "a1/p:7", "a1/u:7", "a10", "A1")
        index.add(a_document(f"{n}", access=(token,)) for n, token in enumerate(tokens))
        index.commit(1)

        assert [found(index, "*", frozenset({token})) for token in tokens] == [
            [f"{n}"] for n in range(len(tokens))
        ]
        assert found(index, "*", frozenset({"a", "a1/", "7", "restricted", "p:7"})) == []

    def test_a_document_added_again_has_its_new_tokens_alone(self, index: Index):
        index.add([a_document("one", access=("a", "a/p:7"))])
        index.commit(1)
        index.add([a_document("one", access=("a", "a/p:8"))])
        index.commit(2)

        assert found(index, "*", frozenset({"a/p:7"})) == []
        assert found(index, "*", frozenset({"a", "a/p:8"})) == ["one"]

    def test_words_without_marks_find_every_marking(self, index: Index):
        index.add([a_document("one", subject="Sáp nhập xã, phường thuộc tỉnh Đồng Tháp")])
        index.commit(1)

        assert found(index, "sap nhap dong thap") == ["one"]
        assert found(index, "DONG THAP") == ["one"]
        assert found(index, "xã") == ["one"]

    def test_the_word_with_the_typed_marks_comes_first(self, index: Index):
        for at, subject in enumerate(("bàn giao", "bán giao", "bản giao", "ban giao")):
            index.add([a_document(str(at), subject=subject)])
        index.commit(1)

        assert found(index, "bán")[0] == "1"
        assert found(index, "bản")[0] == "2"
        assert len(found(index, "bán")) == 4

    def test_quotes_demand_the_marks_that_were_typed(self, index: Index):
        index.add([a_document("ban", subject="bàn giao"), a_document("sell", subject="bán giao")])
        index.commit(1)

        assert found(index, '"bán"') == ["sell"]
        assert found(index, '"bán giao"') == ["sell"]
        assert sorted(found(index, '"ban giao"')) == ["ban", "sell"]

    def test_the_old_and_the_new_place_of_a_tone_are_one(self, index: Index):
        index.add([a_document("old", body="Uỷ ban hoà giải"), a_document("new", body="Ủy ban hòa")])
        index.commit(1)

        assert sorted(found(index, '"uỷ ban" "hòa"')) == ["new", "old"]
        assert sorted(found(index, '"ủy ban" "hoà"')) == ["new", "old"]

    def test_the_subject_counts_more_than_the_body(self, index: Index):
        index.add(
            [
                a_document("body", subject="một việc khác", body="hộ tịch " * 3),
                a_document("subject", subject="việc hộ tịch", body="nội dung khác hẳn"),
            ]
        )
        index.commit(1)

        assert found(index, "hộ tịch") == ["subject", "body"]

    def test_a_symbol_is_found_whole_by_its_beginning_and_by_its_words(self, index: Index):
        index.add(
            [
                a_document("own", symbol="0012/QĐ-UBND", subject="Phê duyệt"),
                a_document("other", symbol="123/QĐ-UBND", subject="Phê duyệt"),
                a_document("cites", symbol="5/TB-VP", body="Căn cứ Quyết định số 12/QĐ-UBND này"),
            ]
        )
        index.commit(1)

        assert found(index, "12/QĐ-UBND") == ["own", "cites"]
        assert found(index, "12/qd–ubnd")[0] == "own"
        assert sorted(found(index, "ky_hieu:12*")) == ["other", "own"]
        assert found(index, "12/QĐ*") == ["own"]
        assert found(index, "ky_hieu:12/QĐ") == ["own"]
        assert sorted(found(index, "ky_hieu:QĐ-UBND")) == ["other", "own"]
        assert found(index, "123 ubnd") == ["other"]

    def test_numbers_and_dates_are_ranges(self, index: Index):
        index.add(
            a_document(str(n), number=n, issued=date(2025, n, 1), symbol=f"{n + 50}/KH-SNV")
            for n in range(1, 9)
        )
        index.add([a_document("none", direction="outgoing", number=3)])
        index.commit(1)

        assert sorted(found(index, "so_den:[3 TO 5]")) == ["3", "4", "5"]
        assert found(index, "so_di:3") == ["none"]
        assert sorted(found(index, "so:3")) == ["3", "none"]
        assert found(index, "so:53") == ["3"]
        assert sorted(found(index, "ngay:[01/07/2025 ĐẾN *]")) == ["7", "8"]
        assert found(index, "ngay:2/2025") == ["2"]
        assert len(found(index, "ngay_dang_ky:15/06/2025")) == 9

    def test_a_day_of_registration_is_told_in_the_time_of_vietnam(self, index: Index):
        late = datetime(2025, 6, 15, 18, 30, tzinfo=UTC)
        index.add([a_document("late", registered=late)])
        index.commit(1)

        assert found(index, "ngay_dang_ky:16/06/2025") == ["late"]

    def test_a_snippet_shows_the_words_only_when_asked(self, index: Index):
        body = "mở đầu " * 100 + "giải quyết thủ tục hộ tịch tại xã " + "kết thúc " * 100
        index.add([a_document("one", subject="Việc A", body=body)])
        index.commit(1)
        query = parse("ho tich")

        plain = index.search(query, EVERYONE).hits[0]
        shown = index.search(query, EVERYONE, highlight=True).hits[0]

        assert plain.snippet is None
        assert shown.snippet is not None
        marked = [shown.snippet.text[a:b] for a, b in shown.snippet.marks]
        assert marked == ["hộ", "tịch"]

    def test_a_page_too_deep_or_too_long_is_refused(self, index: Index):
        for limit, offset in ((0, 0), (10**6, 0), (1, -1), (1, MAX_DEPTH)):
            with pytest.raises(PageTooDeep):
                index.search(parse("a"), EVERYONE, limit=limit, offset=offset)

    def test_what_the_callers_own_stream_raises_stays_its_own(self, index: Index):
        def failing():
            yield a_document("one")
            raise OSError("the blob cannot be read")

        with pytest.raises(OSError, match="blob"):
            index.add(failing())

    def test_text_that_cannot_be_encoded_is_still_taken(self, index: Index):
        index.add([a_document("odd", subject="lạ \ud800 thật", body="\x00\x01")])
        index.commit(1)

        assert found(index, "lạ thật") == ["odd"]


def fill(index: Index, corpus: list[IndexedDocument]) -> None:
    """Commit *corpus* in two halves, so that an engine has more than one segment."""
    half = len(corpus) // 2
    for position, part in enumerate((corpus[:half], corpus[half:]), 1):
        index.add(part)
        index.commit(position)


def assert_it_finds_what_is_meant(
    index: Index, query: Query, corpus: list[IndexedDocument]
) -> None:
    """Hold *index* to the evaluator; an operator that it refuses is no answer, so no mistake."""
    meant = {one.id for one in corpus if "agency:A" in one.access and matches(query, one)}
    try:
        given_hits = index.search(query, EVERYONE, limit=100)
    except OperatorUnsupported:
        return
    assert {hit.id for hit in given_hits.hits} == meant, query
    assert given_hits.total == len(meant)
