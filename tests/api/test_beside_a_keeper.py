"""A worker beside a keeper in another process: commands, answers and refusals cross whole."""

import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.services import RULES
from repository.format import create_store
from repository.holdings import Holdings
from tests.api.conftest import SMALL, MovableClock, Node
from tests.api.office import a_draft, a_file, an_arrival
from tests.api.test_amendments import amends
from tests.api.test_files import adds
from tests.api.test_metadata import ALL
from tests.api.test_registration_batch import sends, told
from tests.api.test_relations import TAX, states, withdraws

PAPER = b"%PDF-1.7 van ban %%EOF"
SAME_PAPER = {"symbol": "12/QĐ-UBND", "issuer": "UBND tỉnh", "issued": "2026-02-27"}


@pytest.fixture
def node() -> Iterator[Node]:
    # A Unix socket's path ends at 108 bytes: pytest's own folders are too deep.
    with tempfile.TemporaryDirectory(prefix="vk") as folder:
        root = create_store(Path(folder) / "store", store=uuid.UUID(int=1)).root
        command = [sys.executable, "-m", "tests.api.keeper", str(root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as keeper:
            assert keeper.stdout is not None
            assert keeper.stdout.readline() == "ready\n"
            try:
                beside = Holdings.open_beside(root, SMALL, rules=RULES, worker="w1")
                with beside:
                    yield Node(beside, MovableClock())
            finally:
                keeper.terminate()


def test_a_document_is_registered_and_its_file_comes_back(node: Node):
    node.clerk.brings(PAPER)

    answers = [node.clerk.registers(components=[a_file(PAPER)]) for _ in range(2)]

    assert [answer.json["number"] for answer in answers] == [1, 2]
    assert node.clerk.get(answers[1].headers["Location"]).json == answers[1].json
    assert node.clerk.get(answers[1].json["components"][0]["url"]).content == PAPER
    assert node.clerk.get("/readyz").json["ready"] is True


def test_refusals_come_back_with_their_facts_and_leave_no_gap(node: Node):
    first = node.clerk.registers(**SAME_PAPER)

    duplicate = node.clerk.registers(**SAME_PAPER)
    unfit = node.clerk.registers(subject="")
    hidden = node.clerk.registers(agency="H20.15")
    dated = node.clerk.registers(**a_draft(issued="2001-01-01"))

    assert (duplicate.status_code, duplicate.json["document"]) == (409, first.json["id"])
    assert (unfit.status_code, unfit.json["path"]) == (422, "$.subject")
    assert (hidden.status_code, hidden.json["type"]) == (404, "/problems/hidden")
    assert (dated.status_code, dated.json["type"]) == (422, "/problems/date-not-in-period")
    assert node.clerk.registers().json["number"] == 2


def test_the_same_request_again_gets_the_first_answer(node: Node):
    first, again = (node.clerk.registers("once", **SAME_PAPER) for _ in range(2))

    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_batch_crosses_with_its_answers_and_its_refusals(node: Node):
    node.clerk.registers(**SAME_PAPER)
    rows = [an_arrival(), an_arrival(subject=""), an_arrival(**SAME_PAPER), an_arrival()]

    lines = told(sends(node.clerk, *rows))
    whole = sends(node.clerk, *rows, key="whole", atomic=True)

    assert [line["status"] for line in lines] == [201, 422, 409, 201]
    assert [line["document"]["number"] for line in (lines[0], lines[3])] == [2, 3]
    assert lines[1]["problem"]["path"] == "$.subject"
    assert (whole.status_code, whole.json["line"], whole.json["path"]) == (422, 2, "$.subject")


def test_an_amendment_crosses_with_its_answer_and_its_refusal(node: Node):
    first = node.clerk.registers()

    second = amends(node.clerk, first, subject="Khác")
    stale = amends(node.clerk, first, subject="Khác nữa")

    assert (second.status_code, second.json["revision"]) == (200, 2)
    assert (stale.status_code, stale.json["revision"]) == (412, 2)


def test_what_is_noted_filed_and_related_crosses_whole(node: Node):
    for content in (PAPER, b"phu luc"):
        node.clerk.brings(content)
    first = node.clerk.registers(**ALL, components=[a_file(PAPER)])
    amended = amends(node.clerk, first, signer={"name": "Trần B"}, recipients=None)
    filed = adds(node.clerk, amended, a_file(b"phu luc", role="annex"), reason="Đến sau")
    answer = node.clerk.registers(**a_draft()).json
    stated = states(node.clerk, answer, "replies-to", target=first.json["id"], outside=TAX)
    withdrawn = withdraws(node.clerk, stated)
    again = node.clerk.post(
        "/v1/registrations?duplicates=refuse",
        an_arrival(components=[a_file(PAPER)]),
        {"Idempotency-Key": "strict"},
    )

    assert (amended.json["signer"]["name"], amended.json["revision"]) == ("Trần B", 2)
    assert "recipients" not in amended.json
    assert (filed.json["revision"], len(filed.json["components"])) == (3, 2)
    assert (withdrawn.status_code, withdrawn.json["outside"]) == (200, TAX)
    assert (again.status_code, again.json["document"]) == (409, first.json["id"])
