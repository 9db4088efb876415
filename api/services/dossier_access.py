"""Who sees which dossier, and who may do what with it; every answer rests on `repository.model.access`.

Three grades: `none` is seen by whoever works in the agency, `internal` by whoever reads all of its papers,
`restricted` by leaders and archivists; always by who is in charge, and by the head of the unit and
those above. Whoever only sees that a dossier is there, because it is of grade `none`, is not shown its other
papers. A dossier gives nobody a document: whoever may not read one sees its place, and no more.
"""

from typing import NamedTuple

from api.services.access import given, present
from repository.catalogue import tables as t
from repository.catalogue.agencies import predecessors_of, successors_of
from repository.catalogue.organisation import posts_of
from repository.catalogue.views import Reading
from repository.errors import Trouble
from repository.model.access import Caller, Hidden, Right, authorize, holds
from repository.model.agencies import lives_on
from repository.model.confidentiality import Confidentiality
from repository.model.days import Day
from repository.model.dossiers import Dossier, DossierParty, DossierState
from repository.model.ids import AgencyId, DossierId
from repository.model.people import Duty
from repository.model.successions import Scope

_RESTRICTED = frozenset({Duty.LEADER, Duty.ARCHIVIST})
UNFINISHED = frozenset({DossierState.OPEN, DossierState.CLOSED})


class Seat(NamedTuple):
    """Where a caller stands at the dossiers of an agency on a day."""

    sees: frozenset[Confidentiality]
    """Grades of which they see every dossier."""
    reads: frozenset[Confidentiality]
    """Grades of which they also read the papers that no register has."""
    works: bool
    """They work in the agency, or in one that finishes its work."""
    registry: bool
    archivist: bool


def seat_of(reading: Reading, caller: Caller, agency: AgencyId, today: Day) -> Seat:
    """Where *caller* stands at the dossiers of *agency* today."""
    workers = _with_followers(reading, agency, today, Scope.WORK)
    duties = _duties(reading, caller, agency, today)
    reads_all = holds(caller, Right.READ, agency)
    registry = any(holds(caller, Right.WRITE, one) for one in workers)
    archivist = Duty.ARCHIVIST in duties
    reads: set[Confidentiality] = set()
    if not caller.person:  # a program's rights are what they are, and no more
        archivist = reads_all and holds(caller, Right.ADMINISTER, agency)
    if reads_all or (caller.person and (registry or archivist)):
        reads |= {Confidentiality.NONE, Confidentiality.INTERNAL}
    if duties & _RESTRICTED or (reads_all and not caller.person):
        reads.add(Confidentiality.RESTRICTED)
    works = any(one in caller.standing for one in workers)
    seen = {*reads, Confidentiality.NONE} if works else reads
    return Seat(frozenset(seen), frozenset(reads), works, registry, archivist)


def _duties(reading: Reading, caller: Caller, agency: AgencyId, today: Day) -> frozenset[Duty]:
    """The duties of a person in *agency*, or in one that keeps its papers."""
    if not caller.person:
        return frozenset()
    keepers = _with_followers(reading, agency, today, Scope.CUSTODY)
    readers = _with_followers(reading, agency, today, Scope.ACCESS)
    at = {Duty.ARCHIVIST: keepers, Duty.LEADER: readers}
    held = posts_of(reading, caller.person, today)
    return frozenset(post.duty for post in held if post.agency in at.get(post.duty, {agency}))


def _with_followers(
    reading: Reading, agency: AgencyId, today: Day, scope: Scope
) -> frozenset[AgencyId]:
    """*agency*; once it has ended also those that have followed it in *scope*."""
    known = reading.agency(agency)
    if known is None or lives_on(known, today):
        return frozenset({agency})
    return frozenset({agency, *successors_of(reading, agency, today, scope)})


def is_in_hand(caller: Caller, dossier: Dossier) -> bool:
    """Say whether *dossier* is the caller's own, or that of a unit which they head."""
    mine = bool(dossier.person) and dossier.person == caller.person
    return mine or (bool(dossier.unit) and f"u:{dossier.unit}" in caller.hands)


def sees(caller: Caller, seat: Seat, dossier: Dossier) -> bool:
    """Say whether *caller*, who has that *seat* in its agency, may see *dossier*."""
    return dossier.confidentiality in seat.sees or (seat.works and is_in_hand(caller, dossier))


def dossier_for(reading: Reading, caller: Caller, dossier: str, today: Day) -> tuple[Dossier, Seat]:
    """The dossier of that identifier and where *caller* stands, when they may see it.

    Raise `Hidden`, the same whether it is there or not; `NotAllowed` for a program of the agency
    that does not read.
    """
    found = present(reading.get(t.DOSSIERS, DossierId(given(dossier))))
    seat = seat_of(reading, caller, found.agency, today)
    if sees(caller, seat, found):
        return found, seat
    if not caller.person:
        authorize(caller, Right.READ, found.agency)
    raise Hidden


def reads_papers(caller: Caller, seat: Seat, dossier: Dossier) -> bool:
    """Say whether *caller* is shown the papers in *dossier* that no register has."""
    return dossier.confidentiality in seat.reads or (seat.works and is_in_hand(caller, dossier))


def parties_to(caller: Caller, seat: Seat, dossier: Dossier) -> frozenset[DossierParty]:
    """Who *caller* is to *dossier*."""
    found: set[DossierParty] = set()
    if seat.works and dossier.person and dossier.person == caller.person:
        found.add(DossierParty.IN_CHARGE)
    if seat.works and dossier.unit and f"u:{dossier.unit}" in caller.hands:
        found.add(DossierParty.HEAD)
    if seat.registry:
        found.add(DossierParty.REGISTRY)
    if seat.archivist:
        found.add(DossierParty.ARCHIVIST)
    return frozenset(found)


def same_lineage(reading: Reading, one: AgencyId, other: AgencyId, today: Day) -> bool:
    """Say whether one of two agencies is the other, or has followed it by *today*."""
    return (
        one == other
        or other in predecessors_of(reading, one, today)
        or other in successors_of(reading, one, today)
    )


def told(path: str, trouble: Trouble) -> dict[str, object]:
    """One of several refusals, as it is told beside the others."""
    return {
        "path": trouble.facts.get("path", path),
        "type": f"/problems/{type(trouble).slug()}",
        "detail": trouble.sentence,
        "detail_vi": trouble.sentence_vi,
    }
