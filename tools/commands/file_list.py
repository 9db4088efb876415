"""`vankho file-list`: file lists (danh mục hồ sơ), taken in from a sheet, issued, printed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from repository.model.access import OPERATOR
from tools.house import House, verb

if TYPE_CHECKING:
    from repository.catalogue.views import Reading
    from repository.model.file_lists import FileList

Agency = Annotated[str, typer.Argument(help="Mã định danh, ví dụ H20.14. / Its code.")]
Year = Annotated[int, typer.Argument(help="Năm. / The year.")]


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    text = "Danh mục hồ sơ / File lists: which dossiers are expected in a year."
    group = typer.Typer(help=text, no_args_is_help=True)
    group.command("draft", help="Lập danh mục của năm / Begin a year's list.")(verb(draft))
    group.command("import", help="Nhập từ CSV, XLSX / Take it in from a sheet.")(verb(take_in))
    group.command("issue", help="Ban hành / Issue it.")(verb(issue))
    group.command("show", help="Xem / Show its entries.")(verb(show))
    group.command("print", help="In danh mục / Print it: PDF, XLSX, CSV.")(verb(print_out))
    cli.add_typer(group, name="file-list")


def draft(
    house: House,
    agency: Agency,
    year: Year,
    *,
    copy_from: Annotated[
        int | None, typer.Option(help="Chép từ danh mục năm này. / Begin with that year's.")
    ] = None,
) -> None:
    """Begin the file list of *year*."""
    from api.services.file_lists import DraftFileList
    from tools import assembly

    command = DraftFileList(caller=OPERATOR, agency=agency, year=year, copy_from=copy_from)
    with assembly.opened(house.settings) as holdings:
        _tell(house, holdings.keeper.submit(command))


def take_in(
    house: House,
    agency: Agency,
    year: Year,
    sheet: Annotated[Path, typer.Argument(help="Tệp CSV hoặc XLSX. / The sheet.", exists=True)],
    *,
    dry_run: Annotated[
        bool, typer.Option(help="Chỉ cho biết sẽ ra sao. / Only tell what would be.")
    ] = False,
) -> None:
    """Let the list of *year* hold exactly what *sheet* says: all rows, or none."""
    from api.services.file_lists import EntriesRefused, WriteFileList
    from tools import assembly
    from tools.file_list_sheet import read_file_list
    from tools.sheets import CellsUnfit

    try:
        entries = read_file_list(sheet.read_bytes())
        with assembly.opened(house.settings) as holdings:
            with holdings.reading() as reading:
                known = _list(reading, agency, year)
            written = holdings.keeper.submit(
                WriteFileList(
                    caller=OPERATOR,
                    file_list=known.id,
                    entries=entries,
                    seen=None,
                    rehearsal=dry_run,
                )
            )
    except (EntriesRefused, CellsUnfit) as refused:
        rows: Any = refused.facts["rows"]
        for told in rows:
            detail = house.terminal.choose(told.get("detail_vi", told["detail"]), told["detail"])
            house.terminal.result(told, f"{told['line']}: {detail}")
        raise
    text = f"+{written.added} ~{written.changed} -{written.removed}"
    house.terminal.result(written, text)


def issue(
    house: House,
    agency: Agency,
    year: Year,
    *,
    decision: Annotated[str, typer.Option(help="Số quyết định. / The act, as cited.")],
    day: Annotated[str, typer.Option(help="Ngày YYYY-MM-DD; trống = hôm nay. / Its day.")] = "",
) -> None:
    """Issue the list of *year*."""
    from api.services.file_lists import IssueFileList
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        with holdings.reading() as reading:
            known = _list(reading, agency, year)
        command = IssueFileList(caller=OPERATOR, file_list=known.id, decision=decision, day=day)
        _tell(house, holdings.keeper.submit(command))


def show(house: House, agency: Agency, year: Year) -> None:
    """Show the entries of the list of *year*."""
    from api.services.dossier_print import retention_in_words
    from repository.catalogue.file_lists import entries_of
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        known = _list(reading, agency, year)
        for _, entry in entries_of(reading, known.id):
            kept = retention_in_words(entry.retention)
            told = {
                "symbol": entry.symbol,
                "heading": entry.heading,
                "title": entry.title,
                "years": entry.retention.years,
                "trigger": entry.retention.trigger.value,
                "note": entry.note,
            }
            house.terminal.result(told, f"{entry.symbol}  {entry.title}  [{kept}]")


def print_out(
    house: House,
    agency: Agency,
    year: Year,
    *,
    out: Annotated[Path, typer.Option("--out", help="Tệp .pdf, .xlsx hoặc .csv. / A new file.")],
) -> None:
    """Print the list of *year* to a new file."""
    from api.services.dossier_print import print_file_list
    from tools import assembly
    from tools.writing import write_printed

    with assembly.opened(house.settings) as holdings:
        with holdings.reading() as reading:
            known = _list(reading, agency, year)
        write_printed(
            house,
            out,
            lambda asked, printer, file: print_file_list(holdings, asked, known.id, printer, file),
        )


def _list(reading: "Reading", agency: str, year: int) -> "FileList":
    """The list of *agency* for *year*; raise `Hidden`."""
    from api.services.access import agency_for, present
    from repository.catalogue.file_lists import file_list_of
    from repository.model.access import Right

    found = agency_for(reading, OPERATOR, Right.READ, agency)
    return present(file_list_of(reading, found.id, year))


def _tell(house: House, known: "FileList") -> None:
    text = f"{known.year}  {known.state.value}  {known.entries}  {known.decision}  {known.id}"
    house.terminal.result(known, text)
