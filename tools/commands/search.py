"""`vankho search`: what is found, on the command line."""

from typing import Annotated

import typer

from api.services.search import Finding, Wanted, search
from repository.model.access import OPERATOR
from tools.exits import Exit
from tools.house import House, end, verb
from tools.shown import document_shown
from tools.terminal import Terminal


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    cli.command("search", help="Tìm văn bản / Search documents.")(verb(run))


def run(
    house: House,
    query: Annotated[str, typer.Argument(help="Câu tìm; xem docs/query.md. / See docs/query.md.")],
    agency: Annotated[str, typer.Option(help="Chỉ cơ quan này. / Only this agency.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Số kết quả. / How many.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Bỏ qua. / Skip so many.")] = 0,
    fail_empty: Annotated[
        bool, typer.Option("--fail-empty", help="Mã thoát 1 khi không thấy gì. / Exit 1 on none.")
    ] = False,
) -> None:
    """Print what *query* finds, best first, and how much there is."""
    from tools import assembly

    wanted = Wanted(query=query, agency=agency, limit=limit, offset=offset)
    with (
        assembly.opened(house.settings) as holdings,
        assembly.index_reader(house.settings) as index,
    ):
        finding = search(holdings, index, OPERATOR, wanted)
        last = holdings.checkpoint().size
    _tell(house.terminal, finding, behind=last - finding.position)
    if fail_empty and not finding.total:
        end(Exit.ERROR)


def _tell(terminal: Terminal, finding: Finding, *, behind: int) -> None:
    for found in finding.found:
        sheet = found.sheet
        told = {
            "message_type": "hit",
            "score": found.score,
            "agency": sheet.agency.code,
            "register": sheet.register.code,
            **document_shown(sheet.document),
        }
        line = f"{sheet.document.issued or '-':10}  {sheet.document.symbol}"
        of = f"[{sheet.agency.code} {sheet.document.id}]"
        terminal.result(told, f"{line}  {sheet.document.subject}  {of}")
    page = {"message_type": "summary", "total": finding.total, "index_lag": behind}
    text = terminal.choose(
        f"{finding.total} văn bản; chỉ mục chậm {behind} sự kiện",
        f"{finding.total} documents; the index is {behind} events behind",
    )
    terminal.result(page, text)
