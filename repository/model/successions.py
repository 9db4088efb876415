"""Successions (kế thừa): which agency follows which, from what day, and in what.

Circular 06/2025/TT-BNV and letter 414/BNV-VTLTNN: the fonds of an agency is closed on the day it
ends; its records are kept by whoever the act names, never mixed with the successor's. Successions
are many to many and dated, so that "all records of what is now this commune" can be walked.
"""

import enum
from collections.abc import Callable, Iterable

import msgspec

from repository.errors import Kind, Trouble
from repository.model.days import UNBOUNDED, Day
from repository.model.ids import AgencyId, SuccessionId


class Reorganisation(enum.Enum):
    """What is done to agencies (sắp xếp tổ chức bộ máy)."""

    MERGE = "merge"
    """Sáp nhập: they end, another that lives on takes them in."""
    CONSOLIDATE = "consolidate"
    """Hợp nhất: they end, a new one results."""
    SPLIT = "split"
    """Chia: one ends, several new ones result."""
    SEPARATE = "separate"
    """Tách: one lives on, new ones leave it."""
    DISSOLVE = "dissolve"
    """Giải thể: it ends; its superior keeps its records."""
    TRANSFER = "transfer"
    """Chuyển chức năng, nhiệm vụ: all live on, a task moves."""


class Shape(msgspec.Struct, frozen=True):
    """How many take part in a reorganisation, and who of them ends or begins with it."""

    sources: range
    targets: range
    sources_end: bool
    targets_begin: bool


MAX_PARTIES = 500
"""Agencies on one side of an act."""
_ONE = range(1, 2)
_SOME = range(1, MAX_PARTIES + 1)
_SEVERAL = range(2, MAX_PARTIES + 1)

SHAPES: dict[Reorganisation, Shape] = {
    Reorganisation.MERGE: Shape(_SOME, _ONE, sources_end=True, targets_begin=False),
    Reorganisation.CONSOLIDATE: Shape(_SEVERAL, _ONE, sources_end=True, targets_begin=True),
    Reorganisation.SPLIT: Shape(_ONE, _SEVERAL, sources_end=True, targets_begin=True),
    Reorganisation.SEPARATE: Shape(_ONE, _SOME, sources_end=False, targets_begin=True),
    Reorganisation.DISSOLVE: Shape(_SOME, _ONE, sources_end=True, targets_begin=False),
    Reorganisation.TRANSFER: Shape(_SOME, _SOME, sources_end=False, targets_begin=False),
}


class Scope(enum.Enum):
    """In what the successor follows."""

    ACCESS = "access"
    """Whoever may read the successor's papers may read those of the one before."""
    CUSTODY = "custody"
    """Its archivists keep the closed fonds."""
    WORK = "work"
    """It finishes the work that is open (QĐ 3999/QĐ-BTC, Art. 7.1c)."""


class Succession(msgspec.Struct, frozen=True, kw_only=True):
    """One act by which agencies follow others."""

    id: SuccessionId
    kind: Reorganisation
    sources: tuple[AgencyId, ...]
    targets: tuple[AgencyId, ...]
    effective: Day
    decision: str
    """The act, as cited: `1663/NQ-UBTVQH15`."""
    scopes: tuple[Scope, ...]
    decided: int
    """When it was entered here: microseconds since 1970-01-01 UTC."""
    withdrawn: bool = False
    """It was taken back before its day: nothing follows from it."""


class PartiesUnfit(Trouble):
    """A {kind} takes {sources} agencies that are followed and {targets} that follow."""

    kind = Kind.INVALID
    vietnamese = "{kind} cần {sources} cơ quan được kế thừa và {targets} cơ quan kế thừa."


class Followed(msgspec.Struct, frozen=True):
    """One agency follows another, from a day on."""

    source: AgencyId
    target: AgencyId
    effective: Day
    scopes: tuple[Scope, ...]


def require_shape(kind: Reorganisation, sources: int, targets: int) -> None:
    """Return when *kind* takes so many; raise `PartiesUnfit` otherwise."""
    shape = SHAPES[kind]
    if sources not in shape.sources or targets not in shape.targets:
        raise PartiesUnfit(
            kind=kind.value, sources=_told(shape.sources), targets=_told(shape.targets)
        )


def _told(count: range) -> str:
    return str(count[0]) if len(count) == 1 else f"{count[0]}–{count[-1]}"


def reached(
    start: Iterable[AgencyId],
    neighbours: Callable[[AgencyId], Iterable[Followed]],
    far: Callable[[Followed], AgencyId],
    *,
    on: Day,
    scope: Scope | None = None,
) -> tuple[AgencyId, ...]:
    """All that are reached from *start* by successions in force *on* that day, nearest first.

    *neighbours* gives the successions at an agency, *far* the end of one to go on to. With
    *scope*, only through those that hold in it.
    """
    found: dict[AgencyId, None] = {}
    ahead = list(start)
    seen = set(ahead)
    for agency in ahead:  # grows while it is walked
        for one in neighbours(agency):
            goes_on = far(one)
            in_force = one.effective <= on and (scope is None or scope in one.scopes)
            if in_force and goes_on not in seen:
                seen.add(goes_on)
                found[goes_on] = None
                ahead.append(goes_on)
    return tuple(found)


def ends_on(kind: Reorganisation, effective: Day) -> Day:
    """The day that ends the sources of *kind*, or `UNBOUNDED` where they live on."""
    return effective if SHAPES[kind].sources_end else UNBOUNDED
