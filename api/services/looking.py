"""Looking before registering (xem trước khi vào sổ): what a paper resembles; nothing is changed."""

from api.services import duplicates, paper
from api.services.access import agency_for
from api.services.duplicates import Resembling
from api.services.incidents import noting_refusals
from api.services.registration import refusal_noted, register_of
from repository.catalogue.agencies import predecessors_of
from repository.holdings import Holdings
from repository.model.access import Caller, Right
from repository.model.days import Day
from repository.model.ids import DocumentId
from repository.model.registers import Direction

MAX_TOLD = 20
"""Documents that a look names."""


def look(
    holdings: Holdings, caller: Caller, given: paper.Registration, *, today: Day
) -> tuple[Resembling, ...]:
    """What *given* resembles among the documents that *caller* may read.

    Also among those of agencies that have ended and were followed. Raise `Hidden`, `NotAllowed`,
    `UnknownRegister`, `WrongDirection`, `UnknownBlob`, `StateSecretRefused` or of `fields`.
    """
    with noting_refusals(holdings.keeper, refusal_noted(caller, given)):
        _check(holdings, caller, given, today)
    kin = duplicates.kin_of(holdings, caller, given)
    found: dict[tuple[str, DocumentId], Resembling] = {}
    with holdings.reading() as reading:
        agency = agency_for(reading, caller, Right.WRITE, given.agency)
        houses = (agency.id, *predecessors_of(reading, agency.id, today))
        for one in duplicates.resembling(reading, caller, given, houses, kin):
            found.setdefault((one.path, one.document.id), one)
            if len(found) == MAX_TOLD:
                break
    return tuple(found.values())


def _check(holdings: Holdings, caller: Caller, given: paper.Registration, today: Day) -> None:
    """Raise what registering would refuse *given* with, as far as its words go."""
    with holdings.reading() as reading:
        agency = agency_for(reading, caller, Right.WRITE, given.agency)
        register_of(reading, agency, given)
    paper.refuse_secret(given)
    if given.direction is Direction.INCOMING:
        paper.incoming(given)
    else:
        paper.outgoing(given, symbol="", day=paper.day_said(given, today), house=agency.name)
