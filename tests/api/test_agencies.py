"""Agencies and registers are declared by those who administer."""

import pytest

from repository.model.access import Right
from tests.api.conftest import Node

NEW = {"code": "H20.16", "name": "Sở Nội vụ"}
BOOK = {"code": "di-qd", "direction": "outgoing", "title": "Sổ quyết định"}


def test_an_agency_is_declared_and_seen(node: Node):
    answer = node.province.post("/v1/agencies", NEW)

    assert answer.status_code == 201
    assert answer.headers["Location"] == "/v1/agencies/H20.16/registers"
    agencies = node.province.get("/v1/agencies").json["agencies"]
    assert {agency["code"] for agency in agencies} == {"H20.14", "H20.15", "H20.16"}
    assert answer.json in agencies


def test_a_code_is_given_once(node: Node):
    answer = node.province.post("/v1/agencies", {"code": "H20.14", "name": "Sở khác"})

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/agency-code-taken"


@pytest.mark.parametrize(
    "code", ["", "h20", "H20.", "000.00.14.H20", "H20.14\n", "H2\u0660", "H20" * 20]
)
def test_a_code_must_keep_to_the_grammar(node: Node, code: str):
    answer = node.province.post("/v1/agencies", NEW | {"code": code})

    assert (answer.status_code, answer.json["path"]) == (422, "$.code")


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "Sở\u0007"])
def test_a_name_must_be_a_line_of_text(node: Node, name: str):
    answer = node.province.post("/v1/agencies", NEW | {"name": name})

    assert (answer.status_code, answer.json["path"]) == (422, "$.name")


def test_who_administers_one_agency_declares_no_other(node: Node):
    assert node.office("H20.14").post("/v1/agencies", NEW).status_code == 403


def test_an_office_sees_its_own_agencies_only(node: Node):
    agencies = node.clerk.get("/v1/agencies").json["agencies"]

    assert [agency["code"] for agency in agencies] == ["H20.14"]


def test_a_register_is_declared_and_gives_numbers_from_its_opening(node: Node):
    head = node.office("H20.14")

    answer = head.post("/v1/agencies/H20.14/registers", BOOK | {"opening": 57})
    draft = {"register": "di-qd", "direction": "outgoing", "notation": "QĐ-STP"}

    assert answer.status_code == 201
    assert answer.json["next_number"] == 57
    assert node.clerk.registers(**draft).json["symbol"] == "57/QĐ-STP"
    assert head.get(answer.headers["Location"]).json["next_number"] == 58
    registers = head.get("/v1/agencies/H20.14/registers").json["registers"]
    assert [register["code"] for register in registers] == ["den", "di", "di-qd"]


def test_a_running_series_knows_no_years(node: Node):
    head = node.office("H20.14")
    answer = head.post("/v1/agencies/H20.14/registers", BOOK | {"period": "never"})

    assert answer.json["current_period"] == 0
    dated = {"register": "di-qd", "direction": "outgoing", "issued": "2019-05-06"}
    assert node.clerk.registers(**dated).json["period"] == 0


def test_a_short_name_is_given_once_in_an_agency(node: Node):
    answer = node.province.post("/v1/agencies/H20.14/registers", BOOK | {"code": "di"})

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/register-code-taken"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"code": "Đi"}, "$.code"),
        ({"code": "-di"}, "$.code"),
        ({"code": "d" * 41}, "$.code"),
        ({"title": ""}, "$.title"),
        ({"notation": "x" * 31}, "$.notation"),
        ({"direction": "incoming", "notation": "x"}, "$.notation"),
        ({"opening": 0}, "$.opening"),
        ({"opening": 10_000_000}, "$.opening"),
        ({"opening": "1"}, "$.opening"),
        ({"period": "weekly"}, "$.period"),
        ({"colour": "red"}, "$.colour"),
    ],
)
def test_a_register_must_be_as_described(node: Node, changes: dict[str, object], path: str):
    answer = node.province.post("/v1/agencies/H20.14/registers", BOOK | changes)

    assert (answer.status_code, answer.json["path"]) == (422, path)


@pytest.mark.parametrize("code", ["H20.15", "H20.99", "x"])
def test_registers_of_another_agency_are_as_good_as_none(node: Node, code: str):
    head = node.office("H20.14")

    assert head.get(f"/v1/agencies/{code}/registers").status_code == 404
    assert head.post(f"/v1/agencies/{code}/registers", BOOK).status_code == 404


def test_who_does_not_administer_declares_no_register(node: Node):
    plain = node.office("H20.14", rights=(Right.READ, Right.WRITE))

    assert plain.post("/v1/agencies/H20.14/registers", BOOK).status_code == 403
