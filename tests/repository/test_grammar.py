"""Symbols: what a grammar writes it reads back, however people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.model.grammar import (
    PLAIN,
    GrammarUnfit,
    SymbolGrammar,
    SymbolParts,
    SymbolUnfit,
    check,
    compose,
    read,
)

STATE = SymbolGrammar("{number}/{type}-{agency}", "{number}/{agency}-{unit}")
PARTY = SymbolGrammar("{number}-{type}/{agency}")
RULES = SymbolGrammar("{number}/{year}/{type}-{agency}")
NONE = SymbolGrammar("{type}-{agency}")

WORDS = st.from_regex(r"[A-ZĐƯa-zđư0-9&]{1,8}", fullmatch=True)
NUMBERS = st.integers(1, 9_999_999)
DASHES = st.sampled_from(["-", "–", "—", "‐", "‑", "−", " - ", " –"])
ZEROS = st.sampled_from(["", "0", "00"])
LABELS = st.sampled_from(["", "Số: ", "Số ", "số:"])


@pytest.mark.parametrize(
    ("grammar", "parts", "symbol"),
    [
        (PLAIN, SymbolParts(number=12, notation="QĐ-UBND"), "12/QĐ-UBND"),
        (PLAIN, SymbolParts(number=5), "05"),
        (STATE, SymbolParts(number=5, type="QĐ", agency="UBND"), "05/QĐ-UBND"),
        (STATE, SymbolParts(number=5, agency="UBND", unit="VP"), "05/UBND-VP"),
        (PARTY, SymbolParts(number=15, type="CV", agency="TU"), "15-CV/TU"),
        (RULES, SymbolParts(number=5, year=2025, type="QĐ", agency="UBND"), "05/2025/QĐ-UBND"),
        (NONE, SymbolParts(number=5, type="BB", agency="HĐND"), "BB-HĐND"),
    ],
)
def test_a_symbol_is_made_as_its_register_declares(
    grammar: SymbolGrammar, parts: SymbolParts, symbol: str
):
    check(grammar)

    assert compose(grammar, parts) == symbol


@given(
    number=NUMBERS, type_=WORDS, agency=WORDS, dash=DASHES, zeros=ZEROS, label=LABELS,
    year=st.integers(1945, 2100),
)  # fmt: skip
def test_what_is_written_is_read_back_however_people_write_it(
    number: int, type_: str, agency: str, dash: str, zeros: str, label: str, year: int
):
    for grammar in (STATE, PARTY, RULES):
        dated = year if grammar is RULES else 0
        parts = SymbolParts(number=number, year=dated, type=type_, agency=agency)
        written = compose(grammar, parts)
        told = label + zeros + written.replace("-", dash).replace("/", " / ")

        assert read(grammar, written) == parts
        assert read(grammar, told) == parts


@given(number=NUMBERS, notation=st.from_regex(r"[A-ZĐ]{1,4}(-[A-ZĐ]{1,4}){0,2}", fullmatch=True))
def test_a_notation_of_any_groups_follows_the_number(number: int, notation: str):
    parts = SymbolParts(number=number, notation=notation)

    assert read(PLAIN, compose(PLAIN, parts)) == parts


@given(st.text(max_size=80))
def test_whatever_somebody_types_is_read_or_is_nothing(text: str):
    for grammar in (PLAIN, STATE, PARTY, RULES, NONE):
        said = read(grammar, text)
        assert said is None or 0 <= said.number < 10**12


@pytest.mark.parametrize("alone", ["5", "05", "005", " 5 ", "Số: 05"])
def test_a_number_alone_is_read_by_any_grammar_that_has_one(alone: str):
    said = [read(grammar, alone) for grammar in (PLAIN, STATE, PARTY, RULES)]

    assert [one.number if one else None for one in said] == [5, 5, 5, 5]


@pytest.mark.parametrize(
    "pattern",
    [
        "", "{number", "{number}{type}", "{number}//{type}", "/{number}", "{number}-", "{so}/{type}",
        "{number}/{number}", "Số {number}", "{number}/{type} {agency}", "{number}/" + "{type}-" * 20,
        "{0.__class__}", "{number!r}",
    ],
)  # fmt: skip
def test_a_pattern_that_could_not_be_read_back_is_refused(pattern: str):
    with pytest.raises(GrammarUnfit):
        check(SymbolGrammar(pattern))


@pytest.mark.parametrize(
    "parts",
    [
        SymbolParts(number=5, type="QĐ"),
        SymbolParts(number=5, type="Q/Đ", agency="UBND"),
        SymbolParts(number=5, type="Q-Đ", agency="UBND"),
        SymbolParts(number=5, type="QĐ", agency="U BND"),
        SymbolParts(number=0, type="QĐ", agency="UBND"),
    ],
)
def test_nothing_is_written_that_would_be_read_as_something_else(parts: SymbolParts):
    with pytest.raises(SymbolUnfit):
        compose(STATE, parts)
