"""The meaning of a query, said once and plainly: whether it matches a document.

Rules for the file: no speed, no index, no score. It judges both engines (differential tests) and
answers for the in-memory twin.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from indexer.index import MAX_WORD, IndexedDocument, registered_day
from indexer.language.tree import (
    TEXT_FIELDS,
    All,
    And,
    DateRange,
    Field,
    Fuzzy,
    Is,
    Leaf,
    Not,
    NumberRange,
    Or,
    Phrase,
    Prefix,
    Query,
    Symbol,
    Term,
    Wildcard,
    Worded,
)
from indexer.vietnamese import exact, folded, raw_key, symbol_key, symbol_parts, words

T = TypeVar("T", int, date)
Occurs = Callable[[Sequence[str]], bool]


def matches(query: Query, document: IndexedDocument) -> bool:
    """Say whether *document* is among what *query* means."""
    match query:
        case All():
            return True
        case And(parts=parts):
            return all(matches(part, document) for part in parts)
        case Or(parts=parts):
            return any(matches(part, document) for part in parts)
        case Not(part=part):
            return not matches(part, document)
        case _:
            return _holds(query, document)


def _holds(query: Leaf, document: IndexedDocument) -> bool:
    match query:
        case Symbol(key=key, prefix=prefix):
            own = symbol_key(document.symbol)
            return own.startswith(key) if prefix else key in symbol_parts(own)
        case Is(field=field, key=key, prefix=prefix):
            own = raw_key(getattr(document, field.value))
            return own.startswith(key) if prefix else own == key
        case NumberRange(first=first, last=last):
            return _within(document.number, first, last)
        case DateRange(field=field, first=first, last=last):
            return _within(_day(document, field), first, last)
        case _:
            return any(map(_occurs(query), _texts(document, query.field)))


def _within(own: T | None, first: T | None, last: T | None) -> bool:
    return own is not None and (first is None or first <= own) and (last is None or own <= last)


def _day(document: IndexedDocument, field: Field) -> date | None:
    return document.issued if field is Field.ISSUED else registered_day(document)


def _texts(document: IndexedDocument, field: Field) -> Iterator[Sequence[str]]:
    """Give the words of each text field that *field* stands for; rubbish leaves a gap."""
    for one in TEXT_FIELDS if field is Field.ANY else (field,):
        lowered = words(getattr(document, one.value).lower())
        yield [word if len(word.encode()) < MAX_WORD else "" for word in lowered]


def _occurs(query: Worded) -> Occurs:
    match query:
        case Term(text=text, exact=marked):
            return _each(exact if marked else folded, text)
        case Phrase(exact=marked):
            return _near(query, exact if marked else folded)
        case Prefix(text=text):
            return lambda own: any(folded(word).startswith(text) for word in own)
        case Wildcard(pattern=pattern):
            form = re.compile(pattern.replace("*", r"\w*").replace("?", r"\w"))
            return lambda own: any(form.fullmatch(folded(word)) for word in own)
        case Fuzzy(text=text, distance=most):
            return lambda own: any(word and distance(folded(word), text) <= most for word in own)


def _each(normal: Callable[[str], str], text: str) -> Occurs:
    wanted = normal(text)
    return lambda own: any(normal(word) == wanted for word in own)


def _near(phrase: Phrase, normal: Callable[[str], str]) -> Occurs:
    wanted = [normal(word) for word in phrase.words]
    most = len(wanted) - 1 + phrase.slop

    def near(own: Sequence[str]) -> bool:
        text = [normal(word) for word in own]
        return any(_length(text[start:], wanted) <= most for start in range(len(text)))

    return near


def _length(text: Sequence[str], wanted: Sequence[str]) -> float:
    """Give how many words after the first of *text* the last of *wanted* is reached, in order."""
    at = -1
    for word in wanted:
        if word not in text[at + 1 :] or (at < 0 and text[0] != word):
            return float("inf")
        at = text.index(word, at + 1)
    return at


def distance(left: str, right: str) -> int:
    """Count the letters to insert, delete or replace that turn *left* into *right*.

    >>> distance("duyet", "duye"), distance("phe", "hep")
    (1, 2)
    """
    row = list(range(len(right) + 1))
    for count, letter in enumerate(left, 1):
        above, row = row, [count]
        for at, other in enumerate(right):
            row.append(min(above[at + 1] + 1, row[at] + 1, above[at] + (letter != other)))
    return row[-1]
