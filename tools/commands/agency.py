"""`vankho agency`: agencies and their registers."""

from typing import Annotated

import typer

from repository.model.access import OPERATOR
from repository.model.registers import Direction, NumberingPeriod
from tools.commands import reorganise
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
    reorganise.add(group)
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


def show_all(house: House) -> None:
    """List all agencies, each with its registers."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        found = [(agency, tuple(reading.registers_of(agency.id))) for agency in reading.agencies()]
    for agency, registers in found:
        books = ", ".join(f"{one.code} ({one.direction.value})" for one in registers)
        told = {
            "id": agency.id,
            "code": agency.code,
            "name": agency.name,
            "registers": registers,
        }
        house.terminal.result(told, f"{agency.code}  {agency.name}  [{books}]")


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
    )
    with assembly.opened(house.settings) as holdings:
        register = holdings.keeper.submit(command)
    house.terminal.result(register, f"{register.code}  {register.title}")
