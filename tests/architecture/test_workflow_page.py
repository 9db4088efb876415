"""docs/workflow.md draws the tables as they are."""

import re
from pathlib import Path

from repository.model.receipts import ACTS, NEEDS_REASON, TURNS, WHO, Act, State

PAGE = (Path(__file__).parents[2] / "docs" / "workflow.md").read_text(encoding="utf-8")


def test_every_transition_is_drawn_and_no_other():
    acts = {f"{state.name} --> {after.name}: {act.value}" for (state, act), after in ACTS.items()}
    turns = {
        f"{state.name} --> {after.name}: ({turn.value})" for (state, turn), after in TURNS.items()
    }

    drawn = {line.strip() for line in PAGE.splitlines() if "-->" in line and "[*]" not in line}

    assert drawn == acts | turns


def test_every_state_and_act_is_told_with_whose_it_is():
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+?) \|$", PAGE, re.MULTILINE))

    assert set(rows) == {one.value for one in State} | {one.value for one in Act}
    for act in Act:
        whose = {party.value for party in WHO[act]}
        assert set(rows[act.value].split("|")[1].strip().split(", ")) == whose
        assert ("`reason`" in rows[act.value]) is (act in NEEDS_REASON)
