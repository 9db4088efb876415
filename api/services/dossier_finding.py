"""Finding dossiers (tra hồ sơ): what an agency has, what is due, what is in one's hand."""

import heapq
import re
from collections.abc import Iterator
from itertools import islice

import msgspec

from api.services import fields
from api.services.access import document_for, present
from api.services.dossier_access import Seat, dossier_for, seat_of
from api.services.work import NoSuchPlace
from repository.catalogue import tables as t
from repository.catalogue.dossier_items import dossiers_with
from repository.catalogue.dossiers import Place, dossiers_in, dossiers_of_hand
from repository.catalogue.views import Reading
from repository.model.access import Caller, Hidden, NotAllowed, Right, authorize
from repository.model.agencies import Agency
from repository.model.days import Day
from repository.model.dossiers import Dossier, DossierState
from repository.model.ids import AgencyId, BadIdentifier, parse_agency_code

_PLACE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?\.([0-9a-f]{32})")


class DossierPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some dossiers."""

    dossiers: tuple[Dossier, ...]
    next: str
    """The place behind which the next page begins; empty = there is none."""


class DossiersSought(msgspec.Struct, frozen=True, kw_only=True):
    """Which dossiers."""

    agency: str
    """Code."""
    state: DossierState
    due: str = ""
    """Only those on which something is due by this day."""
    mine: bool = False
    """Only those in the caller's hand."""
    after: str = ""
    limit: int = 50


def agency_seen(reading: Reading, caller: Caller, code: str, right: Right = Right.READ) -> Agency:
    """The agency that bears *code*, where *caller* works or has *right*.

    Raise `Hidden` or `NotAllowed`.
    """
    try:
        agency = present(reading.agency_by_code(parse_agency_code(code)))
    except BadIdentifier as error:
        raise Hidden from error
    if agency.id not in caller.standing:
        authorize(caller, right, agency.id)
    return agency


def dossiers_for(
    reading: Reading, caller: Caller, sought: DossiersSought, today: Day
) -> DossierPage:
    """The dossiers that *caller* may see, due first comes first; raise `Hidden`, `NoSuchPlace`.

    Each grade that they see is read by itself, and their own: nobody's page is thinned out.
    """
    agency = agency_seen(reading, caller, sought.agency)
    seat = seat_of(reading, caller, agency.id, today)
    behind, upto = _place(sought.after), fields.some_day("due", sought.due)
    runs = [] if sought.mine else list(_seen(reading, seat, agency.id, sought.state, behind, upto))
    if seat.works:
        runs += [
            dossiers_of_hand(reading, agency.id, hand, sought.state, after=behind, upto=upto)
            for hand in sorted(caller.hands)
        ]
    found = list(islice(_once(heapq.merge(*runs)), sought.limit + 1))
    shown = found[: sought.limit]
    more = f"{shown[-1][0]}.{shown[-1][1]}" if len(found) > sought.limit else ""
    rows = tuple(present(reading.get(t.DOSSIERS, dossier)) for _, dossier in shown)
    return DossierPage(dossiers=rows, next=more)


def _seen(
    reading: Reading,
    seat: Seat,
    agency: AgencyId,
    state: DossierState,
    behind: Place | None,
    upto: Day,
) -> Iterator[Iterator[Place]]:
    for grade in sorted(seat.sees, key=lambda one: one.value):
        yield dossiers_in(reading, agency, grade, state, after=behind, upto=upto)


def _once(places: Iterator[Place]) -> Iterator[Place]:
    """Sorted *places*, each once: a dossier may be found as one's own and by its grade."""
    last: Place | None = None
    for place in places:
        if place != last:
            yield place
        last = place


def _place(after: str) -> Place | None:
    if not after:
        return None
    match = _PLACE.fullmatch(after)
    if not match:
        raise NoSuchPlace
    return match[1] or "", match[2]


def dossiers_holding(
    reading: Reading, caller: Caller, document: str, today: Day
) -> tuple[Dossier, ...]:
    """The dossiers with *document* that *caller* may see; raise `Hidden` where not the document."""
    found = document_for(reading, caller, document)
    seen: list[Dossier] = []
    for dossier in dossiers_with(reading, found.id):
        try:
            seen.append(dossier_for(reading, caller, dossier, today)[0])
        except (Hidden, NotAllowed):
            continue
    return tuple(seen)
