"""Sheets that people fill in: CSV as Excel writes it, or XLSX; headings in Vietnamese or English.

What is in a sheet is judged row by row: every row that cannot be read is told, none is passed over.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import msgspec

from indexer.vietnamese import raw_key
from repository.blobs.port import MiB
from repository.errors import Kind, Trouble
from tools.workbook import rows_of_workbook

T = TypeVar("T")
MAX_SHEET = 32 * MiB
"""Bytes of a sheet."""
_ZIP = b"PK\x03\x04"
_NO_HEADINGS: list[str] = []


class SheetUnreadable(Trouble):
    """The sheet cannot be read: {why}."""

    kind = Kind.MALFORMED
    vietnamese = "Không đọc được bảng: {why}."


class CellsUnfit(Trouble):
    """{count} rows of the sheet cannot be read; see `rows`."""

    kind = Kind.INVALID
    vietnamese = "{count} dòng của bảng không đọc được; xem `rows`."


def read_rows(
    content: bytes,
    headings: Mapping[str, str],
    needed: str,
    row: Callable[[int, dict[str, str]], T],
    *,
    limit: int,
) -> tuple[T, ...]:
    """The rows of a sheet, each made by *row* of its line and its filled cells by column.

    *headings* tells each column's Vietnamese heading without marks; *needed* is the column that has to be
    there. Empty lines are passed over; a row's number is its line as a spreadsheet counts it. Raise
    `SheetUnreadable`, or `CellsUnfit` with every row that is no row.
    """
    lines = _lines(content)
    columns = _columns(next(lines, _NO_HEADINGS), headings, needed)
    rows: list[T] = []
    unfit: list[dict[str, object]] = []
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) + len(unfit) >= limit:
            raise SheetUnreadable(why=f"> {limit} rows / dòng")
        try:
            rows.append(row(number, _filled(columns, cells)))
        except msgspec.ValidationError as error:
            unfit.append({"line": number, "detail": str(error)})
    if unfit:
        raise CellsUnfit(count=len(unfit), rows=unfit)
    return tuple(rows)


def _filled(columns: list[str], cells: list[str]) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise msgspec.ValidationError("more cells than headings / thừa ô")
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if cell.strip()}


def _columns(given: list[str], headings: Mapping[str, str], needed: str) -> list[str]:
    known = {vietnamese: name for name, vietnamese in headings.items()}
    columns = [known.get(raw_key(one), one.strip().lower()) for one in given]
    while columns and not columns[-1]:  # a workbook may be wider than its table
        columns.pop()
    strange = [one for one in columns if one not in headings]
    if strange or needed not in columns or len(set(columns)) != len(columns):
        expected = ", ".join(headings)
        raise SheetUnreadable(why=f"headings / tiêu đề: {expected}; ≠ {', '.join(strange)}")
    return columns


def _lines(content: bytes) -> Iterator[list[str]]:
    if len(content) > MAX_SHEET:
        raise SheetUnreadable(why=f"> {MAX_SHEET // MiB} MiB")
    return _of_workbook(content) if content.startswith(_ZIP) else _separated(content)


def _separated(content: bytes) -> Iterator[list[str]]:
    """UTF-8 with or without a BOM, commas, semicolons or tabs."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetUnreadable(why="UTF-8") from error
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise SheetUnreadable(why=str(error)) from error


def _of_workbook(content: bytes) -> Iterator[list[str]]:
    """The first sheet of a workbook."""
    rows = rows_of_workbook(content)
    if rows is None:
        raise SheetUnreadable(why="XLSX")
    yield from rows
