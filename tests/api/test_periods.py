"""Registers count by years, by terms of office or without end; symbols follow their grammar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from falcon.testing import Result

from tests.api.books import a_book, finds, problem, reserves, states, voids
from tests.api.conftest import Node
from tests.api.office import a_draft

pytestmark = pytest.mark.parametrize("node", ["memory"], indirect=True)
HISTORICAL: dict[str, Any] = {"historical": True, "direction": "incoming"}


def term(node: Node, book: str, name: str, first: str, last: str = "") -> Result:
    return node.province.post(f"{book}/terms", {"name": name, "first": first, "last": last})


def numbers(node: Node, count: int, **changes: Any) -> list[tuple[int, int]]:
    answers = [node.clerk.registers(**a_draft(register="moi", **changes)) for _ in range(count)]
    assert [one.status_code for one in answers] == [201] * count, answers[0].text
    return [(one.json["period"], one.json["number"]) for one in answers]


def test_a_register_by_terms_begins_again_with_each_term(node: Node):
    book = a_book(node, period="term-of-office", opening=40)
    term(node, book, "Nhiệm kỳ 2020–2025", "2025-07-01")
    before = numbers(node, 2)
    term(node, book, "Nhiệm kỳ 2025–2030", "2026-03-10")
    still = numbers(node, 1)
    node.clock.now = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)

    assert before + still == [(1, 40), (1, 41), (1, 42)]
    assert numbers(node, 2) == [(2, 1), (2, 2)]
    assert node.clerk.get(f"{book}/terms").json["terms"] == [
        {"period": 1, "name": "Nhiệm kỳ 2020–2025", "first": "2025-07-01", "last": "2026-03-09"},
        {"period": 2, "name": "Nhiệm kỳ 2025–2030", "first": "2026-03-10", "last": ""},
    ]


def test_between_terms_no_number_is_given(node: Node):
    book = a_book(node, period="term-of-office")
    none = node.clerk.registers(**a_draft(register="moi"))
    term(node, book, "Nhiệm kỳ I", "2026-01-01", "2026-03-02")
    numbers(node, 1)
    node.clock.now += timedelta(days=1)

    after = node.clerk.registers(**a_draft(register="moi"))
    assert [problem(none), problem(after)] == ["no-term-now"] * 2
    assert {"current_period", "next_number"}.isdisjoint(node.clerk.get(book).json)
    dated = term(node, book, "Nhiệm kỳ II", "2026-03-03") and numbers(node, 1)
    assert dated == [(2, 1)]


def test_terms_follow_one_another_and_their_numbers(node: Node):
    book = a_book(node, period="term-of-office")
    first = term(node, book, "Nhiệm kỳ I", "2026-01-01")
    numbers(node, 1)

    same = term(node, book, "Nhiệm kỳ I", "2026-01-01")
    refused = [term(node, book, "Nhiệm kỳ II", day) for day in ("2025-05-05", "2026-03-02")]

    assert same.json == first.json
    assert [problem(one) for one in refused] == ["term-out-of-order"] * 2
    assert term(node, book, "II", "2026-04-02", "2026-04-01").json["path"] == "$.last"
    assert term(node, a_book(node, "nam"), "Nhiệm kỳ I", "2026-01-01").status_code == 422
    assert node.clerk.post(f"{book}/terms", {"name": "x", "first": "2030-01-01"}).status_code == 403


def test_a_document_is_dated_within_the_term_of_its_number(node: Node):
    book = a_book(node, period="term-of-office")
    term(node, book, "Nhiệm kỳ I", "2026-03-01")

    answer = node.clerk.registers(**a_draft(register="moi", issued="2026-02-28"))

    assert problem(answer) == "date-not-in-period"


def test_a_register_opens_in_mid_year_with_its_opening_number(node: Node):
    book = a_book(node, opens="2026-07-01", opening=501)
    early = node.clerk.registers(**a_draft(register="moi"))
    node.clock.now = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)

    assert problem(early) == "register-not-open-yet"
    assert problem(node.clerk.registers(**a_draft(register="moi", issued="2026-06-30"))) == (
        "date-not-in-period"
    )
    assert numbers(node, 2) == [(2026, 501), (2026, 502)]
    node.clock.now = datetime(2027, 1, 1, 5, 0, tzinfo=UTC)
    assert numbers(node, 1) == [(2027, 1)]
    assert node.clerk.get(book).json["opens"] == "2026-07-01"


def test_a_register_that_opens_next_year_counts_its_opening_there(node: Node):
    a_book(node, opens="2027-01-01", opening=70)
    node.clock.now = datetime(2027, 2, 1, tzinfo=UTC)

    assert numbers(node, 1) == [(2027, 70)]


@pytest.mark.parametrize("opens", ["2026-03-01", "01/07/2026"])
def test_no_register_opens_in_the_past(node: Node, opens: str):
    book = {"code": "moi", "direction": "outgoing", "title": "Sổ", "opens": opens}

    answer = node.province.post("/v1/agencies/H20.14/registers", book)

    assert (answer.status_code, answer.json["path"]) == (422, "$.opens")


STATE = {"typed": "{number}/{type}-{agency}", "untyped": "{number}/{agency}-{unit}"}


@pytest.mark.parametrize(
    ("book", "paper", "symbol"),
    [
        (STATE, {"kind": "Quyết định"}, "01/QĐ-UBND"),
        (STATE, {"kind": "Công văn", "unit": "VP"}, "01/UBND-VP"),
        ({"typed": "{number}-{notation}/{agency}"}, {"notation": "CV"}, "01-CV/UBND"),
        ({"typed": "{number}/{year}/{type}-{agency}"}, {"kind": "quyết định"}, "01/2026/QĐ-UBND"),
        ({"typed": "{type}-{agency}"}, {"kind": "Biên bản"}, "BB-UBND"),
    ],
)
def test_symbols_follow_the_grammar_of_their_register(
    node: Node, book: dict[str, str], paper: dict[str, str], symbol: str
):
    a_book(node, abbreviation="UBND", **book)

    answer = node.clerk.registers(**a_draft(register="moi", **paper))

    assert answer.json.get("symbol") == symbol, answer.text


@pytest.mark.parametrize(
    ("paper", "told"),
    [
        ({"kind": "Lệnh"}, "$.kind"),
        ({"kind": ""}, "$.kind"),
        ({"kind": "Quyết định", "notation": "QĐ"}, "$.notation"),
        ({"kind": "Công văn"}, "symbol-unfit"),
        ({"kind": "Công văn", "unit": "V/P"}, "symbol-unfit"),
    ],
)
def test_a_symbol_that_cannot_be_made_takes_no_number(node: Node, paper: dict[str, str], told: str):
    book = a_book(node, abbreviation="UBND", **STATE)

    answer = node.clerk.registers(**a_draft(register="moi", **paper))

    assert answer.status_code == 422
    assert told in (answer.json.get("path"), problem(answer))
    assert states(node.clerk, book) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"typed": "{so}/{type}"},
        {"typed": "{number}/{type}-{agency}"},
        {"typed": "{number}/{type}", "direction": "incoming"},
        {"untyped": "{number}/{unit}"},
    ],
)
def test_a_register_with_an_unfit_grammar_is_not_declared(node: Node, changes: dict[str, str]):
    book = {"code": "moi", "direction": "outgoing", "title": "Sổ"} | changes

    assert node.province.post("/v1/agencies/H20.14/registers", book).status_code == 422


def test_a_historical_register_takes_rows_as_found(node: Node):
    book = a_book(node, **HISTORICAL)
    rows = ((7, "2019-05-06"), (3, "2019-05-01"), (7, "2019-04-30"))

    answers = [finds(node.clerk, book, number, day=day) for number, day in rows]

    assert [one.status_code for one in answers] == [201] * 3
    listed = node.clerk.get(f"{book}/numbers", params={"period": 2019}).json["numbers"]
    assert [one["number"] for one in listed] == [3, 7, 7]
    assert {(one["number"], one["day"]) for one in listed} == set(rows)
    entries = node.clerk.get(f"{book}/entries", params={"period": 2019, "limit": 2}).json
    assert [one["number"] for one in entries["entries"]] == [3, 7, 7]
    assert "next" not in entries
    assert node.clerk.get(answers[0].headers["Location"]).json["number"] == 7


def test_rows_as_found_and_given_numbers_never_mix(node: Node):
    old, new = a_book(node, "cu", **HISTORICAL), a_book(node, "moi")

    assert problem(node.clerk.registers(register="cu")) == "register-historical"
    assert problem(reserves(node.clerk, old)) == "register-historical"
    assert problem(finds(node.clerk, new, 1)) == "register-not-historical"
    finds(node.clerk, old, 1)
    assert problem(voids(node.clerk, old, 1, period=2019)) == "register-historical"
    assert "next_number" not in node.clerk.get(old).json


def test_the_same_row_again_with_its_key_is_entered_once(node: Node):
    book = a_book(node, **HISTORICAL)
    first, again = finds(node.clerk, book, 7, "row"), finds(node.clerk, book, 7, "row")

    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert problem(finds(node.clerk, book, 8, "row")) == "idempotency-key-reused"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"number": 0}, "$.number"),
        ({"period": 0}, "$.period"),
        ({"day": "6/5/2019"}, "$.day"),
        ({"day": ""}, "$.day"),
        ({"subject": ""}, "$.subject"),
    ],
)
def test_a_row_that_says_too_little_is_not_entered(node: Node, changes: dict[str, Any], path: str):
    answer = finds(
        node.clerk, a_book(node, **HISTORICAL), **dict[str, Any]({"number": 1}) | changes
    )

    assert (answer.status_code, answer.json["path"]) == (422, path)


def test_a_number_stands_twenty_times_at_most(node: Node):
    book = a_book(node, **HISTORICAL)
    answers = [finds(node.clerk, book, 7) for _ in range(21)]

    assert [one.status_code for one in answers] == [201] * 20 + [409]


def test_the_types_of_documents_are_told_by_day(node: Node):
    told = node.clerk.get("/v1/document-types", params={"on": "2026-03-02"}).json
    early = node.clerk.get("/v1/document-types", params={"on": "2019-01-01"}).json

    named = {one["name"]: one["abbreviation"] for one in told["types"]}
    assert (named["Quyết định (cá biệt)"], named["Công văn"]) == ("QĐ", "")
    assert early["types"] == []
    assert node.clerk.get("/v1/document-types", params={"on": "hôm nay"}).status_code == 422
    copies = node.clerk.get("/v1/document-types", params={"family": "copies"}).json["types"]
    assert [one["abbreviation"] for one in copies] == ["SY", "TrS", "SL"]
