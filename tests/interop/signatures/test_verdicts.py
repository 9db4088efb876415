"""The model: every value is weighed once and said in both languages, and the worst decides."""

from itertools import product
from typing import cast

import pytest

from interop.signatures.dimensions import DIMENSIONS, Final, Integrity, Remark, Revocation, Value
from interop.signatures.folding import RANK, WEIGHTS, folded, weight, worst
from interop.signatures.wording import FINALS, WORDS

EVERY_VALUE = cast(
    "list[Value]", [value for dimension in (*DIMENSIONS, Remark) for value in dimension]
)
UNKNOWING = {"unknown", "unclear", "unreadable", "not-checked", "stale"}
TOLD_ELSEWHERE = {"Owner.UNKNOWN", "Role.UNKNOWN"}
"""What order weighs: without a context nobody asks, with one it is `Order.OWNER_UNKNOWN`."""


def test_there_are_eleven_dimensions():
    assert len(DIMENSIONS) == 11


def test_every_value_has_one_weight():
    weighed = [value for values in WEIGHTS.values() for value in values]

    assert sorted(map(str, weighed)) == sorted(map(str, EVERY_VALUE))


@pytest.mark.parametrize("value", EVERY_VALUE, ids=str)
def test_every_value_is_said_in_both_languages(value: Value):
    assert WORDS[value].vi
    assert WORDS[value].en


@pytest.mark.parametrize("value", EVERY_VALUE, ids=str)
def test_what_is_not_known_is_never_valid(value: Value):
    if value.value in UNKNOWING and str(value) not in TOLD_ELSEWHERE:
        assert weight(value) is not Final.VALID


def test_the_five_verdicts_are_said_as_the_clerk_knows_them():
    assert [FINALS[one].vi for one in Final] == [
        "HỢP LỆ",
        "HỢP LỆ CÓ CẢNH BÁO",
        "KHÔNG ĐỦ CĂN CỨ",
        "KHÔNG HỢP LỆ",
        "KHÔNG ĐỌC ĐƯỢC",
    ]


def test_nothing_at_all_is_unreadable():
    assert worst([]) is Final.UNREADABLE


def test_no_value_betters_another():
    for one, other in product(EVERY_VALUE, repeat=2):
        assert RANK[folded([one, other])] == max(RANK[weight(one)], RANK[weight(other)])


def test_revocation_that_was_not_checked_decides_over_an_intact_signature():
    assert folded([Integrity.INTACT, Revocation.NOT_CHECKED]) is Final.INDETERMINATE
