"""What people find, by being given it, by heading a unit, by keeping a closed fonds; and why."""

from datetime import timedelta
from typing import Any

import pytest

from indexer.follower import IndexFollower
from tests.api.conftest import NOON, Node
from tests.api.office import Office, a_file, blob_name
from tests.api.test_erased import erased
from tests.api.test_followers import CountingIndex
from tests.api.test_receipts import STAFF


class Desks:
    """H20.14 with its people, and an index that follows."""

    def __init__(self, node: Node) -> None:
        self.node = node
        for code, name, parent in (("VP", "Văn phòng", ""), ("HT", "Phòng Hộ tịch", "VP")):
            unit = {"code": code, "name": name, "parent": parent}
            node.province.post("/v1/agencies/H20.14/units", unit)
        for login, duty, unit in STAFF:
            self.hired(login, "H20.14", duty, unit)
        self.clerk, self.leader, self.head, self.officer, self.other = (
            node.desk(login) for login, *_ in STAFF
        )
        self.index = CountingIndex(node.shelf)
        self.follower = IndexFollower(node.holdings, self.index)

    def hired(self, login: str, agency: str, duty: str, unit: str = "", **rest: Any) -> Office:
        self.node.province.post("/v1/people", {"login": login, "name": login.title()})
        post = {"login": login, "duty": duty, "unit": unit, **rest}
        given = self.node.province.post(f"/v1/agencies/{agency}/posts", post)
        assert given.status_code == 201, given.text
        return self.node.desk(login)

    def gives(self, paper: dict[str, Any], **line: str) -> str:
        """Give *paper* for information; the line's address."""
        told = {"lines": [{"role": "information", **line}]}
        answer = self.clerk.post(f"{paper['url']}/receipts", told)
        assert answer.status_code == 201, answer.text
        return answer.json["receipts"][0]["url"]

    def found(self, office: Office, **rest: str) -> list[str]:
        """What *office* finds once the index has followed."""
        while self.follower.step():
            pass
        answer = office.get("/v1/search", params={"q": "hộ tịch"} | rest)
        assert answer.status_code == 200, answer.text
        assert answer.json["total"] == len(answer.json["hits"])
        return sorted(hit["document"]["id"] for hit in answer.json["hits"])


@pytest.fixture
def desks(node: Node) -> Desks:
    return Desks(node)


def test_an_officer_finds_the_papers_given_to_them_and_no_others(desks: Desks):
    mine, others = desks.clerk.registers().json, desks.clerk.registers().json
    assert desks.found(desks.officer) == []

    desks.gives(mine, login="chuyen-vien")

    assert desks.found(desks.officer) == [mine["id"]]
    assert desks.found(desks.officer, agency="H20.14") == [mine["id"]]
    assert desks.found(desks.other) == []
    assert desks.found(desks.clerk) == sorted([mine["id"], others["id"]])
    assert desks.officer.get("/v1/search?q=h&agency=H20.15").status_code == 404


def test_what_was_recalled_is_found_no_more(desks: Desks):
    paper = desks.clerk.registers().json
    line = desks.gives(paper, login="chuyen-vien")
    assert desks.found(desks.officer) == [paper["id"]]

    desks.clerk.post(f"{line}/actions", {"act": "recall"})

    # Before the index has followed it is counted, and not shown.
    late = desks.officer.get("/v1/search", params={"q": "hộ tịch"}).json
    assert (late["total"], late["hits"]) == (1, [])
    assert desks.found(desks.officer) == []


def test_a_head_finds_what_was_given_to_the_unit_and_to_those_below_it(desks: Desks):
    office_head = desks.hired("chanh-vp", "H20.14", "head", "VP")
    paper = desks.clerk.registers().json
    desks.gives(paper, unit="HT")

    assert desks.found(desks.head) == desks.found(office_head) == [paper["id"]]
    assert desks.found(desks.officer) == []


def test_who_leaves_the_agency_finds_nothing_of_it_and_the_index_is_not_touched(desks: Desks):
    paper = desks.clerk.registers().json
    desks.gives(paper, login="chuyen-vien")
    assert desks.found(desks.officer) == [paper["id"]]
    desks.index.given.clear()
    posts = desks.node.clerk.get("/v1/agencies/H20.14/posts").json["posts"]
    post = next(one for one in posts if one["login"] == "chuyen-vien")

    desks.node.province.post(post["end_url"], {"until": "2026-03-02"})

    assert desks.found(desks.officer) == []
    elsewhere = desks.hired("chuyen-vien", "H20.15", "clerk")
    assert desks.found(elsewhere) == []
    assert desks.index.given == []


def test_a_line_puts_its_document_into_the_index_again_and_no_other_step_does(desks: Desks):
    paper = desks.clerk.registers().json
    desks.found(desks.clerk)
    desks.index.given.clear()

    first = desks.gives(paper, login="chuyen-vien")
    second = desks.gives(paper, login="phoi-hop")
    desks.found(desks.clerk)
    assert desks.index.given == [paper["id"]]  # two lines, one step, once

    for line, office in ((first, desks.officer), (second, desks.other)):
        office.post(f"{line}/actions", {"act": "open"})
        desks.clerk.post(f"{line}/actions", {"act": "remind"})
        office.post(f"{line}/actions", {"act": "complete"})
    desks.found(desks.clerk)
    assert desks.index.given == [paper["id"]]


def test_an_index_made_anew_gives_everybody_the_same(desks: Desks):
    papers = [desks.clerk.registers().json for _ in range(3)]
    desks.gives(papers[0], login="chuyen-vien")
    line = desks.gives(papers[1], login="chuyen-vien")
    desks.gives(papers[2], unit="HT")
    desks.clerk.post(f"{line}/actions", {"act": "recall"})
    everybody = (desks.clerk, desks.leader, desks.head, desks.officer, desks.other)
    before = [desks.found(one) for one in everybody]

    desks.node.shelf.documents = type(desks.node.shelf.documents)({})
    desks.node.shelf.position = 0

    assert [desks.found(one) for one in everybody] == before
    assert before[3] == [papers[0]["id"]]


def merged(desks: Desks, *scopes: str) -> None:
    """H20.14 ends tomorrow, and H20.15 follows it in *scopes*."""
    act = {
        "kind": "merge", "sources": ["H20.14"], "targets": ["H20.15"],
        "effective": "2026-03-03", "decision": "1663/NQ", "scopes": list(scopes),
    }  # fmt: skip
    assert desks.node.province.post("/v1/reorganisations", act).status_code == 201
    desks.node.clock.now = NOON + timedelta(days=1)


def test_the_archivist_of_who_has_custody_reads_the_closed_fonds_and_nobody_else_there(
    desks: Desks,
):
    archivist = desks.hired("luu-tru-yt", "H20.15", "archivist")
    clerk = desks.hired("van-thu-yt", "H20.15", "clerk")
    desks.clerk.brings(b"ho so cu")
    paper = desks.clerk.registers(components=[a_file(b"ho so cu")]).json
    assert archivist.get(paper["url"]).status_code == 404

    merged(desks, "custody")

    assert archivist.get(paper["url"]).status_code == 200
    assert archivist.get(f"/v1/blobs/{blob_name(b'ho so cu')}").content == b"ho so cu"
    assert archivist.get(f"{paper['register_url']}/entries").json["entries"][0]["id"] == paper["id"]
    assert archivist.get("/v1/changes?agency=H20.14").status_code == 200
    assert desks.found(archivist) == [paper["id"]]
    assert clerk.get(paper["url"]).status_code == 404
    assert desks.found(clerk) == []


def test_a_clearance_reaches_as_far_as_reading_does(desks: Desks):
    plain = desks.hired("luu-tru-yt", "H20.15", "archivist")
    cleared = desks.hired("luu-tru-yt-2", "H20.15", "archivist", cleared=True)
    leader = desks.hired("giam-doc-yt", "H20.15", "leader")
    clerk = desks.hired("van-thu-2", "H20.14", "clerk", cleared=True)
    paper = clerk.registers(confidentiality="restricted").json

    merged(desks, "access", "custody")

    statuses = [one.get(paper["url"]).status_code for one in (plain, cleared, leader)]
    assert statuses == [404, 200, 200]
    assert [len(desks.found(one)) for one in (plain, cleared, leader)] == [0, 1, 1]


def test_who_was_given_a_file_is_told_when_its_content_was_destroyed(desks: Desks):
    desks.clerk.brings(b"sai so")
    paper = desks.clerk.registers(components=[a_file(b"sai so")]).json
    desks.gives(paper, login="chuyen-vien")
    blob = blob_name(b"sai so")

    erased(desks.node, b"sai so")

    assert desks.officer.get(f"/v1/blobs/{blob}").status_code == 410
    assert desks.clerk.get(f"/v1/blobs/{blob}").status_code == 410
    assert desks.other.get(f"/v1/blobs/{blob}").status_code == 404


def why(desks: Desks, paper: dict[str, Any], login: str) -> tuple[bool, str]:
    told = desks.node.province.get(f"{paper['url']}/access?login={login}")
    assert told.status_code == 200, told.text
    assert told.json["told_vi"].startswith("Được" if told.json["allowed"] else "Không")
    return told.json["allowed"], told.json["rule"]


def test_it_is_told_why_somebody_may_see_a_document_or_may_not(desks: Desks):
    desks.hired("luu-tru-yt", "H20.15", "archivist")
    desks.hired("lanh-dao-yt", "H20.15", "leader")
    clerk = desks.hired("van-thu-2", "H20.14", "clerk", cleared=True)
    paper = desks.clerk.registers().json
    desks.gives(paper, unit="HT")
    desks.gives(paper, login="phoi-hop")

    assert why(desks, paper, "van-thu") == (True, "post")
    assert why(desks, paper, "phoi-hop") == (True, "line")
    assert why(desks, paper, "truong-phong") == (True, "unit")
    assert why(desks, paper, "chuyen-vien") == (False, "right")
    assert why(desks, paper, "luu-tru-yt") == (False, "nothing")
    hidden = clerk.registers(confidentiality="restricted").json
    assert why(desks, hidden, "van-thu") == (False, "grade")
    merged(desks, "custody")
    assert why(desks, paper, "luu-tru-yt") == (True, "custody")
    merged_too = why(desks, paper, "lanh-dao-yt")
    assert merged_too == (False, "nothing")


def test_only_who_administers_the_agency_is_told_why(desks: Desks):
    administrator = desks.hired("quan-tri", "H20.14", "administrator")
    stranger = desks.hired("quan-tri-yt", "H20.15", "administrator")
    paper = desks.clerk.registers().json
    asked = f"{paper['url']}/access?login=van-thu"

    assert administrator.get(asked).status_code == 200
    assert administrator.get(paper["url"]).status_code == 404
    unknown = administrator.get(f"{paper['url']}/access?login=nobody")
    assert (unknown.status_code, unknown.json["type"]) == (422, "/problems/unknown-person")
    for office in (stranger, desks.clerk, desks.officer, desks.leader):
        assert office.get(asked).status_code == 404


def test_who_may_not_sign_in_sees_nothing(desks: Desks):
    paper = desks.clerk.registers().json
    gone = {"login": "van-thu", "name": "Văn thư", "active": False}
    desks.node.province.post("/v1/people", gone)

    assert why(desks, paper, "van-thu") == (False, "nothing")
