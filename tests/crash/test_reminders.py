"""Killed at any moment, looked for again: each line is told once that it is due."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from api.services import reminding
from api.services.giving import LineGiven
from api.services.organisation import EnterPerson, GivePost
from api.services.receipts import GiveReceipts
from api.services.reminding import tell_deadlines
from repository.catalogue import tables as t
from repository.errors import Trouble
from repository.holdings import Holdings
from repository.model import events as e
from repository.model.people import Duty
from repository.model.receipts import Role
from tests.crash.clerk import AGENCY, NOON, OFFICE, Clerk, a_paper, opened
from tests.crash.conftest import Harmed
from tests.crash.faults import ENDINGS, Fault, Plan
from tests.crash.invariants import invariants
from tests.crash.processes import FINISHED, KILLED, nursery

PAPERS = 3


def tells(root: Path, at: int, fault: Fault, day: int) -> NoReturn:
    """In a process of its own: look whose lines are due, and end at call *at*."""
    reminding.LINES_AT_ONCE = 2
    plan = Plan(at, fault, end=lambda: os._exit(KILLED))
    with suppress(Trouble), opened(root, plan, clock=on(day)) as holdings:
        tell_deadlines(holdings, on(day))
        os._exit(FINISHED)
    os._exit(1)


def on(day: int) -> Callable[[], datetime]:
    return lambda: NOON + timedelta(days=day)


def given(store: Harmed) -> int:
    """Papers that are due on the day after; how many."""
    with opened(store.root) as holdings:
        submit = holdings.keeper.submit
        submit(EnterPerson(caller=OFFICE, login="nva", name="Nguyễn Văn A"))
        submit(GivePost(caller=OFFICE, login="nva", agency=AGENCY, duty=Duty.LEADER))
        clerk = Clerk(holdings, store.acks)
        for n in range(PAPERS):
            clerk.registers(f"due-{n}", a_paper(n))
        with holdings.reading() as now:
            known = [document.id for _, document in now.scan(t.DOCUMENTS)]
        line = LineGiven(role=Role.LEAD, login="nva", due="2026-03-03")
        for document in known:
            submit(GiveReceipts(caller=OFFICE, document=document, lines=(line,)))
    return len(known)


def told(holdings: Holdings) -> Counter[tuple[str, str]]:
    """Line and day, and how often."""
    bodies = (read.event.body for read in holdings.events(0))
    return Counter((body.id, body.day) for body in bodies if isinstance(body, e.DeadlineTold))


@pytest.mark.parametrize("fault", ENDINGS)
def test_who_was_killed_while_telling_tells_the_rest_and_nobody_twice(
    a_store: Callable[[], Harmed], tmp_path: Path, fault: Fault
):
    store, at, ended = a_store(), 0, KILLED
    papers = given(store)
    while ended == KILLED:
        at, root = at + 1, tmp_path / "again" / "store"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(store.root, root)
        child = nursery().Process(target=tells, args=(root, at, fault, 1))
        child.start()
        child.join()
        ended = child.exitcode
        with opened(root, clock=on(1)) as holdings:
            tell_deadlines(holdings, on(1))
            assert list(told(holdings).values()) == [1] * papers
            assert tell_deadlines(holdings, on(1)) == 0
            invariants(holdings, store.told())
    assert ended == FINISHED
    assert at > 3 * 2  # three commands: the log is written and synced, then the catalogue


def test_days_on_which_nothing_ran_are_not_told_when_it_runs_again(a_store: Callable[[], Harmed]):
    store = a_store()
    papers = given(store)
    for day in (1, 4, 9):
        with opened(store.root, clock=on(day)) as holdings:
            assert tell_deadlines(holdings, on(day)) == papers
    with opened(store.root, clock=on(9)) as holdings:
        assert {day for _, day in told(holdings)} == {"2026-03-03", "2026-03-06", "2026-03-11"}
        assert set(told(holdings).values()) == {1}
