"""What both engines write down alike: names of their fields, and what each is worth."""

from collections.abc import Iterable

from indexer.language.tree import Field

POSITION_ROW = "position"
"""Mark of the one row that carries the journal position of the commit it stands in."""
DOCUMENT_ROW = "document"

MARKED_WEIGHT = 3.0
"""A word with just the marks that were typed, to one with others."""
WEIGHTS = {Field.SUBJECT: 3.0, Field.SYMBOL: 3.0}
"""A word in these fields, to one elsewhere."""
SAME_SYMBOL, PART_OF_SYMBOL = 60.0, 30.0
"""A symbol found as symbol stands before all that only cite it."""


def names(fields: Iterable[Field]) -> tuple[str, ...]:
    """Give the names of *fields* in an index."""
    return tuple(field.value for field in fields)


def twin(name: str) -> str:
    """Give the name of the folded twin of the text field *name*."""
    return f"{name}_folded"
