"""`/v1/statistics`: the yearly figures, as JSON, CSV or XLSX."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import refusals, wire
from api.operations import JSON, Answered, Operation
from api.services import Services
from api.services.fields import AgencyCodeText
from api.services.statistics import Amount, OfUnit, Punctual, Yearly, yearly
from api.session import caller
from interop.sheets import CSV, XLSX, Cell, Sheet, csv_of, xlsx_of
from repository.model.registers import year_in_vietnam

FIRST_YEAR, LAST_YEAR = 1900, 9999
HEAD = ("level", "code", "name", "incoming", "outgoing", "total")
"""What the columns of a table are called."""


class YearWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Of which year, and where."""

    year: Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR)] | UnsetType = UNSET
    """The numbering period; this year unless given."""
    agency: AgencyCodeText | UnsetType = UNSET
    """Code of one agency; all in which you read unless given."""


class AmountView(msgspec.Struct, frozen=True, kw_only=True):
    """Documents that were registered."""

    incoming: int
    outgoing: int
    total: int


class PunctualView(msgspec.Struct, frozen=True, kw_only=True):
    """Recipient lines with a last day that were completed in the year."""

    on_time: int
    late: int
    percent: float | None
    """How many of a hundred were on time, to a tenth; null = there were none."""


class UnitFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How a unit kept its last days; lines count for the unit, or for whoever works there."""

    code: str
    """Short name; empty = of people who work in no unit."""
    name: str
    deadlines: PunctualView


class AgencyFigures(AmountView, frozen=True, kw_only=True):
    """Of one agency."""

    id: str
    code: str
    name: str
    deadlines: PunctualView
    units: tuple[UnitFigures, ...]
    """Only of the one agency that was asked for."""


class KindFigures(AmountView, frozen=True, kw_only=True):
    """Of one kind of document."""

    kind: str
    """As it was written; empty = none was."""


class StatisticsView(AmountView, frozen=True, kw_only=True):
    """What was registered in a year, in the agencies in which you read."""

    year: int
    agencies: tuple[AgencyFigures, ...]
    """By code; those that registered nothing too."""
    kinds: tuple[KindFigures, ...]
    """The most frequent first, at most 1,000."""
    other_kinds: AmountView
    """Of the kinds beyond those."""
    deadlines: PunctualView


class Statistics:
    """`/v1/statistics`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_statistics",
            told="The yearly figures of the agencies in which you read: JSON, CSV or XLSX by Accept.",
            query=YearWanted,
            answers=(
                Answered(told="The figures.", shape=StatisticsView),
                Answered(told="The figures.", shape=str, media_type=CSV),
                Answered(told="The figures.", shape=bytes, media_type=XLSX),
            ),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, YearWanted)
        year = self._this_year() if wanted.year is UNSET else wanted.year
        agency = None if wanted.agency is UNSET else wanted.agency
        with self._services.holdings.reading() as now:
            found = yearly(now, caller(req), year, agency)
        chosen = req.client_prefers([JSON, CSV, XLSX])
        resp.append_header("Vary", "Accept")
        resp.set_header("Cache-Control", "private, no-cache")
        if chosen == CSV:
            _send_file(resp, csv_of(one_sheet(found)), f"{CSV}; charset=utf-8", f"{year}.csv")
        elif chosen == XLSX:
            _send_file(resp, xlsx_of(sheets(found)), XLSX, f"{year}.xlsx")
        else:
            wire.send(resp, statistics_view(found))

    def _this_year(self) -> int:
        return year_in_vietnam(round(self._services.clock().timestamp() * 1_000_000))


def _send_file(resp: falcon.Response, content: bytes, media_type: str, ending: str) -> None:
    resp.content_type = media_type
    resp.set_header("X-Content-Type-Options", "nosniff")
    resp.set_header("Content-Disposition", f'attachment; filename="thong-ke-{ending}"')
    resp.data = content


def statistics_view(found: Yearly) -> StatisticsView:
    """*found* as it is sent."""
    return StatisticsView(
        year=found.year,
        agencies=tuple(
            AgencyFigures(
                id=each.agency.id,
                code=each.agency.code,
                name=each.agency.name,
                deadlines=_punctual(each.punctual),
                units=tuple(map(_unit, each.units)),
                **_amount(each.amount),
            )
            for each in found.agencies
        ),
        kinds=tuple(KindFigures(kind=each.kind, **_amount(each.amount)) for each in found.kinds),
        other_kinds=AmountView(**_amount(found.other_kinds)),
        deadlines=_punctual(found.punctual),
        **_amount(found.amount),
    )


def _punctual(punctual: Punctual) -> PunctualView:
    return PunctualView(on_time=punctual.on_time, late=punctual.late, percent=punctual.percent)


def _unit(one: OfUnit) -> UnitFigures:
    return UnitFigures(
        code=one.unit.code if one.unit else "",
        name=one.unit.name if one.unit else "",
        deadlines=_punctual(one.punctual),
    )


def _amount(amount: Amount) -> dict[str, int]:
    return {"incoming": amount.incoming, "outgoing": amount.outgoing, "total": amount.total}


def one_sheet(found: Yearly) -> Sheet:
    """All of *found* in one table; `level` says what a row is: total, agency or kind."""
    return Sheet(f"{found.year}", HEAD, _rows(found))


def sheets(found: Yearly) -> tuple[Sheet, ...]:
    """*found* in a table for each level."""
    by_level: dict[str, list[tuple[Cell, ...]]] = {"total": [], "agency": [], "kind": []}
    for row in _rows(found):
        by_level[str(row[0])].append(row)
    return tuple(Sheet(f"{found.year} {level}", HEAD, rows) for level, rows in by_level.items())


def _rows(found: Yearly) -> Iterator[tuple[Cell, ...]]:
    yield ("total", "", "", *_columns(found.amount))
    for each in found.agencies:
        yield ("agency", each.agency.code, each.agency.name, *_columns(each.amount))
    for each in found.kinds:
        yield ("kind", "", each.kind, *_columns(each.amount))
    if found.other_kinds.total:
        yield ("kind", "", "…", *_columns(found.other_kinds))


def _columns(amount: Amount) -> tuple[int, int, int]:
    return amount.incoming, amount.outgoing, amount.total
