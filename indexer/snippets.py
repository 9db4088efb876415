"""The passage of a document that shows why it was found; the same for every engine."""

import re
from collections.abc import Iterator, Sequence

from indexer.index import Snippet
from indexer.language.tree import And, Fuzzy, Or, Phrase, Prefix, Query, Symbol, Term, Wildcard
from indexer.vietnamese import folded, nfc, words

MAX_SNIPPET = 240
"""Characters of a snippet."""
MAX_MARKS = 200
"""Occurrences of the query's words that are looked at to find the best passage."""


def snippet(query: Query, text: str) -> Snippet:
    """Give the passage of *text* that has the most words of *query*; its beginning if none."""
    plain = folded(text)
    found = _found(query, plain) if len(plain) == len(nfc(text)) else []
    start = _best_start(found, text)
    end = _word_end(text, start + MAX_SNIPPET)
    marks = tuple((a - start, b - start) for a, b in found if start <= a and b <= end)
    return Snippet(text=text[start:end], marks=marks)


def _found(query: Query, plain: str) -> list[tuple[int, int]]:
    forms = sorted(set(_forms(query)), key=len, reverse=True)
    if not forms:
        return []
    occurrences = re.finditer(rf"(?<![^\W_])(?:{'|'.join(forms)})(?![^\W_])", plain)
    return [match.span() for match, _ in zip(occurrences, range(MAX_MARKS), strict=False)]


def _forms(query: Query) -> Iterator[str]:
    """Give a pattern for each folded word that *query* asks for, none for what it excludes."""
    match query:
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from _forms(part)
        case Term(text=text) | Fuzzy(text=text):
            yield re.escape(folded(text))
        case Phrase(words=several):
            yield from (re.escape(folded(word)) for word in several)
        case Prefix(text=text):
            yield re.escape(text) + r"[^\W_]*"
        case Wildcard(pattern=pattern):
            yield pattern.replace("*", r"[^\W_]*").replace("?", r"[^\W_]")
        case Symbol(key=key):
            yield r"[\W_]+".join(map(re.escape, words(key)))
        case _:
            return


def _best_start(found: Sequence[tuple[int, int]], text: str) -> int:
    """Give the start of the window with the most occurrences, a little before the first."""
    if not found:
        return 0

    def occurrences_from(start: int) -> int:
        return sum(start <= a and b <= start + MAX_SNIPPET for a, b in found)

    first = max((start for start, _ in found), key=lambda start: (occurrences_from(start), -start))
    lead = max(0, first - MAX_SNIPPET // 6)
    space = text.find(" ", lead, first)
    return lead if lead == 0 or space < 0 else space + 1


def _word_end(text: str, end: int) -> int:
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", 0, end)
    return space if space > end - MAX_SNIPPET // 2 else end
