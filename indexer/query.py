"""What a person types → `Query`: our lexer and grammar, Whoosh's parser, our tree.

The language is Whoosh's (fields, groups, AND over OR), read by Whoosh's own parser with a fixed
set of plugins and no analysis, so that it means the same to every engine; docs/query.md tells it
to its users.
"""

import itertools
from collections.abc import Sequence
from typing import Any, cast

from whoosh.qparser import QueryParser
from whoosh.qparser.plugins import FieldsPlugin, GroupPlugin, OperatorsPlugin
from whoosh.query import And as WhooshAnd
from whoosh.query import Not as WhooshNot
from whoosh.query import Or as WhooshOr
from whoosh.query import Term as WhooshTerm

from indexer.language.atoms import meaning
from indexer.language.grammar import written_out
from indexer.language.lexer import Atom, tokens
from indexer.language.mistakes import QueryMistake
from indexer.language.tree import And, Field, Not, Or, Query

__all__ = ["QueryMistake", "parse"]


def parse(text: str) -> Query:
    """Read *text* as a query; raises `QueryMistake`, and never anything else, for any string.

    >>> parse("trích_yếu:(hộ AND tịch)")
    And(parts=(Term(field=<Field.SUBJECT: 'subject'>, text='hộ', exact=False), \
Term(field=<Field.SUBJECT: 'subject'>, text='tịch', exact=False)))
    """
    typed = tokens(text)
    atoms = [token.atom for token in typed if token.atom is not None]
    parsed = _parser().parse(written_out(typed), normalize=False)
    return _tree(parsed, atoms)


def _parser() -> Any:
    operators = cast("Any", OperatorsPlugin)(AndNot=None, AndMaybe=None, Require=None)
    plugins = [FieldsPlugin(), GroupPlugin(), operators]
    return cast("Any", QueryParser)(Field.ANY.value, None, plugins=plugins)


def _tree(node: Any, atoms: Sequence[Atom]) -> Query:
    if isinstance(node, WhooshTerm):
        term = cast("Any", node)
        return meaning(atoms[int(term.text.removeprefix("t"))], term.fieldname)
    if isinstance(node, WhooshNot):
        return Not(part=_tree(cast("Any", node).query, atoms))
    if not isinstance(node, WhooshAnd | WhooshOr):
        raise TypeError(node)
    kind = And if isinstance(node, WhooshAnd) else Or
    parts = [_tree(part, atoms) for part in cast("Any", node).subqueries]
    return parts[0] if len(parts) == 1 else kind(parts=_flat(kind, parts))


def _flat(kind: type[And] | type[Or], parts: Sequence[Query]) -> tuple[Query, ...]:
    return tuple(
        itertools.chain.from_iterable(
            part.parts if isinstance(part, kind) else (part,) for part in parts
        )
    )
