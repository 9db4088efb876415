"""Restricted papers are for who was given them, for leaders, and for who has a clearance.

Whatever surface is asked, to all others they are not there.
"""

from datetime import timedelta
from typing import Any

import pytest
from falcon.testing import Result

from api.services.holds import PlaceHold
from indexer.follower import IndexFollower
from repository.model.access import OPERATOR, Right
from repository.model.ids import parse_blob
from tests.api.conftest import NOON, Node
from tests.api.office import Office, a_draft, a_file, blob_name
from tests.api.test_amendments import amends

CONTENT = b"danh sach nhan su"
STAFF = (
    ("van-thu", "clerk", "", False),
    ("van-thu-mat", "clerk", "", True),
    ("luu-tru", "archivist", "", False),
    ("giam-doc", "leader", "", False),
    ("chuyen-vien", "officer", "HT", False),
    ("truong-phong", "head", "HT", False),
    ("quan-tri", "administrator", "", False),
)


class Desks:
    """H20.14 with its people, and a restricted paper that its cleared clerk has registered."""

    def __init__(self, node: Node) -> None:
        self.node = node
        node.province.post("/v1/agencies/H20.14/units", {"code": "HT", "name": "Phòng Hộ tịch"})
        for login, duty, unit, cleared in STAFF:
            node.province.post("/v1/people", {"login": login, "name": login.title()})
            post = {"login": login, "duty": duty, "unit": unit, "cleared": cleared}
            assert node.province.post("/v1/agencies/H20.14/posts", post).status_code == 201
        (
            self.clerk, self.cleared, self.archivist, self.leader,
            self.officer, self.head, self.administrator,
        ) = (node.desk(login) for login, *_ in STAFF)  # fmt: skip
        self.cleared.brings(CONTENT)
        registered = self.cleared.registers(**RESTRICTED)
        assert registered.status_code == 201, registered.text
        self.paper: dict[str, Any] = registered.json

    def given(self, **line: str) -> Result:
        lines = [{"role": "lead", **line}]
        return self.cleared.post(f"{self.paper['url']}/receipts", {"lines": lines})


RESTRICTED: dict[str, Any] = {
    "confidentiality": "restricted",
    "subject": "Nhân sự dự kiến",
    "symbol": "9/TTr",
    "issued": "2026-03-01",
    "issuer": "Ban Tổ chức",
    "components": [a_file(CONTENT)],
}


@pytest.fixture
def desks(node: Node) -> Desks:
    return Desks(node)


def indexed(node: Node) -> None:
    follower = IndexFollower(node.holdings, node.index)
    while follower.step():
        pass


def sees(office: Office, paper: dict[str, Any]) -> bool:
    """The same answer at every address of *paper*, or one of them leaks."""
    addresses = [paper["url"], f"{paper['url']}/files/0", f"{paper['url']}/history"]
    addresses += [f"{paper['url']}/receipts", f"/v1/blobs/{paper['components'][0]['blob']}"]
    statuses = {office.get(address).status_code for address in addresses}
    assert statuses in ({200}, {404}), statuses
    return statuses == {200}


def test_a_restricted_paper_is_for_leaders_and_who_has_a_clearance(desks: Desks):
    allowed = {login: sees(desks.node.desk(login), desks.paper) for login, *_ in STAFF}

    assert [login for login, may in allowed.items() if may] == ["van-thu-mat", "giam-doc"]
    assert not sees(desks.node.clerk, desks.paper)
    assert not sees(desks.node.province, desks.paper)


def test_who_is_given_it_reads_it_whatever_its_grade(desks: Desks):
    assert desks.given(login="chuyen-vien").status_code == 201
    assert desks.given(unit="HT").status_code == 409  # one leads already

    assert sees(desks.officer, desks.paper)
    assert not sees(desks.head, desks.paper)
    assert not sees(desks.clerk, desks.paper)


def test_internal_papers_are_for_all_who_read_in_the_agency(desks: Desks):
    desks.cleared.brings(b"noi bo")
    paper = desks.cleared.registers(confidentiality="internal", components=[a_file(b"noi bo")]).json

    assert paper["confidentiality"] == "internal"
    assert all(sees(one, paper) for one in (desks.clerk, desks.archivist, desks.leader))
    assert not sees(desks.officer, paper)


def test_only_who_has_a_clearance_registers_or_amends_as_restricted(desks: Desks):
    desks.clerk.brings(b"khac")
    refused = desks.clerk.registers(confidentiality="restricted")
    plain = desks.clerk.registers(components=[a_file(b"khac")])

    assert (refused.status_code, refused.json["type"]) == (403, "/problems/clearance-needed")
    assert amends(desks.clerk, plain, confidentiality="restricted").status_code == 403
    raised = amends(desks.cleared, plain, confidentiality="restricted")
    assert (raised.status_code, raised.json["confidentiality"]) == (200, "restricted")
    assert not sees(desks.clerk, plain.json)
    assert amends(desks.cleared, raised, confidentiality="none").status_code == 200
    assert sees(desks.clerk, plain.json)


def test_who_may_not_see_a_paper_does_not_learn_of_it_by_changing_it(desks: Desks):
    unknown = {"url": "/v1/documents/" + "0" * 32}
    for office in (desks.clerk, desks.officer, desks.administrator, desks.node.clerk):
        for paper in (desks.paper, unknown):
            headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
            told = office.ask("PATCH", paper["url"], headers, body=b'{"subject": "x"}')
            assert told.status_code == 404
            lines = {"lines": [{"role": "lead", "login": "giam-doc"}]}
            assert office.post(f"{paper['url']}/receipts", lines).status_code == 404


def test_the_feed_keeps_the_place_of_what_it_withholds(desks: Desks):
    def feed(office: Office) -> list[dict[str, Any]]:
        return office.get("/v1/changes?agency=H20.14&limit=200").json["changes"]

    whole, part = feed(desks.cleared), feed(desks.clerk)

    assert [one["sequence"] for one in part] == [one["sequence"] for one in whole]
    about = [one["sequence"] for one in whole if one["id"] == desks.paper["id"]]
    withheld = [one for one in part if one["type"] == "withheld"]
    assert [one["sequence"] for one in withheld] == about
    assert all(one["id"] == "" and "document" not in one for one in withheld)


def test_the_register_tells_that_the_number_was_given_and_nothing_else(desks: Desks):
    book = desks.paper["register_url"]
    entries = desks.clerk.get(f"{book}/entries").json["entries"]
    (number,) = desks.clerk.get(f"{book}/numbers").json["numbers"]
    printed = desks.clerk.get(f"{book}/print?format=csv").text
    alone = desks.clerk.get(f"{book}/numbers/1").json

    assert entries == []
    assert (number["number"], number["state"], number["symbol"]) == (1, "given", "")
    assert "document_url" not in number
    assert "document_url" not in alone
    assert RESTRICTED["subject"] not in printed
    assert "Hạn chế tiếp cận" in printed
    assert RESTRICTED["subject"] in desks.leader.get(f"{book}/print?format=csv").text
    assert desks.clerk.post(f"{book}/numbers/1/void", {"reason": "thử"}).status_code == 404
    assert desks.cleared.post(f"{book}/numbers/1/void", {"reason": "thử"}).status_code == 200


def test_search_and_its_totals_know_nothing_of_it(desks: Desks):
    indexed(desks.node)

    def total(office: Office) -> int:
        found = office.get("/v1/search", params={"q": "nhân sự", "highlight": "true"}).json
        assert len(found["hits"]) == found["total"]
        return found["total"]

    assert [total(one) for one in (desks.cleared, desks.leader)] == [1, 1]
    assert [total(one) for one in (desks.clerk, desks.archivist, desks.officer)] == [0, 0, 0]
    assert total(desks.node.province) == 0


def test_a_duplicate_of_it_is_no_duplicate_to_who_may_not_see_it(desks: Desks):
    again = {name: RESTRICTED[name] for name in ("symbol", "issued", "issuer")}

    warned = desks.cleared.registers(**again)
    silent = desks.clerk.registers(**again)

    assert (warned.status_code, warned.json["document"]) == (409, desks.paper["id"])
    assert silent.status_code == 201


def test_its_file_brought_by_somebody_else_is_a_file_like_any_other(desks: Desks):
    desks.node.clock.now = NOON + timedelta(minutes=1)
    before = desks.clerk.get(f"/v1/blobs/{blob_name(CONTENT)}").status_code

    stored = desks.clerk.put_blob(CONTENT).status_code

    assert (before, stored) == (404, 201)
    assert desks.clerk.get(f"/v1/blobs/{blob_name(CONTENT)}").content == CONTENT
    mine = desks.clerk.registers(components=[a_file(CONTENT)])
    assert (mine.status_code, sees(desks.clerk, mine.json)) == (201, True)
    assert desks.clerk.get(desks.paper["url"]).status_code == 404


def test_a_proof_of_its_registration_is_for_who_may_see_it(desks: Desks):
    event = desks.cleared.get(f"{desks.paper['url']}/history").json["revisions"][0]["log_sequence"]
    proofs = [
        office.get(f"/v1/log/proof?seq={event}").status_code
        for office in (desks.cleared, desks.clerk, desks.officer, desks.node.province)
    ]

    assert proofs == [200, 404, 404, 404]


def test_events_that_name_files_are_proved_to_who_has_a_clearance(desks: Desks):
    cleared = desks.node.office(every_agency=True, cleared=True)
    blob = parse_blob(blob_name(CONTENT))
    desks.node.holdings.keeper.submit(PlaceHold(caller=OPERATOR, blob=blob, reason="thử"))
    last = desks.node.holdings.last_event()

    assert cleared.get(f"/v1/log/proof?seq={last}").status_code == 200
    assert desks.node.province.get(f"/v1/log/proof?seq={last}").status_code == 404


def test_who_does_not_read_gets_the_same_answer_for_what_is_there_and_what_is_not(desks: Desks):
    writer = desks.node.office("H20.14", rights=(Right.WRITE,))
    same = {"X-Request-Id": "a"}

    there = writer.get(desks.paper["url"], same)
    unknown = writer.get("/v1/documents/" + "0" * 32, same)

    assert there.status_code == unknown.status_code == 404
    assert there.text.replace(desks.paper["id"], "0" * 32) == unknown.text


def test_what_was_recalled_is_not_told_by_my_work_either(desks: Desks):
    desks.given(login="chuyen-vien")
    line = desks.cleared.get(f"{desks.paper['url']}/receipts").json["receipts"][0]
    assert desks.officer.get("/v1/work").json["work"][0]["subject"] == RESTRICTED["subject"]

    desks.cleared.post(f"{line['url']}/actions", {"act": "recall"})

    assert desks.officer.get("/v1/work?state=recalled").json["work"] == []


def test_an_answer_that_is_restricted_is_none_for_who_may_not_see_it(desks: Desks):
    draft = a_draft(confidentiality="restricted", subject="Trả lời")
    answer = desks.cleared.registers(**draft).json["id"]
    desks.given(login="chuyen-vien")
    line = desks.cleared.get(f"{desks.paper['url']}/receipts").json["receipts"][0]

    for named in (answer, "0" * 32):
        told = desks.officer.post(f"{line['url']}/actions", {"act": "complete", "answer": named})
        assert (told.status_code, told.json["type"]) == (422, "/problems/not-an-answer")


def test_figures_count_what_was_registered_for_people_who_read_too(desks: Desks):
    for office in (desks.clerk, desks.leader):
        figures = office.get("/v1/statistics?year=2026").json
        assert (figures["total"], [one["code"] for one in figures["agencies"]]) == (1, ["H20.14"])

    assert desks.officer.get("/v1/statistics?year=2026").status_code == 403


@pytest.mark.parametrize("duty", ["leader", "head", "officer", "administrator"])
def test_a_clearance_is_for_clerks_and_archivists(desks: Desks, duty: str):
    asked = {"login": "van-thu", "duty": duty, "unit": "HT", "cleared": True}

    refused = desks.node.province.post("/v1/agencies/H20.14/posts", asked)

    assert (refused.status_code, refused.json["path"]) == (422, "$.cleared")


def test_a_persons_token_has_no_clearance_of_its_own(desks: Desks):
    asked = {"label": "thử", "person": "van-thu", "cleared": True}

    refused = desks.node.province.post("/v1/tokens", asked)

    assert (refused.status_code, refused.json["path"]) == (422, "$.cleared")


def test_a_grade_that_is_none_is_refused(desks: Desks):
    for word in ("secret", "mật", "", 7):
        refused = desks.cleared.registers(confidentiality=word)
        assert refused.status_code == 422, word


def test_the_answer_to_a_key_is_not_given_again_to_who_may_not_see_it_any_more(desks: Desks):
    first = desks.clerk.registers(key="mot", subject="Việc chung")
    assert (
        amends(desks.cleared, first, confidentiality="restricted", subject="x").status_code == 200
    )

    again = desks.clerk.registers(key="mot", subject="Việc chung")

    assert again.status_code == 404


def test_a_file_that_a_restricted_paper_takes_later_is_withheld_as_well(desks: Desks):
    desks.node.clock.now = NOON + timedelta(minutes=1)
    desks.cleared.brings(b"phu luc")
    tag = desks.cleared.get(desks.paper["url"]).headers["ETag"]
    files = {"files": [a_file(b"phu luc", role="annex")]}

    added = desks.cleared.post(f"{desks.paper['url']}/files", files, {"If-Match": tag})

    assert added.status_code in (200, 201), added.text
    assert desks.cleared.get(f"/v1/blobs/{blob_name(b'phu luc')}").status_code == 200
    assert desks.clerk.get(f"/v1/blobs/{blob_name(b'phu luc')}").status_code == 404
