"""The sheet of a whole province: agencies, units, registers, people and posts."""

import msgspec

from api.services.onboarding import MAX_ROWS, SheetRow
from indexer.vietnamese import raw_key
from tools.sheets import read_rows

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


def read_sheet(content: bytes) -> tuple[SheetRow, ...]:
    """The rows of a sheet; raise `SheetUnreadable`, or `CellsUnfit` with every row that is no row."""
    return read_rows(content, HEADINGS, "what", _row, limit=MAX_ROWS)


def _row(number: int, filled: dict[str, str]) -> SheetRow:
    for name, words in WORDS.items():
        if name in filled:
            filled[name] = words.get(raw_key(filled[name]), filled[name])
    return msgspec.convert({"line": number, **filled}, SheetRow, strict=False)
