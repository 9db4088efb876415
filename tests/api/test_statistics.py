"""The yearly figures: what was registered, as far as the caller reads, in three forms."""

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from repository.catalogue import tables as t
from repository.catalogue.counting import count_anew
from repository.catalogue.views import Reading, Writing
from repository.model.access import Right
from tests.api.conftest import Node
from tests.api.office import Office, a_draft


def figures(office: Office, **asked: object) -> Any:
    answer = office.get("/v1/statistics", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json


def amount(told: Any) -> tuple[int, int, int]:
    return told["incoming"], told["outgoing"], told["total"]


def a_year(node: Node) -> None:
    """Three arrivals and one draft here, one arrival next door."""
    for kind in ("Công văn", "Công văn", "Quyết định"):
        assert node.clerk.registers(kind=kind).status_code == 201
    body = a_draft(kind="Quyết định")
    key = {"Idempotency-Key": "draft"}
    assert node.clerk.post("/v1/registrations", body, key).status_code == 201
    assert node.neighbour.registers(agency="H20.15").status_code == 201


def test_each_caller_is_told_of_the_agencies_where_they_read(node: Node):
    a_year(node)

    here, everywhere = figures(node.clerk), figures(node.province)

    assert (here["year"], *amount(here)) == (2026, 3, 1, 4)
    assert [(each["code"], *amount(each)) for each in here["agencies"]] == [("H20.14", 3, 1, 4)]
    kinds = [(each["kind"], *amount(each)) for each in here["kinds"]]
    assert kinds == [("Công văn", 2, 0, 2), ("Quyết định", 1, 1, 2)]
    assert amount(everywhere) == (4, 1, 5)
    assert [each["code"] for each in everywhere["agencies"]] == ["H20.14", "H20.15"]


def test_one_agency_may_be_asked_for_and_a_foreign_one_is_not_there(node: Node):
    a_year(node)

    assert amount(figures(node.province, agency="H20.15")) == (1, 0, 1)
    same = {"X-Request-Id": "a"}
    foreign = node.clerk.get("/v1/statistics", same, params={"agency": "H20.15"})
    unknown = node.clerk.get("/v1/statistics", same, params={"agency": "H20.99"})
    assert (foreign.status_code, foreign.text) == (404, unknown.text)
    assert node.clerk.get("/v1/statistics", query_string="agency=").status_code == 404


def test_who_does_not_read_is_told_no_figures(node: Node):
    writer = node.office("H20.14", rights=(Right.WRITE,))

    assert writer.get("/v1/statistics").status_code == 403
    assert writer.get("/v1/statistics", params={"agency": "H20.14"}).status_code == 403


def test_years_are_those_of_the_registers(node: Node):
    a_year(node)
    node.clock.now += timedelta(days=365)
    node.clerk.registers()

    assert [amount(figures(node.clerk, year=year)) for year in (2025, 2026, 2027)] == [
        (0, 0, 0),
        (3, 1, 4),
        (1, 0, 1),
    ]
    assert figures(node.clerk)["year"] == 2027


def test_an_amended_kind_moves_its_document(node: Node):
    document = node.clerk.registers(kind="Công văn").json
    patch = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    body = '{"kind": "Thông báo"}'

    answer = node.clerk.ask("PATCH", document["url"], patch, body=body)

    assert answer.status_code == 200
    kinds = figures(node.clerk)["kinds"]
    assert [(each["kind"], each["total"]) for each in kinds] == [("Thông báo", 1)]


def test_counting_every_document_anew_gives_the_same_rows(node: Node):
    a_year(node)
    node.clerk.registers(kind="=cmd|' /C calc'!A0")

    with node.holdings.engine.reading() as txn:
        counted = list(Reading(txn).scan(t.COUNTS))
    with node.holdings.engine.writing() as txn:
        count_anew(Writing(txn))
    with node.holdings.engine.reading() as txn:
        assert list(Reading(txn).scan(t.COUNTS)) == counted
    assert len(counted) == 5


EVIL = '=HYPERLINK("http://x")'


def test_as_csv_no_text_is_a_formula(node: Node):
    node.clerk.registers(kind=EVIL)

    answer = node.clerk.get("/v1/statistics", {"Accept": "text/csv"})

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["level", "code", "name", "incoming", "outgoing", "total"]
    assert ["agency", "H20.14", "Sở Tư pháp", "1", "0", "1"] in rows
    assert rows[-1] == ["kind", "", "'" + EVIL, "1", "0", "1"]


def test_as_xlsx_every_text_is_text(node: Node):
    node.clerk.registers(kind=EVIL)
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    answer = node.clerk.get("/v1/statistics", {"Accept": media_type})

    assert answer.headers["Content-Type"] == media_type
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]
        assert "HYPERLINK" in book.read("xl/sharedStrings.xml").decode()
    assert len([sheet for sheet in sheets if "<sheetData>" in sheet]) == 3
    assert not any("<f>" in sheet or "hyperlink" in sheet for sheet in sheets)


@pytest.mark.parametrize("year", ["1899", "10000", "x", "-1"])
def test_a_year_that_cannot_be_is_refused(node: Node, year: str):
    answer = node.clerk.get("/v1/statistics", params={"year": year})

    assert (answer.status_code, answer.json["parameter"]) == (400, "year")


def test_what_is_refused_is_not_counted(node: Node):
    refused = node.clerk.registers(kind="x" * 200)

    assert refused.status_code >= 400
    assert figures(node.clerk)["total"] == 0
