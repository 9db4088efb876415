"""`/v1/directions`: what was given and how it stands (theo dõi, đôn đốc), as JSON, CSV or XLSX."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import refusals, wire
from api.operations import JSON, Answered, Operation
from api.services import Services, directions
from api.services.directions import PLACE, Totals, follow_up, whole_sheet
from api.services.organisation import UnknownUnit
from api.services.work import Brief, NoPerson, NoSuchPlace
from api.session import caller
from api.work import WorkView, work_view
from interop.sheets import CSV, XLSX, Cell, Sheet, csv_of, xlsx_of
from repository.catalogue.deadlines import seen_from
from repository.catalogue.views import Reading
from repository.model.access import Caller
from repository.model.days import day_of
from repository.model.deadlines import Reckoning
from repository.model.receipts import State

MAX_DIRECTIONS = 200
"""Lines of one page."""
HEAD = (
    "agency", "number", "symbol", "subject", "role", "login", "name", "unit", "given", "giver",
    "due", "state", "timing", "remaining", "reminded", "extensions", "instruction",
)  # fmt: skip
"""What the columns of a table are called."""


class DirectionsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines."""

    agency: Annotated[str, Meta(extra_json_schema={"maxLength": 35})] = ""
    """Code: all lines of that agency, for who reads its papers; those that you gave unless given."""
    login: Annotated[str, Meta(extra_json_schema={"maxLength": 100})] = ""
    """Only those of this person."""
    unit: Annotated[str, Meta(extra_json_schema={"maxLength": 20})] = ""
    """Only those of this unit (short name) and of the people in it."""
    state: State | UnsetType = UNSET
    overdue: bool = False
    """Only those whose last day has passed."""
    after: Annotated[str, Meta(extra_json_schema={"pattern": f"^({PLACE})?$"})] = ""
    """`next` of the page before."""
    limit: Annotated[int, Meta(ge=1, le=MAX_DIRECTIONS)] = 50


class DirectionTotals(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines there are, whatever `state`, `overdue` and the page say."""

    sent: int
    open: int
    handed_on: int
    done: int
    returned: int
    recalled: int
    overdue: int
    due_soon: int


class DirectionPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """In hand come first, by their last day; then what has ended, by the day on which it did."""

    directions: tuple[WorkView, ...]
    totals: DirectionTotals
    next: str | UnsetType = UNSET
    """Where the next page goes on; absent on the last one."""


class Directions:
    """`/v1/directions`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_directions",
            told="The lines that you gave, or all of an agency: JSON, CSV or XLSX by Accept.",
            query=DirectionsWanted,
            answers=(
                Answered(told="A page, with totals.", shape=DirectionPage),
                Answered(told="All of them, at most 10,000.", shape=str, media_type=CSV),
                Answered(told="All of them, at most 10,000.", shape=bytes, media_type=XLSX),
            ),
            problems=(
                *refusals.ACCESS,
                *refusals.FIELDS,
                NoPerson,
                NoSuchPlace,
                directions.OnePersonOrUnit,
                directions.TooManyDirections,
                UnknownUnit,
            ),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        asked = wire.query(req, DirectionsWanted)
        who, wanted = caller(req), _wanted(asked)
        today = day_of(self._services.clock())
        chosen = req.client_prefers([JSON, CSV, XLSX])
        resp.append_header("Vary", "Accept")
        resp.set_header("Cache-Control", "private, no-cache")
        with self._services.holdings.reading() as reading:
            seen = seen_from(reading, today)
            if chosen in (CSV, XLSX):
                sheet = _sheet(reading, who, wanted, seen)
                _send_sheet(resp, sheet, as_csv=chosen == CSV)
            else:
                wire.send(resp, _page(reading, who, asked, seen))


def _wanted(asked: DirectionsWanted) -> directions.Wanted:
    return directions.Wanted(
        agency=asked.agency,
        login=asked.login,
        unit=asked.unit,
        states=() if asked.state is UNSET else (asked.state,),
        overdue=asked.overdue,
    )


def _page(reading: Reading, who: Caller, asked: DirectionsWanted, seen: Reckoning) -> DirectionPage:
    found = follow_up(reading, who, _wanted(asked), seen, after=asked.after, limit=asked.limit)
    return DirectionPage(
        directions=tuple(work_view(reading, one, seen) for one in found.briefs),
        totals=_totals(found.totals),
        next=found.next or UNSET,
    )


def _totals(found: Totals) -> DirectionTotals:
    by_state = {state.replace("-", "_"): number for state, number in found.by_state.items()}
    return DirectionTotals(overdue=found.overdue, due_soon=found.due_soon, **by_state)


def _sheet(reading: Reading, who: Caller, wanted: directions.Wanted, seen: Reckoning) -> Sheet:
    briefs = whole_sheet(reading, who, wanted, seen)
    return Sheet(seen.today, HEAD, tuple(_rows(reading, briefs, seen)))


def _rows(
    reading: Reading, briefs: tuple[Brief, ...], seen: Reckoning
) -> Iterator[tuple[Cell, ...]]:
    for one in briefs:
        view = work_view(reading, one, seen)
        line = view.receipt
        yield (
            view.agency, view.number, view.symbol, view.subject, line.role, line.login, line.name,
            line.unit, line.given.date().isoformat(), line.giver, line.due, line.state, line.timing,
            "" if line.remaining is None else line.remaining, line.reminded,
            len(line.extensions), line.instruction,
        )  # fmt: skip


def _send_sheet(resp: falcon.Response, sheet: Sheet, *, as_csv: bool) -> None:
    resp.content_type = f"{CSV}; charset=utf-8" if as_csv else XLSX
    resp.set_header("X-Content-Type-Options", "nosniff")
    ending = "csv" if as_csv else "xlsx"
    name = f'attachment; filename="theo-doi-{sheet.name}.{ending}"'
    resp.set_header("Content-Disposition", name)
    resp.data = csv_of(sheet) if as_csv else xlsx_of([sheet])
