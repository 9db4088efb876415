"""What people write of a dossier, as it comes in: composed, within its limits, told by its path.

Rules for the file: pure; what is too long is refused, never cut. Of two lengths that the law gives, that
of Decree 30/2020 (Annex VI) and that of Circular 05/2025, the larger is kept.
"""

import re
from typing import Annotated

import msgspec
from msgspec import Meta

from api.services import fields
from repository.model.days import Day
from repository.model.retention import MAX_YEARS, Retention, Trigger

MAX_SYMBOL = 100
"""Characters of a dossier's symbol; Annex VI says 20, Circular 05/2025 says 100: the larger is kept."""
MAX_TITLE = 1000
"""Characters; Annex VI says 500, Circular 05/2025 says 1,000."""
MAX_NOTE = 2000
"""Characters; Circular 05/2025: description."""
MAX_KEYWORD = 100
"""Characters; Circular 05/2025: keyword."""
MAX_KEYWORDS = 50
MAX_INFO_SIGN = 30
"""Characters; Circular 05/2025: inforSign."""
MAX_LANGUAGES = 11
"""Circular 05/2025 knows so many."""
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LAST_DAY = "2500-12-31"
"""A day behind it is a slip of the pen."""

Year = Annotated[int, Meta(ge=1900, le=2500)]
Years = Annotated[int, Meta(ge=1, le=MAX_YEARS)]


class RetentionGiven(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """How long it is kept."""

    years: Years | None
    """Null = for ever (vĩnh viễn)."""
    trigger: Trigger = Trigger.WORK_ENDED
    """From what the years are counted."""


def symbol_of(given: str, path: str = "$.symbol") -> str:
    """A symbol as one line; raise of `fields`."""
    return fields.line(path, given, limit=MAX_SYMBOL, required=True)


def some_day(path: str, given: str) -> Day:
    """A day, or none; raise `FieldUnfit`."""
    day = fields.some_day(path, given)
    if day > _LAST_DAY:
        raise fields.FieldUnfit(path=path, expected=f"≤ {_LAST_DAY}")
    return day


def past_day(path: str, given: str, today: Day) -> Day:
    """A day up to *today*, or none; raise `FieldUnfit`."""
    day = fields.some_day(path, given)
    if day > today:
        raise fields.FieldUnfit(path=path, expected=f"≤ {today}")
    return day


def languages(given: tuple[str, ...]) -> tuple[str, ...]:
    """Languages by their codes; raise `FieldUnfit`."""
    fit = 1 <= len(given) <= MAX_LANGUAGES and all(_LANGUAGE.fullmatch(one) for one in given)
    if not fit:
        raise fields.FieldUnfit(path="$.languages", expected='["vi"] (ISO 639)')
    return tuple(dict.fromkeys(given))


def title_of(given: str) -> str:
    """A title as one line; raise of `fields`."""
    return fields.line("$.title", given, limit=MAX_TITLE, required=True)


def note_of(given: str) -> str:
    """A note as one line; raise of `fields`."""
    return fields.line("$.note", given, limit=MAX_NOTE)


def info_sign(given: str) -> str:
    """A sign of information as one line; raise of `fields`."""
    return fields.line("$.info_sign", given, limit=MAX_INFO_SIGN)


def paper_code(given: str) -> str:
    """The code of a paper dossier as one line; raise of `fields`."""
    return fields.line("$.paper_code", given, limit=MAX_SYMBOL)


def keywords(given: tuple[str, ...]) -> tuple[str, ...]:
    """Keywords, each as one line; raise of `fields`."""
    if len(given) > MAX_KEYWORDS:
        raise fields.FieldUnfit(path="$.keywords", expected=f"0–{MAX_KEYWORDS}")
    lines = (
        fields.line(f"$.keywords[{n}]", one, limit=MAX_KEYWORD, required=True)
        for n, one in enumerate(given)
    )
    return tuple(dict.fromkeys(lines))


def retention_of(given: RetentionGiven, path: str = "$.retention") -> Retention:
    """The retention *given*; raise `FieldUnfit`."""
    if given.years is not None and not 1 <= given.years <= MAX_YEARS:
        raise fields.FieldUnfit(path=f"{path}.years", expected=f"1–{MAX_YEARS}, null")
    return Retention(given.trigger, given.years)
