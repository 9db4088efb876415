"""Documents are related to others: dated facts, seen from both ends, by who may see them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from falcon.testing import Result

from repository.model.access import Right
from repository.model.relations import ALLOWED, MARKS, House, RelationKind
from tests.api.conftest import Node
from tests.api.office import Office, a_draft
from tests.api.test_receipts import Desks
from tests.api.test_reorganisation import MIDNIGHT, merges

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
TAX = {"issuer": "Cục Thuế", "symbol": "9/CT-VP", "issued": "2026-02-20"}


def states(office: Office, source: dict[str, Any], kind: str, **rest: Any) -> Result:
    return office.post(f"{source['url']}/relations", {"kind": kind, **rest})


def relations(office: Office, document: dict[str, Any]) -> list[dict[str, Any]]:
    return office.get(f"{document['url']}/relations").json["relations"]


def withdraws(office: Office, stated: Result, reason: str = "Ghi nhầm", tag: str = "") -> Result:
    headers = {"If-Match": tag or stated.headers["ETag"]}
    return office.ask("DELETE", stated.json["url"], headers, json={"reason": reason})


def issues(office: Office, **changes: Any) -> dict[str, Any]:
    answer = office.registers(**a_draft(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_reply_is_seen_from_both_ends_with_its_day(node: Node):
    asked = node.clerk.registers(symbol="12/QĐ-UBND", issuer="UBND tỉnh").json
    reply = issues(node.clerk, subject="Trả lời")

    stated = states(node.clerk, reply, "replies-to", target=asked["id"])

    assert stated.status_code == 201
    assert (stated.json["kind"], stated.json["since"]) == ("replies-to", reply["issued"])
    assert stated.json["source"]["id"] == reply["id"]
    assert stated.json["target"]["symbol"] == "12/QĐ-UBND"
    assert relations(node.clerk, reply) == relations(node.clerk, asked) == [stated.json]
    assert node.clerk.get(stated.headers["Location"]).json == stated.json


def test_the_same_said_again_is_the_same_relation_and_other_words_are_refused(node: Node):
    asked, reply = node.clerk.registers().json, issues(node.clerk)
    first = states(node.clerk, reply, "replies-to", target=asked["id"])

    again = states(node.clerk, reply, "replies-to", target=asked["id"])
    otherwise = states(node.clerk, reply, "replies-to", target=asked["id"], since="2026-01-05")

    assert (again.status_code, again.json) == (201, first.json)
    assert (otherwise.status_code, otherwise.json["type"]) == (409, "/problems/relation-stands")
    assert otherwise.json["relation"] == first.json["id"]


@pytest.mark.parametrize(("kind", "mark"), [(k.value, m.value) for k, m in MARKS.items()])
def test_what_its_issuer_did_to_a_document_is_seen_at_it_until_it_is_withdrawn(
    node: Node, kind: str, mark: str
):
    old, new = issues(node.clerk), issues(node.clerk, subject="Thay")
    before = node.clerk.get(old["url"])

    stated = states(node.clerk, new, kind, target=old["id"], since="2026-03-10")

    marked = node.clerk.get(old["url"])
    assert marked.json == before.json | {"marks": [{"mark": mark, "since": "2026-03-10"}]}
    assert marked.headers["ETag"] != before.headers["ETag"]
    assert "marks" not in node.clerk.get(new["url"]).json
    withdraws(node.clerk, stated)
    assert node.clerk.get(old["url"]).json == before.json


def test_a_recall_that_arrives_marks_what_came_from_the_same_issuer_alone(node: Node):
    old = node.clerk.registers(issuer="UBND tỉnh", symbol="1/QĐ-UBND", issued="2026-02-01").json
    other = node.clerk.registers(issuer="Sở Y tế", symbol="2/SYT", issued="2026-02-01").json
    recall = node.clerk.registers(issuer="UBND  TỈNH", symbol="3/UBND", issued="2026-02-02").json

    states(node.clerk, recall, "recalls", target=old["id"])
    states(node.clerk, recall, "recalls", target=other["id"])

    assert node.clerk.get(old["url"]).json["marks"][0]["mark"] == "recalled"
    assert "marks" not in node.clerk.get(other["url"]).json


def test_a_paper_outside_is_told_as_it_was_named(node: Node):
    asked = node.clerk.registers().json

    stated = states(node.clerk, asked, "amends", outside=TAX | {"issuer": " Cục   Thuế "})

    assert stated.status_code == 201
    assert stated.json["outside"] == TAX
    assert "target" not in stated.json


def test_an_unnamed_paper_a_text_too_long_and_a_day_that_is_none_are_refused(node: Node):
    asked = node.clerk.registers().json

    unnamed = states(node.clerk, asked, "amends", outside={"issued": "2026-02-20"})
    long = states(node.clerk, asked, "amends", outside=TAX | {"symbol": "x" * 43})
    no_day = states(node.clerk, asked, "amends", outside=TAX, since="2026-02-30")

    assert (unnamed.status_code, unnamed.json["path"]) == (422, "$.outside.symbol")
    assert (long.json["path"], long.json["limit"]) == ("$.outside.symbol", 42)
    assert (no_day.status_code, no_day.json["path"]) == (422, "$.since")
    assert relations(node.clerk, asked) == []


def test_only_what_the_table_allows_may_be_stated(node: Node):
    incoming, outgoing = node.clerk.registers().json, issues(node.clerk)

    refused = states(node.clerk, incoming, "recalls", target=outgoing["id"])
    itself = states(node.clerk, outgoing, "recalls", target=outgoing["id"])

    assert (refused.status_code, refused.json["type"]) == (422, "/problems/relation-not-allowed")
    assert (itself.status_code, itself.json["type"]) == (422, "/problems/relation-to-itself")


def test_another_end_that_is_not_ones_own_to_read_looks_as_if_it_were_not_there(node: Node):
    theirs = issues(node.neighbour, agency="H20.15")
    mine = issues(node.clerk)

    hidden = states(node.clerk, mine, "replies-to", target=theirs["id"])
    missing = states(node.clerk, mine, "replies-to", target="0" * 32)
    nonsense = states(node.clerk, mine, "replies-to", target="x")

    for answer in (hidden, missing, nonsense):
        assert answer.status_code == 422
        assert answer.json["type"] == "/problems/unknown-document"
    assert {name: hidden.json[name] for name in ("detail", "path", "title")} == {
        name: missing.json[name] for name in ("detail", "path", "title")
    }


def test_across_agencies_each_reader_sees_what_is_theirs_and_nothing_is_marked(node: Node):
    theirs = issues(node.neighbour, agency="H20.15", subject="Việc riêng")
    mine = issues(node.clerk)
    both = node.office("H20.14", "H20.15", rights=(Right.READ, Right.WRITE))

    stated = states(both, mine, "replaces", target=theirs["id"], outside={"symbol": "công văn cũ"})

    assert stated.json["target"]["subject"] == "Việc riêng"
    seen = relations(node.clerk, mine)[0]
    assert "target" not in seen
    assert seen["outside"] == {"issuer": "", "symbol": "công văn cũ", "issued": ""}
    assert theirs["id"] not in str(seen)
    assert relations(node.neighbour, theirs) == []
    assert node.neighbour.get(stated.json["url"]).status_code == 404
    assert "marks" not in node.neighbour.get(theirs["url"]).json


def test_who_writes_where_the_document_stands_states_and_withdraws_and_nobody_else(node: Node):
    asked, reply = node.clerk.registers().json, issues(node.clerk)
    reader = node.office("H20.14", rights=(Right.READ,))
    stated = states(node.clerk, reply, "replies-to", target=asked["id"])

    assert states(reader, reply, "forwards", target=asked["id"]).status_code == 403
    assert withdraws(reader, stated).status_code == 403
    for stranger in (node.neighbour,):
        assert states(stranger, reply, "forwards", target=asked["id"]).status_code == 404
        assert withdraws(stranger, stated).status_code == 404
        assert stranger.get(f"{reply['url']}/relations").status_code == 404
    assert relations(reader, reply) == [stated.json]


def test_what_was_withdrawn_stays_on_record_with_its_reason_and_may_be_said_again(node: Node):
    asked, reply = node.clerk.registers().json, issues(node.clerk)
    stated = states(node.clerk, reply, "replies-to", target=asked["id"])

    gone = withdraws(node.clerk, stated, "Nhầm văn bản")
    again = withdraws(node.clerk, stated, "Nhầm văn bản")
    otherwise = withdraws(node.clerk, stated, "Vì lẽ khác")
    node.clock.now += timedelta(seconds=1)
    anew = states(node.clerk, reply, "replies-to", target=asked["id"])

    assert (gone.status_code, gone.json["reason"]) == (200, "Nhầm văn bản")
    assert "withdrawn" in gone.json
    assert (again.status_code, again.json) == (200, gone.json)
    assert (otherwise.status_code, otherwise.json["type"]) == (412, "/problems/relation-changed")
    assert anew.json["id"] != stated.json["id"]
    assert relations(node.clerk, asked) == [gone.json, anew.json]


def test_a_relation_is_withdrawn_only_as_it_was_seen_and_with_a_reason(node: Node):
    asked, reply = node.clerk.registers().json, issues(node.clerk)
    stated = states(node.clerk, reply, "replies-to", target=asked["id"])
    url = stated.json["url"]

    blind = node.clerk.ask("DELETE", url, json={"reason": "x"})
    mute = withdraws(node.clerk, stated, "  ")

    assert blind.status_code == 428
    assert (mute.status_code, mute.json["path"]) == (422, "$.reason")
    assert withdraws(node.clerk, stated, tag="*").status_code == 200


def test_the_successor_recalls_what_the_agency_before_it_issued(node: Node):
    old = issues(node.clerk)
    living = issues(node.neighbour, agency="H20.15")
    merges(node.province)
    both = node.office("H20.14", "H20.15", rights=(Right.READ, Right.WRITE))
    early = states(both, living, "recalls", target=old["id"])
    assert "marks" not in node.clerk.get(old["url"]).json
    withdraws(both, early)
    node.clock.now = MIDNIGHT
    new = issues(node.neighbour, agency="H20.15")

    stated = states(node.neighbour, new, "recalls", target=old["id"])

    assert stated.status_code == 201
    assert node.neighbour.get(old["url"]).json["marks"] == [
        {"mark": "recalled", "since": "2026-04-01"}
    ]
    assert relations(node.neighbour, old)[-1] == stated.json


def test_who_was_given_one_paper_learns_nothing_of_the_other(node: Node):
    desks = Desks(node)
    desks.gives({"role": "lead", "login": "chuyen-vien"})
    reply = desks.clerk.registers(**a_draft(subject="Trả lời kín")).json
    states(desks.clerk, reply, "replies-to", target=desks.paper["id"])

    assert relations(desks.officer, desks.paper) == []
    assert desks.officer.get(f"{reply['url']}/relations").status_code == 404
    assert states(desks.officer, desks.paper, "forwards", outside=TAX).status_code == 403


def test_what_answers_a_paper_states_that_it_replies(node: Node):
    desks = Desks(node)
    desks.gives({"role": "lead", "login": "chuyen-vien"})
    reply = issues(desks.clerk)
    line = f"{desks.line('chuyen-vien')['url']}/actions"

    desks.officer.post(line, {"act": "complete", "answer": reply["id"]})

    told = relations(desks.clerk, desks.paper)
    assert [(one["kind"], one["source"]["id"]) for one in told] == [("replies-to", reply["id"])]


def test_a_registration_that_is_asked_for_again_tells_the_mark_of_today(node: Node):
    old = node.clerk.registers("once", **a_draft())
    states(node.clerk, issues(node.clerk), "recalls", target=old.json["id"])

    again = node.clerk.registers("once", **a_draft())

    assert again.json == node.clerk.get(old.json["url"]).json
    assert again.json["marks"][0]["mark"] == "recalled"


def test_both_feeds_tell_of_a_mark(node: Node):
    old, new = issues(node.clerk), issues(node.clerk)
    stated = states(node.clerk, new, "replaces", target=old["id"])
    withdraws(node.clerk, stated)

    told = node.clerk.get("/v1/changes", params={"agency": "H20.14", "limit": 200}).json["changes"]

    about = [(one["type"], one["id"]) for one in told[-4:]]
    assert about == [
        ("relation-stated", new["id"]),
        ("document-marked", old["id"]),
        ("relation-withdrawn", new["id"]),
        ("document-unmarked", old["id"]),
    ]


def test_the_table_of_the_documentation_is_that_of_the_code():
    rows = re.findall(r"^\| `([a-z-]+)` [^|]*\| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
    told = {cells[0]: cells[1:] for cells in rows if cells[0] in set(kinds())}

    assert set(told) == set(kinds())
    for kind in RelationKind:
        own, other, mark = told[kind.value]
        assert set(pairs(own)) == ends(kind, House.OWN)
        assert set(pairs(other)) == ends(kind, House.OTHER)
        assert mark.strip("`") == (MARKS[kind].value if kind in MARKS else "–")


def kinds() -> Iterator[str]:
    return (kind.value for kind in RelationKind)


def pairs(cell: str) -> list[tuple[str, str]]:
    return re.findall(r"(incoming|outgoing) → (incoming|outgoing)", cell)


def ends(kind: RelationKind, house: House) -> set[tuple[str, str]]:
    return {(one.value, two.value) for one, two, whose in ALLOWED[kind] if whose is house}


def test_many_relations_come_page_by_page_in_both_directions(node: Node):
    asked, other = node.clerk.registers().json, node.clerk.registers().json
    for n in range(3):
        node.clock.now += timedelta(seconds=1)
        states(node.clerk, issues(node.clerk, subject=str(n)), "replies-to", target=asked["id"])
    states(node.clerk, asked, "forwards", target=other["id"])
    url = f"{asked['url']}/relations"

    first = node.clerk.get(url, params={"limit": 3}).json
    rest = node.clerk.get(url, params={"limit": 3, "after": first["next"]}).json

    together = [one["id"] for one in (*first["relations"], *rest["relations"])]
    assert len(first["relations"]) == 3
    assert len(set(together)) == 4
    assert together == [one["id"] for one in relations(node.clerk, asked)]
    assert "next" not in rest


@pytest.mark.parametrize(("field", "limit"), [("issuer", 200), ("symbol", 42)])
def test_a_paper_outside_is_named_within_the_lengths_of_annex_vi(
    node: Node, field: str, limit: int
):
    asked = node.clerk.registers().json
    named = [{**TAX, field: "e\u0302\u0301" * count} for count in (limit + 1, limit)]

    refused, kept = (states(node.clerk, asked, "amends", outside=one) for one in named)

    assert (refused.status_code, refused.json["path"]) == (422, f"$.outside.{field}")
    assert (refused.json["length"], refused.json["limit"]) == (limit + 1, limit)
    assert kept.json["outside"][field] == "ế" * limit


@pytest.mark.parametrize("node", ["memory"], indirect=True)
def test_every_reader_sees_just_the_relations_whose_speaker_and_the_ends_that_are_theirs(
    node: Node,
):
    """Against an oracle of three lines, for every pair of agencies and every set of rights."""
    papers = [
        issues(office, agency=agency, subject=f"{agency} {n}")
        for office, agency in ((node.clerk, "H20.14"), (node.neighbour, "H20.15"))
        for n in range(3)
    ]
    for one, other in permutations(papers, 2):
        kind = "forwards"
        answer = states(node.province, one, kind, target=other["id"], outside={"symbol": "x"})
        assert answer.status_code == 201, answer.text
    readers = {
        ("H20.14",): node.office("H20.14", rights=(Right.READ,)),
        ("H20.15",): node.neighbour,
        ("H20.14", "H20.15"): node.province,
        (): node.office("H20.14", rights=(Right.WRITE,)),
    }

    seen = 0
    for agencies, office in readers.items():
        for paper in papers:
            url = f"{paper['url']}/relations"
            if paper["agency"] not in agencies:
                assert office.get(url).status_code in (403, 404)
                continue
            for one in office.get(url, params={"limit": 200}).json["relations"]:
                seen += 1
                assert one["source"]["agency"] in agencies
                assert ("target" in one) is (target_agency(papers, one) in agencies)
            expected = [p for p in papers if p != paper and p["agency"] in agencies]
            told = office.get(url, params={"limit": 200}).json["relations"]
            assert len(told) == len(papers) - 1 + len(expected)
    assert seen > 100


def target_agency(papers: list[dict[str, Any]], relation: dict[str, Any]) -> str:
    """Whose the other end is, from the log's own order of what was stated."""
    if "target" in relation:
        return relation["target"]["agency"]
    return "H20.15" if relation["source"]["agency"] == "H20.14" else "H20.14"
