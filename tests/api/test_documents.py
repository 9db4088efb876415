"""Documents and registers are shown to those who read there, and to nobody else."""

import pytest

from tests.api.conftest import Node
from tests.api.office import a_file

PAPER = b"%PDF-1.7 van ban %%EOF"


def a_document(node: Node, name: str = "công văn.pdf") -> str:
    node.clerk.brings(PAPER)
    return node.clerk.registers(components=[a_file(PAPER, name)]).headers["Location"]


def test_a_file_is_fetched_through_its_document_under_its_own_name(node: Node):
    answer = node.clerk.get(a_document(node) + "/files/0")

    assert (answer.status_code, answer.content) == (200, PAPER)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"c_ng v_n.pdf\"; filename*=UTF-8''c%C3%B4ng%20v%C4%83n.pdf"
    )


@pytest.mark.parametrize("place", ["1", "-1", "x", "0x0", "99999999999999999999"])
def test_a_file_that_the_document_does_not_have_is_missing(node: Node, place: str):
    assert node.clerk.get(f"{a_document(node)}/files/{place}").status_code == 404


def test_a_document_that_is_the_same_is_not_sent_again(node: Node):
    path = a_document(node)
    first = node.clerk.get(path)

    again = node.clerk.get(path, {"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("rest", ["", "/files/0"])
def test_a_document_of_another_agency_is_as_good_as_unknown(node: Node, rest: str):
    path = a_document(node)
    nowhere = "/v1/documents/" + "0" * 32
    same = {"X-Request-Id": "one"}

    held = node.neighbour.get(path + rest, same)
    unknown = node.neighbour.get(nowhere + rest, same)

    assert held.status_code == unknown.status_code == 404
    assert dict(held.headers) | {"content-length": ""} == dict(unknown.headers) | {
        "content-length": ""
    }
    assert held.text.replace(path, "…") == unknown.text.replace(nowhere, "…")


def test_a_register_shows_its_rows_in_order_page_by_page(node: Node):
    for _ in range(4):
        node.clerk.registers()
    register = node.clerk.registers().json["register_url"]

    first = node.clerk.get(f"{register}/entries", params={"limit": 3}).json
    second = node.clerk.get(f"{register}/entries", params={"start": first["next"]}).json

    assert [row["number"] for row in first["entries"]] == [1, 2, 3]
    assert [row["number"] for row in second["entries"]] == [4, 5]
    assert "next" not in second


def test_a_register_tells_what_number_comes_next(node: Node):
    register = node.clerk.registers().json["register_url"]

    told = node.clerk.get(register).json

    assert (told["code"], told["current_period"], told["next_number"]) == ("den", 2026, 2)


def test_a_year_without_documents_has_no_rows(node: Node):
    register = node.clerk.registers().json["register_url"]

    rows = node.clerk.get(f"{register}/entries", params={"period": 2025}).json

    assert rows == {"period": 2025, "entries": []}


@pytest.mark.parametrize(
    "parameters",
    [{"limit": 0}, {"limit": 201}, {"start": -1}, {"start": "x"}, {"period": "\u0662"}],
)
def test_parameters_out_of_their_range_are_refused(node: Node, parameters: dict[str, object]):
    register = node.clerk.registers().json["register_url"]

    answer = node.clerk.get(f"{register}/entries", params=parameters)

    assert answer.status_code == 400
    assert answer.json["parameter"] in parameters


@pytest.mark.parametrize("rest", ["", "/entries"])
def test_a_register_of_another_agency_is_as_good_as_unknown(node: Node, rest: str):
    register = node.clerk.registers().json["register_url"]

    held = node.neighbour.get(register + rest)
    unknown = node.neighbour.get("/v1/registers/nowhere" + rest)

    assert held.status_code == unknown.status_code == 404
    assert held.json["type"] == unknown.json["type"] == "/problems/hidden"
