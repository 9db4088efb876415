"""The feed of an agency (luồng thay đổi): its events in order, without gap, from any place.

Whoever keeps the last sequence it has worked on misses nothing and may ask for the same again.
What an event is about is shown as it stands now, which may be later than the event.
"""

from itertools import islice

import msgspec

from api.services.access import agency_for, may_read
from api.services.documents import Sheet, sheet_for
from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.model.access import Caller, Right
from repository.model.agencies import Agency
from repository.model.ids import DocumentId
from repository.watch import LogWatch

MAX_CHANGES = 200
"""Events of one page."""
MAX_WAIT_SECONDS = 30
"""How long one request may wait for an event."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a feed."""

    agency: str
    """Code of the agency."""
    after: int
    limit: int
    wait: int
    """Seconds to wait for a first event."""


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An event of an agency."""

    sequence: int
    """Among the agency's events."""
    place: t.Place
    sheet: Sheet | None
    """The document it is about, as it stands now."""


WITHHELD = "withheld"
"""Stands in the place of what befell a document that the caller may not see."""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a feed."""

    happened: tuple[Happened, ...]
    last: int
    """The agency's last event."""
    log: int
    """The node's last event when this was read."""
    crowded: bool = False
    """All places to wait were taken: ask again a little later."""


class ChangesGone(Trouble):
    """The feed cannot go on after {after}: it begins after {first} and ends at {last}.

    It was trimmed, or this store was restored from a backup; begin anew at `first`.
    """

    kind = Kind.GONE
    vietnamese = (
        "Luồng không thể tiếp tục sau {after}: luồng bắt đầu sau {first}, kết thúc ở {last}."
    )


def follow(holdings: Holdings, watch: LogWatch, caller: Caller, wanted: Wanted) -> Feed:
    """What happened after `wanted.after`, now or as soon as something does.

    Raise `Hidden`, `NotAllowed` or `ChangesGone`.
    """
    feed = _feed(holdings, caller, wanted)
    if feed.happened or not wanted.wait:
        return feed
    with watch.place(wanted.wait) as waiting:
        if waiting is None:
            return msgspec.structs.replace(feed, crowded=True)
        while not feed.happened and waiting.past(feed.log):
            feed = _feed(holdings, caller, wanted)
    return feed


def _feed(holdings: Holdings, caller: Caller, wanted: Wanted) -> Feed:
    with holdings.reading() as now:
        agency = agency_for(now, caller, Right.READ, wanted.agency)
        last = now.get(t.AGENCY_SEQUENCES, agency.id) or 0
        happened = _happened(now, caller, agency, wanted)
        first = happened[0].sequence if happened else last + 1
        if first != wanted.after + 1:
            begins = _begins_after(now, agency, last)
            raise ChangesGone(after=wanted.after, first=begins, last=last)
        return Feed(happened=happened, last=last, log=now.watermark().sequence)


def _happened(now: Reading, caller: Caller, agency: Agency, wanted: Wanted) -> tuple[Happened, ...]:
    rows = now.scan(t.FEED, agency.id, start=wanted.after + 1)
    return tuple(
        _told(now, caller, int(str(key[1])), place) for key, place in islice(rows, wanted.limit)
    )


def _told(now: Reading, caller: Caller, sequence: int, place: t.Place) -> Happened:
    """An event with the document that it is about; of one that is withheld, that there is one.

    It keeps its place: who follows a feed has to see that there is no gap.
    """
    document = now.document(DocumentId(place.subject))
    if document is None:
        return Happened(sequence=sequence, place=place, sheet=None)
    if may_read(now, caller, document):
        return Happened(sequence=sequence, place=place, sheet=sheet_for(now, caller, document))
    withheld = t.Place(place.sequence, place.at, WITHHELD)
    return Happened(sequence=sequence, place=withheld, sheet=None)


def _begins_after(now: Reading, agency: Agency, last: int) -> int:
    """The sequence before the first event that is still told."""
    first = next(iter(now.scan(t.FEED, agency.id)), None)
    return int(str(first[0][1])) - 1 if first else last
