"""docs/dossiers.md draws the tables as they are."""

import re
from pathlib import Path

from api.services.dossier_checks import ERRORS, Check
from repository.model.confidentiality import Confidentiality
from repository.model.dossiers import (
    DOSSIER_ACTS,
    DOSSIER_TURNS,
    DOSSIER_WHO,
    NEEDS_REASON,
    DossierAct,
    DossierState,
)
from repository.model.hand_overs import HAND_OVER_WHO, HandOverAct

PAGE = (Path(__file__).parents[2] / "docs" / "dossiers.md").read_text(encoding="utf-8")


def test_every_transition_is_drawn_and_no_other():
    acts = {f"{one.name} --> {two.name}: {act.value}" for (one, act), two in DOSSIER_ACTS.items()}
    turns = {
        f"{one.name} --> {two.name}: ({turn.value})" for (one, turn), two in DOSSIER_TURNS.items()
    }

    drawn = {line.strip() for line in PAGE.splitlines() if "-->" in line and "[*]" not in line}

    assert drawn == acts | turns


def test_every_state_and_act_is_told_with_whose_it_is():
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+?) \|$", PAGE, re.MULTILINE))

    assert set(rows) == {one.value for one in (*DossierState, *DossierAct)}
    for act in DossierAct:
        whose = {party.value for party in DOSSIER_WHO[act]}
        assert set(rows[act.value].split("|")[1].strip().split(", ")) == whose
        assert ("`reason`" in rows[act.value]) is (act in NEEDS_REASON)


def test_every_check_is_told_with_its_severity():
    told: dict[str, str] = {}
    for names, severity in re.findall(
        r"^\| (\*.+?\*) \| .+? \| (error|warning) \|$", PAGE, re.MULTILINE
    ):
        told |= dict.fromkeys(re.findall(r"\*([a-z-]+)\*", names), severity)

    assert told == {one.value: "error" if one in ERRORS else "warning" for one in Check}


def test_every_grade_and_act_of_a_hand_over_is_told():
    rows = re.findall(r"^\| \*([a-z-]+)\* \| (.+?) \|$", PAGE, re.MULTILINE)
    told = dict(rows)

    assert {one.value for one in Confidentiality} <= set(told)
    for act in HandOverAct:
        whose = {party.value for party in HAND_OVER_WHO[act]}
        assert told[act.value].split("|")[1].strip().partition(":")[0] in whose
