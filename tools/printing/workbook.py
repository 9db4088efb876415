"""XLSX, written row by row so that a large register needs no memory; every cell is text."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import xlsxwriter

from api.services.printing import Line, Sheet
from tools.printing.pages import page_chain, page_total, paged

WIDTHS = {"Số đến": 8, "Số TT": 8, "Số lượng bản": 8, "Ký nhận": 10}
WIDE, USUAL = 48, 16
"""Characters of the column of subjects, and of the others."""


def write_xlsx(sheet: Sheet, lines: Iterator[Line], out: BinaryIO) -> None:
    """Write *lines* as a workbook of one sheet.

    Texts are written as texts: nothing that begins with `=` becomes a formula, nothing a link.
    """
    book: Any = xlsxwriter.Workbook(
        out,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    book.set_properties({"title": sheet.title, "created": sheet.printed.replace(tzinfo=None)})
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center"})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    page_of_book = book.add_worksheet("Sổ")
    _shape(page_of_book, sheet)
    for row, told in enumerate((sheet.agency, sheet.title, sheet.period)):
        page_of_book.write_string(row, 0, told, bold)
    _row(page_of_book, 3, sheet.columns, head)
    end = _rows(page_of_book, lines, cell, bold)
    _row(page_of_book, end + 1, sheet.signers, bold)
    book.close()


def _shape(page: Any, sheet: Sheet) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.repeat_rows(3)
    for number, column in enumerate(sheet.columns):
        wide = "trích yếu" in column or "Tiêu đề" in column
        width = WIDE if wide else WIDTHS.get(column, USUAL)
        page.set_column(number, number, width)


def _rows(page_of_book: Any, lines: Iterator[Line], cell: Any, bold: Any) -> int:
    """Write all *lines* with the totals of their pages; the row behind them."""
    row = 4
    for page in paged(lines):
        for line in page.lines:
            _row(page_of_book, row, line.cells, cell)
            row += 1
        page_of_book.write_string(row, 0, page_total(page), bold)
        page_of_book.write_string(row, 2, page_chain(page), bold)
        row += 1
    return row


def _row(page: Any, row: int, cells: tuple[str, ...], form: Any) -> None:
    for column, text in enumerate(cells):
        page.write_string(row, column, text, form)
