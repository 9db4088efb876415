"""What was given and how it stands (theo dõi, đôn đốc): lines by their last day, overdue first.

Somebody sees the lines that they gave themselves, and those of whom they stand in for; who reads an agency's papers, all lines of it. In
hand come first, by their last day, those without one behind them; then what has ended, by the day on
which it did. A page and its totals read rows of `repository.catalogue.directions` and nothing else.
"""

import heapq
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import msgspec

from api.services.access import agency_for, present
from api.services.organisation import UnknownUnit, login_of
from api.services.work import Brief, NoPerson, NoSuchPlace, brief
from repository.catalogue import tables as t
from repository.catalogue.directions import counted, directions, scope_of
from repository.catalogue.organisation import person_by_login, unit_by_code
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.model.access import Caller, Right
from repository.model.deadlines import Reckoning
from repository.model.ids import AgencyId, ReceiptId, UnitId
from repository.model.receipts import ENDED, State, hand

MAX_SHEET = 10_000
"""Lines of one table that is given out."""
PLACE = r"([01])\.([0-9]{4}-[0-9]{2}-[0-9]{2}|~)\.([0-9a-f]{32})"
"""Where a page ended: group, day, line."""
_PLACE = re.compile(PLACE)
_IN_HAND = tuple(state for state in State if state not in ENDED)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines."""

    agency: str = ""
    """Code: all lines of it; empty = those that the caller gave, wherever they work."""
    login: str = ""
    """Only those in this person's hand."""
    unit: str = ""
    """Only those of this unit and of the people in it."""
    states: tuple[State, ...] = ()
    """Empty = all."""
    overdue: bool = False
    """Only those whose last day has passed."""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines there are, whatever is wanted of states and days."""

    by_state: dict[str, int]
    overdue: int
    due_soon: int


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of lines."""

    briefs: tuple[Brief, ...]
    next: str
    """The place behind which the next page begins; empty = there is none."""
    totals: Totals


class OnePersonOrUnit(Trouble):
    """Ask for the lines of one person or of one unit, not of both."""

    kind = Kind.INVALID
    vietnamese = "Chỉ lọc theo một người hoặc một đơn vị, không cùng lúc cả hai."


class TooManyDirections(Trouble):
    """A table holds {limit} lines at most: ask for one unit, one state, or what is overdue."""

    kind = Kind.TOO_LARGE
    vietnamese = "Một bảng chứa nhiều nhất {limit} dòng: hãy lọc theo đơn vị, trạng thái, quá hạn."


class _Lines(msgspec.Struct, frozen=True):
    agency: AgencyId
    scope: str


def follow_up(
    reading: Reading, caller: Caller, wanted: Wanted, seen: Reckoning, *, after: str, limit: int
) -> Followed:
    """Up to *limit* of the lines that are *wanted*, behind the place *after*, and the totals.

    Raise `NoPerson`, `NoSuchPlace`, `OnePersonOrUnit`, `UnknownUnit`, `Hidden` or `NotAllowed`.
    """
    lines = _lines(reading, caller, wanted)
    places = _places(reading, lines, wanted, seen, _place(after))
    shown: list[Brief] = []
    last = ""
    for group, day, receipt in places:
        if len(shown) == limit:
            return Followed(briefs=tuple(shown), next=last, totals=totals(reading, lines, seen))
        found = _brief(reading, caller, receipt)
        if found:
            shown.append(found)
            last = f"{group}.{day}.{receipt}"
    return Followed(briefs=tuple(shown), next="", totals=totals(reading, lines, seen))


def whole_sheet(
    reading: Reading, caller: Caller, wanted: Wanted, seen: Reckoning
) -> tuple[Brief, ...]:
    """All lines that are *wanted*; raise as `follow_up`, or `TooManyDirections`."""
    found = follow_up(reading, caller, wanted, seen, after="", limit=MAX_SHEET)
    if found.next:
        raise TooManyDirections(limit=MAX_SHEET)
    return found.briefs


def totals(reading: Reading, lines: Sequence[_Lines], seen: Reckoning) -> Totals:
    """How many there are in each state, and how many in hand are overdue or due soon."""
    by_state: Counter[str] = Counter()
    overdue = due_soon = 0
    for one in lines:
        for state, day, number in counted(reading, one.agency, one.scope):
            by_state[state.value] += number
            if state not in ENDED:
                overdue += number * (day < seen.today)
                due_soon += number * (seen.today <= day <= seen.soon)
    every = {state.value: by_state[state.value] for state in State}
    return Totals(by_state=every, overdue=overdue, due_soon=due_soon)


def _lines(reading: Reading, caller: Caller, wanted: Wanted) -> tuple[_Lines, ...]:
    if wanted.login and wanted.unit:
        raise OnePersonOrUnit
    given = _given(reading, caller, wanted.agency)
    if wanted.login:
        person = person_by_login(reading, login_of("login", wanted.login))
        # Who is not known here has no lines, as who is known and has none.
        theirs = hand(person.id, UnitId("")) if person else ""
        scopes = (_Lines(agency, scope_of(giver, hand=theirs)) for agency, giver in given)
        return tuple(scopes) if theirs else ()
    if wanted.unit:
        return _of_unit(reading, given, wanted.unit)
    return tuple(_Lines(agency, scope_of(giver)) for agency, giver in given)


def _given(reading: Reading, caller: Caller, code: str) -> list[tuple[AgencyId, str]]:
    """In which agencies, by whom (empty = whoever)."""
    if code:
        return [(agency_for(reading, caller, Right.READ, code).id, "")]
    if not caller.person:
        raise NoPerson
    lent = {(one.agency, one.principal) for one in caller.mandates}
    return sorted({(agency, caller.name) for agency in caller.standing} | lent)


def _of_unit(
    reading: Reading, given: Sequence[tuple[AgencyId, str]], code: str
) -> tuple[_Lines, ...]:
    units = ((agency, giver, unit_by_code(reading, agency, code)) for agency, giver in given)
    found = tuple(
        _Lines(agency, scope_of(giver, unit=unit.id)) for agency, giver, unit in units if unit
    )
    if not found:
        raise UnknownUnit(path="unit", code=code)
    return found


def _places(
    reading: Reading,
    lines: Sequence[_Lines],
    wanted: Wanted,
    seen: Reckoning,
    after: tuple[int, str, str] | None,
) -> Iterator[tuple[int, str, ReceiptId]]:
    """Group (0 = in hand, 1 = ended), day and line, in order."""
    groups: list[Iterator[tuple[int, str, ReceiptId]]] = []
    for group, states in enumerate((_IN_HAND, tuple(ENDED))):
        if (after and after[0] > group) or (wanted.overdue and group):
            continue
        behind = after[1:] if after and after[0] == group else None
        each = (
            directions(reading, one.agency, one.scope, state, after=behind)
            for one in lines
            for state in states
            if state in (wanted.states or states)
        )
        groups.append(_grouped(group, heapq.merge(*each)))
    for place in chain(*groups):
        if wanted.overdue and place[1] >= seen.today:
            return
        yield place


def _grouped(
    group: int, places: Iterator[tuple[str, ReceiptId]]
) -> Iterator[tuple[int, str, ReceiptId]]:
    return ((group, day, receipt) for day, receipt in places)


def _brief(reading: Reading, caller: Caller, receipt: ReceiptId) -> Brief | None:
    """The line with its document; None where the caller gave it and may read the paper no more."""
    found = present(reading.get(t.RECEIPTS, receipt))
    return brief(reading, caller, found)


def _place(after: str) -> tuple[int, str, str] | None:
    if not after:
        return None
    match = _PLACE.fullmatch(after)
    if not match:
        raise NoSuchPlace
    return int(match[1]), match[2], match[3]
