"""`vankho statistics`: the yearly figures of all agencies at home here, or of one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tools.house import House, verb

if TYPE_CHECKING:
    from api.services.statistics import Amount, Punctual, Yearly

_KINDS_SHOWN = 20


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Số liệu văn bản trong năm / The figures of a year."
    cli.command("statistics", help=text)(verb(run))


def run(
    house: House,
    year: Annotated[
        int | None, typer.Option(min=1900, max=9999, help="Năm; mặc định năm nay. / This year.")
    ] = None,
    agency: Annotated[
        str | None, typer.Option(help="Mã một cơ quan. / Code of one agency.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Tệp mới .csv hoặc .xlsx. / A new file, .csv or .xlsx."),
    ] = None,
) -> None:
    """Tell how many documents were registered, by direction, agency and kind."""
    from api.services.statistics import yearly
    from api.statistics import statistics_view
    from repository.model.access import OPERATOR
    from repository.model.ids import system_clock
    from repository.model.registers import day_in_vietnam
    from tools import assembly

    if out and out.suffix not in (".csv", ".xlsx"):
        raise typer.BadParameter(".csv / .xlsx", param_hint="--out")
    chosen = year or day_in_vietnam(system_clock()).year
    with assembly.opened(house.settings) as holdings, holdings.reading() as now:
        found = yearly(now, OPERATOR, chosen, agency)
    if out:
        _write(found, out)
    house.terminal.result(statistics_view(found), _text(house, found))


def _write(found: "Yearly", out: Path) -> None:
    from api.statistics import one_sheet, sheets
    from interop.sheets import csv_of, xlsx_of

    content = csv_of(one_sheet(found)) if out.suffix == ".csv" else xlsx_of(sheets(found))
    with out.open("xb") as file:
        file.write(content)


def _text(house: House, found: "Yearly") -> str:
    vi, en = f"Năm {found.year}", f"Year {found.year}"
    lines = [
        f"{house.terminal.choose(vi, en)}: {_figures(house, found.amount)}{_kept(house, found.punctual)}"
    ]
    lines += [
        f"  {each.agency.code}  {each.agency.name}: {_figures(house, each.amount)}{_kept(house, each.punctual)}"
        for each in found.agencies
    ]
    lines += [
        f"  {each.kind or '-'}: {_figures(house, each.amount)}"
        for each in found.kinds[:_KINDS_SHOWN]
    ]
    return "\n".join(lines)


def _figures(house: House, amount: "Amount") -> str:
    return house.terminal.choose(
        f"{amount.total} văn bản, {amount.incoming} đến, {amount.outgoing} đi",
        f"{amount.total} documents, {amount.incoming} incoming, {amount.outgoing} outgoing",
    )


def _kept(house: House, kept: "Punctual") -> str:
    """Nothing where no line with a last day was completed."""
    if kept.percent is None:
        return ""
    return house.terminal.choose(
        f"; {kept.percent} % việc đúng hạn", f"; {kept.percent} % of tasks on time"
    )
