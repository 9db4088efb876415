from collections import defaultdict
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.province.agencies import province_agencies
from tools.province.documents import draw_drafts
from tools.province.schedule import Copy, Issuance, ProvinceAct, schedule
from tools.province.subjects import all_topics

AGENCIES = province_agencies()
TOPICS = all_topics()
TODAY = date(2026, 11, 23)


def acts(count: int = 60, seed: int = 1) -> tuple[ProvinceAct, ...]:
    drafts = draw_drafts(AGENCIES, TOPICS, count=count, seed=seed, today=TODAY)
    return schedule(drafts, AGENCIES, seed=seed)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_each_agency_counts_from_one_without_gap_in_order_of_time(seed: int):
    numbers: dict[str, list[int]] = defaultdict(list)
    moments = []
    for act in acts(25, seed):
        numbers[act.agency.code].append(act.number)
        moments.append(act.moment)

    assert moments == sorted(moments)
    for given_numbers in numbers.values():
        assert given_numbers == list(range(1, len(given_numbers) + 1))


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_nobody_gets_the_same_document_twice_not_even_as_a_copy(seed: int):
    holders: dict[int, list[str]] = defaultdict(list)
    for act in acts(25, seed):
        if isinstance(act, Issuance):
            holders[id(act)] += [act.agency.code, *act.draft.receivers]
        else:
            holders[id(act.original)] += act.receivers

    assert all(len(set(codes)) == len(codes) for codes in holders.values())


def test_only_a_receiver_certifies_a_copy_and_only_after_it_was_issued():
    copies = [act for act in acts() if isinstance(act, Copy)]

    assert copies
    for copy in copies:
        assert copy.agency.code in copy.original.draft.receivers
        assert copy.original.moment < copy.moment
        assert copy.original.moment.date() == copy.moment.date()


def test_symbols_are_number_and_notation():
    first = acts()[0]

    assert isinstance(first, Issuance)
    assert first.symbol == f"01/{first.draft.notation}"
