"""What somebody has in hand (hộp việc), over all their hands, a page at a time."""

import heapq
import re
from itertools import islice

import msgspec

from api.services.access import present
from repository.catalogue.receipts import in_hand
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.model.access import Caller
from repository.model.agencies import Agency
from repository.model.documents import Document
from repository.model.receipts import Receipt, State

PLACE_PATTERN = r"^([0-9]{1,19}\.[0-9a-f]{32})?$"
"""What a place that a page names looks like; empty = the beginning."""
_PLACE = re.compile(r"([0-9]{1,19})\.([0-9a-f]{32})")


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """A line with its document."""

    receipt: Receipt
    document: Document
    agency: Agency


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


def in_hands(reading: Reading, caller: Caller, state: State, *, after: str, limit: int) -> Page:
    """Up to *limit* lines that *caller* has in *state*, given first comes first.

    Lines of agencies where they work no more are not theirs. Raise `NoPerson` or `NoSuchPlace`.
    """
    if not caller.person:
        raise NoPerson
    place = place_of(after)
    # One more than asked for tells whether there is a next page.
    each = (in_hand(reading, hand, state, after=place, limit=limit + 1) for hand in caller.hands)
    merged = heapq.merge(*each, key=lambda one: (one.given, one.id))
    found = list(islice((one for one in merged if one.agency in caller.standing), limit + 1))
    shown = found[:limit]
    more = f"{shown[-1].given}.{shown[-1].id}" if len(found) > limit else ""
    return Page(briefs=tuple(_brief(reading, one) for one in shown), next=more)


def _brief(reading: Reading, receipt: Receipt) -> Brief:
    return Brief(
        receipt=receipt,
        document=present(reading.document(receipt.document)),
        agency=present(reading.agency(receipt.agency)),
    )


def place_of(after: str) -> tuple[int, str] | None:
    """Read a place that a page has named, none for none; raise `NoSuchPlace`."""
    if not after:
        return None
    match = _PLACE.fullmatch(after)
    if not match:
        raise NoSuchPlace
    return int(match[1]), match[2]
