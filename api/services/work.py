"""What somebody has in hand (hộp việc), over all their hands, a page at a time."""

import enum
import heapq
import re
from collections.abc import Callable
from itertools import islice

import msgspec

from api.services.access import present, readable
from repository.catalogue import tables as t
from repository.catalogue.directions import directions, scope_of
from repository.catalogue.receipts import in_hand
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.model.access import Caller
from repository.model.agencies import Agency
from repository.model.documents import Document
from repository.model.ids import AgencyId
from repository.model.receipts import Receipt, State, holder_of

PLACE_PATTERN = r"^([0-9]{1,19}\.[0-9a-f]{32})?$"
"""What a place that a page names looks like; empty = the beginning."""
_DUE_PLACE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}|~)\.([0-9a-f]{32})")
_PLACE = re.compile(r"([0-9]{1,19})\.([0-9a-f]{32})")


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """A line with its document."""

    receipt: Receipt
    document: Document
    agency: Agency
    principal: str = ""
    """In whose place it is the caller's, as the log names them; empty = their own."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some of what is in hand."""

    briefs: tuple[Brief, ...]
    next: str
    """The place behind which the next page begins; empty = there is none."""


class NoPerson(Trouble):
    """Only people have work in hand; this token is a program's."""

    kind = Kind.FORBIDDEN
    vietnamese = "Chỉ người dùng mới có việc trong tay; mã truy cập này là của phần mềm."


class NoSuchPlace(Trouble):
    """`after` is no place that a page has named."""

    kind = Kind.MALFORMED
    vietnamese = "`after` không phải vị trí do trang trước cung cấp."


class WorkOrder(enum.Enum):
    """In which order work is shown."""

    GIVEN = "given"
    """As it was given."""
    DUE = "due"
    """By the last day; overdue first, what has none last."""


def by_last_day(reading: Reading, caller: Caller, state: State, *, after: str, limit: int) -> Page:
    """As `in_hands`, by the last day; of ended lines by the day on which they did."""
    if not caller.person:
        raise NoPerson
    match = _DUE_PLACE.fullmatch(after) if after else None
    if after and not match:
        raise NoSuchPlace
    place = (match[1], match[2]) if match else None
    each = (
        directions(reading, agency, scope_of("", hand=hand), state, after=place)
        for hand, where in _hands(caller).items()
        for agency in where
    )
    shown: list[Brief] = []
    last = ""
    for day, receipt in heapq.merge(*each):
        if len(shown) == limit:
            return Page(briefs=tuple(shown), next=last)
        found = brief(reading, caller, present(reading.get(t.RECEIPTS, receipt)))
        if found:
            shown.append(found)
            last = f"{day}.{receipt}"
    return Page(briefs=tuple(shown), next="")


def in_hands(reading: Reading, caller: Caller, state: State, *, after: str, limit: int) -> Page:
    """Up to *limit* lines that *caller* has in *state*, given first comes first.

    Lines of agencies where they work no more are not theirs. Raise `NoPerson` or `NoSuchPlace`.
    """
    if not caller.person:
        raise NoPerson
    place = place_of(after)
    # One more than asked for tells whether there is a next page.
    each = (
        filter(_within(where), in_hand(reading, hand, state, after=place))
        for hand, where in _hands(caller).items()
    )
    merged = heapq.merge(*each, key=lambda one: (one.given, one.id))
    briefs = (brief(reading, caller, one) for one in merged)
    found = list(islice((one for one in briefs if one), limit + 1))
    shown = found[:limit]
    last = shown[-1].receipt if len(found) > limit else None
    return Page(briefs=tuple(shown), next=f"{last.given}.{last.id}" if last else "")


def _within(agencies: frozenset[AgencyId]) -> Callable[[Receipt], bool]:
    return lambda receipt: receipt.agency in agencies


def _hands(caller: Caller) -> dict[str, frozenset[AgencyId]]:
    """Each hand of *caller*, also those of whom they stand in for, and in which agencies it is theirs."""
    found = dict.fromkeys(caller.hands, frozenset(caller.standing))
    for mandate in caller.mandates:
        for hand in mandate.hands:
            found[hand] = found.get(hand, frozenset()) | {mandate.agency}
    return found


def brief(reading: Reading, caller: Caller, receipt: Receipt) -> Brief | None:
    """*receipt* with its document, and in whose place it is the caller's.

    None where it was recalled, and nothing else lets them see the document.
    """
    document = readable(reading, caller, receipt.document)
    if document is None:
        return None
    hand, mine = holder_of(receipt), receipt.agency in caller.standing
    here = (one for one in caller.mandates if one.agency == receipt.agency)
    lent = (one.principal for one in here if hand in one.hands)
    return Brief(
        receipt=receipt,
        document=document,
        agency=present(reading.agency(receipt.agency)),
        principal="" if mine and hand in caller.hands else next(lent, ""),
    )


def place_of(after: str) -> tuple[int, str] | None:
    """Read a place that a page has named, none for none; raise `NoSuchPlace`."""
    if not after:
        return None
    match = _PLACE.fullmatch(after)
    if not match:
        raise NoSuchPlace
    return int(match[1]), match[2]
