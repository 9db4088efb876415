"""What an atom means in its field: a word, a phrase, a symbol, a number, a range of days."""

import re
from collections.abc import Callable
from datetime import date
from types import MappingProxyType

from indexer.language.dates import days_of
from indexer.language.lexer import Atom, Quoted, Span, Word
from indexer.language.mistakes import Expected, mistake
from indexer.language.tree import (
    All,
    And,
    DateRange,
    Field,
    Fuzzy,
    Is,
    NumberRange,
    Or,
    Phrase,
    Prefix,
    Query,
    Symbol,
    Term,
    Wildcard,
)
from indexer.vietnamese import folded, is_marked, nfc, raw_key, symbol_key, words

MAX_NUMBER = 10**9
MAX_DISTANCE = 2
MIN_STEM = 2
"""Letters before the first `*` or `?`: fewer would walk through the whole vocabulary."""


def meaning(atom: Atom, field: str) -> Query:
    """Give what *atom* means in *field* (a name of `language.fields`, or `any`)."""
    return _MEANINGS[field](atom)


# Text


def _in_text(field: Field) -> Callable[[Atom], Query]:
    def text(atom: Atom) -> Query:
        match atom:
            case Word():
                return _word(field, atom)
            case Quoted():
                return _phrase(field, atom)
            case Span():
                raise mistake(atom.position, Expected.NO_RANGE)

    return text


def _word(field: Field, word: Word) -> Query:
    if word.text == "*" and field is Field.ANY:
        return All()
    if fuzzy := _FUZZY.fullmatch(word.text):
        return _fuzzy(field, word, fuzzy)
    text = word.text.rstrip("?") if "*" not in word.text else word.text
    if "*" in text or "?" in text:
        return _pattern(field, word, text)
    return _days_or_text(field, text) if field is Field.ANY else _plain(field, text)


def _days_or_text(field: Field, text: str) -> Query:
    days = days_of(text) if "/" in text else None
    if days is None:
        return _plain(field, text)
    issued = DateRange(field=Field.ISSUED, first=days[0], last=days[1])
    return Or(parts=(issued, Phrase(field=field, words=_lowered(text))))


def _plain(field: Field, text: str) -> Query:
    found = _lowered(text)
    if len(found) == 1:
        return Term(field=field, text=found[0])
    phrase = Phrase(field=field, words=found)
    if field is Field.ANY and _is_symbol(text):
        return Or(parts=(Symbol(key=symbol_key(text)), phrase))
    return phrase


def _phrase(field: Field, quoted: Quoted) -> Query:
    found = _lowered(quoted.text)
    if not found:
        raise mistake(quoted.position, Expected.OPERAND)
    if field is Field.ANY and _is_symbol(quoted.text) and quoted.slop == 0:
        return _plain(field, quoted.text)
    exact = any(map(is_marked, found))
    if len(found) == 1:
        return Term(field=field, text=found[0], exact=exact)
    return Phrase(field=field, words=found, slop=quoted.slop, exact=exact)


def _fuzzy(field: Field, word: Word, match: re.Match[str]) -> Query:
    found, distance = _lowered(match[1]), int(match[2] or 1)
    if len(found) != 1 or not 1 <= distance <= MAX_DISTANCE:
        raise mistake(word.position, Expected.LIKENESS)
    return Fuzzy(field=field, text=folded(found[0]), distance=distance)


def _pattern(field: Field, word: Word, text: str) -> Query:
    if field is Field.ANY and text.endswith("*") and _is_symbol(text[:-1]):
        return _symbol_prefix(word, text)
    pattern = _STARS.sub("*", folded(text))
    stem = _STEM.match(pattern)
    if stem is None or not _PATTERN.fullmatch(pattern):
        raise mistake(word.position, Expected.PATTERN)
    if pattern == stem[0] + "*":
        return Prefix(field=field, text=stem[0])
    return Wildcard(field=field, pattern=pattern)


# Symbols and numbers


def _symbol(atom: Atom) -> Query:
    if isinstance(atom, Span):
        raise mistake(atom.position, Expected.NO_RANGE)
    if isinstance(atom, Quoted) and not _is_symbol(atom.text):
        return _phrase(Field.SYMBOL, atom)
    if atom.text.endswith("*"):
        return _symbol_prefix(atom, atom.text)
    key = symbol_key(atom.text)
    if not words(key):
        raise mistake(atom.position, Expected.OPERAND)
    return Symbol(key=key)


def _symbol_prefix(atom: Word | Quoted, text: str) -> Query:
    stem = text.rstrip("*")
    key = symbol_key(stem) + ("/" if stem.endswith("/") else "-" if stem.endswith("-") else "")
    if "*" in key or "?" in key or not words(key):
        raise mistake(atom.position, Expected.PATTERN)
    return Symbol(key=key, prefix=True)


def _number(atom: Atom) -> Query:
    """Give the register's number or, for a single number, also the one a symbol begins with."""
    if isinstance(atom, Word | Quoted) and _is_symbol(atom.text):
        return _symbol(atom)
    numbers = _numbers(atom)
    if isinstance(atom, Span):
        return numbers
    stem = symbol_key(atom.text)
    begun = (Symbol(key=stem + sign, prefix=True) for sign in "/-")
    return Or(parts=(numbers, *begun))


def _numbers(atom: Atom) -> NumberRange:
    if not isinstance(atom, Span):
        number = _digits(atom, atom.text)
        return NumberRange(first=number, last=number)
    first, last = (None if end == "*" else _digits(atom, end) for end in (atom.first, atom.last))
    if first is not None and last is not None and first > last:
        raise mistake(atom.position, Expected.RANGE)
    return NumberRange(first=first, last=last)


def _digits(atom: Atom, text: str) -> int:
    if not _DIGITS.fullmatch(text) or int(text) > MAX_NUMBER:
        raise mistake(atom.position, Expected.NUMBER)
    return int(text)


def _numbered(direction: str) -> Callable[[Atom], Query]:
    def numbered(atom: Atom) -> Query:
        return And(parts=(Is(field=Field.DIRECTION, key=direction), _numbers(atom)))

    return numbered


# Codes and dates


def _code(field: Field) -> Callable[[Atom], Query]:
    def code(atom: Atom) -> Query:
        if isinstance(atom, Span):
            raise mistake(atom.position, Expected.NO_RANGE)
        key = raw_key(atom.text)
        stem = key.rstrip("*")
        if not words(stem):
            raise mistake(atom.position, Expected.VALUE)
        return Is(field=field, key=stem, prefix=stem != key)

    return code


def _direction(atom: Atom) -> Query:
    text = "" if isinstance(atom, Span) else re.sub(r"[\s_-]+", "", folded(atom.text))
    if text not in _DIRECTIONS:
        raise mistake(atom.position, Expected.DIRECTION)
    return Is(field=Field.DIRECTION, key=_DIRECTIONS[text])


def _in_days(field: Field) -> Callable[[Atom], Query]:
    def days(atom: Atom) -> Query:
        if not isinstance(atom, Span):
            only = _days(atom, atom.text)
            return DateRange(field=field, first=only[0], last=only[1])
        first = None if atom.first == "*" else _days(atom, atom.first)
        last = None if atom.last == "*" else _days(atom, atom.last)
        if first and last and first[0] > last[1]:
            raise mistake(atom.position, Expected.RANGE)
        return DateRange(field=field, first=first and first[0], last=last and last[1])

    return days


def _days(atom: Atom, text: str) -> tuple[date, date]:
    found = days_of(text)
    if found is None:
        raise mistake(atom.position, Expected.DATE)
    return found


def _lowered(text: str) -> tuple[str, ...]:
    return tuple(words(nfc(text).lower()))


def _is_symbol(text: str) -> bool:
    """Say whether *text* could be a document symbol: parts joined by a slash or a dash."""
    return (
        not re.search(r"\s", text)
        and len(words(symbol_key(text))) > 1
        and (re.search("[/-]", symbol_key(text)) is not None)
    )


_FUZZY = re.compile(r"(.+)~([0-9]?)")
_STARS = re.compile(r"\*+")
_STEM = re.compile(rf"[^\W_]{{{MIN_STEM},}}")
_PATTERN = re.compile(r"(?:[^\W_]|[*?])+")
_DIGITS = re.compile(r"[0-9]{1,10}")
_DIRECTIONS = MappingProxyType(
    {"incoming": "incoming", "den": "incoming", "vanbanden": "incoming"}
    | {"outgoing": "outgoing", "di": "outgoing", "vanbandi": "outgoing"}
    | {"internal": "internal", "noibo": "internal"}
)
_MEANINGS: MappingProxyType[str, Callable[[Atom], Query]] = MappingProxyType(
    {
        "any": _in_text(Field.ANY),
        "subject": _in_text(Field.SUBJECT),
        "body": _in_text(Field.BODY),
        "issuer": _in_text(Field.ISSUER),
        "signer": _in_text(Field.SIGNER),
        "keywords": _in_text(Field.KEYWORDS),
        "kind": _in_text(Field.KIND),
        "symbol": _symbol,
        "number": _number,
        "incoming_number": _numbered("incoming"),
        "outgoing_number": _numbered("outgoing"),
        "issued": _in_days(Field.ISSUED),
        "registered": _in_days(Field.REGISTERED),
        "register": _code(Field.REGISTER),
        "direction": _direction,
        "agency": _code(Field.AGENCY),
    }
)
