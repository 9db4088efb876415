"""A typed query cut into tokens with their places; whatever cannot be cut is a mistake there.

Rules for the file: it knows signs, not meanings. What follows what is `language.grammar`; what
an atom means in its field is `language.atoms`.
"""

import enum
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from indexer.language.fields import field_named
from indexer.language.mistakes import Expected, mistake
from indexer.vietnamese import nfc, words

MAX_QUERY = 1024
"""Bytes of UTF-8 of one query."""
MAX_WORDS = 64
"""Words of one query, those inside phrases among them."""

OPERATORS: Final = {"AND": "AND", "VÀ": "AND", "OR": "OR", "HOẶC": "OR", "NOT": "NOT",
                    "KHÔNG": "NOT"}  # fmt: skip


class Sign(enum.Enum):
    """What a token is to the grammar."""

    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    FIELD = "field"
    ATOM = "atom"


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """An atom of signs without spaces: a word, a number, a date, a pattern."""

    position: int
    text: str


class Quoted(msgspec.Struct, frozen=True, kw_only=True):
    """An atom in quotes, with its nearness."""

    position: int
    text: str
    slop: int


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """An atom `[first TO last]`; `*` is an open end."""

    position: int
    first: str
    last: str


Atom = Word | Quoted | Span


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """One token: its sign, its place, and what an atom or a field carries."""

    sign: Sign
    position: int
    field: str = ""
    atom: Atom | None = None


def tokens(text: str) -> list[Token]:
    """Cut *text*; raises `QueryMistake` for what has no end, no name or too much of anything."""
    cut = list(_scan(_at_the_door(text)))
    if sum(map(_count, cut)) > MAX_WORDS:
        raise mistake(cut[-1].position, Expected.FEWER_WORDS)
    return cut


def _at_the_door(text: str) -> str:
    if len(text) > 4 * MAX_QUERY:  # before composing: that costs time in proportion
        raise mistake(MAX_QUERY, Expected.SHORTER)
    surrogate = re.search("[\ud800-\udfff]", text)
    if surrogate:
        raise mistake(surrogate.start(), Expected.TEXT)
    composed = nfc(text)
    if len(composed.encode()) > MAX_QUERY:
        raise mistake(min(len(composed), MAX_QUERY), Expected.SHORTER)
    return composed


def _scan(text: str) -> Iterator[Token]:
    at = 0
    while match := _LEXEME.match(text, at):
        at = match.end()
        token, at = _token(text, match, at)
        if token is not None:
            yield token


def _token(text: str, match: re.Match[str], end: int) -> tuple[Token | None, int]:
    match match.lastgroup:
        case "bracket":
            return Token(sign=Sign(match[0]), position=match.start()), end
        case "quote":
            return _quoted(text, match.start())
        case "square":
            return _span(text, match.start())
        case "word":
            return _word(text, match)
        case _:
            return None, end


def _quoted(text: str, start: int) -> tuple[Token, int]:
    closing = _CLOSING_QUOTE.search(text, start + 1)
    if closing is None:
        raise mistake(start, Expected.CLOSING_QUOTE)
    inside, end = text[start + 1 : closing.start()], closing.end()
    if text.startswith(":", end):
        return _field(inside, start), end + 1
    slop = _SLOP.match(text, end)
    if slop is None:
        return _atom(Quoted(position=start, text=inside, slop=0)), end
    if len(slop[1]) != 1:
        raise mistake(end, Expected.NEARNESS)
    return _atom(Quoted(position=start, text=inside, slop=int(slop[1]))), slop.end()


def _span(text: str, start: int) -> tuple[Token, int]:
    closing = text.find("]", start)
    if text[start] == "]":
        raise mistake(start, Expected.NO_BRACKET)
    if closing < 0:
        raise mistake(start, Expected.CLOSING_BRACKET)
    ends = _SPAN.fullmatch(text[start + 1 : closing])
    if ends is None:
        raise mistake(start, Expected.RANGE)
    return _atom(Span(position=start, first=ends[1], last=ends[2])), closing + 1


def _word(text: str, match: re.Match[str]) -> tuple[Token | None, int]:
    start, end, word = match.start(), match.end(), match[0]
    if word in OPERATORS:
        return Token(sign=Sign(OPERATORS[word]), position=start), end
    named = _NAMED.match(word)
    if named and (field_named(named[1]) or _has_value(text, start + named.end())):
        return _field(named[1], start), start + named.end()
    if not words(word) and word != "*":
        return None, end  # a sign alone, as in "kinh tế - xã hội"
    return _atom(Word(position=start, text=word)), end


def _has_value(text: str, at: int) -> bool:
    return at < len(text) and not text[at].isspace()


def _field(name: str, position: int) -> Token:
    field = field_named(name)
    if field is None:
        raise mistake(position, Expected.FIELD_NAME)
    return Token(sign=Sign.FIELD, position=position, field=field)


def _atom(atom: Atom) -> Token:
    return Token(sign=Sign.ATOM, position=atom.position, atom=atom)


def _count(token: Token) -> int:
    match token.atom:
        case Word(text=text) | Quoted(text=text):
            return max(1, len(words(text)))
        case Span():
            return 2
        case None:
            return 0


_QUOTES = '"\u201c\u201d\u201e\u201f'
_LEXEME = re.compile(
    rf"(?P<space>\s+)|(?P<bracket>[()])|(?P<quote>[{_QUOTES}])|(?P<square>[\[\]])"
    rf"|(?P<word>[^\s()\[\]{_QUOTES}]+)"
)
_CLOSING_QUOTE = re.compile(f"[{_QUOTES}]")
_SLOP = re.compile(r"~([0-9]*)")
_SPAN = re.compile(r"\s*(\S+)\s+(?:TO|ĐẾN)\s+(\S+)\s*")
_NAMED = re.compile(r"([^\W\d][\w-]*):")
