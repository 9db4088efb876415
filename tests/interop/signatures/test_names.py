"""Names prepared once are what asn1crypto makes of them each time."""

from collections.abc import Callable

from asn1crypto.x509 import NameTypeAndValue
from hypothesis import given
from hypothesis import strategies as st

from interop.signatures.names import _prepare, _remembered, prepared


def outcome(prepare: Callable[[NameTypeAndValue, str], str], string: str) -> object:
    try:
        return prepare(NameTypeAndValue(), string)
    except ValueError as refused:
        return str(refused)


@given(st.text(max_size=40))
def test_the_same_of_every_string_the_first_time_and_again(string: str):
    expected = outcome(_prepare, string)

    assert outcome(prepared, string) == expected
    assert outcome(prepared, string) == expected


def test_a_long_string_is_prepared_and_not_remembered():
    before = _remembered.cache_info().currsize

    assert prepared(NameTypeAndValue(), "A" * 5000).strip() == "a" * 5000
    assert _remembered.cache_info().currsize == before
