"""Units, people and posts are declared by those who administer."""

import pytest

from repository.model.access import Right
from tests.api.conftest import Node

UNIT = {"code": "TCCB", "name": "Phòng Tổ chức cán bộ"}
PERSON = {"login": "NVA@dongthap.gov.vn", "name": "Nguyễn Văn A"}
POST = {"login": "nva@dongthap.gov.vn", "duty": "officer", "unit": "TCCB", "title": "Chuyên viên"}


@pytest.fixture
def staffed(node: Node) -> Node:
    """Somebody works in a unit of H20.14."""
    assert node.province.post("/v1/agencies/H20.14/units", UNIT).status_code == 201
    assert node.province.post("/v1/people", PERSON).status_code == 200
    return node


def test_somebody_is_given_a_post_in_a_unit(staffed: Node):
    given = staffed.province.post("/v1/agencies/H20.14/posts", POST)

    assert given.status_code == 201, given.text
    assert (given.json["login"], given.json["unit"]) == ("nva@dongthap.gov.vn", "TCCB")
    listed = staffed.clerk.get("/v1/agencies/H20.14/posts").json["posts"]
    assert listed == [given.json]


def test_a_post_ends_on_its_day(staffed: Node):
    given = staffed.province.post("/v1/agencies/H20.14/posts", POST).json

    assert staffed.province.post(given["end_url"], {"until": "2026-03-02"}).status_code == 200

    assert staffed.clerk.get("/v1/agencies/H20.14/posts").json["posts"] == []
    assert staffed.province.post("/v1/agencies/H20.14/posts", POST).status_code == 201


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"login": "nobody"}, "unknown-person"),
        ({"login": "a b"}, "field-unfit"),
        ({"unit": "KHÁC"}, "unknown-unit"),
        ({"unit": ""}, "unit-needed"),
        ({"duty": "king"}, "field-of-wrong-type"),
        ({"since": "1/1/2026"}, "field-unfit"),
        ({"title": "x" * 101}, "field-too-long"),
    ],
)
def test_a_post_that_cannot_be_is_refused(staffed: Node, changes: dict[str, str], problem: str):
    refused = staffed.province.post("/v1/agencies/H20.14/posts", POST | changes)

    assert refused.json["type"] == f"/problems/{problem}"
    assert staffed.clerk.get("/v1/agencies/H20.14/posts").json["posts"] == []


def test_a_person_is_one_however_the_login_is_written(staffed: Node):
    again = staffed.province.post("/v1/people", PERSON | {"login": "nva@DONGTHAP.gov.vn"})

    people = staffed.province.get("/v1/people").json["people"]
    assert people == [again.json]


def test_people_come_in_pages(node: Node):
    for n in range(5):
        node.province.post("/v1/people", {"login": f"n{n}", "name": f"Người {n}"})

    first = node.province.get("/v1/people?limit=3").json
    rest = node.province.get(f"/v1/people?limit=3&start={first['next']}").json

    logins = [one["login"] for one in first["people"] + rest["people"]]
    assert logins == ["n0", "n1", "n2", "n3", "n4"]
    assert "next" not in rest


def test_a_unit_stands_below_another_and_its_short_name_is_its_own(staffed: Node):
    below = {"code": "TCCB-1", "name": "Tổ 1", "parent": "TCCB"}
    assert staffed.province.post("/v1/agencies/H20.14/units", below).status_code == 201

    again = staffed.province.post("/v1/agencies/H20.14/units", UNIT)

    assert (again.status_code, again.json["type"]) == (409, "/problems/unit-code-taken")
    units = staffed.clerk.get("/v1/agencies/H20.14/units").json["units"]
    assert {one["code"]: bool(one["parent"]) for one in units} == {"TCCB": False, "TCCB-1": True}


def test_who_administers_one_agency_fills_its_posts_and_no_others(staffed: Node):
    head = staffed.office("H20.14", rights=(Right.ADMINISTER,))

    assert head.post("/v1/agencies/H20.14/posts", POST).status_code == 201
    assert head.post("/v1/agencies/H20.15/posts", POST).status_code == 404
    assert head.post("/v1/people", PERSON).status_code == 403
    assert staffed.clerk.post("/v1/agencies/H20.14/units", UNIT).status_code == 403
