"""The tables of the courier: what can happen, what cannot, and that the page draws them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.edxml.codes import BusinessStatus
from interop.exchange.arrivals import OWED, STEPS, Arrival, Step, StepNotOpenHere, stepped
from interop.exchange.deliveries import (
    FOR_A_PERSON,
    MOVES,
    Delivery,
    Outcome,
    OutcomeNotOpen,
    found_at_start,
    moved,
)
from interop.exchange.repeats import FIRST, MOST, MOST_AGE, expired, next_try, wait_after
from interop.exchange.standing import ANSWERS, MAY_FOLLOW, RANKS, Answer, Told, standing

PAGE = (Path(__file__).parents[3] / "docs" / "exchange.md").read_text(encoding="utf-8")
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
OUTCOMES = st.lists(st.sampled_from(Outcome), max_size=30)


def test_every_move_is_drawn_and_no_other():
    assert "[*] --> QUEUED" in PAGE
    assert "[*] --> SEEN" in PAGE
    moves = {f"{a.name} --> {b.name}: {o.value}" for (a, o), b in MOVES.items()}
    steps = {f"{a.name} --> {b.name}: {s.value}" for (a, s), b in STEPS.items()}
    drawn = {line.strip() for line in PAGE.splitlines() if "-->" in line and "[*]" not in line}

    assert drawn == moves | steps


@pytest.mark.parametrize("state", [*Delivery, *Arrival], ids=lambda state: state.name)
def test_every_state_is_told(state: Delivery | Arrival):
    assert re.search(rf"^\| `{state.name}` \|", PAGE, re.MULTILINE)


# Deliveries.


def test_a_delivery_begins_queued_and_every_state_can_be_reached():
    reached = {Delivery.QUEUED}
    for _ in Delivery:
        reached |= {after for (state, _), after in MOVES.items() if state in reached}

    assert reached == set(Delivery)


def test_what_is_in_doubt_is_never_sent_again_unasked():
    leaves = {
        outcome: after for (state, outcome), after in MOVES.items() if state is Delivery.IN_DOUBT
    }

    assert Delivery.SENDING not in leaves.values()
    assert leaves[Outcome.ABSENT] is Delivery.WAITING


@given(OUTCOMES)
def test_a_message_is_handed_over_again_only_when_it_is_known_not_to_be_there(
    outcomes: list[Outcome],
):
    state, maybe_there = Delivery.QUEUED, False
    for outcome in outcomes:
        try:
            state = moved(state, outcome)
        except OutcomeNotOpen:
            continue
        if outcome is Outcome.BEGUN:
            assert not maybe_there
        maybe_there = (maybe_there or outcome is Outcome.UNANSWERED) and outcome not in (
            Outcome.ABSENT,
            Outcome.FOUND,
        )
        maybe_there = maybe_there or outcome in (Outcome.ACCEPTED, Outcome.FOUND)


def test_only_a_person_ends_what_needs_one():
    for state in FOR_A_PERSON:
        by_itself = {o for (s, o) in MOVES if s is state} - {Outcome.RESUMED, Outcome.TAKEN}
        assert by_itself == set()


def test_after_a_crash_what_was_being_sent_is_in_doubt():
    assert {state: found_at_start(state) for state in Delivery} == {
        **{state: state for state in Delivery},
        Delivery.SENDING: Delivery.IN_DOUBT,
    }


def test_an_outcome_that_cannot_be_is_refused():
    with pytest.raises(OutcomeNotOpen):
        moved(Delivery.SENT, Outcome.CANCELLED)


# Arrivals.


def test_an_arrival_begins_seen_and_every_state_can_be_reached():
    reached = {Arrival.SEEN}
    for _ in Arrival:
        reached |= {after for (state, _), after in STEPS.items() if state in reached}

    assert reached == set(Arrival)


@pytest.mark.parametrize("state", Arrival)
def test_an_id_that_is_told_again_is_answered_again_and_never_fetched_again(state: Arrival):
    again = stepped(state, Step.SEE)

    assert (again is Arrival.SEEN) is (state is Arrival.SEEN)
    assert again is Arrival.SEEN or again in OWED


def test_nothing_is_acknowledged_before_it_is_kept_or_put_aside():
    assert {state for (state, step) in STEPS if step is Step.ACKNOWLEDGE} == set(OWED)
    with pytest.raises(StepNotOpenHere):
        stepped(Arrival.SEEN, Step.ACKNOWLEDGE)


# Repeats.


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_wait_stays_between_half_and_all_of_what_doubles(tries: int, draw: float):
    whole = min(MOST, FIRST * 2 ** min(tries - 1, 16))

    assert whole / 2 <= wait_after(tries, draw) <= whole
    assert wait_after(tries, draw) <= wait_after(tries + 1, draw)
    assert next_try(NOON, tries, draw) == NOON + wait_after(tries, draw)


def test_a_day_s_outage_is_outlasted_and_an_endless_one_is_not():
    assert not expired(NOON, NOON + timedelta(days=1))
    assert expired(NOON, NOON + MOST_AGE)


# What stands.


TOLD = st.builds(
    Told,
    at=st.integers(0, 9).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    code=st.sampled_from([*(status.value for status in BusinessStatus), "77", "08"]),
    digest=st.binary(min_size=1, max_size=1),
)


def told(*codes: str) -> list[Told]:
    return [
        Told(at=NOON + timedelta(minutes=n), code=code, digest=bytes([n]))
        for n, code in enumerate(codes)
    ]


@given(st.lists(TOLD), st.randoms())
def test_what_stands_hangs_on_neither_order_nor_repeats(whole: list[Told], random: Random):
    shuffled = whole + whole[: len(whole) // 2]
    random.shuffle(shuffled)

    assert standing(shuffled) == standing(whole)


def test_a_lower_status_that_comes_late_changes_nothing():
    assert standing(told("01", "03", "06", "04")).current is BusinessStatus.COMPLETED


def test_refused_and_registered_contradict_each_other_and_the_earlier_stands():
    stands = standing(told("01", "02", "03"))

    assert (stands.current, stands.contradicted) == (BusinessStatus.REFUSED, True)


def test_a_recall_is_open_until_it_is_answered():
    assert standing(told("03", "13")).recall_open
    assert not standing(told("03", "13", "16")).recall_open
    assert standing(told("03", "13", "16", "13")).recall_open


def test_only_an_agreed_recall_withdraws():
    assert standing(told("03", "13", "15")).withdrawn
    assert standing(told("15", "03", "13")).withdrawn, "the answer's clock was behind"
    assert standing(told("03", "13", "16", "13", "15")).withdrawn
    assert not standing(told("03", "13", "16")).withdrawn


def test_an_answer_without_a_recall_is_stray():
    stands = standing(told("03", "15"))

    assert (stands.stray, stands.withdrawn) == (1, False)


def test_an_unknown_status_is_kept_and_changes_nothing():
    assert standing(told("03", "77")).unknown == ("77",)
    assert standing(told("03", "77")).current is BusinessStatus.REGISTERED


def test_what_follows_is_never_less_far():
    for before, after in MAY_FOLLOW.items():
        lowest = RANKS[before] if before else 0
        assert all(RANKS[one] >= 3 or RANKS[one] > lowest for one in after)
    assert set(MAY_FOLLOW) == {None, *RANKS}


def test_every_state_has_its_answer_to_a_recall_and_none_withdraws_work_by_itself():
    assert set(ANSWERS) == {None, *RANKS}
    assert {state for state, answer in ANSWERS.items() if answer is Answer.AGREE} == {
        BusinessStatus.ARRIVED,
        BusinessStatus.REFUSED,
    }
