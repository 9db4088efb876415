"""The sheet of a whole province: CSV as Excel writes it, headings in Vietnamese or English."""

import csv
import io
from collections.abc import Iterator

import msgspec

from api.services.onboarding import MAX_ROWS, SheetRow
from indexer.vietnamese import raw_key
from repository.blobs.port import MiB
from repository.errors import Kind, Trouble

MAX_SHEET = 32 * MiB
"""Bytes of a sheet."""

HEADINGS = {
    "what": "loai",
    "agency": "ma co quan",
    "code": "ma",
    "name": "ten",
    "unit": "don vi",
    "login": "ten dang nhap",
    "mail": "thu dien tu",
    "duty": "nhiem vu",
    "title": "chuc vu",
    "direction": "chieu",
    "notation": "ky hieu",
    "period": "ky danh so",
    "opening": "so bat dau",
    "since": "tu ngay",
    "fonds": "ma phong",
}
"""Column → the Vietnamese heading, without marks."""

WORDS = {
    "what": {
        "co quan": "agency",
        "don vi": "unit",
        "so": "register",
        "nguoi": "person",
        "vi tri": "post",
    },
    "duty": {
        "van thu": "clerk",
        "lanh dao": "leader",
        "truong phong": "head",
        "chuyen vien": "officer",
        "luu tru": "archivist",
        "quan tri": "administrator",
    },
    "direction": {"den": "incoming", "di": "outgoing"},
    "period": {"nam": "calendar-year", "lien tuc": "never"},
}
"""What may stand in a column in Vietnamese, without marks."""


_NO_HEADINGS: list[str] = []


class SheetUnreadable(Trouble):
    """The sheet cannot be read: {why}."""

    kind = Kind.MALFORMED
    vietnamese = "Không đọc được bảng: {why}."


class CellsUnfit(Trouble):
    """{count} rows of the sheet cannot be read; see `rows`."""

    kind = Kind.INVALID
    vietnamese = "{count} dòng của bảng không đọc được; xem `rows`."


def read_sheet(content: bytes) -> tuple[SheetRow, ...]:
    """The rows of a sheet: UTF-8 with or without a BOM, commas, semicolons or tabs.

    Empty lines are passed over; a row's number is its line as a spreadsheet counts it. Raise
    `SheetUnreadable`, or `CellsUnfit` with every row that is no row.
    """
    lines = _lines(content)
    columns = _columns(next(lines, _NO_HEADINGS))
    rows: list[SheetRow] = []
    unfit: list[dict[str, object]] = []
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) + len(unfit) >= MAX_ROWS:
            raise SheetUnreadable(why=f"> {MAX_ROWS} rows / dòng")
        try:
            rows.append(_row(number, columns, cells))
        except msgspec.ValidationError as error:
            unfit.append({"line": number, "detail": str(error)})
    if unfit:
        raise CellsUnfit(count=len(unfit), rows=unfit)
    return tuple(rows)


def _lines(content: bytes) -> Iterator[list[str]]:
    if len(content) > MAX_SHEET:
        raise SheetUnreadable(why=f"> {MAX_SHEET // MiB} MiB")
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


def _columns(headings: list[str]) -> list[str]:
    known = {vietnamese: name for name, vietnamese in HEADINGS.items()}
    columns = [known.get(raw_key(one), one.strip().lower()) for one in headings]
    strange = [one for one in columns if one not in HEADINGS]
    if strange or "what" not in columns or len(set(columns)) != len(columns):
        expected = ", ".join(HEADINGS)
        raise SheetUnreadable(why=f"headings / tiêu đề: {expected}; ≠ {', '.join(strange)}")
    return columns


def _row(number: int, columns: list[str], cells: list[str]) -> SheetRow:
    if len(cells) > len(columns):
        raise msgspec.ValidationError("more cells than headings / thừa ô")
    filled = {
        name: cell.strip() for name, cell in zip(columns, cells, strict=False) if cell.strip()
    }
    for name, words in WORDS.items():
        if name in filled:
            filled[name] = words.get(raw_key(filled[name]), filled[name])
    return msgspec.convert({"line": number, **filled}, SheetRow, strict=False)
