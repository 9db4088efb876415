import random
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.province.agencies import province_agencies
from tools.province.bodies import END_OF_TEXT, Writer, body
from tools.province.documents import MAX_RECEIVERS, MAX_SUBJECT, draw_drafts, working_days
from tools.province.drafts import KINDS, Draft
from tools.province.subjects import Topic, all_topics, written_date

AGENCIES = province_agencies()
TOPICS = all_topics()
TODAY = date(2026, 11, 23)


def drafts(count: int = 80, seed: int = 1, today: date = TODAY) -> tuple[Draft, ...]:
    return draw_drafts(AGENCIES, TOPICS, count=count, seed=seed, today=today)


def test_the_same_seed_gives_the_same_drafts_and_another_seed_others():
    assert drafts(seed=1) == drafts(seed=1)
    assert drafts(seed=1) != drafts(seed=2)


def test_all_kinds_are_written():
    assert {draft.kind for draft in drafts(200)} == set(KINDS)


def test_some_are_scans_some_have_annexes_some_attachments_some_are_signed_by_a_deputy():
    many = drafts(200)

    assert {draft.medium for draft in many} == {"digital", "scan"}
    assert 0 < sum(draft.annex is not None for draft in many) < 200
    assert {a.format for draft in many for a in draft.attachments} == {"docx", "xlsx"}
    capacities = {line.split()[0] for draft in many for line in draft.signatory.lines}
    assert capacities >= {"TM.", "KT.", "TL."}


def test_texts_are_nfc_and_every_figure_is_filled():
    for text in _strings(msgspec.to_builtins(drafts(150))):
        assert unicodedata.is_normalized("NFC", text)
        assert "{" not in text


@given(seed=st.integers(0, 10**6), today=st.dates(date(2021, 1, 1), date(2035, 12, 31)))
@settings(max_examples=40, deadline=None)
def test_documents_are_issued_in_order_within_the_year_and_go_to_one_to_eight_others(
    seed: int, today: date
):
    few = drafts(12, seed, today)

    assert [draft.issued for draft in few] == sorted(draft.issued for draft in few)
    for draft in few:
        assert draft.issued.year == today.year
        assert draft.issued.date() <= today
        assert 1 <= len(set(draft.receivers)) == len(draft.receivers) <= MAX_RECEIVERS
        assert draft.issuer.code not in draft.receivers
        assert 0 < len(draft.subject) <= MAX_SUBJECT


def test_nothing_is_issued_on_a_weekend():
    assert all(day.weekday() < 5 for day in working_days(TODAY))


def test_on_new_years_day_today_stands_in():
    assert working_days(date(2027, 1, 1)) == [date(2027, 1, 1)]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_speak_of_every_topic(kind: str, topic: Topic):
    writer = Writer(random.Random(3), AGENCIES[0], TODAY, ("xã An Phú Lộc",))

    blocks = body(kind, writer, [topic, topic])

    assert blocks[-1].text.endswith(END_OF_TEXT)
    assert sum(len(block.text) for block in blocks) > 400


def test_dates_carry_a_zero_only_where_it_guards_against_change():
    assert written_date(date(2026, 2, 5)) == "05/02/2026"
    assert written_date(date(2026, 3, 15)) == "15/3/2026"


def test_the_window_never_reaches_into_last_year():
    day = date(2026, 1, 1)
    while day < date(2026, 4, 1):
        assert {issued.year for issued in working_days(day)} == {2026}
        day += timedelta(days=1)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)
