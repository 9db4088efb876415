"""What is typed, and what it means; whatever is typed, nothing but a mistake comes back."""

import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.language.fields import FIELDS, field_named
from indexer.language.grammar import MAX_DEPTH
from indexer.language.lexer import MAX_QUERY, MAX_WORDS
from indexer.language.tree import (
    All,
    And,
    DateRange,
    Field,
    Fuzzy,
    Is,
    Not,
    NumberRange,
    Or,
    Phrase,
    Prefix,
    Query,
    Symbol,
    Term,
    Wildcard,
)
from indexer.query import QueryMistake, parse
from indexer.vietnamese import folded

SIGNS = ('"', "“", "(", ")", "[", "]", ":", "*", "?", "~", "~2", " ", "-", "/", "^", "\\", "{", "'")
OPERATORS = ("AND", "OR", "NOT", "VÀ", "HOẶC", "KHÔNG", " TO ", "ĐẾN")
NAMES = ("số:", "ngày:", "trích_yếu:", "so_den:", "chieu:", "x:")
ATOMS = ("12/QĐ-UBND", "01/06/2025", "ý", "quyết", "a", "12", "2025", "\u0301")
SCRAPS = st.sampled_from(SIGNS + OPERATORS + NAMES + ATOMS)


def a(text: str, field: Field = Field.ANY) -> Term:
    return Term(field=field, text=text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hộ tịch", And(parts=(a("hộ"), a("tịch")))),
        ("hộ VÀ tịch", And(parts=(a("hộ"), a("tịch")))),
        ("x y OR z", Or(parts=(And(parts=(a("x"), a("y"))), a("z")))),
        ("x HOẶC y z", Or(parts=(a("x"), And(parts=(a("y"), a("z")))))),
        ("x (y OR z)", And(parts=(a("x"), Or(parts=(a("y"), a("z")))))),
        ("x KHÔNG y", And(parts=(a("x"), Not(part=a("y"))))),
        ("NOT (x y)", Not(part=And(parts=(a("x"), a("y"))))),
        ("kinh tế - xã", And(parts=(a("kinh"), a("tế"), a("xã")))),
        ("ý", a("ý")),
        ("là gì?", And(parts=(a("là"), a("gì")))),
        ("và", a("và")),
        ("*", All()),
        ('"hộ"', Term(field=Field.ANY, text="hộ", exact=True)),
        ('"ho"', a("ho")),
        ("“uỷ ban”", Phrase(field=Field.ANY, words=("uỷ", "ban"), exact=True)),
        ('"ho tich"~3', Phrase(field=Field.ANY, words=("ho", "tich"), slop=3)),
        ("nghị*", Prefix(field=Field.ANY, text="nghi")),
        ("ngh?ị", Wildcard(field=Field.ANY, pattern="ngh?i")),
        ("duyệt~", Fuzzy(field=Field.ANY, text="duyet", distance=1)),
        ("covid.19", Phrase(field=Field.ANY, words=("covid", "19"))),
        ("trích_yếu:hộ", a("hộ", Field.SUBJECT)),
        ('"trích yếu":hộ', a("hộ", Field.SUBJECT)),
        ("Loai:(x y)", And(parts=(a("x", Field.KIND), a("y", Field.KIND)))),
        ("ky_hieu:QĐ-UBND", Symbol(key="qd-ubnd")),
        ("12/QĐ*", Symbol(key="12/qd", prefix=True)),
        ("so_hieu:12/*", Symbol(key="12/", prefix=True)),
        ("agency:H20.*", Is(field=Field.AGENCY, key="h20.", prefix=True)),
        ("chiều:đi", Is(field=Field.DIRECTION, key="outgoing")),
        (
            "ngày:[01/06/2025 ĐẾN 2026]",
            DateRange(field=Field.ISSUED, first=date(2025, 6, 1), last=date(2026, 12, 31)),
        ),
        (
            "ngay:02/2024",
            DateRange(field=Field.ISSUED, first=date(2024, 2, 1), last=date(2024, 2, 29)),
        ),
        (
            "số_đến:[* TO 9]",
            And(
                parts=(
                    Is(field=Field.DIRECTION, key="incoming"),
                    NumberRange(first=None, last=9),
                )
            ),
        ),
        (
            "12/QĐ-UBND",
            Or(
                parts=(
                    Symbol(key="12/qd-ubnd"),
                    Phrase(field=Field.ANY, words=("12", "qđ", "ubnd")),
                )
            ),
        ),
        (
            "15/06/2025",
            Or(
                parts=(
                    DateRange(field=Field.ISSUED, first=date(2025, 6, 15), last=date(2025, 6, 15)),
                    Phrase(field=Field.ANY, words=("15", "06", "2025")),
                )
            ),
        ),
    ],
)
def test_what_is_typed_means(typed: str, meant: Query):
    assert parse(typed) == meant
    assert parse(unicodedata.normalize("NFD", typed)) == meant


@pytest.mark.parametrize(
    ("typed", "position", "why"),
    [
        ("", 1, "OPERAND"),
        ("  -  ", 1, "OPERAND"),
        ("a AND", 3, "OPERAND"),
        ("AND a", 1, "OPERAND"),
        ("a OR OR b", 6, "OPERAND"),
        ("NOT NOT a", 5, "OPERAND"),
        ("()", 2, "OPERAND"),
        ("(a", 1, "CLOSING_BRACKET"),
        ("a) b", 2, "NO_BRACKET"),
        ('x "a b', 3, "CLOSING_QUOTE"),
        ('""', 1, "OPERAND"),
        ("x [1 TO 2", 3, "CLOSING_BRACKET"),
        ("]", 1, "NO_BRACKET"),
        ("so:[1 2]", 4, "RANGE"),
        ("so:[5 TO 1]", 4, "RANGE"),
        ("[1 TO 2]", 1, "NO_RANGE"),
        ("nguoi_la:An", 1, "FIELD_NAME"),
        ("a trich_yeu:", 3, "VALUE"),
        ("ngay: OR a", 7, "VALUE"),
        ("ngay:31/02/2025", 6, "DATE"),
        ("ngay:*", 6, "DATE"),
        ("so_den:x", 8, "NUMBER"),
        ("so:99999999999", 4, "NUMBER"),
        ("chieu:len", 7, "DIRECTION"),
        ("*a", 1, "PATTERN"),
        ("a*", 1, "PATTERN"),
        ('"a b"~12', 6, "NEARNESS"),
        ("a~3", 1, "LIKENESS"),
        ("a" * (MAX_QUERY + 1), MAX_QUERY + 1, "SHORTER"),
        ("đ" * 10 * MAX_QUERY, MAX_QUERY + 1, "SHORTER"),
        ("a " * (MAX_WORDS + 1), 2 * MAX_WORDS + 1, "FEWER_WORDS"),
        ("(" * 1000 + "a", MAX_DEPTH + 1, "SHALLOWER"),
        ("a \ud800", 3, "TEXT"),
    ],
)
def test_a_mistake_is_told_with_its_place(typed: str, position: int, why: str):
    with pytest.raises(QueryMistake) as told:
        parse(typed)

    assert (told.value.facts["reason"], told.value.facts["position"]) == (why, position)
    assert str(position) in told.value.sentence
    assert "{" not in told.value.sentence_vi


@settings(max_examples=400, deadline=None)
@given(st.text() | st.lists(SCRAPS, max_size=30).map("".join))
def test_any_string_is_a_query_or_a_mistake(typed: str):
    try:
        read: Query | QueryMistake = parse(typed)
    except QueryMistake as mistake:
        read = mistake

    assert isinstance(read, Query | QueryMistake)
    assert isinstance(read, Query) or isinstance(read.facts["position"], int)


@given(st.sampled_from(sorted(FIELDS)), st.sampled_from(["", "_", " ", "-"]))
def test_a_field_name_is_known_in_any_writing(name: str, between: str):
    assert field_named(between.join(name).upper()) == FIELDS[name]


def test_the_docs_name_every_field_and_no_other():
    page = (Path(__file__).parents[2] / "docs" / "query.md").read_text(encoding="utf-8")
    rows = [
        line.split("|")[2] for line in page.partition("## Fields")[2].splitlines() if "|" in line
    ]
    told = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}

    assert {field_named(name) for name in told} == set(FIELDS.values())
    assert {folded(name).replace("_", "") for name in told} == set(FIELDS)


LEAVES = st.sampled_from("abcdefgh").map(a)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, part=LEAVES),
        st.builds(And, parts=st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, parts=st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=10,
)


def written(query: Query) -> str:
    match query:
        case Term(text=text):
            return text
        case Not(part=part):
            return f"NOT {written(part)}"
        case And(parts=parts):
            return " ".join(f"({written(part)})" for part in parts)
        case Or(parts=parts):
            return " OR ".join(f"({written(part)})" for part in parts)
        case _:
            raise AssertionError(query)


def flat(query: Query) -> Query:
    match query:
        case And(parts=parts) | Or(parts=parts):
            kind = type(query)
            inner = [flat(part) for part in parts]
            return kind(
                parts=tuple(
                    one
                    for part in inner
                    for one in (part.parts if isinstance(part, kind) else (part,))
                )
            )
        case _:
            return query


@settings(max_examples=200, deadline=None)
@given(TREES)
def test_a_tree_written_with_brackets_is_read_back(tree: Query):
    assert parse(written(tree)) == flat(tree)
