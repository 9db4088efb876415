"""What a query means, as a tree of frozen values; the same for every engine.

Rules for the file: values only. `indexer.query` makes them, `indexer.evaluate` says what they
mean, the engines translate them. The semantics in words: docs/query.md.
"""

import enum
from datetime import date

import msgspec


class Field(enum.Enum):
    """Where in a document a query looks (trường)."""

    ANY = "any"
    """All texts together."""
    SUBJECT = "subject"
    KIND = "kind"
    ISSUER = "issuer"
    SYMBOL = "symbol"
    BODY = "body"
    SIGNER = "signer"
    KEYWORDS = "keywords"
    NUMBER = "number"
    AGENCY = "agency"
    REGISTER = "register"
    DIRECTION = "direction"
    ISSUED = "issued"
    REGISTERED = "registered"


TEXT_FIELDS = (
    Field.SUBJECT,
    Field.KIND,
    Field.ISSUER,
    Field.SYMBOL,
    Field.BODY,
    Field.SIGNER,
    Field.KEYWORDS,
)
KEY_FIELDS = (Field.AGENCY, Field.REGISTER, Field.DIRECTION)
DATE_FIELDS = (Field.ISSUED, Field.REGISTERED)


class _Node(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    pass


class All(_Node, frozen=True, kw_only=True):
    """Every document."""


class Term(_Node, frozen=True, kw_only=True):
    """A word, whatever its marks; with *exact* only the word with just these marks."""

    field: Field
    text: str
    exact: bool = False


class Phrase(_Node, frozen=True, kw_only=True):
    """The *words* one after the other in one field, with at most *slop* other words between them.

    The order counts; *slop* is the sum over all gaps. With *exact* the marks count too.
    """

    field: Field
    words: tuple[str, ...]
    slop: int = 0
    exact: bool = False


class Prefix(_Node, frozen=True, kw_only=True):
    """A word that begins with *text*, whatever its marks."""

    field: Field
    text: str


class Wildcard(_Node, frozen=True, kw_only=True):
    """A word of the form *pattern*: `?` is one letter, `*` any number; marks do not count."""

    field: Field
    pattern: str


class Fuzzy(_Node, frozen=True, kw_only=True):
    """A word at most *distance* insertions, deletions or replacements away; marks do not count."""

    field: Field
    text: str
    distance: int


class Symbol(_Node, frozen=True, kw_only=True):
    """A document symbol that has *key* as a run of whole parts, or begins with it (*prefix*)."""

    key: str
    prefix: bool = False


class Is(_Node, frozen=True, kw_only=True):
    """A code field equal to *key*, or beginning with it (*prefix*)."""

    field: Field
    key: str
    prefix: bool = False


class NumberRange(_Node, frozen=True, kw_only=True):
    """The register's number (số đến, số đi) between two numbers, both included; None is open."""

    first: int | None = None
    last: int | None = None


class DateRange(_Node, frozen=True, kw_only=True):
    """A date between two days, both included; None is open."""

    field: Field
    first: date | None = None
    last: date | None = None


class And(_Node, frozen=True, kw_only=True):
    """All of *parts*."""

    parts: tuple["Query", ...]


class Or(_Node, frozen=True, kw_only=True):
    """At least one of *parts*."""

    parts: tuple["Query", ...]


class Not(_Node, frozen=True, kw_only=True):
    """Every document but those of *part*."""

    part: "Query"


Worded = Term | Phrase | Prefix | Wildcard | Fuzzy
"""What is looked for among the words of a text field."""
Leaf = Symbol | Is | NumberRange | DateRange | Worded
Query = All | And | Or | Not | Leaf
