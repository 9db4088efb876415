"""What somebody has in hand (hộp việc), over all their hands, a page at a time."""

import heapq
import re
from itertools import islice

import msgspec

from api.services.access import present, readable
from repository.catalogue.receipts import in_hand
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.model.access import Caller, hands_in
from repository.model.agencies import Agency
from repository.model.documents import Document
from repository.model.receipts import Receipt, State, holder_of

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
    place = _place(after)
    # One more than asked for tells whether there is a next page.
    each = (in_hand(reading, hand, state, after=place, limit=limit + 1) for hand in caller.hands)
    merged = heapq.merge(*each, key=lambda one: (one.given, one.id))
    theirs = (one for one in merged if holder_of(one) in hands_in(caller, one.agency))
    briefs = (_brief(reading, caller, one) for one in theirs)
    found = list(islice((brief for brief in briefs if brief), limit + 1))
    shown = found[:limit]
    last = shown[-1].receipt if len(found) > limit else None
    return Page(briefs=tuple(shown), next=f"{last.given}.{last.id}" if last else "")


def _brief(reading: Reading, caller: Caller, receipt: Receipt) -> Brief | None:
    """*receipt* with its document; None where it was recalled and leads nowhere any more."""
    document = readable(reading, caller, receipt.document)
    if document is None:
        return None
    agency = present(reading.agency(receipt.agency))
    return Brief(receipt=receipt, document=document, agency=agency)


def _place(after: str) -> tuple[int, str] | None:
    if not after:
        return None
    match = _PLACE.fullmatch(after)
    if not match:
        raise NoSuchPlace
    return int(match[1]), match[2]
