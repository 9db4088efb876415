"""What was issued is recalled: its row stays, its files go, and each recipient answers for itself."""

from typing import Any

import pytest
from falcon.testing import Result

from indexer.follower import IndexFollower
from tests.api.books import problem, states, the_book
from tests.api.conftest import Node
from tests.api.drafting import SEALED, Drafting
from tests.api.office import Office, a_draft, a_file

pytestmark = pytest.mark.parametrize("node", ["memory"], indirect=True)


@pytest.fixture
def house(node: Node) -> Drafting:
    return Drafting(node)


def recalls(house: Drafting, document: dict[str, Any], reason: str = "Sai thẩm quyền") -> Result:
    return house.clerk.post(f"{document['url']}/recall", {"reason": reason})


def arrivals(who: Office, state: str = "sent") -> list[dict[str, Any]]:
    return who.get(f"/v1/agencies/H20.15/dispatches?state={state}").json["dispatches"]


def answers(who: Office, line: dict[str, Any], act: str, seen: str = "*", **rest: str) -> Result:
    return who.post(f"{line['url']}/actions", {"act": act, **rest}, {"If-Match": seen})


def received(house: Drafting) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """An issued document that H20.15 registered: it, the line, and the arrival there."""
    document = house.issued({"agency": "H20.15"})
    line = arrivals(house.neighbour)[0]
    given = house.neighbour.get(line["document_url"]).json
    arrival = house.neighbour.registers(
        agency="H20.15",
        symbol=given["symbol"],
        issued=given["issued"],
        issuer=given["issuer"],
        components=[a_file(SEALED, "den.pdf")],
    )
    assert arrival.status_code == 201, arrival.text
    done = answers(house.neighbour, line, "receive", received=arrival.json["id"])
    assert done.json["state"] == "received", done.text
    return document, line, arrival.json


def test_a_recipient_reads_what_was_sent_to_it_and_registers_it(house: Drafting):
    document = house.issued({"agency": "H20.15"})
    line = arrivals(house.neighbour)[0]

    seen = house.neighbour.get(line["document_url"])

    assert seen.json["symbol"] == document["symbol"] == line["symbol"]
    assert house.neighbour.get(seen.json["components"][0]["url"]).content == SEALED
    assert house.neighbour.get(seen.json["draft_url"]).status_code == 404
    assert house.neighbour.get(f"{document['url']}/dispatches").status_code == 404
    assert house.neighbour.get(f"{line['url']}/actions").json["actions"] == ["receive", "refuse"]
    assert house.clerk.get(f"{line['url']}/actions").json["actions"] == []
    assert house.other.get(line["url"]).status_code == 404


def test_who_refuses_it_reads_it_no_more(house: Drafting):
    document = house.issued({"agency": "H20.15"})
    line = arrivals(house.neighbour)[0]
    assert answers(house.neighbour, line, "refuse").json["path"] == "$.reason"

    refused = answers(house.neighbour, line, "refuse", reason="Không đúng nơi nhận")

    assert (refused.json["state"], refused.json["status"]) == ("refused", "02")
    assert house.neighbour.get(document["url"]).status_code == 404
    assert house.neighbour.get(f"/v1/blobs/{document['components'][0]['blob']}").status_code == 404
    told = house.clerk.get(f"{document['url']}/dispatches").json["dispatches"]
    assert [(one["state"], one["reason"]) for one in told] == [("refused", "Không đúng nơi nhận")]


def test_a_recalled_document_stands_in_its_row_and_shows_its_files_to_the_registry_alone(
    house: Drafting,
):
    document = house.issued()
    file = document["components"][0]
    lines = {"lines": [{"role": "information", "login": "chuyen-vien"}]}
    house.clerk.post(f"{document['url']}/receipts", lines)
    assert house.drafter.get(document["url"]).status_code == 200

    recalled = recalls(house, document)

    assert recalled.status_code == 200
    assert "recalled" in recalled.json
    assert states(house.clerk, the_book(house.node)) == {1: "given"}
    assert house.clerk.get(file["url"]).content == SEALED
    bare = house.deputy.get(document["url"]).json
    assert (bare["symbol"], bare["components"]) == (document["symbol"], [])
    assert house.deputy.get(file["url"]).status_code == 404
    assert house.deputy.get(f"/v1/blobs/{file['blob']}").status_code == 404
    assert house.drafter.get(document["url"]).status_code == 404
    printed = house.clerk.get(f"{the_book(house.node)}/print?format=csv").text
    assert "Thu hồi ngày 02/03/2026" in printed
    rows = house.deputy.get(f"{the_book(house.node)}/entries").json["entries"]
    assert rows[0]["components"] == []
    assert "recalled" in rows[0]


def test_a_recipient_that_confirms_cancels_its_own_and_reads_neither(house: Drafting):
    document, line, arrival = received(house)

    recalls(house, document)
    asked = arrivals(house.neighbour, "recall-asked")
    assert [(one["id"], one["reason"], one["status"]) for one in asked] == [
        (line["id"], "Sai thẩm quyền", "13")
    ]
    done = answers(house.neighbour, line, "confirm-recall")

    assert (done.json["state"], done.json["status"]) == ("recalled", "15")
    assert house.neighbour.get(document["url"]).status_code == 404
    assert "recalled" in house.neighbour.get(arrival["url"]).json
    told = house.clerk.get("/v1/changes?agency=H20.14&limit=200").json["changes"]
    assert told[-1]["type"] == "dispatch-told"
    # What both agencies hold is one file, and each decides for itself who reads it.
    assert house.clerk.get(document["components"][0]["url"]).content == SEALED
    assert house.neighbour.get(arrival["components"][0]["url"]).content == SEALED


def test_a_recipient_that_refuses_keeps_it_and_may_be_asked_again(house: Drafting):
    document, line, arrival = received(house)
    recalls(house, document)
    assert answers(house.neighbour, line, "refuse-recall").json["path"] == "$.reason"

    refused = answers(house.neighbour, line, "refuse-recall", reason="Đã thi hành")

    assert (refused.json["state"], refused.json["status"]) == ("recall-refused", "16")
    assert "recalled" not in house.neighbour.get(arrival["url"]).json
    assert recalls(house, document, "Đề nghị lần hai").status_code == 200
    assert arrivals(house.neighbour, "recall-asked")[0]["reason"] == "Đề nghị lần hai"


def test_of_two_clerks_of_the_recipient_one_answers(house: Drafting):
    house.issued({"agency": "H20.15"})
    line = arrivals(house.neighbour)[0]
    tag = house.neighbour.get(line["url"]).headers["ETag"]

    first = answers(house.neighbour, line, "receive", seen=tag)
    again = answers(house.neighbour, line, "receive", seen=tag)
    late = answers(house.node.neighbour, line, "refuse", seen=tag, reason="Không nhận")

    assert (first.status_code, again.status_code) == (200, 200)
    assert (late.status_code, problem(late)) == (412, "dispatch-changed")


def test_for_a_recipient_that_is_not_at_home_here_the_sender_notes_what_it_was_told(
    house: Drafting,
):
    document = house.issued({"name": "Công ty A"})
    line = house.clerk.get(f"{document['url']}/dispatches").json["dispatches"][0]

    noted = answers(house.clerk, line, "receive")

    assert (noted.json["state"], noted.json["agency"]) == ("received", "")
    assert answers(house.deputy, line, "process").json["allowed"] == "–"


def test_only_what_was_issued_here_is_recalled_and_by_its_registry(house: Drafting):
    arrival = house.clerk.registers().json
    direct = house.node.clerk.registers(**a_draft()).json

    assert problem(recalls(house, arrival)) == "not-issued-here"
    assert recalls(house, direct).status_code == 200
    document = house.issued()
    for who, status in (
        (house.deputy, 403),
        (house.drafter, 403),
        (house.other, 404),
        (house.neighbour, 404),
    ):
        answer = who.post(f"{document['url']}/recall", {"reason": "Sai"})
        assert answer.status_code == status, answer.text


def test_the_same_recall_again_is_harmless(house: Drafting):
    document = house.issued()
    first = recalls(house, document).json

    assert recalls(house, document).json["recalled"] == first["recalled"]


def test_a_replacement_and_a_correction_mark_what_was_issued_before(house: Drafting):
    first = house.issued(subject="Quy định cũ")
    said = [{"kind": "replaces", "document": first["id"]}]

    second = house.issued(subject="Quy định mới", relations=said)

    seen = house.clerk.get(first["url"]).json
    assert [one["mark"] for one in seen["marks"]] == ["replaced"]
    assert "recalled" not in seen
    told = house.clerk.get(f"{second['url']}/relations").json["relations"]
    assert [one["kind"] for one in told] == ["replaces"]
    third = house.issued(relations=[{"kind": "corrects", "document": second["id"]}])
    assert house.clerk.get(second["url"]).json["marks"][0]["mark"] == "corrected"
    assert house.told(house.clerk, house.clerk.get(third["draft_url"]).json) == []


def test_a_document_that_recalls_another_asks_its_recipients(house: Drafting):
    document, line, _ = received(house)

    notice = house.issued(
        {"agency": "H20.15"},
        subject="Thu hồi",
        relations=[{"kind": "recalls", "document": document["id"]}],
    )

    seen = house.clerk.get(document["url"]).json
    assert ("recalled" in seen, seen["marks"][0]["mark"]) == (True, "recalled")
    asked = arrivals(house.neighbour, "recall-asked")
    assert [one["id"] for one in asked] == [line["id"]]
    assert asked[0]["reason"].startswith(notice["symbol"])


def test_only_what_may_be_related_is(house: Drafting):
    arrival = house.clerk.registers().json
    foreign = house.node.neighbour.registers(agency="H20.15").json

    wrong = house.opens(house.clerk, relations=[{"kind": "recalls", "document": arrival["id"]}])
    hidden = house.opens(relations=[{"kind": "replaces", "document": foreign["id"]}])

    assert problem(wrong) == "relation-not-allowed"
    assert problem(hidden) == "unknown-document"


def test_search_marks_what_was_recalled_and_finds_its_words_no_more(house: Drafting):
    document = house.issued(subject="Về việc phòng chống hạn mặn")
    recalls(house, document)
    IndexFollower(house.node.holdings, house.node.index).step()

    found = house.deputy.get("/v1/search", params={"q": "hạn mặn", "highlight": "true"}).json

    assert [one["document"]["id"] for one in found["hits"]] == [document["id"]]
    assert "recalled" in found["hits"][0]["document"]
    assert found["hits"][0]["document"]["components"] == []


def finds(who: Office) -> list[str]:
    found = who.get("/v1/search", params={"q": "hạn mặn"}).json
    assert found["total"] == len(found["hits"])
    return [one["document"]["id"] for one in found["hits"]]


def explained(house: Drafting, document: dict[str, Any], login: str) -> tuple[bool, str, bool]:
    answer = house.node.province.get(f"{document['url']}/access", params={"login": login})
    assert answer.status_code == 200, answer.text
    return answer.json["allowed"], answer.json["rule"], bool(answer.json["told_vi"])


def test_who_had_it_in_draft_finds_what_it_became_until_it_is_recalled(house: Drafting):
    document = house.issued({"agency": "H20.15"}, subject="Về việc phòng chống hạn mặn")
    follower = IndexFollower(house.node.holdings, house.node.index)
    follower.step()
    people = (house.drafter, house.head, house.director, house.clerk, house.neighbour)

    assert [finds(who) for who in people] == [[document["id"]]] * len(people)
    assert finds(house.other) == []
    recalls(house, document)
    follower.step()
    assert finds(house.drafter) == finds(house.head) == []
    assert finds(house.clerk) == [document["id"]]


def test_who_stands_in_for_a_head_finds_nothing_of_what_the_head_saw_in_draft(house: Drafting):
    document = house.issued(subject="Về việc phòng chống hạn mặn")
    IndexFollower(house.node.holdings, house.node.index).step()
    mandate = {"login": "phong-khac", "until": "2026-03-03T12:00:00+07:00"}
    given = house.head.post("/v1/agencies/H20.14/delegations", mandate)

    assert given.status_code == 201, given.text
    assert house.other.get(document["url"]).status_code == 404
    assert finds(house.other) == []


def test_why_somebody_sees_what_they_were_sent_or_had_in_draft_is_told(house: Drafting):
    document = house.issued({"agency": "H20.15"})

    assert explained(house, document, "chuyen-vien") == (True, "draft", True)
    assert explained(house, document, "van-thu-y-te") == (True, "sent", True)
    assert explained(house, document, "phong-khac") == (False, "right", True)
