"""The frame judges by the median, alternates its arms, and prints what it saw."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.bench.frame import Bar, Emit, Measure, Peer, measured, paired, present, seconds

FINITE = st.floats(min_value=0.001, max_value=1e9)


def a_measure(*values: float, bar: Bar | None = None, peer: Peer | None = None) -> Measure:
    return measured("storage", "put", "blobs/s", values, peer=peer, bar=bar)


def test_a_bar_is_judged_by_the_median_of_the_rounds():
    assert a_measure(0.1, 2.0, 2.1, bar=Bar(least=1.3)).holds is True
    assert a_measure(1.0, 1.2, 9.0, bar=Bar(least=1.3)).holds is False


@pytest.mark.parametrize(("value", "holds"), [(0.41, False), (0.44, True), (0.47, False)])
def test_a_bar_with_two_sides_holds_between_them(value: float, holds: bool):
    assert a_measure(value, bar=Bar(least=0.42, most=0.46)).holds is holds


def test_a_measure_without_a_bar_neither_holds_nor_fails():
    assert a_measure(3.0).holds is None


def test_a_single_round_is_its_own_quartiles():
    assert a_measure(3.0).quartiles == (3.0, 3.0)


@given(st.lists(FINITE, min_size=1, max_size=20))
def test_the_median_lies_between_the_quartiles(values: list[float]):
    measure = a_measure(*values)

    low, high = measure.quartiles
    assert low <= measure.value <= high
    assert measure.rounds == len(values)


def test_rounds_go_forwards_and_backwards_in_turn_and_settle_before_every_arm():
    told: list[str] = []

    def arm(name: str) -> Callable[[int], float]:
        def rate(number: int) -> float:
            told.append(f"{name}{number}")
            return 1.0

        return rate

    paired({"a": arm("a"), "b": arm("b")}, 3, settle=lambda: told.append("settle"))

    assert [step for step in told if step != "settle"] == ["a0", "b0", "b1", "a1", "a2", "b2"]
    assert told[::2] == ["settle"] * 6


def test_a_ratio_is_taken_inside_its_round():
    rounds = paired({"ours": lambda n: 10.0 * (n + 1), "theirs": lambda n: 5.0 * (n + 1)}, 3)

    assert rounds.ratios("ours", "theirs") == (2.0, 2.0, 2.0)


def test_seconds_runs_the_work_once():
    done: list[int] = []

    assert seconds(lambda: done.append(1)) >= 0
    assert done == [1]


def printed(*measures: Measure) -> tuple[bool, list[dict[str, Any]]]:
    lines: list[str] = []

    def give(emit: Emit) -> None:
        for measure in measures:
            emit(measure)

    holds = present("storage", ["msgspec", "no-such-distribution"], give, lines.append)
    return holds, [json.loads(line) for line in lines]


def test_every_measure_is_one_json_line_with_the_same_ten_fields():
    peer = Peer(name="loose", version="1")
    holds, (line, _) = printed(a_measure(1.5, bar=Bar(least=1.3), peer=peer))

    assert holds
    assert line == {
        "bench": "storage", "measure": "put", "value": 1.5, "unit": "blobs/s",
        "quartiles": [1.5, 1.5], "rounds": 1, "peer": "loose", "peer_version": "1",
        "bar": {"least": 1.3}, "holds": True,
    }  # fmt: skip


def test_the_last_line_tells_the_machine_the_versions_and_the_commit():
    _, lines = printed(a_measure(1.0))

    assert set(lines[-1]) == {"bench", "machine", "versions", "commit"}
    assert set(lines[-1]["versions"]) == {"python", "msgspec", "no-such-distribution"}
    assert lines[-1]["versions"]["no-such-distribution"] == "not installed"
    assert lines[-1]["commit"]


def test_one_bar_that_does_not_hold_is_told_and_nothing_is_left_out():
    holds, lines = printed(a_measure(1.0, bar=Bar(least=2)), a_measure(3.0, bar=Bar(least=2)))

    assert not holds
    assert len(lines) == 3
