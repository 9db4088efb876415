"""What was given is followed up: overdue first, page by page, with totals, in three forms."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository.catalogue import tables as t
from tests.api.conftest import NOON, Node
from tests.api.office import Office
from tests.api.test_receipts import Desks, acts, lead


@pytest.fixture
def node(node_in_memory: Node) -> Node:
    return node_in_memory


@pytest.fixture
def desks(node: Node) -> Desks:
    return Desks(node)


def follows(office: Office, **asked: Any) -> Any:
    answer = office.get("/v1/directions", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json


def lines_of(page: Any) -> list[tuple[str, str, str]]:
    shown = (one["receipt"] for one in page["directions"])
    return [(one["login"] or one["unit"], one["state"], one["due"]) for one in shown]


def a_morning(desks: Desks) -> list[Any]:
    """The leader is given six papers and hands them on, each to somebody else or until another day."""
    ends = (
        lead("chuyen-vien", due="2026-03-10"),
        lead("phoi-hop", due="2026-03-04"),
        lead(unit="HT", due="2026-03-06"),
        lead("chuyen-vien"),
        lead("phoi-hop", due="2026-03-03"),
        lead("truong-phong", due="2026-03-05"),
    )
    below: list[Any] = []
    for n, line in enumerate(ends):
        paper = desks.clerk.registers(subject=f"Việc {n}").json
        url = f"{paper['url']}/receipts"
        mine = desks.clerk.post(url, {"lines": [lead("giam-doc")]}).json["receipts"][0]
        acts(desks.leader, mine, "hand-on", lines=[line])
        every = desks.clerk.get(url).json["receipts"]
        below += [one for one in every if one["parent"]]
    return below


def test_what_i_gave_is_shown_overdue_first_and_what_has_none_last(desks: Desks):
    below = a_morning(desks)
    desks.node.clock.now = NOON + timedelta(days=2)  # Wednesday 4
    acts(desks.other, below[1], "complete")

    page = follows(desks.leader)

    assert lines_of(page) == [
        ("phoi-hop", "sent", "2026-03-03"),
        ("truong-phong", "sent", "2026-03-05"),
        ("HT", "sent", "2026-03-06"),
        ("chuyen-vien", "sent", "2026-03-10"),
        ("chuyen-vien", "sent", ""),
        ("phoi-hop", "done", "2026-03-04"),
    ]
    timings = [one["receipt"]["timing"] for one in page["directions"]]
    assert timings == ["overdue", "due-soon", "due-soon", "running", "none", "on-time"]
    assert page["totals"] == {
        "sent": 5,
        "open": 0,
        "handed_on": 0,
        "done": 1,
        "returned": 0,
        "recalled": 0,
        "overdue": 1,
        "due_soon": 2,
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"login": "chuyen-vien"}, 2),
        ({"login": "nobody"}, 0),
        ({"unit": "HT"}, 4),  # the unit's own line, its head's and its officer's
        ({"unit": "VP"}, 2),
        ({"overdue": True}, 1),
        ({"state": "done"}, 1),
        ({"state": "sent", "unit": "VP"}, 1),
        ({"unit": "VP", "overdue": True}, 1),
    ],
)
def test_one_asks_for_a_person_a_unit_a_state_or_what_is_late(
    desks: Desks, asked: dict[str, Any], expected: int
):
    below = a_morning(desks)
    desks.node.clock.now = NOON + timedelta(days=2)
    acts(desks.other, below[1], "complete")

    assert len(follows(desks.leader, **asked)["directions"]) == expected


def test_every_page_goes_on_behind_the_one_before(desks: Desks):
    below = a_morning(desks)
    acts(desks.other, below[1], "complete")
    acts(desks.other, below[4], "return", reason="Không đúng")
    whole = follows(desks.leader)["directions"]

    shown: list[Any] = []
    after: dict[str, str] = {}
    for _ in range(10):
        page = follows(desks.leader, limit=2, **after)
        shown += page["directions"]
        if "next" not in page:
            break
        after = {"after": page["next"]}

    assert shown == whole
    assert len(shown) == 6


def test_all_of_an_agency_is_for_who_reads_its_papers(desks: Desks):
    a_morning(desks)

    everything = follows(desks.clerk, agency="H20.14")

    assert everything["totals"]["sent"] == 6
    assert everything["totals"]["handed_on"] == 6
    assert follows(desks.leader, agency="H20.14") == everything
    assert desks.officer.get("/v1/directions?agency=H20.14").status_code == 403
    assert desks.node.neighbour.get("/v1/directions?agency=H20.14").status_code == 404
    assert desks.node.neighbour.get("/v1/directions?agency=H20.99").status_code == 404
    assert follows(desks.officer)["directions"] == []


@pytest.mark.parametrize(
    ("asked", "status", "problem"),
    [
        ("after=x", 400, "no-such-place"),
        ("login=nva&unit=HT", 422, "one-person-or-unit"),
        ("unit=KH", 422, "unknown-unit"),
        ("state=lost", 400, "parameter-unfit"),
    ],
)
def test_what_cannot_be_asked_is_said(desks: Desks, asked: str, status: int, problem: str):
    refused = desks.leader.get(f"/v1/directions?{asked}")

    assert (refused.status_code, refused.json["type"]) == (status, f"/problems/{problem}")


def test_programs_ask_for_an_agency(node: Node):
    assert node.clerk.get("/v1/directions").json["type"] == "/problems/no-person"
    assert node.clerk.get("/v1/directions?agency=H20.14").json["directions"] == []


def test_the_list_is_given_out_as_a_table(desks: Desks):
    a_morning(desks)

    answer = desks.leader.get("/v1/directions?unit=VP", {"Accept": "text/csv"})

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["login"], row["due"], row["remaining"]) for row in rows] == [
        ("phoi-hop", "2026-03-03", "1"),
        ("phoi-hop", "2026-03-04", "2"),
    ]
    book = desks.leader.get("/v1/directions", {"Accept": XLSX})
    assert (book.status_code, book.content[:2]) == (200, b"PK")


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACTS = ("open", "complete", "return", "recall", "reopen", "defer", "remind", "hand-on")


@settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(steps=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(ACTS)), max_size=14))
def test_totals_and_pages_are_those_of_the_lines_themselves(
    desks: Desks, steps: list[tuple[int, str]]
):
    lines = a_morning(desks)
    people = (desks.leader, desks.head, desks.officer, desks.other)
    for n, act in steps:
        rest = {"lines": [{"role": "information", "unit": "VP"}]} if act == "hand-on" else {}
        body = {"reason": "Lý do", "due": "2026-03-12", **rest}
        if act != "defer":
            body.pop("due")
        for office in people:
            acts(office, lines[n], act, **body)

    every = follows(desks.clerk, agency="H20.14", limit=200)

    with desks.node.holdings.reading() as now:
        kept = [receipt for _, receipt in now.scan(t.RECEIPTS)]
    assert {one["receipt"]["id"] for one in every["directions"]} == {one.id for one in kept}
    states = [one.state.value.replace("-", "_") for one in kept]
    assert {name: states.count(name) for name in set(states)}.items() <= every["totals"].items()
    by_unit = [follows(desks.clerk, agency="H20.14", unit=code, limit=200) for code in ("HT", "VP")]
    giver = [follows(office, limit=200)["directions"] for office in (*people, desks.clerk)]
    assert sum(map(len, giver)) == len(kept)
    assert sum(len(one["directions"]) for one in by_unit) == len(
        [one for one in kept if one.unit or one.desk]
    )
