"""`vankho log recount`: the figures of an exported log, and what the catalogue says otherwise."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tools.exits import Exit
from tools.house import House, end

if TYPE_CHECKING:
    from tools.recount.counting import Recount


def run(
    house: House,
    file: Annotated[Path, typer.Argument(help="Bản xuất. / The export.")],
    compare: Annotated[
        bool,
        typer.Option("--compare", help="So với danh mục của kho. / Hold it against the catalogue."),
    ] = False,
) -> None:
    """Count registrations by nothing but the export; exit 4 when a row of the catalogue differs."""
    from tools.recount.counting import recount

    found = recount(file)
    for told, text in _lines(found):
        house.terminal.result(told, text)
    if compare and _compared(house, file, found):
        end(Exit.FINDINGS)


def _compared(house: House, file: Path, found: "Recount") -> int:
    from tools import assembly
    from tools.recount.comparing import differences

    count = 0
    with assembly.opened_for_reading(house.settings) as holdings:
        for each in differences(holdings, file, found):
            count += 1
            told = {"message_type": "finding", **each._asdict()}
            text = f"{each.table} {each.where}: {each.log or '-'} != {each.catalogue or '-'}"
            house.terminal.result(told, text)
    told = {"message_type": "summary", "events": found.events, "findings": count}
    text = house.terminal.choose(
        f"{found.events} sự kiện, {count} khác biệt", f"{found.events} events, {count} differences"
    )
    house.terminal.result(told, text)
    return count


def _lines(found: "Recount") -> list[tuple[dict[str, object], str]]:
    told: list[tuple[dict[str, object], str]] = []
    for one, number in sorted(found.documents.items()):
        code = found.agencies.get(one.agency, one.agency)
        row: dict[str, object] = {
            "message_type": "count",
            **one._asdict(),
            "code": code,
            "number": number,
        }
        told.append((row, f"{one.year}  {code}  {one.direction}  {one.kind or '-'}  {number}"))
    for book, span in sorted(found.books.items()):
        book_row: dict[str, object] = {"message_type": "register"}
        book_row |= {**book._asdict(), **span._asdict()}
        told.append(
            (book_row, f"{book.register}/{book.period}  {span.first}-{span.last}  {span.rows}")
        )
    return told
