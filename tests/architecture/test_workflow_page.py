"""docs/workflow.md draws the tables as they are."""

import re
from pathlib import Path

from repository.model import dispatches, drafts
from repository.model.receipts import ACTS, NEEDS_REASON, TURNS, WHO, Act, State

PAGE = (Path(__file__).parents[2] / "docs" / "workflow.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The part of the page under the heading that begins with *title*."""
    return next(part for part in PAGE.split("\n## ") if part.startswith(title))


def drawn(title: str) -> set[str]:
    """The transitions in the diagram of a section."""
    return {
        line.strip() for line in section(title).splitlines() if "-->" in line and "[*]" not in line
    }


def told(title: str) -> dict[str, str]:
    """The rows of its tables."""
    return dict(re.findall(r"^\| `([a-z-]+)` \| (.+?) \|$", section(title), re.MULTILINE))


def test_every_transition_is_drawn_and_no_other():
    acts = {f"{state.name} --> {after.name}: {act.value}" for (state, act), after in ACTS.items()}
    turns = {
        f"{state.name} --> {after.name}: ({turn.value})" for (state, turn), after in TURNS.items()
    }

    assert drawn("Recipient lines") == acts | turns


def test_every_state_and_act_is_told_with_whose_it_is():
    rows = told("Recipient lines")

    assert set(rows) == {one.value for one in State} | {one.value for one in Act}
    for act in Act:
        whose = {party.value for party in WHO[act]}
        assert set(rows[act.value].split("|")[1].strip().split(", ")) == whose
        assert ("`reason`" in rows[act.value]) is (act in NEEDS_REASON)


def test_every_step_of_a_draft_is_drawn_and_no_other():
    assert drawn("Drafts") == {
        f"{state.name} --> {after.name}: {act.value}"
        for (state, act), step in drafts.STEPS.items()
        for after in step.leads
    }


def test_every_state_and_act_of_a_draft_is_told_with_whose_it_is():
    rows = told("Drafts")

    assert set(rows) == {one.value for one in (*drafts.State, *drafts.Act)}
    for act in drafts.Act:
        whose = dict(one.split(": ") for one in rows[act.value].split("|")[1].strip().split("; "))
        table = {state: step.who for (state, each), step in drafts.STEPS.items() if each is act}
        assert {state: set(parties.split(", ")) for state, parties in whose.items()} == {
            state.value: {party.value for party in who} for state, who in table.items()
        }
        assert ("`reason`" in rows[act.value]) is (act in drafts.NEEDS_REASON)


def test_every_step_of_a_dispatch_is_drawn_and_no_other():
    acts = {
        f"{state.name} --> {after.name}: {act.value}"
        for (state, act), after in dispatches.DISPATCH_ACTS.items()
    }
    turns = {
        f"{state.name} --> {after.name}: ({turn.value})"
        for (state, turn), after in dispatches.DISPATCH_TURNS.items()
    }

    assert drawn("Dispatches") == acts | turns


def test_every_state_and_act_of_a_dispatch_is_told():
    rows = told("Dispatches")

    assert set(rows) == {one.value for one in (*dispatches.DispatchState, *dispatches.DispatchAct)}
    for state in dispatches.DispatchState:
        assert rows[state.value].split("|")[1].strip() == dispatches.STATUS_CODES[state]
    for act in dispatches.DispatchAct:
        assert ("`reason`" in rows[act.value]) is (act in dispatches.DISPATCH_NEEDS_REASON)
