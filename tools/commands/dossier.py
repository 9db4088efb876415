"""`vankho dossier`: looking at dossiers (hồ sơ), checking and printing them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from repository.model.access import OPERATOR
from repository.model.dossiers import DossierState
from tools.house import House, verb

if TYPE_CHECKING:
    from repository.model.dossiers import Dossier

Id = Annotated[str, typer.Argument(help="Mã hồ sơ. / The dossier's id.")]
PAGE = 200


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    text = "Hồ sơ: xem, kiểm tra, in mục lục / Dossiers: looking, checking, printing."
    group = typer.Typer(help=text, no_args_is_help=True)
    group.command("list", help="Liệt kê, đến hạn trước / List them, due first.")(verb(show_all))
    group.command("show", help="Xem / Show one with what is in it.")(verb(show))
    group.command("check", help="Kiểm tra / What closing it now would find.")(verb(check))
    group.command("print", help="In mục lục văn bản / Print its contents.")(verb(print_out))
    cli.add_typer(group, name="dossier")


def show_all(
    house: House,
    agency: Annotated[str, typer.Argument(help="Mã định danh. / Code of the agency.")],
    *,
    state: Annotated[DossierState, typer.Option(help="Trạng thái. / State.")] = DossierState.OPEN,
    due: Annotated[str, typer.Option(help="Đến hạn tới ngày này. / Due by this day.")] = "",
) -> None:
    """List the dossiers of *agency* in one state."""
    from api.services.dossier_finding import DossiersSought, dossiers_for
    from repository.model.days import day_of
    from repository.model.ids import system_clock
    from tools import assembly

    today, after = day_of(system_clock()), ""
    with assembly.opened(house.settings) as holdings:
        while True:
            sought = DossiersSought(agency=agency, state=state, due=due, after=after, limit=PAGE)
            with holdings.reading() as reading:
                page = dossiers_for(reading, OPERATOR, sought, today)
            for one in page.dossiers:
                _tell(house, one)
            if not page.next:
                return
            after = page.next


def show(house: House, dossier: Id) -> None:
    """Show *dossier* with what is in it."""
    from api.services.dossier_items import items_for
    from repository.model.days import day_of
    from repository.model.dossiers import MAX_ITEMS
    from repository.model.ids import system_clock
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        today = day_of(system_clock())
        page = items_for(reading, OPERATOR, dossier, today, start=1, limit=MAX_ITEMS)
    _tell(house, page.dossier)
    for one in page.shown:
        if one.item is None:
            continue
        title = one.document.subject if one.document else one.item.title
        told = {
            "position": one.position,
            "item": one.item.id,
            "document": one.item.document,
            "title": title,
        }
        house.terminal.result(told, f"{one.position:4}  {title}")


def check(house: House, dossier: Id) -> None:
    """Tell what would be found if *dossier* were closed now."""
    from api.services.dossier_access import dossier_for
    from api.services.dossier_checks import Inspector, examine
    from repository.model.days import UNBOUNDED, day_of
    from repository.model.ids import system_clock
    from tools import assembly

    today = day_of(system_clock())
    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        found, seat = dossier_for(reading, OPERATOR, dossier, today)
        examined = examine(reading, Inspector(OPERATOR, seat, today), found, UNBOUNDED)
    for one in examined.findings:
        severity = "error" if one.is_error else "warning"
        told = {"check": one.check.value, "severity": severity, "positions": one.positions}
        places = ", ".join(map(str, one.positions))
        house.terminal.result(told, f"{severity}  {one.check.value}  {places}".rstrip())


def print_out(
    house: House,
    dossier: Id,
    *,
    out: Annotated[Path, typer.Option("--out", help="Tệp .pdf, .xlsx hoặc .csv. / A new file.")],
) -> None:
    """Print the table of contents of *dossier* to a new file."""
    from api.services.dossier_print import print_contents
    from tools import assembly
    from tools.writing import write_printed

    with assembly.opened(house.settings) as holdings:
        write_printed(
            house,
            out,
            lambda asked, printer, file: print_contents(holdings, asked, dossier, printer, file),
        )


def _tell(house: House, one: "Dossier") -> None:
    told = {
        "id": one.id,
        "year": one.year,
        "symbol": one.symbol,
        "title": one.title,
        "state": one.state.value,
        "due": one.due,
        "keep_until": one.keep_until,
        "items": one.items,
        "revision": one.revision,
    }
    text = f"{one.id}  {one.symbol}  {one.state.value}  {one.due or '-'}  {one.title}"
    house.terminal.result(told, text)
