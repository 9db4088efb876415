"""The sheet of a file list (danh mục hồ sơ): one entry a row."""

import re

import msgspec

from api.services.file_lists import EntryGiven
from indexer.vietnamese import raw_key
from repository.model.file_lists import MAX_ENTRIES
from tools.sheets import read_rows

HEADINGS = {
    "symbol": "so, ky hieu",
    "heading": "de muc",
    "title": "tieu de",
    "retention": "thoi han bao quan",
    "trigger": "tinh tu",
    "unit": "don vi",
    "login": "nguoi lap",
    "note": "ghi chu",
}
"""Column → the Vietnamese heading, without marks."""

TRIGGERS = {
    "ket thuc cong viec": "work-ended",
    "het hieu luc": "expiry",
    "quyet toan": "settlement",
    "ngay ghi": "noted-day",
}
_PERMANENT = {"vinh vien", "permanent"}
_YEARS = re.compile(r"([0-9]{1,3})( nam| years?)?")


def read_file_list(content: bytes) -> tuple[EntryGiven, ...]:
    """The entries of a sheet, in order; raise `SheetUnreadable`, or `CellsUnfit` with all bad rows."""
    return read_rows(content, HEADINGS, "symbol", _entry, limit=MAX_ENTRIES)


def _entry(number: int, filled: dict[str, str]) -> EntryGiven:
    retention: dict[str, object] = {"years": _years(filled.pop("retention", ""))}
    trigger = filled.pop("trigger", "")
    if trigger:
        retention["trigger"] = TRIGGERS.get(raw_key(trigger), trigger)
    return msgspec.convert({"line": number, "retention": retention, **filled}, EntryGiven)


def _years(told: str) -> int | None:
    """`Vĩnh viễn` or `20 năm`; raise `msgspec.ValidationError`."""
    plain = raw_key(told)
    if plain in _PERMANENT:
        return None
    match = _YEARS.fullmatch(plain)
    if not match:
        raise msgspec.ValidationError(f"retention / thời hạn bảo quản: {told or '∅'}")
    return int(match[1])
