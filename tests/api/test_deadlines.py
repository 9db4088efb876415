"""Last days: given as days or working days, asked to be another, and told by one formula."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import NOON, Node
from tests.api.test_receipts import Desks, acts, lead


@pytest.fixture
def node(node_in_memory: Node) -> Node:
    return node_in_memory


@pytest.fixture
def desks(node: Node) -> Desks:
    return Desks(node)


def asks(desks: Desks, due: str = "2026-03-20", reason: str = "Chờ số liệu") -> Any:
    line = desks.line("chuyen-vien")
    return acts(desks.officer, line, "ask-extension", due=due, reason=reason)


def days_on(desks: Desks, days: int) -> None:
    desks.node.clock.now = NOON + timedelta(days=days)


def test_a_deadline_may_be_a_number_of_working_days(desks: Desks):
    # Monday 2 March 2026; five working days end on Monday 9.
    assert desks.gives({**lead("chuyen-vien"), "working_days": 5}).status_code == 201  # type: ignore[dict-item]

    line = desks.line("chuyen-vien")

    assert (line["due"], line["remaining"], line["timing"]) == ("2026-03-09", 5, "running")


@pytest.mark.parametrize(
    ("rest", "problem"),
    [
        ({"working_days": 300}, "calendar-unknown"),
        ({"working_days": 367}, "field-unfit"),
        ({"working_days": -1}, "field-unfit"),
        ({"working_days": 3, "due": "2026-03-20"}, "field-unfit"),
    ],
)
def test_working_days_that_cannot_be_counted_are_refused(
    desks: Desks, rest: dict[str, Any], problem: str
):
    refused = desks.gives({**lead("chuyen-vien"), **rest})

    assert (refused.status_code, refused.json["type"]) == (422, f"/problems/{problem}")


def test_a_line_is_told_the_same_way_everywhere(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-06"))
    stands = []

    for days in (0, 1, 2, 4, 5, 8):
        days_on(desks, days)
        line = desks.line("chuyen-vien")
        work = desks.officer.get("/v1/work").json["work"][0]["receipt"]
        given = desks.clerk.get("/v1/directions?agency=H20.14").json
        assert line == work == given["directions"][0]["receipt"]
        assert line["overdue"] is bool(given["totals"]["overdue"])
        assert (line["timing"] == "due-soon") is bool(given["totals"]["due_soon"])
        stands.append((line["timing"], line["remaining"]))

    assert stands == [
        ("running", 4),
        ("running", 3),
        ("due-soon", 2),
        ("due-soon", 0),
        ("overdue", 0),  # Saturday: no working day has passed since
        ("overdue", -2),
    ]


def test_days_are_those_of_vietnam(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-04"))
    line = desks.line("chuyen-vien")
    desks.node.clock.now = NOON.replace(day=4, hour=16, minute=59)  # 23:59 in Vietnam
    assert not desks.line("chuyen-vien")["overdue"]

    desks.node.clock.now += timedelta(minutes=1)

    assert desks.line("chuyen-vien")["overdue"]
    done = acts(desks.officer, line, "complete").json
    assert (done["timing"], done["overdue"], done["remaining"]) == ("late", False, None)


def test_my_work_is_shown_by_its_last_day(desks: Desks):
    for n, due in enumerate(("2026-03-10", "", "2026-03-04", "2026-03-06")):
        paper = desks.clerk.registers(subject=f"Việc {n}").json
        line = lead(unit="HT", due=due) if n % 2 else lead("truong-phong", due=due)
        desks.clerk.post(f"{paper['url']}/receipts", {"lines": [line]})

    first = desks.head.get("/v1/work?by=due&limit=3").json
    rest = desks.head.get(f"/v1/work?by=due&after={first['next']}").json

    dues = [one["receipt"]["due"] for one in first["work"] + rest["work"]]
    assert dues == ["2026-03-04", "2026-03-06", "2026-03-10", ""]
    assert "next" not in rest
    assert desks.head.get("/v1/work?by=due&after=1.2").json["type"] == "/problems/no-such-place"
    assert desks.officer.get("/v1/work?by=due").json["work"] == []


def test_an_extension_is_asked_for_and_granted_with_another_day(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-06"))

    asked = asks(desks)

    assert (asked.status_code, asked.json["due"], asked.json["asked"]) == (
        200,
        "2026-03-06",
        "2026-03-20",
    )
    line = desks.line("chuyen-vien")
    assert desks.officer.get(f"{line['url']}/actions").json["actions"] == [
        "open",
        "hand-on",
        "complete",
        "return",
    ]
    told = desks.clerk.get(f"{line['url']}/actions").json["actions"]
    assert told == ["recall", "defer", "remind", "grant-extension", "refuse-extension"]
    granted = acts(desks.clerk, line, "grant-extension", due="2026-03-13").json
    assert (granted["due"], granted["asked"], granted["state"]) == ("2026-03-13", "", "sent")
    (one,) = granted["extensions"]
    assert (one["former"], one["wished"], one["due"], one["state"], one["why"]) == (
        "2026-03-06",
        "2026-03-20",
        "2026-03-13",
        "granted",
        "Chờ số liệu",
    )


def test_granted_without_a_day_it_is_the_one_that_was_wished_for(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-06"))
    asks(desks)

    granted = acts(desks.clerk, desks.line("chuyen-vien"), "grant-extension").json

    assert granted["due"] == "2026-03-20"


def test_a_refused_extension_leaves_the_day_and_the_line_tells_it(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-06"))
    asks(desks)
    line = desks.line("chuyen-vien")
    assert acts(desks.clerk, line, "refuse-extension").json["path"] == "$.reason"

    refused = acts(desks.clerk, line, "refuse-extension", reason="Không lùi được").json
    asks(desks, due="2026-03-09", reason="Xin thêm một ngày")

    assert (refused["due"], refused["asked"]) == ("2026-03-06", "")
    first, second = desks.line("chuyen-vien")["extensions"]
    assert (first["state"], first["answer"], first["due"]) == ("refused", "Không lùi được", "")
    assert (second["state"], second["wished"]) == ("asked", "2026-03-09")


def test_only_the_giver_moves_the_day(desks: Desks):
    desks.gives(lead("giam-doc", due="2026-03-20"))
    acts(
        desks.leader,
        desks.line("giam-doc"),
        "hand-on",
        lines=[lead("chuyen-vien", due="2026-03-06")],
    )
    asks(desks, due="2026-03-27")
    line = desks.line("chuyen-vien")

    assert acts(desks.officer, line, "grant-extension").status_code == 409
    assert acts(desks.clerk, line, "grant-extension").status_code == 409
    late = acts(desks.leader, line, "grant-extension")
    granted = acts(desks.leader, line, "grant-extension", due="2026-03-20")

    assert late.json["type"] == "/problems/due-too-late"  # the leader's own last day stands
    assert granted.json["due"] == "2026-03-20"
    assert granted.json["extensions"][0]["by"] == "giam-doc"


def test_a_day_set_unasked_is_in_the_history_and_answers_what_was_asked(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-06"))
    line = desks.line("chuyen-vien")
    acts(desks.clerk, line, "defer", due="2026-03-09", reason="Lãnh đạo đi vắng")
    asks(desks)

    acts(desks.clerk, line, "defer", working_days=10, reason="Theo đề nghị")

    first, second = desks.line("chuyen-vien")["extensions"]
    assert (first["wished"], first["due"], first["answer"]) == (
        "",
        "2026-03-09",
        "Lãnh đạo đi vắng",
    )
    assert (second["wished"], second["due"], second["state"]) == (
        "2026-03-20",
        "2026-03-16",
        "granted",
    )


def test_what_ended_before_anybody_decided_is_dropped(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-06"))
    asks(desks)

    done = acts(desks.officer, desks.line("chuyen-vien"), "complete").json

    assert (done["asked"], done["timing"], done["extensions"][0]["state"]) == (
        "",
        "on-time",
        "dropped",
    )


@pytest.mark.parametrize(
    ("due", "problem"),
    [("2026-03-06", "not-later"), ("2026-03-05", "not-later"), ("", "field-missing")],
)
def test_an_extension_ends_later(desks: Desks, due: str, problem: str):
    desks.gives(lead("chuyen-vien", due="2026-03-06"))

    refused = asks(desks, due=due)

    assert (refused.status_code, refused.json["type"]) == (422, f"/problems/{problem}")


def test_a_line_without_a_last_day_has_nothing_to_extend(desks: Desks):
    desks.gives(lead("chuyen-vien"))

    assert asks(desks).json["type"] == "/problems/act-not-open"


def test_extensions_of_one_line_come_to_an_end(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-06"))
    for _ in range(20):
        assert asks(desks).status_code == 200
        acts(desks.clerk, desks.line("chuyen-vien"), "refuse-extension", reason="Không")

    assert asks(desks).json["type"] == "/problems/too-many-extensions"


# The calendar.


def test_the_calendar_of_a_year_is_shown_and_a_province_adds_to_it(node: Node):
    before = node.clerk.get("/v1/calendar?year=2026").json
    assert before["announced"]
    assert {"day": "2026-02-16", "kind": "off"}.items() <= before["days"][3].items() or before[
        "days"
    ]
    body = {
        "days": [{"day": "2026-11-24", "kind": "off", "name": "Ngày Văn hóa Việt Nam"}],
        "decision": "Kế hoạch 1/KH-UBND",
    }

    entered = node.province.post("/v1/calendar", body)

    assert entered.status_code == 204
    added = [one for one in node.clerk.get("/v1/calendar?year=2026").json["days"] if one["entered"]]
    assert added == [
        {"day": "2026-11-24", "kind": "off", "name": "Ngày Văn hóa Việt Nam", "entered": True}
    ]
    due = node.clerk.get("/v1/calendar/due?working_days=1&start=2026-11-23").json
    assert due["due"] == "2026-11-25"
    node.province.post("/v1/calendar", {"days": [{"day": "2026-11-24", "kind": "usual"}]})
    due = node.clerk.get("/v1/calendar/due?working_days=1&start=2026-11-23").json
    assert due["due"] == "2026-11-24"


def test_a_year_is_counted_into_once_it_is_announced(node: Node):
    ask = "/v1/calendar/due?working_days=2&start=2026-12-30"
    unknown = node.clerk.get(ask)
    assert (unknown.status_code, unknown.json["year"]) == (422, 2027)
    assert not node.clerk.get("/v1/calendar?year=2027").json["announced"]

    body = {"years": [2027], "days": [{"day": "2027-01-01", "kind": "off", "name": "Tết"}]}
    node.province.post("/v1/calendar", body)

    assert node.clerk.get(ask).json["due"] == "2027-01-04"


def test_a_calendar_is_entered_by_who_administers_everywhere(node: Node):
    body = {"years": [2027]}

    assert node.clerk.post("/v1/calendar", body).status_code == 403
    assert node.office("H20.14").post("/v1/calendar", body).status_code == 403
    assert node.province.post("/v1/calendar", {}).json["type"] == "/problems/field-missing"


def test_deadlines_that_were_given_stay_the_days_they_are(desks: Desks):
    desks.gives({**lead("chuyen-vien"), "working_days": 2})  # type: ignore[dict-item]

    off = {"days": [{"day": "2026-03-03", "kind": "off"}, {"day": "2026-03-04", "kind": "off"}]}
    desks.node.province.post("/v1/calendar", off)

    line = desks.line("chuyen-vien")
    assert (line["due"], line["remaining"]) == ("2026-03-04", 0)


# How last days were kept, in figures.


def test_figures_tell_how_last_days_were_kept(desks: Desks):
    papers = [desks.clerk.registers(subject=f"Việc {n}").json for n in range(3)]
    for paper in papers:
        line = lead("chuyen-vien", due="2026-03-04")
        desks.clerk.post(f"{paper['url']}/receipts", {"lines": [line]})
    lines = [desks.clerk.get(f"{one['url']}/receipts").json["receipts"][0] for one in papers]
    for line, days in zip(lines, (1, 2, 3), strict=True):
        days_on(desks, days)
        acts(desks.officer, line, "complete")

    told = desks.clerk.get("/v1/statistics?agency=H20.14").json

    kept = {"on_time": 2, "late": 1, "percent": 66.7}
    assert told["deadlines"] == told["agencies"][0]["deadlines"] == kept
    (unit,) = told["agencies"][0]["units"]
    assert (unit["code"], unit["deadlines"]) == ("HT", kept)
    acts(desks.clerk, lines[2], "reopen", reason="Thiếu phụ lục")
    told = desks.clerk.get("/v1/statistics").json
    assert told["deadlines"] == {"on_time": 2, "late": 0, "percent": 100.0}
