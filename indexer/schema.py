"""What an engine needs beside itself: names of its fields, their worth, layouts of words."""

import itertools
import math
from collections.abc import Iterable, Iterator

from indexer.index import OperatorUnsupported
from indexer.language.tree import Field

VERSION = 2
"""Counts up with every change of what stands in an index: one of another version is written anew.

2: recipient lines and grades are among the access tokens.
"""

POSITION_ROW = "position"
"""Mark of the one row that carries the journal position of the commit it stands in."""
DOCUMENT_ROW = "document"

MARKED_WEIGHT = 3.0
"""A word with just the marks that were typed, to one with others."""
WEIGHTS = {Field.SUBJECT: 3.0, Field.SYMBOL: 3.0}
"""A word in these fields, to one elsewhere."""
SAME_SYMBOL, PART_OF_SYMBOL = 60.0, 30.0
"""A symbol found as symbol stands before all that only cite it."""

MAX_LAYOUTS = 64
"""Ways to lay out the words of one near phrase; beyond, the operator is refused."""


def names(fields: Iterable[Field]) -> tuple[str, ...]:
    """Give the names of *fields* in an index."""
    return tuple(field.value for field in fields)


def twin(name: str) -> str:
    """Give the name of the folded twin of the text field *name*."""
    return f"{name}_folded"


def layouts(count: int, slop: int) -> Iterator[tuple[int, ...]]:
    """Give the places of *count* words in order with at most *slop* others among them.

    An engine whose own slop also finds the words in reverse order takes each as its own phrase.

    >>> list(layouts(2, 1))
    [(0, 1), (0, 2)]
    """
    if math.comb(count - 1 + slop, slop) > MAX_LAYOUTS:
        raise OperatorUnsupported(operator=f"{count} words ~{slop}")
    later = itertools.combinations(range(1, count + slop), count - 1)
    return ((0, *places) for places in later)
