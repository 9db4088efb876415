"""Agencies through time: renamed, recoded, merged; what was theirs stays theirs and findable."""

from datetime import UTC, datetime, timedelta

import pytest
from falcon.testing import Result

from repository.model.access import Right
from tests.api.conftest import NOON, Node
from tests.api.office import Office, a_draft, a_file

EVE = "2026-03-31"
DAY = "2026-04-01"
MIDNIGHT = datetime(2026, 3, 31, 17, 0, tzinfo=UTC)
"""00:00 of that day in Vietnam."""


def merges(office: Office, **changes: object) -> Result:
    """H20.14 is merged into H20.15."""
    act = {
        "kind": "merge",
        "sources": ["H20.14"],
        "targets": ["H20.15"],
        "effective": DAY,
        "decision": "12/NQ-HĐND",
    }
    return office.post("/v1/reorganisations", act | changes)


def test_a_merger_takes_effect_at_midnight_in_vietnam(node: Node):
    assert merges(node.province).status_code == 201

    node.clock.now = MIDNIGHT - timedelta(microseconds=1)
    assert node.clerk.registers(subject="Trước nửa đêm").status_code == 201
    node.clock.now = MIDNIGHT
    refused = node.clerk.registers(subject="Sau nửa đêm")

    assert (refused.status_code, refused.json["type"]) == (409, "/problems/agency-ended")
    assert refused.json["successors"] == "H20.15"
    assert node.neighbour.registers(agency="H20.15").status_code == 201


def test_the_same_request_after_the_end_is_given_its_first_answer(node: Node):
    first = node.clerk.registers(key="một lần".encode().hex(), subject="Còn sống")
    merges(node.province)
    node.clock.now = MIDNIGHT

    again = node.clerk.registers(key="một lần".encode().hex(), subject="Còn sống")

    assert again.json == first.json


def test_who_reads_the_successor_reads_what_was_the_predecessors_and_changes_nothing(node: Node):
    node.clerk.brings(b"bien ban")
    paper = node.clerk.registers(components=[a_file(b"bien ban")]).json
    merges(node.province)
    assert node.neighbour.get(paper["url"]).status_code == 404
    node.clock.now = MIDNIGHT

    assert node.neighbour.get(paper["url"]).json == paper
    assert node.neighbour.get(paper["components"][0]["url"]).content == b"bien ban"
    registers = node.neighbour.get("/v1/agencies/H20.14/registers")
    assert {book["code"] for book in registers.json["registers"]} == {"den", "di"}
    assert node.neighbour.registers().status_code == 403
    amended = node.neighbour.ask(
        "PATCH",
        paper["url"],
        {"If-Match": "*", "Content-Type": "application/merge-patch+json"},
        body=b'{"subject": "khac"}',
    )
    assert amended.status_code == 403


def test_without_the_scope_the_successor_reads_nothing_of_it(node: Node):
    paper = node.clerk.registers().json
    merges(node.province, scopes=["work"])
    node.clock.now = MIDNIGHT

    assert node.neighbour.get(paper["url"]).status_code == 404


def test_a_paper_for_the_agency_that_ended_is_registered_by_its_successor(node: Node):
    merges(node.province)
    node.clock.now = MIDNIGHT

    paper = node.neighbour.registers(agency="H20.15", addressed_to="H20.14")

    assert paper.status_code == 201
    assert (paper.json["agency"], paper.json["addressed_to"]) == ("H20.15", "H20.14")
    assert node.neighbour.get(paper.json["url"]).json == paper.json


def test_a_paper_for_another_agency_is_not(node: Node):
    refused = node.neighbour.registers(agency="H20.15", addressed_to="H20.14")

    assert (refused.status_code, refused.json["type"]) == (422, "/problems/not-successor")


def test_a_merger_is_taken_back_until_its_day(node: Node):
    act = merges(node.province)
    assert node.province.ask("DELETE", act.headers["Location"]).json["withdrawn"]
    node.clock.now = MIDNIGHT

    assert node.clerk.registers().status_code == 201
    shown = node.province.get("/v1/agencies/H20.14").json
    assert (shown["ended"], shown["identifiers"][0]["until"]) == ("", "")


def test_and_not_any_more_from_then_on(node: Node):
    act = merges(node.province)
    node.clock.now = MIDNIGHT

    refused = node.province.ask("DELETE", act.headers["Location"])

    assert (refused.status_code, refused.json["type"]) == (409, "/problems/too-late-to-withdraw")


def test_two_agencies_become_a_new_one_that_begins_at_one(node: Node):
    new = {"code": "H20.99", "name": "Sở Tư pháp và Y tế", "founded": DAY}
    assert node.province.post("/v1/agencies", new).status_code == 201
    book = {"code": "di", "direction": "outgoing", "title": "Sổ đi", "notation": "STPYT-VP"}
    assert node.province.post("/v1/agencies/H20.99/registers", book).status_code == 201
    act = merges(
        node.province, kind="consolidate", sources=["H20.14", "H20.15"], targets=["H20.99"]
    )
    assert act.status_code == 201, act.text

    early = node.province.registers(**a_draft(agency="H20.99"))
    assert (early.status_code, early.json["type"]) == (409, "/problems/agency-not-yet-founded")
    node.clock.now = MIDNIGHT

    assert node.province.registers(**a_draft(agency="H20.99")).json["symbol"] == "01/STPYT-VP"
    ended = node.clerk.registers()
    assert ended.json["successors"] == "H20.99"


def test_a_code_is_free_again_from_the_day_its_bearer_ended(node: Node):
    merges(node.province)

    early = {"code": "H20.14", "name": "Sở mới", "founded": EVE}
    assert node.province.post("/v1/agencies", early).status_code == 409
    assert node.province.post("/v1/agencies", early | {"founded": DAY}).status_code == 201

    def named(day: str) -> str:
        return node.province.get(f"/v1/agencies/H20.14?on={day}").json["name"]

    assert (named(EVE), named(DAY)) == ("Sở Tư pháp", "Sở mới")


def test_a_document_goes_on_naming_its_agency_as_it_was_called(node: Node):
    paper = node.clerk.registers().json
    node.clock.now = NOON + timedelta(days=3)
    renamed = node.province.post(
        "/v1/agencies/H20.14/names", {"name": "Sở Tư pháp và Hộ tịch", "since": "2026-03-04"}
    )
    assert renamed.status_code == 201, renamed.text

    assert node.clerk.get(paper["url"]).json["agency_name"] == "Sở Tư pháp"
    later = node.clerk.registers(subject="Sau khi đổi tên").json
    assert (later["agency_name"], later["number"]) == ("Sở Tư pháp và Hộ tịch", 2)
    assert node.clerk.get("/v1/agencies/H20.14?on=2026-03-03").json["name"] == "Sở Tư pháp"


def test_an_agency_answers_to_its_old_code_and_gives_numbers_under_its_new_one(node: Node):
    given = node.province.post(
        "/v1/agencies/H20.14/identifiers",
        {"scheme": "qd20", "value": "H20.114", "since": "2026-03-02", "decision": "7/QĐ-UBND"},
    )

    assert given.status_code == 201, given.text
    codes = {one["value"]: (one["since"], one["until"]) for one in given.json["identifiers"]}
    assert codes == {"H20.14": ("", "2026-03-02"), "H20.114": ("2026-03-02", "")}
    assert node.clerk.registers(agency="H20.114").json["agency"] == "H20.114"
    assert node.clerk.get("/v1/agencies/H20.14").json["code"] == "H20.114"
    taken = node.province.post("/v1/agencies", {"code": "H20.14", "name": "Sở khác"})
    assert taken.status_code == 201  # borne by nobody any more


@pytest.mark.parametrize(
    ("scheme", "value", "status"),
    [
        ("qcvn102", "000.00.14.H20", 201),
        ("qcvn102", "000.14.00.H20", 422),
        ("qcvn102", "H20.14", 422),
        ("territory", "30337", 201),
        ("territory", "303", 422),
        ("other", "1400109999", 201),
        ("other", "a b", 422),
        ("qd20", "h20.1", 422),
    ],
)
def test_codes_keep_to_the_rules_of_their_scheme(node: Node, scheme: str, value: str, status: int):
    answer = node.province.post(
        "/v1/agencies/H20.14/identifiers",
        {"scheme": scheme, "value": value, "since": "2026-03-01"},
    )

    assert answer.status_code == status
    if status == 201:
        shown = node.province.get(f"/v1/agencies/{value}?on=2026-03-01")
        assert shown.json["code"] == "H20.14"


def test_names_and_codes_are_not_entered_ahead(node: Node):
    name = {"name": "Tên sau này", "since": "2026-03-03"}

    refused = node.province.post("/v1/agencies/H20.14/names", name)

    assert (refused.status_code, refused.json["type"]) == (422, "/problems/day-ahead")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sources": ["H20.77"]}, "unknown-agency"),
        ({"targets": ["H20.14"]}, "party-on-both-sides"),
        ({"kind": "consolidate", "sources": ["H20.14"]}, "parties-unfit"),
        ({"kind": "split"}, "parties-unfit"),
        ({"kind": "separate"}, "party-not-new"),
        ({"effective": "1/4/2026"}, "field-unfit"),
        ({"decision": " "}, "field-missing"),
        ({"kind": "swallow"}, "field-of-wrong-type"),
    ],
)
def test_an_act_that_cannot_be_is_refused_and_changes_nothing(
    node: Node, changes: dict[str, object], problem: str
):
    refused = merges(node.province, **changes)

    assert refused.json["type"] == f"/problems/{problem}", refused.text
    assert node.province.get("/v1/reorganisations").json["reorganisations"] == []
    assert node.province.get("/v1/agencies/H20.14").json["ended"] == ""


def test_nobody_ends_twice(node: Node):
    merges(node.province)

    refused = merges(node.province, kind="dissolve", effective="2026-05-01")

    assert refused.json["type"] == "/problems/party-not-alive"


def test_a_successor_of_a_successor_inherits_all(node: Node):
    paper = node.clerk.registers().json
    node.province.post("/v1/agencies", {"code": "H20.16", "name": "Sở Nội vụ"})
    merges(node.province)
    merges(node.province, sources=["H20.15"], targets=["H20.16"], effective="2026-04-02")
    node.clock.now = MIDNIGHT + timedelta(days=1)

    heir = node.office("H20.16", rights=(Right.READ,))

    assert heir.get(paper["url"]).status_code == 200
    assert heir.get(f"/v1/search?q={paper['subject']}").status_code == 200
    assert node.clerk.registers().json["successors"] == "H20.16"


def test_acts_are_for_those_whom_they_concern(node: Node):
    act = merges(node.province).headers["Location"]
    node.province.post("/v1/agencies", {"code": "H20.16", "name": "Sở Nội vụ"})
    other = node.office("H20.16")

    assert node.clerk.get(act).status_code == node.neighbour.get(act).status_code == 200
    assert other.get(act).status_code == 404
    assert other.get("/v1/reorganisations").json["reorganisations"] == []
    assert merges(node.office("H20.14")).status_code == 403


def test_an_act_is_told_in_the_feed_of_every_agency_it_concerns(node: Node):
    merges(node.province)

    for office, code in ((node.clerk, "H20.14"), (node.neighbour, "H20.15")):
        last = office.get(f"/v1/changes?agency={code}").json["changes"][-1]
        assert last["type"] == "agency-concerned"


def test_a_fonds_ends_with_its_agency(node: Node):
    opened = node.province.post("/v1/agencies/H20.14/fonds", {"code": "STP"})
    assert opened.status_code == 201, opened.text
    assert node.province.post("/v1/agencies/H20.15/fonds", {"code": "STP"}).status_code == 409

    merges(node.province)

    fonds = node.province.get("/v1/agencies/H20.14").json["fonds"]
    assert fonds == [{"code": "STP", "since": "", "until": DAY}]
