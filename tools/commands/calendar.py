"""`vankho calendar`: days off and days worked instead (ngày nghỉ, ngày làm bù)."""

from typing import Annotated

import typer

from repository.model.access import OPERATOR
from repository.model.calendars import DayKind
from tools.house import House, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    group = typer.Typer(help="Lịch làm việc / The working-day calendar.", no_args_is_help=True)
    group.command("show", help="Ngày nghỉ của một năm / The days off of a year.")(verb(show))
    group.command("enter", help="Khai báo ngày nghỉ, làm bù / Enter days off.")(verb(enter))
    group.command("due", help="Tính hạn theo ngày làm việc / Count working days.")(verb(due))
    cli.add_typer(group, name="calendar")


def show(
    house: House,
    year: Annotated[int | None, typer.Argument(min=2000, max=2200, help="Năm. / Year.")] = None,
) -> None:
    """Show the days off of *year*."""
    from api.calendar import calendar_view
    from repository.model.days import day_of
    from repository.model.ids import system_clock
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        view = calendar_view(reading, year or int(day_of(system_clock())[:4]))
    unknown = house.terminal.choose("chưa có lịch nghỉ", "not announced here")
    head = f"{view.year}" if view.announced else f"{view.year}: {unknown}"
    lines = [f"  {one.day}  {one.kind}{'  +' * one.entered}  {one.name}" for one in view.days]
    house.terminal.result(view, "\n".join([head, *lines]))


def enter(
    house: House,
    *,
    off: Annotated[
        list[str] | None, typer.Option(help="Ngày nghỉ YYYY-MM-DD. / A day off.")
    ] = None,
    worked: Annotated[
        list[str] | None, typer.Option(help="Ngày làm bù. / A day worked instead.")
    ] = None,
    usual: Annotated[
        list[str] | None, typer.Option(help="Trở lại như thường. / As any such day again.")
    ] = None,
    year: Annotated[
        list[int] | None, typer.Option(help="Năm đã có đủ lịch nghỉ. / A year announced whole.")
    ] = None,
    name: Annotated[str, typer.Option(help="Tên ngày nghỉ. / What the days are.")] = "",
    decision: Annotated[str, typer.Option(help="Căn cứ. / The act, as cited.")] = "",
) -> None:
    """Enter days, and years of which all days off are known."""
    from api.services.deadlines import CalendarAsked, DayEntered, EnterCalendar
    from tools import assembly

    given = ((DayKind.OFF, off), (DayKind.WORKED, worked), (DayKind.USUAL, usual))
    days = tuple(
        DayEntered(day=day, kind=kind, name=name) for kind, some in given for day in some or ()
    )
    asked = CalendarAsked(days=days, years=tuple(year or ()), decision=decision)
    with assembly.opened(house.settings) as holdings:
        entered = holdings.keeper.submit(EnterCalendar(caller=OPERATOR, asked=asked))
    house.terminal.result({"days": entered, "years": asked.years}, f"{entered}")


def due(
    house: House,
    working_days: Annotated[int, typer.Argument(min=1, max=366, help="Số ngày. / How many.")],
    *,
    start: Annotated[
        str, typer.Option(help="Tính sau ngày này; hôm nay. / Counted after this day; today.")
    ] = "",
) -> None:
    """Tell the day on which so many working days end."""
    from api.services import fields
    from repository.catalogue.deadlines import calendar_of
    from repository.model.days import day_of
    from repository.model.ids import system_clock
    from repository.model.working_days import after_working_days
    from tools import assembly

    first = fields.some_day("--start", start) or day_of(system_clock())
    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        last = after_working_days(first, working_days, calendar_of(reading))
    house.terminal.result({"start": first, "working_days": working_days, "due": last}, last)
