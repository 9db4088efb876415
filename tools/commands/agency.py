"""`vankho agency`: agencies and their registers."""

from pathlib import Path
from typing import Annotated

import typer

from repository.model.access import OPERATOR
from repository.model.registers import Direction, NumberingPeriod
from tools.commands import move, reorganise
from tools.house import House, verb

Code = Annotated[
    str, typer.Argument(help="Mã định danh, ví dụ H20.14. / Its code, such as H20.14.")
]


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    group = typer.Typer(help="Cơ quan và sổ / Agencies and registers.", no_args_is_help=True)
    group.command("add", help="Khai báo cơ quan / Declare an agency.")(verb(declare))
    group.command("list", help="Liệt kê / List them with their registers.")(verb(show_all))
    group.command("book", help="Mở sổ cho cơ quan / Open a register.")(verb(book))
    group.command("import", help="Khai báo cả tỉnh từ CSV / Declare a province from a sheet.")(
        verb(take_in)
    )
    reorganise.add(group)
    move.add(group)
    cli.add_typer(group, name="agency")


def declare(
    house: House,
    code: Code,
    name: Annotated[str, typer.Argument(help="Tên đầy đủ. / Its name in full.")],
    *,
    founded: Annotated[
        str, typer.Option(help="Ngày đầu tiên YYYY-MM-DD. / Its first day; may lie ahead.")
    ] = "",
) -> None:
    """Declare an agency under *code*."""
    from api.services.agencies import OpenAgency
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        agency = holdings.keeper.submit(
            OpenAgency(caller=OPERATOR, code=code, name=name, founded=founded)
        )
    house.terminal.result(agency, f"{agency.code}  {agency.name}")


def take_in(
    house: House,
    sheet: Annotated[Path, typer.Argument(help="Tệp CSV hoặc XLSX. / The sheet.", exists=True)],
    *,
    dry_run: Annotated[
        bool, typer.Option(help="Chỉ cho biết sẽ ra sao. / Only tell what would be.")
    ] = False,
) -> None:
    """Declare agencies, units, registers, people and posts: all rows of *sheet*, or none."""
    from api.services.onboarding import ImportOrganisation, RowsRefused
    from tools import assembly
    from tools.organisation_sheet import read_sheet
    from tools.sheets import CellsUnfit

    try:
        rows = read_sheet(sheet.read_bytes())
        command = ImportOrganisation(caller=OPERATOR, rows=rows, rehearsal=dry_run)
        with assembly.opened(house.settings) as holdings:
            declared = holdings.keeper.submit(command)
    except (RowsRefused, CellsUnfit) as refused:
        for told in refused.facts["rows"]:  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
            _tell_row(house, told)  # pyright: ignore[reportUnknownArgumentType]
        raise
    counts = ", ".join(f"{what} {count}" for what, count in declared.declared.items()) or "–"
    house.terminal.result(declared, f"{counts}; = {declared.unchanged}")


def _tell_row(house: House, told: dict[str, str]) -> None:
    detail = house.terminal.choose(told.get("detail_vi", told["detail"]), told["detail"])
    house.terminal.result(told, f"{told['line']}: {detail}")


def show_all(house: House) -> None:
    """List all agencies, each with its registers, and how one that was moved stands to this node."""
    from repository.catalogue.homes import home_of
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        found = [
            (agency, tuple(reading.registers_of(agency.id)), home_of(reading, agency.id))
            for agency in reading.agencies()
        ]
    for agency, registers, home in found:
        books = ", ".join(f"{one.code} ({one.direction.value})" for one in registers)
        told = {
            "id": agency.id,
            "code": agency.code,
            "name": agency.name,
            "registers": registers,
            "home": home.state.value if home else "here",
            "node": home.node if home else "",
        }
        moved = f"  {home.state.value} ({home.node})" if home else ""
        house.terminal.result(told, f"{agency.code}  {agency.name}  [{books}]{moved}")


def book(
    house: House,
    agency: Code,
    code: Annotated[str, typer.Argument(help="Tên ngắn của sổ: di, den. / Its short name.")],
    *,
    direction: Annotated[Direction, typer.Option(help="Chiều văn bản. / Direction.")],
    title: Annotated[str, typer.Option(help="Tên sổ. / Its title.")],
    notation: Annotated[
        str, typer.Option(help="Ký hiệu mặc định của văn bản đi. / Notation by default.")
    ] = "",
    period: Annotated[
        NumberingPeriod, typer.Option(help="Kỳ đánh số. / When numbers begin again.")
    ] = NumberingPeriod.CALENDAR_YEAR,
    opening: Annotated[int, typer.Option(help="Số đầu tiên. / The first number.")] = 1,
    opens: Annotated[str, typer.Option(help="Ngày bắt đầu cấp số. / Opens on this day.")] = "",
    historical: Annotated[
        bool, typer.Option("--historical", help="Sổ cũ chuyển sang. / Kept elsewhere before.")
    ] = False,
    abbreviation: Annotated[
        str, typer.Option(help="Chữ viết tắt cơ quan. / The agency in symbols.")
    ] = "",
    typed: Annotated[
        str, typer.Option(help="Mẫu số, ký hiệu: {number}/{type}-{agency}. / Pattern of symbols.")
    ] = "",
    untyped: Annotated[
        str, typer.Option(help="Mẫu cho loại không viết tắt. / Pattern for types without one.")
    ] = "",
) -> None:
    """Open the register *code* for *agency*."""
    from api.services.registers import OpenRegister
    from tools import assembly

    command = OpenRegister(
        caller=OPERATOR,
        agency=agency,
        code=code,
        direction=direction,
        title=title,
        notation=notation,
        period=period,
        opening=opening,
        opens=opens,
        historical=historical,
        abbreviation=abbreviation,
        typed=typed,
        untyped=untyped,
    )
    with assembly.opened(house.settings) as holdings:
        register = holdings.keeper.submit(command)
    house.terminal.result(register, f"{register.code}  {register.title}")
