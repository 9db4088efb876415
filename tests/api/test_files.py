"""Files of a document: added, replaced on what somebody saw, made from paper; none is lost."""

from typing import Any

import pytest
from falcon.testing import Result

from repository.model.access import Right
from tests.api.conftest import Node
from tests.api.office import Office, a_draft, a_file

FIRST, SECOND, ANNEX = b"%PDF-1.7 mot %%EOF", b"%PDF-1.7 hai %%EOF", b"phu luc"


def adds(office: Office, document: Result, *files: dict[str, Any], **rest: Any) -> Result:
    headers = {"If-Match": rest.pop("tag", document.headers["ETag"])}
    return office.post(f"{document.json['url']}/files", {"files": list(files), **rest}, headers)


def replaces(
    office: Office, document: Result, place: int, file: dict[str, Any], **rest: Any
) -> Result:
    tag = rest.pop("tag", document.headers["ETag"])
    body = {"file": file, "reason": rest.pop("reason", "Tải nhầm tệp")}
    url = f"{document.json['url']}/files/{place}"
    return office.ask("PUT", url, {"If-Match": tag} if tag else {}, json=body)


@pytest.fixture
def paper(node: Node) -> Result:
    for content in (FIRST, SECOND, ANNEX):
        node.clerk.brings(content)
    return node.clerk.registers(components=[a_file(FIRST)])


def test_an_annex_that_comes_later_has_its_number_and_is_a_revision(node: Node, paper: Result):
    annex = a_file(ANNEX, "phụ lục.txt", role="annex") | {"number": "II"}

    answer = adds(node.clerk, paper, annex, reason="Đến sau")

    assert answer.status_code == 200, answer.text
    assert answer.json["revision"] == 2
    told = answer.json["components"]
    assert [(one["role"], one["name"]) for one in told] == [
        ("main", "công văn.pdf"),
        ("annex", "phụ lục.txt"),
    ]
    assert (told[1]["number"], told[1]["size"]) == ("II", len(ANNEX))
    assert node.clerk.get(told[1]["url"]).content == ANNEX
    assert node.clerk.get(paper.json["url"]).json == answer.json


def test_a_replaced_file_stays_readable_at_its_revision(node: Node, paper: Result):
    answer = replaces(node.clerk, paper, 0, a_file(SECOND, "bản đúng.pdf"))

    url = answer.json["components"][0]["url"]
    assert node.clerk.get(url).content == SECOND
    assert node.clerk.get(url, params={"revision": 1}).content == FIRST
    assert node.clerk.get(url, params={"revision": 2}).content == SECOND
    assert node.clerk.get(url, params={"revision": 3}).status_code == 404
    assert node.neighbour.get(url, params={"revision": 1}).status_code == 404
    assert node.clerk.get(f"/v1/blobs/{a_file(FIRST)['blob']}").status_code == 200
    told = node.clerk.get(paper.json["url"] + "/history").json["revisions"][1]
    assert told["reason"] == "Tải nhầm tệp"
    assert told["changes"] == [
        {
            "field": "components[0]",
            "before": f"main: công văn.pdf ({a_file(FIRST)['blob']})",
            "after": f"main: bản đúng.pdf ({a_file(SECOND)['blob']})",
        }
    ]


def test_files_are_changed_only_on_what_was_seen(node: Node, paper: Result):
    annex = a_file(ANNEX, role="annex")
    adds(node.clerk, paper, annex)

    stale = replaces(node.clerk, paper, 0, a_file(SECOND))
    blind = replaces(node.clerk, paper, 0, a_file(SECOND), tag="")
    late = adds(node.clerk, paper, a_file(SECOND, role="attachment"))

    assert (stale.status_code, stale.json["revision"]) == (412, 2)
    assert blind.status_code == 428
    assert late.status_code == 412
    assert len(node.clerk.get(paper.json["url"]).json["components"]) == 2


def test_what_has_been_done_already_is_told_as_done(node: Node, paper: Result):
    annex = a_file(ANNEX, role="annex")
    added = adds(node.clerk, paper, annex)
    replaced = replaces(node.clerk, added, 0, a_file(SECOND))

    assert adds(node.clerk, paper, annex).json == replaced.json
    again = replaces(node.clerk, added, 0, a_file(SECOND))
    assert (again.status_code, again.json) == (200, replaced.json)


def test_a_replacement_says_why(node: Node, paper: Result):
    mute = replaces(node.clerk, paper, 0, a_file(SECOND), reason=" ")

    assert (mute.status_code, mute.json["path"]) == (422, "$.reason")


@pytest.mark.parametrize(
    ("file", "status", "problem"),
    [
        (a_file(SECOND), 422, "second-main-file"),
        (a_file(b"nobody brought this", role="annex"), 422, "unknown-blob"),
        (a_file(ANNEX, "Báo cáo (Mật).pdf", role="annex"), 403, "state-secret-refused"),
        (a_file(ANNEX, role="annex") | {"number": "x" * 21}, 422, "field-too-long"),
        (a_file(ANNEX, "x" * 256, role="annex"), 422, "field-too-long"),
    ],
)
def test_a_file_that_may_not_be_there_leaves_the_document_as_it_is(
    node: Node, paper: Result, file: dict[str, Any], status: int, problem: str
):
    refused = adds(node.clerk, paper, file)

    assert (refused.status_code, refused.json["type"]) == (status, f"/problems/{problem}")
    assert node.clerk.get(paper.json["url"]).json["revision"] == 1


def test_a_file_that_is_there_is_not_added_beside_another(node: Node, paper: Result):
    refused = adds(node.clerk, paper, a_file(FIRST), a_file(ANNEX, role="annex"))

    assert (refused.status_code, refused.json["type"]) == (409, "/problems/file-there")
    assert refused.json["place"] == 0


def test_a_place_without_a_file_is_missing_and_no_files_are_none(node: Node, paper: Result):
    assert replaces(node.clerk, paper, 1, a_file(SECOND)).status_code == 404
    assert adds(node.clerk, paper).status_code == 422


def test_only_who_writes_there_changes_files(node: Node, paper: Result):
    reader = node.office("H20.14", rights=(Right.READ,))

    assert adds(reader, paper, a_file(ANNEX, role="annex")).status_code == 403
    assert adds(node.neighbour, paper, a_file(ANNEX, role="annex")).status_code == 404
    assert replaces(node.neighbour, paper, 0, a_file(ANNEX)).status_code == 404


def test_a_document_on_paper_is_registered_and_digitised_later(node: Node):
    letter = node.clerk.registers(paper=True, location="Tủ 1")
    assert letter.json["components"] == []
    node.clerk.brings(FIRST)
    made = {"by": "Tổ số hóa", "on": "2026-03-01", "pages": 4}

    answer = adds(node.clerk, letter, a_file(FIRST) | {"digitised": made})

    assert answer.status_code == 200, answer.text
    assert answer.json["components"][0]["digitised"] == made
    assert answer.json["number"] == letter.json["number"]
    told = node.clerk.get(letter.json["url"] + "/history").json["revisions"][1]
    assert [one["field"] for one in told["changes"]] == ["components[0]"]
    assert told["changes"][0]["before"] is None


def test_a_scan_may_come_with_the_registration_and_never_from_tomorrow(node: Node):
    node.clerk.brings(FIRST)

    scanned = node.clerk.registers(components=[a_file(FIRST) | {"digitised": {"pages": 2}}])
    ahead = node.clerk.registers(components=[a_file(FIRST) | {"digitised": {"on": "2026-03-03"}}])

    made = {"by": "", "on": "2026-03-02", "pages": 2}
    assert scanned.json["components"][0]["digitised"] == made
    assert (ahead.status_code, ahead.json["path"]) == (422, "$.components[0].digitised.on")


def test_the_feed_tells_that_files_changed(node: Node, paper: Result):
    adds(node.clerk, paper, a_file(ANNEX, role="annex"))

    told = node.clerk.get("/v1/changes", params={"agency": "H20.14", "limit": 200}).json["changes"]

    assert (told[-1]["type"], told[-1]["id"]) == ("files-changed", paper.json["id"])


def test_an_outgoing_document_gets_its_sealed_file_after_its_number(node: Node):
    node.clerk.brings(FIRST)
    draft = node.clerk.registers(**a_draft())

    answer = adds(node.clerk, draft, a_file(FIRST))

    assert answer.json["components"][0]["role"] == "main"


@pytest.mark.parametrize(
    ("path", "limit"),
    [("$.files[0].number", 20), ("$.files[0].digitised.by", 100), ("$.reason", 500)],
)
def test_texts_beside_a_file_are_kept_at_their_limit_and_refused_beyond(
    node: Node, paper: Result, path: str, limit: int
):
    """Each letter is typed as a base and two marks, and counts as one."""

    def beside(count: int) -> Result:
        text = "e\u0302\u0301" * count
        annex: dict[str, Any] = a_file(ANNEX, role="annex")
        if path.endswith("number"):
            annex["number"] = text
        elif path.endswith("by"):
            annex["digitised"] = {"by": text}
        return adds(node.clerk, paper, annex, reason=text if path == "$.reason" else "")

    refused, kept = beside(limit + 1), beside(limit)

    assert (refused.status_code, refused.json["path"]) == (422, path)
    assert (refused.json["length"], refused.json["limit"]) == (limit + 1, limit)
    assert kept.status_code == 200
    assert "ế" * limit in kept.text + node.clerk.get(paper.json["url"] + "/history").text
