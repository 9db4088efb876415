"""Spans of time as people type them: `30d`, `12h`, `90m`."""

import re
from datetime import timedelta

import typer

_SPAN = re.compile(r"([1-9][0-9]{0,4})([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def span(given: str, option: str) -> timedelta:
    """The span that *given* says; raise `typer.BadParameter` for *option* otherwise.

    >>> span("30d", "--grace").days
    30
    """
    match = _SPAN.fullmatch(given)
    if not match:
        raise typer.BadParameter("30d, 12h, 90m", param_hint=option)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
