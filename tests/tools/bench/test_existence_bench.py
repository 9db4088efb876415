"""The existence bench asks a real server as a stranger does; what is answered tells nothing.

Of times nothing is asserted here: that takes thousands of pairs and a quiet machine.
"""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.bench.existence import Options, run
from tools.bench.existence_measures import ASKED
from tools.bench.existence_papers import KINDS, pairs_of
from tools.bench.frame import Measure
from tools.bench.telling import area, by_all, by_pair, by_rank


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Measure]:
    # Not deep: the name of a Unix socket may have 107 bytes only.
    scratch = tmp_path_factory.getbasetemp()
    measures: list[Measure] = []
    run(Options(scratch=scratch).quick(), measures.append)
    assert not (scratch / "existence").exists(), "the bench leaves nothing on the measured disk"
    return measures


def test_no_answer_tells_a_stranger_that_a_file_is_here(told: list[Measure]):
    differ = {measure.measure: measure.value for measure in told if "differ" in measure.measure}

    assert differ == {f"{verb}.answers_that_differ": 0 for verb in ASKED}


def test_every_verb_and_kind_has_its_area(told: list[Measure]):
    areas = {measure.measure: measure.value for measure in told if measure.unit == "AUC"}

    assert {f"{verb}.{how}" for verb in ASKED for how in ("times", "pairs", "classifier")} <= {
        *areas
    }
    assert {f"{verb}.{kind}.pairs" for verb in ASKED for kind in KINDS} <= {*areas}
    assert all(0.5 <= value <= 1 for value in areas.values())


def test_pairs_are_alike_but_for_what_is_stored():
    for pair in pairs_of(50, seed=1):
        assert len(pair.known) == len(pair.unknown)
        assert pair.known[:8] == pair.unknown[:8]
        assert pair.unknown not in pair.stored
        assert any(pair.known.startswith(stored) for stored in pair.stored)


@given(st.lists(st.integers(0, 5), min_size=1), st.lists(st.integers(0, 5), min_size=1))
def test_the_area_is_the_chance_that_one_is_larger(known: list[int], unknown: list[int]):
    wins = sum((k > u) + (k == u) / 2 for k in known for u in unknown)

    assert area(known, unknown) == pytest.approx(wins / len(known) / len(unknown))


def test_what_differs_is_told_apart_and_what_does_not_is_not():
    dice = random.Random(1)
    same = [dice.gauss(10, 1) for _ in range(1000)], [dice.gauss(10, 1) for _ in range(1000)]
    apart = [each - 1 for each in same[0]]

    for how in (by_rank, by_pair):
        assert how(*same, seed=1).value < 0.55
        assert how(apart, same[1], seed=1).value > 0.7
    for other, least, most in ((same[0], 0.5, 0.55), (apart, 0.7, 0.85)):
        found = by_all([(each,) for each in other], [(each,) for each in same[1]], seed=1)
        assert least <= found.value <= most
        assert found.low <= found.value <= found.high
