"""Whether a signature shows where and what its role asks for (NĐ 30/2020/NĐ-CP, Appendix I)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from interop.signatures.dimensions import Appearance, Role
from interop.signatures.verdicts import Place, SignatureFacts

TOP_RIGHT = {Role.COPY, Role.ANNEX}
"""Shown as text at the top right of the first page (items 8b and Part II.I.3)."""
UPPER, RIGHT = 0.75, 0.5
SHOWN_SLACK = timedelta(minutes=10)
"""Between the time that is shown and the signing time: the picture is made before the signature."""
VIETNAM = timezone(timedelta(hours=7))
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_LOCAL = re.compile(
    r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})\s+(\d{1,2}):(\d{2}):(\d{2})\s*(Z|[+-]\d{2}:?\d{2})?"
)


def appearance_for(facts: SignatureFacts, role: Role) -> tuple[Appearance, ...]:
    """What is to be said of how it shows, for a signature of *role*."""
    found = [one for one in facts.appearance if one is not Appearance.IN_PLACE]
    if role in TOP_RIGHT:
        if facts.place is not None and not _top_right(facts.place):
            found.append(Appearance.MISPLACED)
        if not _time_fits(facts):
            found.append(Appearance.OTHER_TIME)
    return tuple(found) or (Appearance.IN_PLACE,)


def _top_right(place: Place) -> bool:
    across = (place.left + place.right) / 2 / max(1.0, place.page_width)
    up = (place.bottom + place.top) / 2 / max(1.0, place.page_height)
    return place.page == 1 and across > RIGHT and up > UPPER


def _time_fits(facts: SignatureFacts) -> bool:
    """Say whether a time that is shown, if one is, is a time at which it was signed."""
    shown = list(_times(facts.text))
    known = [one for one in (facts.claimed, facts.proved) if one is not None]
    if not shown or not known:
        return True
    return any(abs(one - moment) <= SHOWN_SLACK for one in shown for moment in known)


def _times(text: str) -> Iterator[datetime]:
    for found in _ISO.finditer(text):
        year, month, day, *rest = found.groups()
        yield from _moment((year, month, day), rest)
    for found in _LOCAL.finditer(text):
        day, month, year, *rest = found.groups()
        yield from _moment((year, month, day), rest)


def _moment(day: tuple[str, str, str], rest: list[str]) -> Iterator[datetime]:
    hour, minute, second, zone = rest
    offset = zone or "+07:00"
    try:
        moment = datetime.fromisoformat(
            f"{day[0]}-{int(day[1]):02}-{int(day[2]):02}"
            f"T{int(hour):02}:{minute}:{second}{'+00:00' if offset == 'Z' else offset}"
        )
    except ValueError:
        return
    yield moment.astimezone(UTC)
