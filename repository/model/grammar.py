"""How a register makes symbols (số, ký hiệu) and how they are read back: a grammar as data.

A pattern is text with fields in braces, `{number}/{type}-{agency}`; what is written is strict,
what is read is lenient: `5`, `05` and `005` are one number, all dashes are one, spaces do not
count (Decree 30/2020/NĐ-CP, Annex I, part II: number `/` symbol, `-` between groups; Party
agencies write `15-CV/TU`).
"""

import re
import unicodedata
from functools import cache

import msgspec

from repository.errors import Kind, Trouble

FIELDS = ("number", "year", "type", "agency", "unit", "notation")
"""What a pattern may name."""
MAX_PATTERN = 60
"""Characters of a pattern."""
MIN_DIGITS = 2
"""A number is printed with so many digits at least."""
MAX_NUMBER_DIGITS = 12
"""Digits of a number that is read; a row has fewer."""
_EXPECTED = f"{{number}}/{{type}}-{{agency}} ({', '.join(FIELDS)}; / - .)"
_PART = re.compile(r"\{([a-z]+)\}|([/\-.])")
# Dashes and slashes that people and word processors put in the place of ours.
_AS_OURS = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
    | dict.fromkeys("\u2044\u2215\uff0f", "/")
)
_LABEL = re.compile(r"(?:số|so)\s*(?:[:.]\s*|(?=[0-9]))", re.IGNORECASE)


class GrammarUnfit(Trouble):
    """The pattern {pattern} makes no symbol that could be read back; it must be like {expected}."""

    kind = Kind.INVALID
    vietnamese = "Mẫu {pattern} không lập được số, ký hiệu đọc lại được; phải có dạng {expected}."


class SymbolUnfit(Trouble):
    """The symbol cannot be made: {field} is {given}; it must be said, without a separator in it."""

    kind = Kind.INVALID
    vietnamese = (
        "Không lập được số, ký hiệu: {field} là {given}; phải có, và không chứa dấu phân cách."
    )


class SymbolGrammar(msgspec.Struct, frozen=True, array_like=True):
    """How symbols are made; patterns as `check` accepts them."""

    typed: str
    """For types that have an abbreviation, and for all where `untyped` is empty."""
    untyped: str = ""
    """For types without one: công văn is `{number}/{agency}-{unit}`."""


PLAIN = SymbolGrammar("{number}/{notation}")
"""Number and a notation that the act or its register names; what is empty is left out."""


class SymbolParts(msgspec.Struct, frozen=True, kw_only=True):
    """What a symbol says; 0 and empty = not said."""

    number: int = 0
    year: int = 0
    type: str = ""
    agency: str = ""
    unit: str = ""
    notation: str = ""


def check(grammar: SymbolGrammar) -> None:
    """Return when both patterns can make symbols and read them; raise `GrammarUnfit`."""
    for pattern in filter(None, (grammar.typed, grammar.untyped)):
        _check_pattern(pattern)
    if not grammar.typed:
        raise GrammarUnfit(pattern='""', expected=_EXPECTED)


def named(grammar: SymbolGrammar) -> frozenset[str]:
    """The fields that any pattern of *grammar* names."""
    patterns = (grammar.typed, grammar.untyped)
    return frozenset(field for pattern in patterns for field, _ in _parts(pattern) if field)


def compose(grammar: SymbolGrammar, parts: SymbolParts) -> str:
    """The symbol that says *parts*; raise `SymbolUnfit` where one is missing or unfit.

    >>> compose(SymbolGrammar("{number}-{type}/{agency}"), SymbolParts(number=5, type="CV", agency="TU"))
    '05-CV/TU'
    """
    if grammar == PLAIN:
        return _plain(parts)
    pattern = grammar.typed if parts.type or not grammar.untyped else grammar.untyped
    return "".join(sign or _written(pattern, field, parts) for field, sign in _parts(pattern))


def read(grammar: SymbolGrammar, symbol: str) -> SymbolParts | None:
    """What *symbol* says by *grammar*, written by whomever; None where it says nothing by it.

    >>> read(SymbolGrammar("{number}-{type}/{agency}"), "Số: 005 – CV / TU")
    SymbolParts(number=5, year=0, type='CV', agency='TU', unit='', notation='')
    """
    text = tidy(symbol)
    for pattern in filter(None, (grammar.typed, grammar.untyped)):
        match = _reader(pattern).fullmatch(text)
        if match:
            return _said(match.groupdict())
    return _said({"number": text}) if _NUMBER_ALONE.fullmatch(text) else None


def tidy(symbol: str) -> str:
    """*symbol* with our dashes and slashes, no spaces beside them, and no `Số:` before it."""
    text = unicodedata.normalize("NFC", symbol).translate(_AS_OURS)
    text = _LABEL.sub("", text.strip(), count=1) if _LABEL.match(text.strip()) else text.strip()
    return re.sub(r"\s*([/\-])\s*", r"\1", " ".join(text.split()))


def _check_pattern(pattern: str) -> None:
    fields = [field for field, _ in _parts(pattern) if field]
    if len(pattern) > MAX_PATTERN or _PART.sub("", pattern):
        raise GrammarUnfit(pattern=repr(pattern[:MAX_PATTERN]), expected=_EXPECTED)
    unknown = [field for field in fields if field not in FIELDS]
    if unknown or len(set(fields)) != len(fields):
        raise GrammarUnfit(pattern=repr(pattern), expected=_EXPECTED)
    if re.search(r"\}\{|^[/\-.]|[/\-.]{2}|[/\-.]$", pattern) or not fields:
        raise GrammarUnfit(pattern=repr(pattern), expected=_EXPECTED)


@cache
def _parts(pattern: str) -> tuple[tuple[str, str], ...]:
    """Fields and signs of *pattern* in order: of each pair one is empty."""
    return tuple((one[1] or "", one[2] or "") for one in _PART.finditer(pattern))


def _plain(parts: SymbolParts) -> str:
    number = f"{parts.number:0{MIN_DIGITS}d}"
    return f"{number}/{parts.notation}" if parts.notation else number


def _written(pattern: str, field: str, parts: SymbolParts) -> str:
    value: int | str = getattr(parts, field)
    if not value:
        raise SymbolUnfit(field=field, given='""')
    if field == "number":
        return f"{value:0{MIN_DIGITS}d}"
    text = str(value)
    if not re.fullmatch(_value(pattern, field), text):
        raise SymbolUnfit(field=field, given=repr(text))
    return text


@cache
def _value(pattern: str, field: str) -> str:
    """What *field* may be: no separator in it, but in what ends the symbol a dash."""
    if field in ("number", "year"):
        return f"[0-9]{{1,{MAX_NUMBER_DIGITS}}}" if field == "number" else "[0-9]{4}"
    last = pattern.endswith(f"{{{field}}}")
    return r"[^\s/.\-](?:[^\s/]*[^\s/.\-])?" if last else r"[^\s/.\-]+"


@cache
def _reader(pattern: str) -> re.Pattern[str]:
    made = (f"(?P<{f}>{_value(pattern, f)})" if f else re.escape(s) for f, s in _parts(pattern))
    return re.compile("".join(made), re.ASCII)


_NUMBER_ALONE = re.compile(f"[0-9]{{1,{MAX_NUMBER_DIGITS}}}", re.ASCII)


def _said(found: dict[str, str]) -> SymbolParts:
    texts = {name: value for name, value in found.items() if name not in ("number", "year")}
    number, year = int(found.get("number", 0)), int(found.get("year", 0))
    return SymbolParts(number=number, year=year, **texts)
