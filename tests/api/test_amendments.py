"""What is noted of a document is corrected on what somebody saw, and what stood before is kept."""

import json
from typing import Any

import pytest
from falcon.testing import Result

from indexer.follower import IndexFollower
from repository.model.access import Right
from tests.api.conftest import Node
from tests.api.office import Office, a_draft
from tests.api.test_receipts import Desks

SAME_PAPER = {"symbol": "12/QĐ-UBND", "issuer": "UBND tỉnh", "issued": "2026-02-27"}
OTHER_PAPER = SAME_PAPER | {"symbol": "13/QĐ-UBND"}


def amends(office: Office, document: Result, tag: str | None = None, **changes: Any) -> Result:
    """Patch a document that was just answered; under the tag it came with unless given."""
    tag = document.headers["ETag"] if tag is None else tag
    headers = {"Content-Type": "application/merge-patch+json"} | ({"If-Match": tag} if tag else {})
    return office.ask("PATCH", document.json["url"], headers, body=json.dumps(changes).encode())


def test_an_amendment_changes_what_it_says_and_nothing_else(node: Node):
    first = node.clerk.registers(**SAME_PAPER, kind="Quyết định")

    answer = amends(node.clerk, first, subject="Về việc  khác", kind=None)

    assert answer.status_code == 200
    changed = {"subject": "Về việc khác", "kind": "", "revision": 2}
    assert answer.json == first.json | changed
    shown = node.clerk.get(first.json["url"])
    assert shown.json == answer.json
    assert shown.headers["ETag"] == answer.headers["ETag"] != first.headers["ETag"]


def test_a_document_that_changed_meanwhile_is_not_amended(node: Node):
    first = node.clerk.registers()
    amends(node.clerk, first, subject="Một")

    answer = amends(node.clerk, first, subject="Hai")

    assert answer.status_code == 412
    assert answer.json["type"] == "/problems/document-changed"
    assert answer.json["revision"] == 2
    assert node.clerk.get(first.json["url"]).json["subject"] == "Một"


def test_what_has_been_done_already_is_told_as_done(node: Node):
    first = node.clerk.registers()
    done = amends(node.clerk, first, subject="Một")

    again = amends(node.clerk, first, subject="Một")

    assert (again.status_code, again.json) == (200, done.json)
    assert again.json["revision"] == 2


def test_without_a_condition_nothing_is_amended(node: Node):
    first = node.clerk.registers()

    answer = amends(node.clerk, first, tag="", subject="Một")

    assert answer.status_code == 428
    assert answer.json["type"] == "/problems/condition-missing"


@pytest.mark.parametrize(
    "tag", ["W/{tag}", '"1"x', '"01.x"', '"x"', "nonsense", '"' + "9" * 99 + '"']
)
def test_a_tag_that_is_weak_or_none_of_ours_never_matches(node: Node, tag: str):
    first = node.clerk.registers()
    given = tag.format(tag=first.headers["ETag"])

    assert amends(node.clerk, first, tag=given, subject="Một").status_code == 412


@pytest.mark.parametrize("tag", ["*", '"x", {tag}', '"1.whatever the texts were"'])
def test_any_of_the_versions_named_may_be_the_one(node: Node, tag: str):
    first = node.clerk.registers()
    given = tag.format(tag=first.headers["ETag"])

    assert amends(node.clerk, first, tag=given, subject="Một").status_code == 200


def test_the_history_tells_every_revision_and_who_made_it(node: Node):
    first = node.clerk.registers(**SAME_PAPER)
    colleague = node.office("H20.14", rights=(Right.READ, Right.WRITE))
    second = amends(colleague, first, subject="Hai")
    amends(node.clerk, second, subject="Ba", symbol="14/QĐ-UBND")

    told = node.clerk.get(first.json["url"] + "/history").json

    rows = told["revisions"]
    assert [row["revision"] for row in rows] == [1, 2, 3]
    assert [row["subject"] for row in rows] == [first.json["subject"], "Hai", "Ba"]
    assert [row["symbol"] for row in rows] == ["12/QĐ-UBND", "12/QĐ-UBND", "14/QĐ-UBND"]
    assert rows[0]["actor"] == rows[2]["actor"] != rows[1]["actor"]
    assert rows[0]["at"] == first.json["registered"]
    assert rows[0]["log_sequence"] < rows[1]["log_sequence"] < rows[2]["log_sequence"]
    assert "next" not in told


def test_a_long_history_is_told_page_by_page(node: Node):
    answer = node.clerk.registers()
    for n in range(4):
        answer = amends(node.clerk, answer, subject=f"Lần {n}")
    path = answer.json["url"] + "/history"

    first = node.clerk.get(path, params={"limit": 3}).json
    rest = node.clerk.get(path, params={"start": first["next"], "limit": 2}).json
    beyond = node.clerk.get(path, params={"start": 6}).json

    assert [row["revision"] for row in first["revisions"]] == [1, 2, 3]
    assert [row["revision"] for row in rest["revisions"]] == [4, 5]
    assert "next" not in rest
    assert beyond["revisions"] == []


def test_an_amended_paper_is_known_by_its_new_origin_only(node: Node):
    first = node.clerk.registers(**SAME_PAPER)
    amends(node.clerk, first, symbol="13/QĐ-UBND")

    assert node.clerk.registers(**SAME_PAPER).status_code == 201
    assert node.clerk.registers(**OTHER_PAPER).json["document"] == first.json["id"]


def test_a_paper_that_stands_twice_is_still_known_when_one_of_both_is_amended(node: Node):
    first = node.clerk.registers(**SAME_PAPER)
    second = node.clerk.registers(**SAME_PAPER, duplicate_reason="Bản thứ hai")

    amends(node.clerk, second, symbol="13/QĐ-UBND")
    assert node.clerk.registers(**SAME_PAPER).json["document"] == first.json["id"]
    amends(node.clerk, first, symbol="14/QĐ-UBND")
    assert node.clerk.registers(**SAME_PAPER).status_code == 201


def test_a_paper_is_not_amended_into_one_that_is_held_unless_a_reason_is_given(node: Node):
    held = node.clerk.registers(**SAME_PAPER)
    other = node.clerk.registers(**OTHER_PAPER)
    writer = node.office("H20.14", rights=(Right.WRITE,))

    refused = amends(node.clerk, other, symbol="12/QĐ-UBND")
    unread = amends(writer, other, symbol="12/QĐ-UBND")
    reasoned = amends(node.clerk, other, symbol="12/QĐ-UBND", duplicate_reason="Bản thứ hai")

    assert (refused.status_code, refused.json["document"]) == (409, held.json["id"])
    assert unread.status_code == 409
    assert "document" not in unread.json
    assert reasoned.status_code == 200


def test_what_its_number_made_of_an_outgoing_document_stays(node: Node):
    draft = node.clerk.registers(**a_draft(notation="QĐ-STP"))

    assert amends(node.clerk, draft, symbol="02/QĐ-STP").json["path"] == "$.symbol"
    assert amends(node.clerk, draft, issued=None).json["path"] == "$.issued"
    dated = amends(node.clerk, draft, issued="2025-12-31")
    assert dated.json["type"] == "/problems/date-not-in-period"
    answer = amends(node.clerk, draft, issued="2026-01-05", subject="Khác", issuer=None)
    assert answer.json["symbol"] == "01/QĐ-STP"
    assert (answer.json["issued"], answer.json["issuer"]) == ("2026-01-05", "Sở Tư pháp")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"subject": None}, "$.subject"),
        ({"subject": "x" * 1001}, "$.subject"),
        ({"subject": 7}, "$.subject"),
        ({"issued": "27/02/2026"}, "$.issued"),
        ({"symbol": "x" * 43}, "$.symbol"),
        ({"kind": "a\u0000b"}, "$.kind"),
        ({"number": 1}, "$.number"),
    ],
)
def test_an_amendment_must_be_as_described(node: Node, changes: dict[str, Any], path: str):
    first = node.clerk.registers()

    answer = amends(node.clerk, first, **changes)

    assert (answer.status_code, answer.json["path"]) == (422, path)
    assert node.clerk.get(first.json["url"]).json["revision"] == 1


def test_plain_json_is_no_patch(node: Node):
    first = node.clerk.registers()
    headers = {"If-Match": first.headers["ETag"]}

    answer = node.clerk.ask("PATCH", first.json["url"], headers, json={"subject": "x"})

    assert answer.status_code == 415
    assert answer.headers["Accept-Patch"] == "application/merge-patch+json"


def test_who_only_reads_does_not_amend(node: Node):
    first = node.clerk.registers()

    assert (
        amends(node.office("H20.14", rights=(Right.READ,)), first, subject="x").status_code == 403
    )


def test_a_document_of_another_agency_is_as_good_as_unknown(node: Node):
    first = node.clerk.registers()
    nowhere = "/v1/documents/" + "0" * 32
    patch = {"Content-Type": "application/merge-patch+json", "If-Match": "*", "X-Request-Id": "a"}

    held = node.neighbour.ask("PATCH", first.json["url"], patch, body=b"{}")
    unknown = node.neighbour.ask("PATCH", nowhere, patch, body=b"{}")

    assert held.status_code == unknown.status_code == 404
    assert held.text.replace(first.json["url"], nowhere) == unknown.text
    assert node.neighbour.get(first.json["url"] + "/history").status_code == 404


def test_an_amended_document_is_found_by_its_new_words(node: Node):
    follower = IndexFollower(node.holdings, node.index)
    first = node.clerk.registers(subject="Về việc cũ")
    follower.step()
    amends(node.clerk, first, subject="Quy hoạch đất đai")
    follower.step()

    found = node.clerk.get("/v1/search", params={"q": "quy hoạch"}).json
    gone = node.clerk.get("/v1/search", params={"q": "cũ"}).json

    assert [hit["document"]["id"] for hit in found["hits"]] == [first.json["id"]]
    assert gone["total"] == 0


def test_whoever_works_there_and_was_not_given_a_paper_does_not_learn_that_it_is_there(node: Node):
    desks = Desks(node)
    paper = node.clerk.registers()

    hidden = amends(desks.officer, paper, subject="Một")

    assert (hidden.status_code, hidden.json["type"]) == (404, "/problems/hidden")
