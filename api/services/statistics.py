"""The yearly figures (thống kê): documents registered, by direction, agency and kind.

Counted by the catalogue as documents are registered (`repository.catalogue.counting`); a request reads the
counts of the agencies in which the caller reads, some rows for each, and no document.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from api.services.access import agencies_of, agency_for
from repository.catalogue import tables as t
from repository.catalogue.directions import punctuality
from repository.catalogue.views import Reading
from repository.model.access import Caller, NotAllowed, Right, holds_anywhere
from repository.model.agencies import Agency
from repository.model.ids import AgencyId, UnitId
from repository.model.people import Unit
from repository.model.registers import Direction

MAX_KINDS = 1_000
"""Kinds that are told one by one; those with the fewest documents are told together."""

FEW = 8
"""Agencies whose counts are looked up one by one; for more the whole year is read at once."""


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """Documents that were registered."""

    incoming: int = 0
    outgoing: int = 0

    @property
    def total(self) -> int:
        """Both directions."""
        return self.incoming + self.outgoing

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            incoming=self.incoming + other.incoming, outgoing=self.outgoing + other.outgoing
        )


class Punctual(msgspec.Struct, frozen=True, kw_only=True):
    """Lines with a last day that were completed."""

    on_time: int = 0
    late: int = 0

    @property
    def percent(self) -> float | None:
        """How many of a hundred were on time, to a tenth; None = there were none."""
        both = self.on_time + self.late
        return round(self.on_time * 1000 / both) / 10 if both else None

    def __add__(self, other: "Punctual") -> "Punctual":
        return Punctual(on_time=self.on_time + other.on_time, late=self.late + other.late)


class OfUnit(msgspec.Struct, frozen=True, kw_only=True):
    """How a unit of an agency kept its last days."""

    unit: Unit | None
    """None = of people who work in none."""
    punctual: Punctual


class OfAgency(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one agency."""

    agency: Agency
    amount: Amount
    punctual: Punctual
    units: tuple[OfUnit, ...]
    """By short name; only of the one agency that was asked for."""


class OfKind(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one kind of document, all agencies together."""

    kind: str
    """As it was written; empty = none was."""
    amount: Amount


class Yearly(msgspec.Struct, frozen=True, kw_only=True):
    """What was registered in a year, as far as the caller may read."""

    year: int
    amount: Amount
    agencies: tuple[OfAgency, ...]
    """By code; those that registered nothing too."""
    kinds: tuple[OfKind, ...]
    """The most frequent first."""
    other_kinds: Amount
    """Of the kinds beyond `MAX_KINDS`."""
    punctual: Punctual
    """By the year in which lines were completed."""


def yearly(reading: Reading, caller: Caller, year: int, agency: str | None = None) -> Yearly:
    """The figures of *year*, of the agency with code *agency* or of all in which *caller* reads.

    Raise `NotAllowed` for who reads nowhere, `Hidden` as `agency_for`.
    """
    chosen = _chosen(reading, caller, agency)
    by_agency: Counter[tuple[str, str]] = Counter()
    by_kind: Counter[tuple[str, str]] = Counter()
    for one, direction, counted in _counted(reading, year, {each.id for each in chosen}):
        by_agency[one, direction] += counted.number
        by_kind[counted.kind, direction] += counted.number
    agencies = _amounts(by_agency)
    kept = _kept(reading, year, chosen)
    by_whom = _by_agency(kept)
    units = _units(reading, kept) if agency is not None else ()
    kinds = sorted(_amounts(by_kind).items(), key=lambda each: (-each[1].total, each[0]))
    return Yearly(
        year=year,
        amount=_sum(agencies.values()),
        agencies=tuple(
            OfAgency(
                agency=each,
                amount=agencies.get(each.id, Amount()),
                punctual=by_whom.get(each.id, Punctual()),
                units=units,
            )
            for each in chosen
        ),
        kinds=tuple(OfKind(kind=kind, amount=amount) for kind, amount in kinds[:MAX_KINDS]),
        other_kinds=_sum(amount for _, amount in kinds[MAX_KINDS:]),
        punctual=_together(kept.values()),
    )


def _chosen(reading: Reading, caller: Caller, agency: str | None) -> list[Agency]:
    if agency is not None:
        return [agency_for(reading, caller, Right.READ, agency)]
    if not holds_anywhere(caller, Right.READ):
        raise NotAllowed(right=Right.READ.value)
    readable = map(reading.agency, agencies_of(reading, caller, Right.READ))
    return sorted(filter(None, readable), key=lambda each: each.code)


def _counted(
    reading: Reading, year: int, agencies: set[AgencyId]
) -> Iterator[tuple[str, str, t.Counted]]:
    """Agency, direction and count: each agency by itself, or in one scan where they are many."""
    if len(agencies) > FEW:
        scans = [reading.scan(t.COUNTS, year)]
    else:
        scans = [reading.scan(t.COUNTS, year, each) for each in sorted(agencies)]
    for scan in scans:
        for (_, agency, direction, _), counted in scan:
            if agency in agencies:
                yield str(agency), str(direction), counted


Kept = dict[tuple[AgencyId, UnitId], Punctual]


def _kept(reading: Reading, year: int, agencies: list[Agency]) -> Kept:
    """By agency and unit: each agency by itself, or in one scan where they are many."""
    wanted = {each.id for each in agencies}
    if len(wanted) > FEW:
        scans = [punctuality(reading, year)]
    else:
        scans = [punctuality(reading, year, each) for each in sorted(wanted)]
    return {
        (agency, unit): Punctual(on_time=kept.on_time, late=kept.late)
        for scan in scans
        for agency, unit, kept in scan
        if agency in wanted
    }


def _by_agency(kept: Kept) -> dict[AgencyId, Punctual]:
    found: dict[AgencyId, Punctual] = {}
    for (agency, _), punctual in kept.items():
        found[agency] = found.get(agency, Punctual()) + punctual
    return found


def _units(reading: Reading, kept: Kept) -> tuple[OfUnit, ...]:
    found = (
        OfUnit(unit=reading.get(t.UNITS, unit) if unit else None, punctual=punctual)
        for (_, unit), punctual in kept.items()
    )
    return tuple(sorted(found, key=lambda each: each.unit.code if each.unit else ""))


def _together(punctuals: Iterable[Punctual]) -> Punctual:
    found = Punctual()
    for each in punctuals:
        found += each
    return found


def _amounts(counts: Counter[tuple[str, str]]) -> dict[str, Amount]:
    """By what stands before the direction."""
    incoming, outgoing = Direction.INCOMING.value, Direction.OUTGOING.value
    return {
        one: Amount(incoming=counts[one, incoming], outgoing=counts[one, outgoing])
        for one, _ in counts
    }


def _sum(amounts: Iterable[Amount]) -> Amount:
    found = Amount()
    for each in amounts:
        found += each
    return found
