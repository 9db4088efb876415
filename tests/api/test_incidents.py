"""State secrets are refused, and who administers learns of it without their content."""

import json
from typing import Any

import pytest

from indexer.extract.in_process import InProcessExtractor
from indexer.follower import TextFollower
from repository.model.secrecy import banner_in, grade_said
from tests.api.books import a_book, finds, problem, states, the_book
from tests.api.conftest import Node
from tests.api.drafting import Drafting
from tests.api.office import a_draft, a_file, an_arrival, blob_name

IN_MEMORY = pytest.mark.parametrize("node", ["memory"], indirect=True)
PAPER = b"mot to giay"
SECRET = "Phương án bảo vệ (Tối mật)"


def incidents(node: Node, **query: Any) -> list[dict[str, Any]]:
    return node.province.get("/v1/incidents", params=query).json["incidents"]


def log_of(node: Node) -> str:
    return " ".join(
        read.canonical.decode(errors="replace") + bytes(read.particulars).decode(errors="replace")
        for read in node.holdings.events(0)
    )


def test_a_state_secret_is_refused_and_leaves_an_incident_without_its_content(node: Node):
    node.clerk.brings(PAPER)

    answer = node.clerk.registers(subject=SECRET, components=[a_file(PAPER)])

    assert (answer.status_code, problem(answer)) == (403, "state-secret-refused")
    assert answer.json["path"] == "$.subject"
    assert "vankho purge" in answer.json["detail"]
    (told,) = incidents(node)
    assert told.pop("id")
    assert told.pop("actor").startswith("token:")
    assert told == {
        "kind": "state-secret-refused",
        "grade": "toi-mat",
        "agency": "H20.14",
        "register": "den",
        "blobs": [blob_name(PAPER)],
        "at": "2026-03-02T12:00:00+07:00",
    }
    assert "Phương án" not in log_of(node)
    assert states(node.clerk, the_book(node, "den")) == {}


@IN_MEMORY
@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"secrecy": "Mật"}, "$.secrecy"),
        ({"secrecy": "TUYỆT  MẬT"}, "$.secrecy"),
        ({"kind": "Công văn (Mật)"}, "$.kind"),
        ({"subject": "MẬT: kế hoạch"}, "$.subject"),
        ({"subject": "Kế hoạch. Độ mật: Tối mật"}, "$.subject"),
        ({"symbol": "12/QĐ-UBND (mật)"}, "$.symbol"),
    ],
)
def test_whatever_says_so_is_refused(node: Node, changes: dict[str, str], path: str):
    answer = node.clerk.registers(**changes)

    assert (problem(answer), answer.json["path"]) == ("state-secret-refused", path)
    assert len(incidents(node)) == 1


@IN_MEMORY
def test_a_file_name_says_so_too_and_a_draft_of_our_own(node: Node):
    node.clerk.brings(PAPER)
    named = a_draft(components=[a_file(PAPER, "KH 12 (Mật).pdf")])
    a_book(node, "qd", typed="{number}/{type}-{agency}", abbreviation="STP")
    typed = a_draft(register="qd", kind="Quyết định (Mật)")

    assert node.clerk.registers(**named).json["path"] == "$.components[0].name"
    assert problem(node.clerk.registers(**typed)) == "state-secret-refused"


@IN_MEMORY
@pytest.mark.parametrize(
    "subject",
    [
        "Về bảo mật thông tin", "Triển khai Luật Bảo vệ bí mật nhà nước", "Danh mục giải mật",
        "Về mật độ xây dựng", "Mật ong Đồng Tháp: tiêu chuẩn", "Không mật", "(mật ong)",
    ],
)  # fmt: skip
def test_a_paper_about_secrets_is_none(node: Node, subject: str):
    assert node.clerk.registers(subject=subject).status_code == 201
    assert incidents(node) == []


@IN_MEMORY
def test_an_amendment_and_a_row_as_found_are_refused_alike(node: Node):
    document = node.clerk.registers().json["url"]
    headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    body = json.dumps({"subject": SECRET}).encode()
    old = a_book(node, "cu", historical=True, direction="incoming")

    answers = [
        node.clerk.ask("PATCH", document, headers, body=body),
        finds(node.clerk, old, 1, subject=SECRET),
    ]

    assert [problem(one) for one in answers] == ["state-secret-refused"] * 2
    assert {one["register"] for one in incidents(node)} == {"den", "cu"}


@IN_MEMORY
@pytest.mark.parametrize("atomic", ["true", "false"])
def test_of_a_batch_the_secret_line_is_refused_and_noted(node: Node, atomic: str):
    lines = [an_arrival(), an_arrival(subject=SECRET)]
    headers = {"Idempotency-Key": "lo", "Content-Type": "application/x-ndjson"}
    body = "\n".join(map(json.dumps, lines)).encode()

    node.clerk.ask("POST", "/v1/registrations:batch", headers, params={"atomic": atomic}, body=body)

    assert [one["grade"] for one in incidents(node)] == ["toi-mat"]
    assert len(states(node.clerk, the_book(node, "den"))) == (0 if atomic == "true" else 1)


@IN_MEMORY
def test_a_banner_on_the_first_page_of_a_file_is_told_once_to_a_person(node: Node):
    paper = "UBND TỈNH\nTUYỆT MẬT\nSố: 05/KH-UBND\n".encode()
    node.clerk.brings(paper)
    document = node.clerk.registers(components=[a_file(paper, "ke hoach.txt")]).json

    for _ in range(2):
        follower = TextFollower(node.holdings, InProcessExtractor())
        while follower.step():
            pass

    (told,) = incidents(node)
    assert (told["kind"], told["grade"], told["agency"]) == (
        "state-secret-seen",
        "tuyet-mat",
        "H20.14",
    )
    assert told["blobs"] == [blob_name(paper)]
    assert node.clerk.get(f"{document['url']}/files/0").content == paper


@IN_MEMORY
def test_incidents_are_for_who_administers_every_agency_and_come_page_by_page(node: Node):
    for _ in range(3):
        node.clerk.registers(subject=SECRET)

    first = node.province.get("/v1/incidents", params={"limit": 2}).json
    rest = node.province.get("/v1/incidents", params={"after": first["next"]}).json

    assert node.office("H20.14").get("/v1/incidents").status_code == 403
    assert [len(first["incidents"]), len(rest["incidents"])] == [2, 1]
    assert "next" not in rest
    feed = node.clerk.get("/v1/changes", params={"agency": "H20.14"}).json["changes"]
    assert {one["type"] for one in feed} == {"agency-opened", "register-opened"}


def test_a_banner_stands_alone_and_loud_near_the_beginning():
    assert banner_in("A\n MẬT \nB") == "mat"
    assert banner_in("Độ mật: TỐI MẬT\nB") == "toi-mat"
    assert banner_in("Mật\n") == banner_in("BẢO MẬT") == banner_in("x" * 3000 + "\nMẬT\n") == ""
    assert grade_said("mật") == "mat"


@IN_MEMORY
def test_a_banner_in_a_draft_is_told_with_its_agency(node: Node):
    house = Drafting(node)
    paper = "UBND TỈNH\nTỐI MẬT\nSố: 06/KH-UBND\n".encode()
    house.drafter.brings(paper)
    assert house.opens(files=[a_file(paper, "ke hoach.txt")]).status_code == 201

    follower = TextFollower(node.holdings, InProcessExtractor())
    while follower.step():
        pass

    assert [(one["grade"], one["agency"]) for one in incidents(node)] == [("toi-mat", "H20.14")]
