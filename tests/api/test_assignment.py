"""Many papers are given to many at once: each line for itself, or all of them or none."""

import json
from typing import Any

import pytest
from falcon.testing import Result

from api.services import assignment
from api.services.assignment import (
    AssignBatch,
    Assignment,
    AssignmentLine,
    chunks,
)
from api.services.giving import LineGiven
from repository.keeper import OutcomeUnknown
from repository.model.receipts import Role
from tests.api.conftest import Node
from tests.api.office import Office
from tests.api.test_receipts import Desks, acts, lead


@pytest.fixture
def desks(node: Node) -> Desks:
    return Desks(node)


def sends(office: Office, *rows: object, key: str = "lo-1", atomic: bool = False) -> Result:
    lines = b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": key}
    path = "/v1/receipts:batch"
    return office.ask("POST", path, headers, body=lines, params={"atomic": atomic})


def told(answer: Result) -> list[Any]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def papers(desks: Desks, number: int) -> list[str]:
    return [desks.clerk.registers(subject=f"Việc {n}").json["id"] for n in range(number)]


def to(document: str, *lines: dict[str, str], **rest: Any) -> dict[str, Any]:
    return {"document": document, "lines": list(lines), **rest}


def given(desks: Desks) -> int:
    totals = desks.clerk.get("/v1/directions?agency=H20.14").json["totals"]
    return totals["sent"] + totals["handed_on"]


@pytest.mark.parametrize("atomic", [False, True])
def test_every_line_is_given_in_one_request(desks: Desks, *, atomic: bool):
    rows = [
        to(one, lead("giam-doc"), {"role": "support", "unit": "HT"}, instruction="Xử lý")
        for one in papers(desks, 4)
    ]

    lines = told(sends(desks.clerk, *rows, atomic=atomic))

    assert [(line["line"], line["status"], len(line["receipts"])) for line in lines] == [
        (n, 201, 2) for n in range(1, 5)
    ]
    assert lines[0]["receipts"][0]["instruction"] == "Xử lý"
    assert len(desks.leader.get("/v1/work").json["work"]) == 4


def test_a_refused_line_gives_nothing_and_leaves_the_others(desks: Desks):
    one, other = papers(desks, 2)
    rows = [
        to(one, lead("giam-doc")),
        to(other, lead("phoi-hop"), lead("giam-doc")),
        b"{",
        to("0" * 32, lead("giam-doc")),
        {"lines": [lead("giam-doc")]},
        to(other, lead("giam-doc")),
    ]

    lines = told(sends(desks.clerk, *rows))

    assert [line["status"] for line in lines] == [201, 409, 400, 404, 422, 201]
    assert lines[1]["problem"]["type"] == "/problems/second-lead"
    assert given(desks) == 2


def test_one_refusal_refuses_an_atomic_batch(desks: Desks):
    one, other = papers(desks, 2)
    rows = [to(one, lead("giam-doc")), to(other, lead("nobody"))]

    refused = sends(desks.clerk, *rows, atomic=True)

    assert (refused.status_code, refused.json["line"]) == (422, 2)
    assert given(desks) == 0


def test_the_same_batch_again_gets_the_same_lines(desks: Desks):
    rows = [to(one, lead("giam-doc", due="2026-03-10")) for one in papers(desks, 3)]
    first = told(sends(desks.clerk, *rows))
    acts(desks.leader, first[1]["receipts"][0], "open")

    again = sends(desks.clerk, *rows)

    assert again.headers["Idempotency-Replayed"] == "true"
    lines = told(again)
    assert [line["receipts"][0]["id"] for line in lines] == [
        line["receipts"][0]["id"] for line in first
    ]
    assert lines[1]["receipts"][0]["state"] == "open"
    assert given(desks) == 2
    other = told(sends(desks.clerk, to(desks.paper["id"], lead("giam-doc"))))
    assert other[0]["problem"]["type"] == "/problems/idempotency-key-reused"
    assert sends(desks.clerk, *rows, key="").status_code == 400


def test_what_is_in_my_hand_is_handed_on_by_the_batch(desks: Desks):
    rows = [to(one, lead("giam-doc")) for one in papers(desks, 3)]
    mine = [line["receipts"][0]["id"] for line in told(sends(desks.clerk, *rows))]
    below = [{"receipt": one, "lines": [lead("chuyen-vien")]} for one in mine]
    foreign = told(sends(desks.officer, *below, key="khac"))
    assert [line["status"] for line in foreign] == [404, 404, 404]

    lines = told(sends(desks.leader, *below))

    assert [line["receipts"][0]["login"] for line in lines] == ["chuyen-vien"] * 3
    assert all(line["receipts"][0]["parent"] in mine for line in lines)
    again = told(sends(desks.leader, *below))
    assert all(line["replayed"] for line in again)
    assert told(sends(desks.leader, *below, key="lo-2"))[0]["status"] == 409


def test_a_delegate_hands_on_by_the_batch_in_the_leaders_place(desks: Desks):
    rows = [to(one, lead("giam-doc")) for one in papers(desks, 2)]
    theirs = [line["receipts"][0]["id"] for line in told(sends(desks.clerk, *rows))]
    own = told(sends(desks.clerk, to(desks.paper["id"], lead(unit="HT")), key="b"))[0]
    body = {"login": "truong-phong", "until": "2026-03-09T00:00:00+07:00"}
    desks.leader.post("/v1/agencies/H20.14/delegations", body)
    below = [
        {"receipt": one, "lines": [lead("chuyen-vien")]}
        for one in (theirs[0], own["receipts"][0]["id"], theirs[1])
    ]

    lines = told(sends(desks.head, *below, atomic=True))

    assert [line["receipts"][0]["giver"] for line in lines] == [
        "giam-doc",
        "truong-phong",
        "giam-doc",
    ]


def test_what_was_cut_between_two_pieces_goes_on_where_it_was(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(assignment, "MAX_CHUNK", 2)
    rows = [to(one, lead("giam-doc")) for one in papers(desks, 7)]
    keeper = desks.node.holdings.keeper
    submit, pieces = keeper.submit, []

    def cut(command: Any) -> Any:
        if isinstance(command, AssignBatch):
            pieces.append(len(command.lines))
            if len(pieces) == 3:
                submit(command)  # done, and nobody is told
                raise OutcomeUnknown
        return submit(command)

    monkeypatch.setattr(keeper, "submit", cut)
    assert sends(desks.clerk, *rows).status_code == 503

    lines = told(sends(desks.clerk, *rows))

    assert pieces == [2, 2, 2, 2, 2, 2, 1]
    assert [line.get("replayed", False) for line in lines] == [True] * 6 + [False]
    assert given(desks) == 7


def test_thousands_of_lines_are_one_request(node_in_memory: Node):
    desks = Desks(node_in_memory)
    known = papers(desks, 3)
    rows = [to(known[n % 3], lead("nobody")) for n in range(5_000)]
    rows[7] = to(known[0], lead("giam-doc"))

    lines = told(sends(desks.clerk, *rows))

    assert len(lines) == 5_000
    assert [line["line"] for line in lines if line["status"] == 201] == [8]
    assert sends(desks.clerk, *rows, to(known[0], lead("x"))).status_code == 413
    refused = sends(desks.clerk, *rows[:501], atomic=True)
    assert (refused.status_code, refused.json["type"]) == (413, "/problems/atomic-too-large")


def test_no_piece_has_more_recipients_than_the_keeper_is_given_at_a_time():
    line = LineGiven(role=Role.SUPPORT, login="x")
    sizes = [1, 60, 41, 40, 100, 0, 3] * 9
    lines = [
        AssignmentLine(
            number=n, assignment=Assignment(document="d", lines=(line,) * size), request=b""
        )
        for n, size in enumerate(sizes)
    ]

    pieces = list(chunks(lines))

    assert [one for piece in pieces for one in piece] == lines
    for piece in pieces:
        assert sum(max(1, len(one.assignment.lines)) for one in piece) <= assignment.MAX_CHUNK
