"""What may follow what in a query, as a table; and the query written out for Whoosh's parser.

Whoosh's parser reports no errors: `(a AND` becomes nothing, `NOT NOT a` ends in an IndexError,
a thousand brackets in a RecursionError. So the order of tokens is checked here first, and each
atom stands as a bare name (`t0`, `t1`): nothing that was typed reaches the parser.
"""

import enum
from collections.abc import Iterator, Sequence

from indexer.language.lexer import Sign, Token
from indexer.language.mistakes import Expected, mistake

MAX_DEPTH = 16
"""Brackets open at the same time."""


class State(enum.Enum):
    """What the tokens so far call for."""

    OPERAND = "an operand must follow"
    NEGATED = "an operand must follow, but no second NOT"
    VALUE = "the value of a field must follow"
    DONE = "an operand is complete"


TABLE: dict[tuple[State, Sign], State] = {
    (State.OPERAND, Sign.ATOM): State.DONE,
    (State.OPERAND, Sign.OPEN): State.OPERAND,
    (State.OPERAND, Sign.FIELD): State.VALUE,
    (State.OPERAND, Sign.NOT): State.NEGATED,
    (State.NEGATED, Sign.ATOM): State.DONE,
    (State.NEGATED, Sign.OPEN): State.OPERAND,
    (State.NEGATED, Sign.FIELD): State.VALUE,
    (State.VALUE, Sign.ATOM): State.DONE,
    (State.VALUE, Sign.OPEN): State.OPERAND,
    (State.DONE, Sign.AND): State.OPERAND,
    (State.DONE, Sign.OR): State.OPERAND,
    (State.DONE, Sign.CLOSE): State.DONE,
}
"""Every allowed step; two operands side by side have an AND put between them first."""


def written_out(tokens: Sequence[Token]) -> str:
    """Write *tokens* in Whoosh's syntax; the n-th atom is `t<n>`. Raises `QueryMistake`."""
    return "".join(_pieces(tokens))


def _pieces(tokens: Sequence[Token]) -> Iterator[str]:
    state, opened, atoms = State.OPERAND, list[int](), 0
    for token in tokens:
        if state is State.DONE and (State.OPERAND, token.sign) in TABLE:
            state = State.OPERAND
            yield " AND "
        state = _step(state, token)
        _keep_brackets(opened, token)
        yield _shown(token, atoms)
        atoms += token.sign is Sign.ATOM
    _complete(state, opened, tokens)


def _step(state: State, token: Token) -> State:
    following = TABLE.get((state, token.sign))
    if following is None:
        value_missing = state is State.VALUE
        raise mistake(token.position, Expected.VALUE if value_missing else Expected.OPERAND)
    return following


def _keep_brackets(opened: list[int], token: Token) -> None:
    """Note in *opened* the places of the brackets that are open after *token*."""
    if token.sign is Sign.OPEN:
        opened.append(token.position)
        if len(opened) > MAX_DEPTH:
            raise mistake(token.position, Expected.SHALLOWER)
    elif token.sign is Sign.CLOSE:
        if not opened:
            raise mistake(token.position, Expected.NO_BRACKET)
        opened.pop()


def _shown(token: Token, atom: int) -> str:
    match token.sign:
        case Sign.ATOM:
            return f"t{atom}"
        case Sign.FIELD:
            return f"{token.field}:"
        case Sign.OPEN | Sign.CLOSE:
            return token.sign.value
        case Sign.AND | Sign.OR | Sign.NOT:
            return f" {token.sign.value} "


def _complete(state: State, opened: Sequence[int], tokens: Sequence[Token]) -> None:
    if state is not State.DONE:
        end = tokens[-1].position if tokens else 0
        raise mistake(end, Expected.VALUE if state is State.VALUE else Expected.OPERAND)
    if opened:
        raise mistake(opened[-1], Expected.CLOSING_BRACKET)
