"""Whoever has a line is told once a day that it is due soon, or overdue: an event, exactly one."""

from collections import Counter
from datetime import timedelta

import pytest

from api.services import reminding
from api.services.reminding import TellDeadlines, tell_deadlines
from repository.catalogue import tables as t
from repository.catalogue.directions import place_all
from repository.catalogue.memory_engine import MemoryEngine
from repository.catalogue.projection import apply
from repository.catalogue.tree import entered
from repository.catalogue.views import Writing
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model import events as e
from repository.model.access import NotAllowed
from tests.api.conftest import NOON, Node
from tests.api.test_closings import bytes_of
from tests.api.test_receipts import Desks, acts, lead


@pytest.fixture
def desks(node_in_memory: Node) -> Desks:
    return Desks(node_in_memory)


def told_on(desks: Desks, days: int) -> int:
    """How many lines are told so many days after Monday 2 March."""
    desks.node.clock.now = NOON + timedelta(days=days)
    return tell_deadlines(desks.node.holdings, desks.node.clock)


def tellings(holdings: Holdings) -> list[e.DeadlineTold]:
    bodies = (read.event.body for read in holdings.events(0))
    return [body for body in bodies if isinstance(body, e.DeadlineTold)]


def test_a_line_is_told_each_working_day_from_before_its_last_day_on(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-06"))

    told = [(days, told_on(desks, days)) for days in range(11)]

    # Wednesday to Friday it is due soon; then it is overdue, on no Saturday and no Sunday.
    assert [days for days, number in told if number] == [2, 3, 4, 7, 8, 9, 10]
    assert [body.overdue for body in tellings(desks.node.holdings)] == [False] * 3 + [True] * 4


def test_who_is_late_for_long_is_told_once_a_week(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-06"))

    told = [days for days in range(2, 60) if told_on(desks, days)]

    # Friday 6 March is the last day; each working day of the week behind it, then every seventh.
    assert told == [2, 3, 4, 7, 8, 9, 10, 11, 18, 25, 32, 39, 46, 53]


def test_opening_a_late_line_does_not_make_it_be_told_more_often(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-06"))
    told = [days for days in range(2, 19) if told_on(desks, days)]
    assert told[-1] == 18

    acts(desks.officer, desks.line("chuyen-vien"), "open")

    assert [days for days in range(19, 30) if told_on(desks, days)] == [25]


def test_a_day_is_told_once_however_often_is_looked(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-03"))

    assert [told_on(desks, 1) for _ in range(3)] == [1, 0, 0]
    (line,) = [body.id for body in tellings(desks.node.holdings)]
    again = TellDeadlines(caller=NODE, receipts=(line, line))
    assert desks.node.holdings.keeper.submit(again) == 0


def test_days_on_which_nobody_looked_are_not_told_afterwards(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-03"))
    told_on(desks, 0)

    assert told_on(desks, 9) == 1

    days = [body.day for body in tellings(desks.node.holdings)]
    assert days == ["2026-03-02", "2026-03-11"]


def test_what_was_told_is_in_the_feed_and_in_the_work(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-03"))

    told_on(desks, 1)

    feed = desks.clerk.get("/v1/changes?agency=H20.14&limit=200").json["changes"]
    assert (feed[-1]["type"], feed[-1]["document"]["id"]) == ("deadline-told", desks.paper["id"])
    line = desks.officer.get("/v1/work").json["work"][0]["receipt"]
    assert (line["told"], line["timing"], line["reminded"]) == ("2026-03-03", "due-soon", 0)


def test_only_lines_in_somebodys_hand_are_told(desks: Desks):
    desks.gives(lead("giam-doc", due="2026-03-03"))
    assert told_on(desks, 1) == 1
    acts(desks.leader, desks.line("giam-doc"), "complete")
    assert told_on(desks, 2) == 0

    acts(desks.clerk, desks.line("giam-doc"), "reopen", reason="Chưa đạt")

    assert told_on(desks, 2) == 1


def test_another_last_day_is_told_at_its_own_time(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-03"))
    told_on(desks, 1)

    acts(desks.clerk, desks.line("chuyen-vien"), "defer", due="2026-03-13", reason="Chờ")

    assert [days for days in range(1, 12) if told_on(desks, days)] == [9, 10, 11]


def test_nobody_is_told_on_a_day_off(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-02-20"))
    off = {"days": [{"day": "2026-03-03", "kind": "off"}, {"day": "2026-03-07", "kind": "worked"}]}
    desks.node.province.post("/v1/calendar", off)

    assert [days for days in range(6) if told_on(desks, days)] == [0]
    desks.node.province.post("/v1/calendar", {"days": [{"day": "2026-03-02", "kind": "off"}]})


def test_more_lines_than_a_command_takes_are_all_told(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reminding, "LINES_AT_ONCE", 3)
    lines = many_lines(desks, 8)

    assert tell_deadlines(desks.node.holdings, desks.node.clock, most=6) == 6
    assert tell_deadlines(desks.node.holdings, desks.node.clock) == 2
    assert Counter(body.id for body in tellings(desks.node.holdings)) == Counter(lines)


def test_strangers_tell_nobody(desks: Desks):
    desks.gives(lead("chuyen-vien", due="2026-03-03"))
    line = desks.line("chuyen-vien")["id"]
    stranger = type(NODE)(name="x", rights=frozenset())

    with pytest.raises(NotAllowed):
        desks.node.holdings.keeper.submit(TellDeadlines(caller=stranger, receipts=(line,)))


def test_the_log_brings_back_every_row_of_deadlines(desks: Desks):
    """Also where a catalogue of the schema before is brought up."""
    many_lines(desks, 5)
    told_on(desks, 1)
    line = desks.line("chuyen-vien")
    acts(desks.officer, line, "ask-extension", due="2026-03-09", reason="Chờ")
    acts(desks.clerk, line, "grant-extension", due="2026-03-10", reason="Được")
    acts(desks.officer, line, "complete")
    acts(desks.clerk, line, "reopen", reason="Chưa đạt")
    acts(desks.officer, line, "complete")
    body = {"login": "truong-phong", "until": "2026-03-09T00:00:00+07:00"}
    given = desks.leader.post("/v1/agencies/H20.14/delegations", body).json
    desks.leader.post(f"{given['url']}/withdraw", None)
    desks.node.province.post("/v1/calendar", {"years": [2027]})
    afresh = MemoryEngine(tables=t.TABLE_NAMES)

    with afresh.writing() as txn:
        rows, mark = Writing(txn), t.Watermark()
        for read in desks.node.holdings.events(0):
            apply(rows, read.event, read.particulars)
            mark = entered(rows, mark, read.canonical)

    kept = bytes_of(desks.node.holdings.engine)
    assert bytes_of(afresh) == kept
    with afresh.writing() as txn:
        place_all(Writing(txn))
    assert bytes_of(afresh) == kept


def many_lines(desks: Desks, number: int) -> list[str]:
    """Lines that are due soon."""
    lines: list[str] = []
    for n in range(number):
        desks.paper = paper = desks.clerk.registers(subject=f"Việc {n}").json
        given = {"lines": [lead("chuyen-vien", due="2026-03-04")]}
        lines.append(desks.clerk.post(f"{paper['url']}/receipts", given).json["receipts"][0]["id"])
    return lines
