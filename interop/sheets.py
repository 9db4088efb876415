"""Tables given out as CSV and XLSX: whoever opens them gets text and numbers, never a formula.

A cell of text that a spreadsheet would take for a formula gets an apostrophe before it in CSV (OWASP, *CSV
injection*); in XLSX every text is written as text, and neither links nor formulas are made of it.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import xlsxwriter

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL_CHARACTERS = 32_767
"""What a cell of a spreadsheet holds."""
MAX_SHEET_NAME = 31
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_WIDTH = 24

Cell = str | int


class Sheet(NamedTuple):
    """One table."""

    name: str
    head: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]


def csv_of(sheet: Sheet) -> bytes:
    """*sheet* as CSV (RFC 4180) in UTF-8, with the mark by which spreadsheets know it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(sheet.head)
    writer.writerows([harmless(cell) for cell in row] for row in sheet.rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def xlsx_of(sheets: Iterable[Sheet]) -> bytes:
    """A workbook of *sheets*, written in memory."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as opened:
        book: Any = opened  # half of it is untyped
        bold = book.add_format({"bold": True})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name[:MAX_SHEET_NAME])
            page.freeze_panes(1, 0)
            page.set_column(0, len(sheet.head) - 1, _WIDTH)
            for column, title in enumerate(sheet.head):
                page.write_string(0, column, title, bold)
            for number, row in enumerate(sheet.rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, int):
                        page.write_number(number, column, cell)
                    else:
                        page.write_string(number, column, cell[:MAX_CELL_CHARACTERS])
    return file.getvalue()


def harmless(cell: Cell) -> Cell:
    """The cell, marked as text where a spreadsheet would reckon with it.

    >>> harmless("=1+1"), harmless("12/QĐ-UBND"), harmless(-3)
    ("'=1+1", '12/QĐ-UBND', -3)
    """
    return "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
