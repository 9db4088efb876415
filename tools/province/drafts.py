"""The vocabulary of a drafted document (dự thảo): what the typesetter and the signers need."""

from datetime import datetime
from typing import Literal

import msgspec

from tools.province.agencies import ProvinceAgency

Style = Literal["heading", "paragraph", "item", "basis", "resolution", "article", "table"]
Medium = Literal["digital", "scan"]
SheetFormat = Literal["docx", "xlsx"]

NO_ABBREVIATION = ""
KINDS = {
    "Công văn": NO_ABBREVIATION,
    "Quyết định": "QĐ",
    "Báo cáo": "BC",
    "Kế hoạch": "KH",
    "Tờ trình": "TTr",
    "Thông báo": "TB",
    "Giấy mời": "GM",
}
"""The types of document written here and their abbreviations (Decree 30/2020, Annex III)."""
COPY_KIND = "Sao y"
COPY_ABBREVIATION = "SY"


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a document's body."""

    style: Style
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    """Of a table: its head, then its rows."""


class Signatory(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs, and for whom (thể thức ký: TM., KT., TL.)."""

    lines: tuple[str, ...]
    """Capacity and post as printed, top-down: `KT. GIÁM ĐỐC`, `PHÓ GIÁM ĐỐC`."""
    name: str


class Annex(msgspec.Struct, frozen=True, kw_only=True):
    """An annex (phụ lục) in a file of its own."""

    title: str
    blocks: tuple[Block, ...]


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """An office file sent along (tài liệu kèm theo)."""

    name: str
    format: SheetFormat
    title: str
    rows: tuple[tuple[str, ...], ...]


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A document as drafted: everything but its number and its signatures."""

    issuer: ProvinceAgency
    kind: str
    notation: str
    """What will follow the number: `QĐ-UBND`, or `SNV-TCCB` for a letter."""
    subject: str
    """Trích yếu, as the register takes it down."""
    addressees: tuple[str, ...]
    """Kính gửi / Kính mời; empty where the type has none."""
    blocks: tuple[Block, ...]
    recipients: tuple[str, ...]
    """Nơi nhận, line by line."""
    receivers: tuple[str, ...]
    """Codes of the agencies to which it is delivered."""
    signatory: Signatory
    initialler: str
    """Who initials the draft (ký nháy): the name of the head of the drafting unit."""
    issued: datetime
    medium: Medium
    annex: Annex | None = None
    attachments: tuple[Attachment, ...] = ()
