"""A paper goes from the registry to whoever handles it; its state is each recipient's own."""

from datetime import timedelta
from typing import Any

import pytest
from falcon.testing import Result

from tests.api.conftest import NOON, Node
from tests.api.office import Office, a_draft, a_file

STAFF = (
    ("van-thu", "clerk", ""),
    ("giam-doc", "leader", ""),
    ("truong-phong", "head", "HT"),
    ("chuyen-vien", "officer", "HT"),
    ("phoi-hop", "officer", "VP"),
)


class Desks:
    """H20.14 with its people, each at a desk; and a paper that has arrived."""

    def __init__(self, node: Node) -> None:
        self.node = node
        for code, name in (("HT", "Phòng Hộ tịch"), ("VP", "Văn phòng")):
            node.province.post("/v1/agencies/H20.14/units", {"code": code, "name": name})
        for login, duty, unit in STAFF:
            node.province.post("/v1/people", {"login": login, "name": login.title()})
            post = {"login": login, "duty": duty, "unit": unit}
            assert node.province.post("/v1/agencies/H20.14/posts", post).status_code == 201
        self.clerk, self.leader, self.head, self.officer, self.other = (
            node.desk(login) for login, _, _ in STAFF
        )
        self.clerk.brings(b"cong van")
        self.paper = self.clerk.registers(components=[a_file(b"cong van")]).json

    def gives(self, *lines: dict[str, str], **rest: str) -> Result:
        """The clerk gives the paper to *lines*."""
        url = f"{self.paper['url']}/receipts"
        return self.clerk.post(url, {"lines": list(lines), **rest})

    def line(self, login: str = "", unit: str = "") -> dict[str, Any]:
        """The newest line of somebody."""
        lines = self.clerk.get(f"{self.paper['url']}/receipts").json["receipts"]
        return next(one for one in reversed(lines) if (one["login"], one["unit"]) == (login, unit))


def acts(office: Office, line: dict[str, Any], act: str, **rest: Any) -> Result:
    return office.post(f"{line['url']}/actions", {"act": act, **rest})


def lead(login: str = "", unit: str = "", **rest: str) -> dict[str, str]:
    return {"role": "lead", "login": login, "unit": unit, **rest}


@pytest.fixture
def desks(node: Node) -> Desks:
    return Desks(node)


def test_an_incoming_paper_goes_from_arrival_to_done(desks: Desks):
    assert desks.gives(lead("giam-doc", due="2026-03-20")).status_code == 201
    support = {"role": "support", "login": "phoi-hop"}
    lines = [lead(unit="HT", due="2026-03-13"), support]
    directed = acts(
        desks.leader, desks.line("giam-doc"), "hand-on", lines=lines, instruction="Xử lý gấp"
    )
    assert (directed.status_code, directed.json["state"]) == (200, "handed-on")
    unit = desks.line(unit="HT")
    assert (unit["instruction"], unit["due"]) == ("Xử lý gấp", "2026-03-13")
    assert acts(desks.head, unit, "open").json["state"] == "open"
    acts(desks.head, unit, "hand-on", lines=[lead("chuyen-vien")])
    mine = desks.line("chuyen-vien")
    answer = desks.clerk.registers(**a_draft(subject="Trả lời")).json

    done = acts(desks.officer, mine, "complete", answer=answer["id"])

    assert (done.json["state"], done.json["answer"]) == ("done", answer["id"])
    # Each leads in turn, so it is done all the way up; who supports has it still.
    assert desks.line(unit="HT")["state"] == desks.line("giam-doc")["state"] == "done"
    assert desks.line("phoi-hop")["state"] == "sent"


def test_who_supports_completes_for_themselves_alone(desks: Desks):
    desks.gives(lead("giam-doc"))
    support = {"role": "support", "login": "phoi-hop"}
    acts(desks.leader, desks.line("giam-doc"), "hand-on", lines=[lead(unit="HT"), support])

    acts(desks.other, desks.line("phoi-hop"), "complete")

    assert desks.line("giam-doc")["state"] == "handed-on"


def test_people_see_the_papers_they_were_given_and_no_others(desks: Desks):
    hidden = desks.officer.get(desks.paper["url"])
    nothing = desks.officer.get("/v1/documents/" + "0" * 32)
    assert hidden.status_code == nothing.status_code == 404
    assert hidden.json["type"] == nothing.json["type"]
    file = desks.paper["components"][0]
    assert desks.officer.get(f"/v1/blobs/{file['blob']}").status_code == 404

    desks.gives(lead("chuyen-vien"))

    assert desks.officer.get(desks.paper["url"]).json["id"] == desks.paper["id"]
    assert desks.officer.get(file["url"]).content == b"cong van"
    assert desks.officer.get(f"/v1/blobs/{file['blob']}").content == b"cong van"
    assert desks.other.get(desks.paper["url"]).status_code == 404
    assert desks.leader.get(desks.paper["url"]).status_code == 200


def test_what_was_recalled_is_seen_no_more(desks: Desks):
    desks.gives(lead("chuyen-vien"))
    line = desks.line("chuyen-vien")

    assert acts(desks.clerk, line, "recall").json["state"] == "recalled"

    assert desks.officer.get(desks.paper["url"]).status_code == 404
    assert desks.officer.get(line["url"]).status_code == 404
    assert desks.gives(lead("phoi-hop")).status_code == 201


def test_once_opened_it_is_not_recalled(desks: Desks):
    desks.gives(lead("chuyen-vien"))
    line = desks.line("chuyen-vien")
    acts(desks.officer, line, "open")

    refused = acts(desks.clerk, line, "recall")

    assert (refused.status_code, refused.json["type"]) == (409, "/problems/act-not-open")
    assert refused.json["allowed"] == "defer, remind"


def test_what_i_may_do_is_told_and_nothing_else_is_done(desks: Desks):
    desks.gives(lead("chuyen-vien"))
    line = desks.line("chuyen-vien")

    def told(office: Office) -> list[str]:
        return office.get(f"{line['url']}/actions").json["actions"]

    assert told(desks.officer) == ["open", "hand-on", "complete", "return"]
    assert told(desks.clerk) == ["recall", "defer", "remind"]
    assert told(desks.leader) == []
    assert acts(desks.leader, line, "complete").status_code == 409
    assert acts(desks.other, line, "complete").status_code == 404


def test_a_returned_paper_is_in_the_hand_of_who_gave_it(desks: Desks):
    desks.gives(lead("giam-doc"))
    acts(desks.leader, desks.line("giam-doc"), "hand-on", lines=[lead(unit="HT")])
    line = desks.line(unit="HT")
    assert acts(desks.head, line, "return").json["path"] == "$.reason"

    back = acts(desks.head, line, "return", reason="Không đúng thẩm quyền")

    assert (back.json["state"], back.json["reason"]) == ("returned", "Không đúng thẩm quyền")
    assert desks.line("giam-doc")["state"] == "open"
    other = acts(desks.leader, desks.line("giam-doc"), "hand-on", lines=[lead("phoi-hop")])
    assert other.json["state"] == "handed-on"


def test_what_was_not_done_well_is_done_again_all_the_way_up(desks: Desks):
    desks.gives(lead("giam-doc"))
    acts(desks.leader, desks.line("giam-doc"), "hand-on", lines=[lead("chuyen-vien")])
    acts(desks.officer, desks.line("chuyen-vien"), "complete")
    assert desks.line("giam-doc")["state"] == "done"

    acts(desks.leader, desks.line("chuyen-vien"), "reopen", reason="Thiếu phụ lục")

    assert desks.line("chuyen-vien")["state"] == "open"
    assert desks.line("giam-doc")["state"] == "handed-on"


def test_a_day_is_moved_by_who_gave_it_and_told_when_it_has_passed(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-04"))
    line = desks.line("chuyen-vien")
    desks.node.clock.now = NOON + timedelta(days=3)
    assert desks.line("chuyen-vien")["overdue"]

    moved = acts(desks.clerk, line, "defer", due="2026-03-10", reason="Chờ ý kiến")

    assert (moved.json["due"], moved.json["overdue"], moved.json["state"]) == (
        "2026-03-10",
        False,
        "sent",
    )
    assert acts(desks.clerk, line, "remind").json["reminded"] == 1


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "field-unfit"),
        ([lead("giam-doc"), lead("phoi-hop")], "second-lead"),
        ([lead("giam-doc"), {"role": "support", "login": "giam-doc"}], "in-hand-already"),
        ([lead("nobody")], "unknown-person"),
        ([lead(unit="KHÁC")], "unknown-unit"),
        ([{"role": "lead"}], "field-unfit"),
        ([lead("giam-doc", unit="HT")], "field-unfit"),
        ([lead("giam-doc", due="mai")], "field-unfit"),
        ([lead("nguoi-la")], "not-of-one-agency"),
        ([lead(f"n{n}") for n in range(101)], "field-unfit"),
    ],
)
def test_what_cannot_be_given_is_refused_whole(
    desks: Desks, lines: list[dict[str, str]], problem: str
):
    desks.node.province.post("/v1/people", {"login": "nguoi-la", "name": "Người Lạ"})

    refused = desks.gives(*lines)

    assert refused.json["type"] == f"/problems/{problem}", refused.text
    assert desks.clerk.get(f"{desks.paper['url']}/receipts").json["receipts"] == []


def test_a_day_below_is_not_after_the_day_above(desks: Desks):
    desks.gives(lead("giam-doc", due="2026-03-10"))

    late = [lead("chuyen-vien", due="2026-03-11")]
    refused = acts(desks.leader, desks.line("giam-doc"), "hand-on", lines=late)

    assert (refused.status_code, refused.json["type"]) == (422, "/problems/due-too-late")
    assert desks.line("giam-doc")["state"] == "sent"


def test_what_is_for_information_is_handed_on_for_information(desks: Desks):
    desks.gives({"role": "information", "login": "giam-doc"})

    refused = acts(desks.leader, desks.line("giam-doc"), "hand-on", lines=[lead("chuyen-vien")])

    assert refused.json["type"] == "/problems/only-for-information"


def test_an_arrival_is_no_answer(desks: Desks):
    desks.gives(lead("chuyen-vien"))

    refused = acts(desks.officer, desks.line("chuyen-vien"), "complete", answer=desks.paper["id"])

    assert (refused.status_code, refused.json["type"]) == (422, "/problems/not-an-answer")
    assert desks.line("chuyen-vien")["state"] == "sent"


def test_my_work_comes_in_pages_in_the_order_it_was_given(desks: Desks):
    papers = [desks.paper] + [desks.clerk.registers(subject=f"Việc {n}").json for n in range(4)]
    for n, paper in enumerate(papers):
        desks.node.clock.now = NOON + timedelta(minutes=n)
        line = lead(unit="HT") if n % 2 else lead("truong-phong")
        desks.clerk.post(f"{paper['url']}/receipts", {"lines": [line]})

    first = desks.head.get("/v1/work?limit=3").json
    rest = desks.head.get(f"/v1/work?limit=3&after={first['next']}").json

    seen = [one["subject"] for one in first["work"] + rest["work"]]
    assert seen == [paper["subject"] for paper in papers]
    assert "next" not in rest
    assert desks.officer.get("/v1/work").json["work"] == []
    assert desks.head.get("/v1/work?state=done").json["work"] == []


def test_programs_have_no_work_in_hand(node: Node):
    assert node.clerk.get("/v1/work").json["type"] == "/problems/no-person"


def test_who_works_there_no_more_has_nothing_of_it_any_more(desks: Desks):
    desks.gives(lead("chuyen-vien"))
    posts = desks.node.clerk.get("/v1/agencies/H20.14/posts").json["posts"]
    post = next(one for one in posts if one["login"] == "chuyen-vien")

    desks.node.province.post(post["end_url"], {"until": "2026-03-02"})

    assert desks.officer.get(desks.paper["url"]).status_code == 404
    assert desks.officer.get("/v1/work").json["work"] == []


def test_who_may_not_sign_in_is_nobody(desks: Desks):
    assert desks.officer.get("/v1/work").status_code == 200

    gone = {"login": "chuyen-vien", "name": "Chuyên viên", "active": False}
    desks.node.province.post("/v1/people", gone)

    assert desks.officer.get("/v1/work").status_code == 401


def test_two_clerks_at_once_give_one_lead(desks: Desks):
    assert desks.gives(lead("giam-doc")).status_code == 201

    assert desks.gives(lead("truong-phong")).json["type"] == "/problems/second-lead"


def test_what_is_done_with_a_paper_is_in_the_feed_of_its_agency(desks: Desks):
    desks.gives(lead("chuyen-vien"))
    acts(desks.officer, desks.line("chuyen-vien"), "complete")

    feed = desks.clerk.get("/v1/changes?agency=H20.14&limit=200").json["changes"]

    assert [one["type"] for one in feed][-2:] == ["receipt-given", "receipt-acted"]
    assert feed[-1]["document"]["id"] == desks.paper["id"]
