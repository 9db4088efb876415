"""A matter becomes a dossier: opened, filled, closed with everything looked at, handed to the archive."""

import re
from typing import Any

import pytest

from repository.model.access import Right
from tests.api.archive import (
    FIVE_YEARS,
    Bureau,
    acts,
    adds,
    amends,
    checks,
    does,
    found,
    items,
)
from tests.api.books import problem
from tests.api.conftest import Node
from tests.api.office import a_draft, a_file, blob_name

pytestmark = pytest.mark.parametrize("node", ["memory"], indirect=True)


@pytest.fixture
def bureau(node: Node) -> Bureau:
    return Bureau(node)


# From the first paper to the archive.


def test_a_dossier_goes_from_the_file_list_to_the_archive(bureau: Bureau):
    drafted = bureau.clerk.post("/v1/agencies/H20.14/file-lists", {"year": 2026}).json
    entry = {
        "symbol": "01.HT",
        "heading": "I. Hộ tịch",
        "title": "Hồ sơ rà soát hộ tịch năm 2026",
        "retention": {"years": 20},
        "unit": "HT",
        "login": "chuyen-vien",
    }
    url = f"{drafted['url']}/entries"
    bureau.clerk.ask("PUT", url, {"If-Match": "*"}, json={"entries": [entry]})
    bureau.clerk.post(f"{drafted['url']}/issue", {"decision": "3/QĐ-STP"})
    opening = {"agency": "H20.14", "entry": "01.HT"}
    dossier = bureau.officer.post("/v1/dossiers", opening).json
    assert (dossier["title"], dossier["unit"], dossier["login"]) == (
        "Hồ sơ rà soát hộ tịch năm 2026",
        "HT",
        "chuyen-vien",
    )
    answer = bureau.paper(subject="Trả lời")
    adds(bureau.officer, dossier, bureau.arrival(subject="Đến"), answer)

    closed = does(bureau.officer, dossier, "close", ended="2026-03-02").json
    asked = bureau.officer.post(
        "/v1/agencies/H20.14/hand-overs", {"dossiers": [dossier["id"]]}
    ).json
    settled = bureau.archivist.post(f"{asked['url']}/actions", {"act": "settle"}).json

    assert (closed["state"], closed["form"], closed["documents"]) == ("closed", "electronic", 2)
    assert (closed["hand_over_by"], closed["keep_until"]) == ("2026-05-01", "2047-01-01")
    assert closed["due"] == "2026-05-01"
    assert (settled["giver"], settled["receiver"]) == (
        "Chuyen-Vien, officer",
        "Luu-Tru, archivist",
    )
    archived = bureau.archivist.get(dossier["url"]).json
    assert (archived["state"], archived["due"]) == ("archived", "2047-01-01")
    history = bureau.archivist.get(f"{dossier['url']}/history").json["steps"]
    assert [one["what"] for one in history] == ["opened", "added", "close", "offer", "accepted"]


def test_who_works_there_opens_a_dossier_that_no_list_foresaw(bureau: Bureau):
    archival: dict[str, Any] = {
        "info_sign": "HT",
        "condition": "good",
        "paper_code": "H20.14-2026-9",
    }
    dossier = bureau.opens(symbol="09.HT", keywords=["hộ  tịch"], note="Tập 1", **archival)

    assert (dossier["login"], dossier["unit"], dossier["started"]) == (
        "chuyen-vien",
        "HT",
        "2026-03-02",
    )
    assert dossier["keywords"] == ["hộ tịch"]
    assert {name: dossier[name] for name in archival} == archival
    assert bureau.officer.get(dossier["url"]).json == dossier


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"symbol": ""}, "field-missing"),
        ({"title": " "}, "field-missing"),
        ({"retention": None}, "field-missing"),
        ({"retention": {"years": 0}}, "field-of-wrong-type"),
        ({"title": "x" * 1001}, "field-too-long"),
        ({"started": "2026-03-03"}, "field-unfit"),
        ({"languages": ["Tiếng Việt"]}, "field-unfit"),
        ({"entry": "01.HT"}, "no-such-entry"),
        ({"fonds": "STP"}, "no-such-fonds"),
        ({"login": "khong-co"}, "unknown-person"),
        ({"unit": "KHÁC"}, "unknown-unit"),
        ({"login": "nguoi-khac"}, "not-allowed"),
        ({"title": "Báo cáo (TUYỆT MẬT)", "note": "Độ mật: Mật"}, "state-secret-refused"),
    ],
)
def test_what_cannot_be_a_dossier_is_refused(bureau: Bureau, changes: dict[str, Any], refused: str):
    assert problem(bureau.tries_to_open(**changes)) == refused
    assert found(bureau.officer) == []


def test_a_symbol_is_one_dossiers_in_a_year(bureau: Bureau):
    bureau.opens(symbol="01.HT")

    assert problem(bureau.tries_to_open(symbol="01.HT")) == "dossier-symbol-taken"
    assert bureau.opens(symbol="01.HT", year=2025)["year"] == 2025


# Who sees what.


def test_a_grade_says_who_sees_a_dossier(bureau: Bureau):
    offices = {
        "clerk": bureau.clerk,
        "leader": bureau.leader,
        "head": bureau.head,
        "officer": bureau.officer,
        "other": bureau.other,
        "archivist": bureau.archivist,
        "neighbour": bureau.node.neighbour,
    }
    seen: dict[str, set[str]] = {}
    for grade in ("none", "internal", "restricted"):
        dossier = bureau.opens(symbol=grade, confidentiality=grade)
        seen[grade] = {
            who for who, one in offices.items() if one.get(dossier["url"]).status_code == 200
        }
        for who, office in offices.items():
            if who != "neighbour":
                assert (grade in found(office)) is (who in seen[grade])

    hands = {"head", "officer", "leader", "archivist"}
    assert seen == {
        "none": hands | {"clerk", "other"},
        "internal": hands | {"clerk"},
        "restricted": hands,
    }


def test_programs_see_what_their_rights_say(bureau: Bureau):
    restricted = bureau.opens(symbol="1", confidentiality="restricted")
    node = bureau.node
    reader = node.office("H20.14", rights=(Right.READ,))
    writer = node.office("H20.14", rights=(Right.WRITE,))
    everything = node.office("H20.14")

    assert acts(reader, restricted) == []
    assert acts(node.clerk, restricted) == ["amend", "file", "assign", "close", "cancel"]
    assert problem(writer.get(restricted["url"])) == "not-allowed"
    assert problem(writer.get("/v1/dossiers?agency=H20.14")) == "not-allowed"
    assert problem(node.neighbour.get(restricted["url"])) == "hidden"
    # Who only writes may open a dossier all the same, in somebody's charge.
    assert bureau.opens(writer, symbol="2", login="chuyen-vien")["symbol"] == "2"
    assert problem(bureau.tries_to_open(writer)) == "field-missing"
    assert acts(everything, bureau.archived()) == ["correct", "give-back"]


def test_a_dossier_that_is_hidden_is_as_one_that_is_not_there(bureau: Bureau):
    dossier = bureau.opens(confidentiality="restricted")
    nothing = "/v1/dossiers/" + "0" * 32

    for path in ("", "/items", "/actions", "/history", "/check", "/print"):
        hidden, missing = (bureau.other.get(url + path) for url in (dossier["url"], nothing))
        assert (hidden.status_code, hidden.json["type"]) == (404, missing.json["type"])
    refused = does(bureau.other, dossier, "close")
    assert (refused.status_code, refused.json["detail"]) == (
        404,
        does(bureau.other, {"url": nothing}, "close").json["detail"],
    )


def test_being_in_a_dossier_shows_a_document_to_nobody(bureau: Bureau):
    bureau.clerk.brings(b"tham khao")
    dossier = bureau.opens(bureau.clerk, unit="HT", login="chuyen-vien")
    reference = {"title": "Bản ghi", "blob": blob_name(b"tham khao"), "name": "ghi.txt"}
    adds(bureau.clerk, dossier, bureau.paper(to="", subject="Kín"), bureau.paper(), reference)

    mine, clerks = items(bureau.officer, dossier), items(bureau.clerk, dossier)
    others = bureau.other.get(f"{dossier['url']}/items")

    assert mine[0] == {"position": 1}
    assert (mine[1]["document"]["id"], mine[2]["paper"]["title"]) == (
        clerks[1]["document"]["id"],
        "Bản ghi",
    )
    assert clerks[0]["document"]["subject"] == "Kín"
    assert others.json["items"] == [{"position": 1}, {"position": 2}, {"position": 3}]
    assert "Kín" not in bureau.officer.get(f"{dossier['url']}/print?format=csv").text
    paper = clerks[2]["paper"]["url"]
    assert bureau.officer.get(paper).content == b"tham khao"
    assert bureau.other.get(paper).status_code == 404
    assert bureau.officer.get(clerks[0]["document"]["url"]).status_code == 404


def test_a_document_tells_its_dossiers_only_to_who_sees_both(bureau: Bureau):
    paper = bureau.paper()
    open_to_all = bureau.opens(symbol="1")
    restricted = bureau.opens(symbol="2", confidentiality="restricted")
    for dossier in (open_to_all, restricted):
        adds(bureau.officer, dossier, paper)

    def told(office: Any) -> list[str]:
        listed = office.get(f"{paper['url']}/dossiers")
        return [one["symbol"] for one in listed.json.get("dossiers", [])]

    assert sorted(told(bureau.officer)) == ["1", "2"]
    assert told(bureau.clerk) == ["1"]
    assert told(bureau.other) == []


# What is in it.


def test_items_stand_in_order_and_may_be_moved_and_taken_out(bureau: Bureau):
    dossier = bureau.opens()
    papers = [bureau.paper(subject=f"Văn bản {n}") for n in range(4)]
    adds(bureau.officer, dossier, *papers)

    def order() -> list[int]:
        return [int(one["document"]["subject"][-1]) for one in items(bureau.officer, dossier)]

    def move(item: str, before: str = "") -> None:
        url = f"{dossier['url']}/items/{item}/move"
        moved = bureau.officer.post(url, {"before": before}, {"If-Match": "*"})
        assert moved.status_code == 200, moved.text

    one, two, three, four = (each["id"] for each in items(bureau.officer, dossier))
    move(four, before=one)
    assert order() == [3, 0, 1, 2]
    move(one)
    assert order() == [3, 1, 2, 0]
    for _ in range(25):  # until there is no room between two, and all are numbered anew
        move(three, before=two)
        move(two, before=three)
    assert order() == [3, 1, 2, 0]
    gone = bureau.officer.ask("DELETE", f"{dossier['url']}/items/{two}", {"If-Match": "*"})
    assert (gone.json["items"], order()) == (3, [3, 2, 0])
    adds(bureau.officer, dossier, papers[1])
    assert order() == [3, 2, 0, 1]


def test_items_come_in_pages_with_their_positions(bureau: Bureau):
    dossier = bureau.opens()
    adds(bureau.officer, dossier, *(bureau.paper() for _ in range(5)))

    first = bureau.officer.get(f"{dossier['url']}/items?limit=3").json
    rest = bureau.officer.get(f"{dossier['url']}/items?limit=3&start={first['next']}").json

    assert [one["position"] for one in first["items"] + rest["items"]] == [1, 2, 3, 4, 5]
    assert (first["total"], "next" in rest) == (5, False)


def test_all_items_that_cannot_be_added_are_told_and_none_is(bureau: Bureau):
    dossier = bureau.opens()
    mine = bureau.paper()
    theirs = bureau.node.neighbour.registers(agency="H20.15").json
    adds(bureau.officer, dossier, mine)
    given = [
        {"document": bureau.paper()["id"]},
        {"document": mine["id"]},
        {"document": theirs["id"]},
        {"document": bureau.paper(to="")["id"]},
        {"document": "0" * 32},
        {"title": "Giấy", "blob": blob_name(b"nobody brought it"), "name": "x"},
        {"title": "Giấy"},
    ]

    refused = bureau.officer.post(f"{dossier['url']}/items", {"items": given}, {"If-Match": "*"})

    assert problem(refused) == "items-refused"
    told = {one["path"]: one["type"].removeprefix("/problems/") for one in refused.json["items"]}
    assert told == {
        "$.items[1].document": "added-already",
        "$.items[2]": "hidden",
        "$.items[3]": "hidden",
        "$.items[4]": "hidden",
        "$.items[5].blob": "unknown-blob",
        "$.items[6]": "field-unfit",
    }
    hidden = [one for one in refused.json["items"] if one["type"] == "/problems/hidden"]
    assert len({one["detail"] for one in hidden}) == 1
    assert bureau.officer.get(dossier["url"]).json["items"] == 1


def test_who_decided_on_an_older_state_is_told(bureau: Bureau):
    dossier = bureau.opens()
    seen = bureau.officer.get(dossier["url"]).headers["ETag"]
    adds(bureau.head, dossier, seen=seen)
    assert adds(bureau.officer, dossier, bureau.paper(), seen=seen).status_code == 201

    late = adds(bureau.officer, dossier, bureau.paper(), seen=seen)
    renamed = amends(bureau.officer, dossier, title="Khác", seen=seen)
    without = bureau.officer.post(f"{dossier['url']}/items", {"items": []})

    assert (late.status_code, renamed.status_code, without.status_code) == (412, 412, 428)
    again = bureau.officer.get(dossier["url"]).headers["ETag"]
    assert amends(bureau.officer, dossier, title="Khác", seen=again).json["title"] == "Khác"


def test_documents_of_those_that_were_followed_may_be_added(bureau: Bureau):
    node = bureau.node
    older = node.neighbour.registers(agency="H20.15").json
    act = {"kind": "merge", "sources": ["H20.15"], "targets": ["H20.14"]}
    rest = {"effective": "2026-03-02", "decision": "1/NQ", "scopes": ["access"]}
    assert node.province.post("/v1/reorganisations", act | rest).status_code == 201
    dossier = bureau.opens(bureau.clerk, login="chuyen-vien")

    assert adds(bureau.clerk, dossier, older).status_code == 201


def test_who_finishes_an_ended_agencys_work_closes_its_dossiers_and_keeps_them(bureau: Bureau):
    node = bureau.node
    given = {"agency": "H20.15", "unit": "X", "symbol": "7", "title": "Hồ sơ dở dang"}
    node.province.post("/v1/agencies/H20.15/units", {"code": "X", "name": "Phòng X"})
    node.province.post("/v1/people", {"login": "nguoi-cu", "name": "Người Cũ"})
    post = {"login": "nguoi-cu", "duty": "officer", "unit": "X"}
    node.province.post("/v1/agencies/H20.15/posts", post)
    retention = {"retention": FIVE_YEARS, "login": "nguoi-cu"}
    dossier = node.neighbour.post("/v1/dossiers", given | retention).json
    adds(node.neighbour, dossier, node.neighbour.registers(agency="H20.15").json)
    assert bureau.clerk.get(dossier["url"]).status_code == 404
    act = {"kind": "merge", "sources": ["H20.15"], "targets": ["H20.14"]}
    rest = {"effective": "2026-03-02", "decision": "1/NQ", "scopes": ["access", "custody", "work"]}
    assert node.province.post("/v1/reorganisations", act | rest).status_code == 201

    closed = does(bureau.clerk, dossier, "close", ended="2026-03-02", reason="Giấy")
    offered = does(bureau.clerk, dossier, "offer").json
    url = f"/v1/hand-overs/{offered['hand_over']}/actions"
    settled = bureau.archivist.post(url, {"act": "settle"})

    assert (closed.json["state"], settled.json["state"]) == ("closed", "settled")
    shown = bureau.archivist.get(dossier["url"]).json
    # Nothing is moved: it is the ended agency's for ever.
    assert (shown["state"], shown["agency"], shown["agency_name"]) == (
        "archived",
        "H20.15",
        "Sở Y tế",
    )
    again = bureau.clerk.post("/v1/dossiers", given | retention | {"symbol": "8"})
    assert problem(again) == "not-allowed"


def test_a_document_of_a_strange_agency_is_refused_even_to_who_reads_it(bureau: Bureau):
    theirs = bureau.node.neighbour.registers(agency="H20.15").json
    dossier = bureau.opens()

    refused = adds(bureau.node.province, dossier, theirs)

    assert refused.json["items"][0]["type"] == "/problems/document-of-another-agency"


# Closing.


def test_everything_that_is_wrong_is_told_at_once(bureau: Bureau):
    same: dict[str, Any] = {"components": [a_file(b"hai lan")]}
    bureau.clerk.brings(b"hai lan")
    bureau.clerk.brings(b"phu luc")
    dossier = bureau.opens()
    annex = a_file(b"phu luc", role="annex")
    working = bureau.clerk.registers(**a_draft()).json
    bureau.clerk.post(
        f"{working['url']}/receipts", {"lines": [{"role": "lead", "login": "chuyen-vien"}]}
    )
    papers = [
        bureau.arrival(**same),
        bureau.arrival(**same),
        bureau.arrival(components=[], symbol="", issued=""),
        bureau.arrival(components=[annex]),
        working,
    ]
    assert adds(bureau.officer, dossier, *papers).status_code == 201

    refused = does(bureau.officer, dossier, "close", ended="2026-03-02")

    assert (refused.status_code, problem(refused)) == (409, "not-ready-to-close")
    positions = {one["check"]: one["positions"] for one in refused.json["findings"]}
    assert positions == {
        "same-file-twice": [1, 2],
        "in-work": [5],
        "without-file": [3, 5],
        "main-missing": [4],
        "number-missing": [3],
        "date-missing": [3],
    }
    assert checks(refused) == checks(bureau.officer.get(f"{dossier['url']}/check"))
    assert {check for check, how in checks(refused).items() if how == "error"} == {
        "same-file-twice",
        "in-work",
    }
    forced = does(bureau.officer, dossier, "close", ended="2026-03-02", reason="Cứ kết thúc")
    assert problem(forced) == "not-ready-to-close"


def test_who_may_not_read_everything_learns_nothing_by_looking_it_through(bureau: Bureau):
    bureau.clerk.brings(b"kin")
    dossier = bureau.opens(confidentiality="internal")
    hidden = bureau.arrival(to="", components=[a_file(b"kin")], symbol="")
    guess = {"title": "Đoán", "blob": blob_name(b"kin"), "name": "x"}
    adds(bureau.clerk, dossier, hidden, guess)

    mine = bureau.officer.get(f"{dossier['url']}/check").json["findings"]
    clerks = bureau.clerk.get(f"{dossier['url']}/check").json["findings"]

    assert mine == [{"check": "unreadable", "severity": "error", "positions": [1]}] + [
        one for one in mine if one["check"] == "end-missing"
    ]
    assert {"same-file-twice", "number-missing"} <= {one["check"] for one in clerks}
    forced = does(bureau.officer, dossier, "close", ended="2026-03-02", reason="Cứ kết thúc")
    assert checks(forced) == {"unreadable": "error"}


def test_warnings_are_let_stand_with_a_reason_that_is_kept(bureau: Bureau):
    dossier = bureau.opens()
    adds(bureau.officer, dossier, bureau.arrival(components=[]))
    assert problem(does(bureau.officer, dossier, "close")) == "not-ready-to-close"

    closed = does(bureau.officer, dossier, "close", reason="Bản giấy ở kho").json

    assert (closed["state"], closed["form"], closed["reason"]) == (
        "closed",
        "paper",
        "Bản giấy ở kho",
    )
    # No day was said: it ended with its last document, not before it began. Paper has a year.
    assert (closed["ended"], closed["hand_over_by"]) == ("2026-03-02", "2027-03-02")


def test_an_empty_dossier_is_not_closed_but_may_be_cancelled(bureau: Bureau):
    dossier = bureau.opens(symbol="01.HT")
    refused = does(bureau.officer, dossier, "close")
    assert checks(refused) == {"empty": "error", "end-missing": "error"}
    assert does(bureau.officer, dossier, "cancel").json["path"] == "$.reason"

    cancelled = does(bureau.officer, dossier, "cancel", reason="Mở nhầm")

    assert cancelled.json["state"] == "cancelled"
    assert acts(bureau.officer, dossier) == []
    assert bureau.opens(symbol="01.HT")["id"] != dossier["id"]


def test_what_holds_something_is_not_cancelled(bureau: Bureau):
    dossier = bureau.opens()
    adds(bureau.officer, dossier, bureau.paper())

    assert problem(does(bureau.officer, dossier, "cancel", reason="Nhầm")) == "not-empty"


def test_an_answer_that_was_left_out_is_told(bureau: Bureau):
    dossier = bureau.opens()
    asked = bureau.arrival(to="")
    lines = {"lines": [{"role": "lead", "login": "chuyen-vien"}]}
    line = bureau.clerk.post(f"{asked['url']}/receipts", lines).json["receipts"][0]
    answer = bureau.paper()
    bureau.officer.post(f"{line['url']}/actions", {"act": "complete", "answer": answer["id"]})
    adds(bureau.officer, dossier, asked)
    before = bureau.officer.get(f"{dossier['url']}/check")

    adds(bureau.officer, dossier, answer)

    assert checks(before) == {"answer-missing": "warning"}
    assert checks(bureau.officer.get(f"{dossier['url']}/check")) == {}


def test_what_was_recalled_goes_with_what_recalled_it(bureau: Bureau):
    dossier = bureau.opens()
    wrong, right = bureau.paper(), bureau.paper()
    related = {"kind": "recalls", "target": wrong["id"]}
    stated = bureau.clerk.post(f"{right['url']}/relations", related)
    assert stated.status_code == 201, stated.text
    adds(bureau.officer, dossier, wrong)
    before = bureau.officer.get(f"{dossier['url']}/check")

    adds(bureau.officer, dossier, right)

    assert checks(before) == {"recall-missing": "warning"}
    assert checks(bureau.officer.get(f"{dossier['url']}/check")) == {}


def test_the_pages_noted_of_a_document_count(bureau: Bureau):
    dossier = bureau.opens()
    paper = bureau.paper(pages=7)
    adds(bureau.officer, dossier, paper)

    assert bureau.officer.get(dossier["url"]).json["pages"] == 7


def test_retention_that_counts_from_another_day_waits_for_it(bureau: Bureau):
    retention = {"years": 3, "trigger": "expiry"}
    dossier = bureau.opens(retention=retention)
    adds(bureau.officer, dossier, bureau.paper())
    refused = does(bureau.officer, dossier, "close")
    assert checks(refused) == {"trigger-day-missing": "warning"}
    amends(bureau.officer, dossier, trigger_day="2030-06-30")

    closed = does(bureau.officer, dossier, "close").json

    # Fewer than five years are not handed over: what is due is the end of the retention.
    assert (closed["keep_until"], closed["due"]) == ("2034-01-01", "2034-01-01")


def test_what_is_closed_is_opened_again_only_with_a_reason(bureau: Bureau):
    dossier = bureau.closed()
    assert problem(amends(bureau.officer, dossier, title="Khác")) == "dossier-act-not-open"
    assert adds(bureau.officer, dossier, bureau.paper()).json["allowed"] == "reopen, offer"

    opened = does(bureau.officer, dossier, "reopen", reason="Thiếu phụ lục").json

    assert (opened["state"], opened["due"], opened["keep_until"]) == ("open", "", "")
    assert adds(bureau.officer, dossier, bureau.paper()).status_code == 201
    assert does(bureau.officer, dossier, "close").json["state"] == "closed"


def test_what_i_may_do_is_told(bureau: Bureau):
    dossier = bureau.opens()

    assert acts(bureau.officer, dossier) == ["amend", "file", "close", "cancel"]
    assert acts(bureau.head, dossier) == ["amend", "file", "assign", "close", "cancel"]
    assert acts(bureau.other, dossier) == acts(bureau.leader, dossier) == []
    refused = does(bureau.other, dossier, "close")
    assert (refused.status_code, refused.json["allowed"]) == (409, "–")


def test_who_leaves_gives_a_dossier_into_anothers_charge(bureau: Bureau):
    dossier = bureau.opens(confidentiality="restricted")
    assert bureau.other.get(dossier["url"]).status_code == 404

    given = does(bureau.head, dossier, "assign", login="nguoi-khac").json

    assert (given["login"], given["unit"]) == ("nguoi-khac", "VP")
    assert found(bureau.other, mine=True) == [dossier["symbol"]]
    assert bureau.officer.get(dossier["url"]).status_code == 404


# The archive.


def test_the_archive_refuses_single_dossiers_with_a_reason(bureau: Bureau):
    one, other = bureau.closed(symbol="1"), bureau.closed(symbol="2")
    body = {"dossiers": [one["id"], other["id"]], "note": "Đợt 1"}
    asked = bureau.officer.post("/v1/agencies/H20.14/hand-overs", body).json
    assert asked["answer_by"] == "2026-05-01"
    assert sorted(found(bureau.archivist, state="offered", due="2026-05-01")) == ["1", "2"]
    refused = [{"dossier": other["id"], "reason": "Thiếu biên bản"}]

    settled = bureau.archivist.post(
        f"{asked['url']}/actions", {"act": "settle", "refused": refused, "words": "Đủ"}
    ).json

    assert (settled["state"], settled["refused"], settled["remark"]) == ("settled", refused, "Đủ")
    assert found(bureau.archivist, state="archived") == ["1"]
    back = bureau.officer.get(other["url"]).json
    assert (back["state"], back["reason"], back["due"]) == (
        "closed",
        "Thiếu biên bản",
        "2026-05-01",
    )
    listed = bureau.archivist.get("/v1/agencies/H20.14/hand-overs").json["hand_overs"]
    assert listed == [settled]
    amends(bureau.officer, other, title="x")
    does(bureau.officer, other, "reopen", reason="x")
    amends(bureau.officer, other, confidentiality="restricted")
    assert bureau.clerk.get(asked["url"]).json["refused"] == []
    assert bureau.leader.get(asked["url"]).json["refused"] == refused
    assert bureau.other.get(asked["url"]).status_code == 404


def test_only_archivists_receive_and_nobody_from_themselves(bureau: Bureau):
    bureau.node.province.post(
        "/v1/agencies/H20.14/posts", {"login": "chuyen-vien", "duty": "archivist"}
    )
    asked = bureau.officer.post(
        "/v1/agencies/H20.14/hand-overs", {"dossiers": [bureau.closed()["id"]]}
    ).json
    settle = {"act": "settle"}

    by_clerk = bureau.clerk.post(f"{asked['url']}/actions", settle)
    by_themselves = bureau.officer.post(f"{asked['url']}/actions", settle)

    assert (problem(by_clerk), by_clerk.json["allowed"]) == ("hand-over-act-not-open", "withdraw")
    assert problem(by_themselves) == "same-side-twice"
    assert bureau.archivist.post(f"{asked['url']}/actions", settle).json["state"] == "settled"
    assert problem(bureau.archivist.post(f"{asked['url']}/actions", settle)) == (
        "hand-over-act-not-open"
    )


def test_what_cannot_be_offered_is_told_whole(bureau: Bureau):
    closed, open_still = bureau.closed(), bureau.opens()
    body = {"dossiers": [closed["id"], open_still["id"], "0" * 32, closed["id"]]}

    refused = bureau.officer.post("/v1/agencies/H20.14/hand-overs", body)

    assert problem(refused) == "hand-over-refused"
    told = {one["path"]: one["type"].removeprefix("/problems/") for one in refused.json["dossiers"]}
    assert told == {
        "$.dossiers[1]": "dossier-act-not-open",
        "$.dossiers[2]": "hidden",
        "$.dossiers[3]": "not-in-hand-over",
    }
    assert bureau.officer.get(closed["url"]).json["state"] == "closed"


def test_who_left_sees_nothing_of_what_they_handed_over(bureau: Bureau):
    body = {"dossiers": [bureau.closed()["id"]]}
    asked = bureau.officer.post("/v1/agencies/H20.14/hand-overs", body).json
    posts = bureau.clerk.get("/v1/agencies/H20.14/posts").json["posts"]
    post = next(one for one in posts if one["login"] == "chuyen-vien")
    assert bureau.officer.get(asked["url"]).status_code == 200

    bureau.node.province.post(post["end_url"], {"until": "2026-03-02"})

    assert bureau.officer.get(asked["url"]).status_code == 404
    assert bureau.officer.get(f"/v1/dossiers/{body['dossiers'][0]}").status_code == 404


def test_an_offer_is_withdrawn_with_a_reason(bureau: Bureau):
    dossier = bureau.closed()
    does(bureau.officer, dossier, "offer")
    offered = bureau.officer.get(dossier["url"]).json
    assert (offered["state"], acts(bureau.officer, dossier)) == ("offered", [])

    done = bureau.officer.post(
        f"/v1/hand-overs/{offered['hand_over']}/actions", {"act": "withdraw", "words": "Bổ sung"}
    )

    assert (done.json["state"], done.json["remark"]) == ("withdrawn", "Bổ sung")
    assert bureau.officer.get(dossier["url"]).json["state"] == "closed"


def test_the_archive_corrects_and_gives_back(bureau: Bureau):
    dossier = bureau.archived()
    assert acts(bureau.officer, dossier) == []
    assert acts(bureau.archivist, dossier) == ["correct", "give-back"]
    without = amends(bureau.archivist, dossier, title="Hồ sơ đúng")
    assert (problem(without), without.json["path"]) == ("field-missing", "$.reason")

    corrected = amends(
        bureau.archivist, dossier, retention={"years": 50}, title="Hồ sơ đúng", reason="Sai bảng"
    ).json
    back = does(bureau.archivist, dossier, "give-back", reason="Thiếu tài liệu").json

    assert (corrected["title"], corrected["due"]) == ("Hồ sơ đúng", "2077-01-01")
    assert (back["state"], back["archived"], back["due"]) == ("closed", None, "2026-05-01")
    assert "reopen" in acts(bureau.officer, dossier)


# Lists, prints, feeds.


def test_dossiers_come_by_their_due_day_a_page_at_a_time(bureau: Bureau):
    for n in (2, 0, 1):
        dossier = bureau.opens(symbol=f"{n}", started="2026-01-01")
        adds(bureau.officer, dossier, bureau.paper())
        ended = {"ended": f"2026-02-0{n + 1}", "reason": "Ký sau"}
        assert does(bureau.officer, dossier, "close", **ended).status_code == 200
    later = bureau.opens(symbol="9", retention={"years": None})
    adds(bureau.officer, later, bureau.paper())
    does(bureau.officer, later, "close", ended="2026-03-02")

    assert found(bureau.officer, state="closed") == ["0", "1", "2", "9"]
    assert found(bureau.officer, state="closed", mine=True) == ["0", "1", "2", "9"]
    assert found(bureau.archivist, state="closed", due="2026-04-30") == ["0", "1", "2"]
    assert found(bureau.archivist, state="closed", due="2026-04-02") == ["0"]
    assert found(bureau.archivist, state="closed", due="2026-04-01") == []
    wrong = bureau.officer.get("/v1/dossiers?agency=H20.14&after=x")
    assert problem(wrong) == "no-such-place"


@pytest.mark.parametrize("format_", ["csv", "xlsx", "pdf"])
def test_contents_lists_and_minutes_are_printed(bureau: Bureau, format_: str):
    drafted = bureau.clerk.post("/v1/agencies/H20.14/file-lists", {"year": 2026}).json
    entry = {"symbol": "01", "title": "=1+1", "retention": FIVE_YEARS, "heading": "I. Chung"}
    bureau.clerk.ask(
        "PUT", f"{drafted['url']}/entries", {"If-Match": "*"}, json={"entries": [entry]}
    )
    dossier = bureau.archived(title="Hồ sơ in")
    urls = [
        dossier["url"],
        drafted["url"],
        f"/v1/hand-overs/{dossier['hand_over']}",
    ]
    every = f"/v1/dossiers:print?agency=H20.14&state=archived&format={format_}"

    prints = [bureau.archivist.get(f"{url}/print?format={format_}") for url in urls]
    prints.append(bureau.archivist.get(every))

    for answer in prints:
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Disposition"].endswith(f'.{format_}"')
    if format_ == "csv":
        contents, listed, minutes, found_ = (answer.text for answer in prints)
        assert "Hồ sơ in" in found_
        assert "Hồ sơ in" not in bureau.other.get(every.replace("archived", "open")).text
        assert f"BLAKE3: {dossier['contents']}" in contents
        assert "'=1+1" in listed
        assert "Bên nhận: Luu-Tru, archivist" in minutes


def test_the_contents_that_were_closed_can_be_told_from_others(bureau: Bureau):
    dossier = bureau.opens()
    adds(bureau.officer, dossier, bureau.paper(), bureau.paper())
    first = bureau.officer.get(f"{dossier['url']}/check").json["contents"]
    one = items(bureau.officer, dossier)[0]["id"]
    bureau.officer.post(f"{dossier['url']}/items/{one}/move", {}, {"If-Match": "*"})

    second = bureau.officer.get(f"{dossier['url']}/check").json["contents"]

    assert re.fullmatch("[0-9a-f]{64}", first)
    assert first != second
    assert does(bureau.officer, dossier, "close").json["contents"] == second


def test_what_is_done_with_dossiers_is_in_the_feed_of_their_agency(bureau: Bureau):
    dossier = bureau.archived()

    feed = bureau.clerk.get("/v1/changes?agency=H20.14&limit=200").json["changes"]

    mine = [one["type"] for one in feed if one["id"] == dossier["id"]]
    assert mine == [
        "dossier-opened",
        "dossier-items-added",
        "dossier-acted",
        "dossier-acted",
        "dossier-turned",
    ]
