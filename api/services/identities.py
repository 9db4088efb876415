"""What is noted of an agency through time: its names, codes, fonds, and whom it follows."""

import msgspec

from api.services.access import agencies_of, agency_for, given, present
from repository.catalogue import tables as t
from repository.catalogue.agencies import bearer_on, fonds_of, identifiers_of, names_of
from repository.catalogue.views import Reading
from repository.model.access import Caller, Hidden, Right, authorize
from repository.model.agencies import Agency, Fonds, Identifier, NameBorne, name_on
from repository.model.days import Day
from repository.model.successions import Followed, Succession


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """An agency through time."""

    agency: Agency
    name: str
    """What it is called on the day asked for."""
    names: tuple[NameBorne, ...]
    identifiers: tuple[Identifier, ...]
    fonds: tuple[Fonds, ...]
    follows: tuple[Succession, ...]
    """The acts by which it follows others."""
    followed: tuple[Succession, ...]
    """The acts by which others follow it."""


def identity(reading: Reading, caller: Caller, code: str, on: Day | None, today: Day) -> Identity:
    """The agency that bears *code*, of whatever scheme, on the day *on*; without one, bore it last.

    Raise `Hidden` or `NotAllowed`.
    """
    if on is None:
        agency = agency_for(reading, caller, Right.READ, code)
    else:
        agency = present(bearer_on(reading, code, on))
        authorize(caller, Right.READ, agency.id)
    return _identity(reading, agency, on or today)


def _identity(reading: Reading, agency: Agency, day: Day) -> Identity:
    names = names_of(reading, agency.id)
    return Identity(
        agency=agency,
        name=name_on(names, agency, day),
        names=names,
        identifiers=identifiers_of(reading, agency.id),
        fonds=fonds_of(reading, agency.id),
        follows=_acts(reading, t.PREDECESSORS, agency),
        followed=_acts(reading, t.SUCCESSORS, agency),
    )


def _acts(reading: Reading, table: t.Table[Followed], agency: Agency) -> tuple[Succession, ...]:
    keys = {str(key[1]): None for key, _ in reading.scan(table, agency.id)}
    return tuple(present(reading.get(t.SUCCESSIONS, key)) for key in keys)


def name_at(reading: Reading, agency: Agency, day: Day) -> str:
    """What *agency* was called on *day*."""
    return name_on(names_of(reading, agency.id), agency, day)


def act_of(reading: Reading, caller: Caller, act: str) -> Succession:
    """The act of that identifier, where it concerns an agency that *caller* reads.

    Raise `Hidden`.
    """
    found = present(reading.get(t.SUCCESSIONS, given(act)))
    seen = agencies_of(reading, caller, Right.READ)
    if not seen.intersection((*found.sources, *found.targets)):
        raise Hidden
    return found


def all_acts(reading: Reading, caller: Caller) -> tuple[Succession, ...]:
    """Every act that concerns an agency where *caller* reads, in the order they were entered."""
    seen = agencies_of(reading, caller, Right.READ)
    acts = (act for _, act in reading.scan(t.SUCCESSIONS))
    return tuple(act for act in acts if seen.intersection((*act.sources, *act.targets)))
