"""Small corpora and random queries over the same few words, for differential tests."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from indexer.index import IndexedDocument
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
from indexer.vietnamese import folded

WORDS = ("bán", "bàn", "ban", "hoà", "hòa", "uỷ", "quý", "đất", "dat", "nghị", "nghỉ", "12", "hoa")
SYMBOLS = ("", "12/QĐ-UBND", "012/QĐ-UBND", "12-CV/TU", "5/2025/QĐ-UBND", "120/TB-VP")
KEYS = ("12", "12/qd", "12/qd-ubnd", "qd-ubnd", "5", "2025", "cv", "120/tb-vp", "tu")
TEXTS = (Field.ANY, Field.SUBJECT, Field.BODY, Field.ISSUER)
START = date(2025, 1, 1)

_words = st.sampled_from(WORDS)
_texts = st.lists(_words, max_size=7).map(" ".join)
_days = st.integers(0, 20).map(lambda days: START + timedelta(days))


def _document(number: int) -> st.SearchStrategy[IndexedDocument]:
    return st.builds(
        IndexedDocument,
        id=st.just(str(number)),
        agency=st.sampled_from(("H20.11", "H20.12")),
        register=st.just("den"),
        direction=st.sampled_from(("incoming", "outgoing")),
        number=st.none() | st.integers(0, 20),
        symbol=st.sampled_from(SYMBOLS),
        subject=_texts,
        issuer=_texts,
        kind=st.just("Công văn"),
        issued=st.none() | _days,
        registered=_days.map(lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC)),
        body=_texts,
        access=st.sampled_from((("agency:A",), ("agency:B",), ("agency:A", "agency:B"))),
    )


def corpora() -> st.SearchStrategy[list[IndexedDocument]]:
    """Up to twelve documents with ids of their own."""
    return st.integers(1, 12).flatmap(
        lambda count: st.tuples(*map(_document, range(count))).map(list)
    )


def queries() -> st.SearchStrategy[Query]:
    """Trees of every node."""
    return st.recursive(_leaves(), _combined, max_leaves=6)


def _combined(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(And, parts=parts), st.builds(Or, parts=parts), st.builds(Not, part=inner)
    )


def _leaves() -> st.SearchStrategy[Query]:
    field = st.sampled_from(TEXTS)
    stems = st.sampled_from(("ba", "ho", "ng", "da"))
    phrases = st.lists(_words, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(All),
        st.builds(Term, field=field, text=_words, exact=st.booleans()),
        st.builds(Phrase, field=field, words=phrases, slop=st.integers(0, 2), exact=st.booleans()),
        st.builds(Prefix, field=field, text=stems),
        st.builds(Wildcard, field=field, pattern=st.sampled_from(("ba?", "h*a", "ngh?", "da*t"))),
        st.builds(Fuzzy, field=field, text=_words.map(folded), distance=st.integers(1, 2)),
        st.builds(Symbol, key=st.sampled_from(KEYS), prefix=st.booleans()),
        st.builds(
            Is,
            field=st.just(Field.AGENCY),
            key=st.sampled_from(("h20", "h20.11")),
            prefix=st.booleans(),
        ),
        st.builds(
            NumberRange, first=st.none() | st.integers(0, 9), last=st.none() | st.integers(5, 20)
        ),
        st.builds(
            DateRange,
            field=st.sampled_from((Field.ISSUED, Field.REGISTERED)),
            first=st.none() | _days,
            last=st.none() | _days,
        ),
    )
