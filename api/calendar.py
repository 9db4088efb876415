"""`/v1/calendar`: days off and days worked instead (ngày nghỉ, ngày làm bù), and deadlines by them."""

from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.services import Services, fields
from api.services.deadlines import (
    FIRST_YEAR,
    LAST_YEAR,
    CalendarAsked,
    CalendarFull,
    EnterCalendar,
)
from api.services.fields import DayText
from api.session import caller
from repository.catalogue.deadlines import calendar_of, days_added, years_added
from repository.catalogue.views import Reading
from repository.model import calendars
from repository.model.access import NotAllowed
from repository.model.calendars import CalendarDay, DayKind
from repository.model.days import Day, day_of
from repository.model.working_days import MAX_WORKING_DAYS, CalendarUnknown, after_working_days

Year = Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR)]


class CalendarWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Of which year."""

    year: Year | UnsetType = UNSET
    """This one unless given."""


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """A day that is not as its day of the week."""

    day: str
    kind: str
    """`off`, or `worked` (làm bù)."""
    name: str
    entered: bool
    """Here, not for the whole country."""


class CalendarView(msgspec.Struct, frozen=True, kw_only=True):
    """The days off of a year."""

    year: int
    announced: bool
    """All of them are known; else no deadline is counted into this year."""
    days: tuple[DayView, ...]


class DueWanted(msgspec.Struct, frozen=True, kw_only=True):
    """From where is counted, and how far."""

    working_days: Annotated[int, Meta(ge=1, le=MAX_WORKING_DAYS)]
    start: DayText = ""
    """The day from which is counted, which does not count itself; today unless given."""


class DueView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a deadline ends."""

    start: str
    working_days: int
    due: str


class CalendarResource:
    """`/v1/calendar`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_calendar",
            told="The days off of a year, and the days worked instead.",
            query=CalendarWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The year.", CalendarView),
            problems=refusals.QUERY,
        ),
        "POST": Operation(
            name="enter_calendar",
            told="Enter days, or years that are announced; takes `administer` in all agencies.",
            body=Body(shape=CalendarAsked),
            answers=(Answered(told="Entered.", status=204),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                NotAllowed,
                CalendarFull,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, CalendarWanted)
        year = int(day_of(self._services.clock())[:4]) if wanted.year is UNSET else wanted.year
        with self._services.holdings.reading() as reading:
            view = calendar_view(reading, year)
        wire.send_tagged(req, resp, view)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        asked = wire.read(req, CalendarAsked, limit=self._services.limits.max_json)
        self._services.holdings.keeper.submit(EnterCalendar(caller=caller(req), asked=asked))
        resp.status = 204


class CalendarDue:
    """`/v1/calendar/due`."""

    operations: ClassVar = {
        "GET": Operation(
            name="count_working_days",
            told="The day on which so many working days end.",
            query=DueWanted,
            answers=(Answered(told="The day.", shape=DueView),),
            problems=(*refusals.QUERY, fields.FieldUnfit, CalendarUnknown),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, DueWanted)
        given = fields.day("start", wanted.start).isoformat() if wanted.start else ""
        start = Day(given) or day_of(self._services.clock())
        with self._services.holdings.reading() as reading:
            due = after_working_days(start, wanted.working_days, calendar_of(reading))
        wire.send(resp, DueView(start=start, working_days=wanted.working_days, due=due))


def calendar_view(reading: Reading, year: int) -> CalendarView:
    """The days off of *year*, as announced for the country and as entered here."""
    country = next((one for one in calendars.known() if one.year == year), None)
    views = {one.day: _view(one, entered=False) for one in country.days} if country else {}
    views.update((one.day, _view(one, entered=True)) for one in days_added(reading, year))
    days = (views[day] for day in sorted(views))
    return CalendarView(
        year=year,
        announced=country is not None or year in years_added(reading),
        days=tuple(one for one in days if one.kind != DayKind.USUAL.value),
    )


def _view(one: CalendarDay, *, entered: bool) -> DayView:
    return DayView(day=one.day, kind=one.kind.value, name=one.name, entered=entered)
