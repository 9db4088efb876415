"""Numbers are reserved, bound and voided; each has its row, and none is given twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from repository.model.access import Right
from tests.api.books import problem, reserves, states, the_book, voids
from tests.api.conftest import Node
from tests.api.office import a_draft

IN_MEMORY = pytest.mark.parametrize("node", ["memory"], indirect=True)


def bound(number: int, **changes: Any) -> dict[str, Any]:
    return a_draft(reserved={"number": number} | changes)


def test_a_reserved_number_is_passed_over_and_bound_later(node: Node):
    book = the_book(node)

    first = reserves(node.clerk, book)
    between = node.clerk.registers(**a_draft())
    later = node.clerk.registers(**bound(1))

    assert first.status_code == 201
    assert [one["number"] for one in first.json["numbers"]] == [1]
    assert (between.json["symbol"], later.json["symbol"]) == ("02/STP-VP", "01/STP-VP")
    assert states(node.clerk, book) == {1: "given", 2: "given"}
    assert node.clerk.registers(**a_draft()).json["number"] == 3


def test_a_reservation_says_who_for_whom_why_and_until_when(node: Node):
    answer = reserves(node.clerk, the_book(node), until="2026-03-09").json["numbers"][0]

    seen = node.clerk.get(answer["url"])
    assert seen.json == answer
    assert answer["reserved_by"].startswith("token:")
    told = {key: answer[key] for key in ("state", "day", "holder", "reason", "until", "symbol")}
    assert told == {
        "state": "reserved",
        "day": "2026-03-02",
        "holder": "Phòng Hành chính",
        "reason": "Chờ lãnh đạo ký",
        "until": "2026-03-09",
        "symbol": "",
    }


@IN_MEMORY
def test_several_numbers_are_reserved_one_behind_the_other(node: Node):
    node.clerk.registers(**a_draft())

    answer = reserves(node.clerk, the_book(node), count=3)

    assert [one["number"] for one in answer.json["numbers"]] == [2, 3, 4]


@IN_MEMORY
@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"holder": " "}, "$.holder"),
        ({"reason": ""}, "$.reason"),
        ({"count": 0}, "$.count"),
        ({"count": 101}, "$.count"),
        ({"until": "2026-03-01"}, "$.until"),
        ({"until": "mai"}, "$.until"),
    ],
)
def test_a_reservation_that_says_too_little_takes_no_number(
    node: Node, changes: dict[str, Any], path: str
):
    answer = reserves(node.clerk, the_book(node), **changes)

    assert (answer.status_code, answer.json["path"]) == (422, path)
    assert states(node.clerk, the_book(node)) == {}


def test_the_same_reservation_again_takes_no_other_number(node: Node):
    book = the_book(node)
    first = reserves(node.clerk, book, "once", count=2)
    node.clerk.registers(**bound(2))
    again = reserves(node.clerk, book, "once", count=2)
    other = reserves(node.clerk, book, "once", count=3)

    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [one["state"] for one in again.json["numbers"]] == ["reserved", "given"]
    assert problem(other) == "idempotency-key-reused"
    assert reserves(node.neighbour, book, "once").status_code == 404
    assert problem(reserves(node.clerk, book, " ")) == "idempotency-key-unfit"


def test_a_voided_number_keeps_its_row_and_is_never_given_again(node: Node):
    book = the_book(node)
    document = node.clerk.registers(**a_draft()).json
    reserves(node.clerk, book)

    given, reserved = voids(node.clerk, book, 1), voids(node.clerk, book, 2, "Không ký nữa")

    assert (given.json["state"], given.json["reason"]) == ("void", "Ghi nhầm")
    assert given.json["document_url"] == document["url"]
    assert "document_url" not in reserved.json
    assert reserved.json["holder"] == "Phòng Hành chính"
    assert node.clerk.registers(**a_draft()).json["number"] == 3
    assert states(node.clerk, book) == {1: "void", 2: "void", 3: "given"}
    assert node.clerk.get(document["url"]).json["voided"] == "2026-03-02T12:00:00+07:00"


@IN_MEMORY
def test_voiding_again_is_harmless_but_for_another_reason(node: Node):
    book = the_book(node)
    node.clerk.registers(**a_draft())
    first = voids(node.clerk, book, 1)
    node.clock.now += timedelta(hours=1)

    assert voids(node.clerk, book, 1).json == first.json
    assert problem(voids(node.clerk, book, 1, "Lý do khác")) == "number-void"
    assert voids(node.clerk, book, 1, " ").json["path"] == "$.reason"
    assert voids(node.clerk, book, 2).status_code == 404


@IN_MEMORY
def test_only_a_number_that_is_reserved_is_bound(node: Node):
    book = the_book(node)
    node.clerk.registers(**a_draft())
    reserves(node.clerk, book, count=2)
    voids(node.clerk, book, 2)

    refused = [problem(node.clerk.registers(**bound(number))) for number in (1, 2, 4)]

    assert refused == ["number-not-reserved"] * 3
    assert node.clerk.registers(**bound(3)).json["number"] == 3


@IN_MEMORY
def test_a_reservation_that_has_lapsed_is_not_bound_but_voided(node: Node):
    book = the_book(node)
    reserves(node.clerk, book, until="2026-03-03", count=2)
    node.clock.now = datetime(2026, 3, 3, 16, 59, tzinfo=UTC)
    last_moment = node.clerk.registers(**bound(1))
    node.clock.now += timedelta(minutes=1)

    assert last_moment.status_code == 201
    assert problem(node.clerk.registers(**bound(2))) == "reservation-lapsed"
    assert voids(node.clerk, book, 2).json["state"] == "void"


@IN_MEMORY
def test_a_number_of_last_year_is_bound_in_its_year(node: Node):
    book = the_book(node)
    reserves(node.clerk, book)
    node.clock.now = datetime(2027, 1, 5, 3, 0, tzinfo=UTC)

    astray = node.clerk.registers(**bound(1))
    answer = node.clerk.registers(**bound(1, period=2026))

    assert problem(astray) == "number-not-reserved"
    assert (answer.json["period"], answer.json["issued"]) == (2026, "2026-03-02")
    assert node.clerk.registers(**a_draft()).json["number"] == 1


@IN_MEMORY
def test_dates_follow_the_order_of_numbers(node: Node):
    node.clock.now += timedelta(days=2)
    issued = [
        node.clerk.registers(**a_draft(issued=day))
        for day in ("2026-03-02", "2026-03-01", "2026-03-03", "2026-03-05", "")
    ]

    assert [one.status_code for one in issued] == [201, 422, 201, 422, 201]
    assert problem(issued[1]) == problem(issued[3]) == "date-out-of-order"
    assert [one.json.get("issued") for one in issued if one.status_code == 201] == [
        "2026-03-02",
        "2026-03-03",
        "2026-03-04",
    ]


@IN_MEMORY
def test_a_bound_number_is_dated_between_those_beside_it(node: Node):
    node.clerk.registers(**a_draft())
    reserves(node.clerk, the_book(node))
    node.clock.now += timedelta(days=1)
    node.clerk.registers(**a_draft())
    node.clock.now += timedelta(days=7)

    days = ("2026-03-01", "2026-03-04", "2026-03-03")
    answers = [node.clerk.registers(**bound(2) | {"issued": day}) for day in days]

    assert [one.status_code for one in answers] == [422, 422, 201]


@IN_MEMORY
def test_an_amendment_keeps_to_the_order_of_dates_too(node: Node):
    first = node.clerk.registers(**a_draft())
    node.clock.now += timedelta(days=1)
    node.clerk.registers(**a_draft())
    headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}

    answers = [
        node.clerk.ask("PATCH", first.json["url"], headers, body=f'{{"issued": "{day}"}}'.encode())
        for day in ("2026-03-04", "2026-03-03")
    ]

    assert problem(answers[0]) == "date-out-of-order"
    assert answers[1].json["issued"] == "2026-03-03"


@IN_MEMORY
def test_a_clock_that_went_back_a_day_gives_no_numbers(node: Node):
    node.clerk.registers()
    node.clock.now -= timedelta(days=1)

    assert problem(node.clerk.registers()) == "date-out-of-order"


@IN_MEMORY
@pytest.mark.parametrize("typed", ["2/STP-VP", "Số: 002 / STP–VP", "02", "2"])
def test_a_row_is_found_by_its_symbol_however_it_is_typed(node: Node, typed: str):
    for _ in range(3):
        node.clerk.registers(**a_draft())

    assert states(node.clerk, the_book(node), symbol=typed) == {2: "given"}
    assert states(node.clerk, the_book(node), symbol="9/STP-VP") == {}
    assert states(node.clerk, the_book(node), symbol="không số") == {}


@IN_MEMORY
def test_numbers_come_page_by_page(node: Node):
    book = the_book(node)
    reserves(node.clerk, book, count=5)

    page = node.clerk.get(f"{book}/numbers", params={"limit": 2, "start": 2}).json

    assert [one["number"] for one in page["numbers"]] == [2, 3]
    assert page["next"] == 4
    assert states(node.clerk, book, start=4) == {4: "reserved", 5: "reserved"}


@IN_MEMORY
def test_who_only_reads_takes_and_voids_nothing_and_strangers_see_nothing(node: Node):
    book = the_book(node)
    reader = node.office("H20.14", rights=(Right.READ,))
    node.clerk.registers(**a_draft())

    assert [reserves(reader, book).status_code, voids(reader, book, 1).status_code] == [403, 403]
    assert [
        answer.status_code
        for answer in (
            reserves(node.neighbour, book),
            voids(node.neighbour, book, 1),
            node.neighbour.get(f"{book}/numbers"),
            node.neighbour.get(f"{book}/numbers/1"),
        )
    ] == [404] * 4


@IN_MEMORY
def test_a_register_of_arrivals_reserves_too(node: Node):
    book = the_book(node, "den")
    reserves(node.clerk, book)
    arrival = node.clerk.registers(symbol="12/QĐ-UBND", reserved={"number": 1})

    assert (arrival.json["number"], arrival.json["symbol"]) == (1, "12/QĐ-UBND")
