"""Deciding for show (chạy thử): everything is decided, nothing is kept."""

from collections.abc import Callable
from typing import TypeVar

from repository.catalogue.change import Change

A = TypeVar("A")


class _Curtain(Exception):
    """Ends a rehearsal: what was decided in it is dropped."""


def rehearsed(change: Change, decide: Callable[[Change], A]) -> A:
    """The answer *decide* would give; it raises what that raises, and leaves no trace."""
    answers: list[A] = []
    try:
        with change.attempt() as part:
            answers.append(decide(part))
            raise _Curtain  # noqa: TRY301 - only raising drops a part
    except _Curtain:
        return answers[0]
