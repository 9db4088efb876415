"""The register as it is printed (in sổ): the columns of Decree 30/2020/NĐ-CP, Annex IV.

A sheet is told row by row in short looks at the catalogue, each row with its link of the chain
(`repository.model.closings`): the last one is what a closing certificate says. How a sheet
becomes PDF, XLSX or CSV stands behind the port `Printer`.
"""

import enum
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import BinaryIO, NamedTuple, Protocol

import msgspec

from api.services import numbering, registers
from api.services.access import present, readable, register_for
from repository.catalogue import tables as t
from repository.catalogue.receipts import receipts_of
from repository.catalogue.register_rows import as_registered
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.model.access import Caller, Right
from repository.model.closings import NO_LINK, canonical, link
from repository.model.documents import Document
from repository.model.receipts import Receipt
from repository.model.registers import Direction, Entry, EntryState, Register

ROWS_A_LOOK = 500
"""Rows that are read under one look at the catalogue: a long one would hold back its pages."""
MAX_ROWS = {"pdf": 2_000, "xlsx": 50_000, "csv": 1_000_000}
"""Rows of one file; of a longer register a stretch is printed, and the next one goes on.

Typesetting takes 2.5 ms and 0.1 MB a row (all of a PDF is in memory), a workbook 0.4 ms, CSV 0.02 ms.
"""

OUTGOING = (
    "Số, ký hiệu văn bản",
    "Ngày tháng văn bản",
    "Tên loại và trích yếu nội dung văn bản",
    "Người ký",
    "Nơi nhận văn bản",
    "Đơn vị, người nhận bản lưu",
    "Số lượng bản",
    "Ngày chuyển",
    "Ký nhận",
    "Ghi chú",
)
INCOMING = (
    "Ngày đến",
    "Số đến",
    "Tác giả",
    "Số, ký hiệu văn bản",
    "Ngày tháng văn bản",
    "Tên loại và trích yếu nội dung văn bản",
    "Đơn vị hoặc người nhận",
    "Ngày chuyển",
    "Ký nhận",
    "Ghi chú",
)


class Format(enum.Enum):
    """As what a register is printed."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"


MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}


WITHHELD = "Hạn chế tiếp cận"
"""What the last column says of a document that is not for the eyes of who prints."""


class Line(NamedTuple):
    """A row of the form."""

    number: int
    cells: tuple[str, ...]
    """In the order of the columns; empty where nothing is noted yet."""
    link: bytes
    """The chain up to and with this row."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above a printed register."""

    agency: str
    code: str
    """Of the agency."""
    register: str
    """Short name."""
    title: str
    period: str
    """In words: `năm 2026`, `Nhiệm kỳ 2025–2030`."""
    columns: tuple[str, ...]
    printed: datetime
    widths: tuple[int, ...] = ()
    """Of the columns on paper, in millimetres; 0 = what is left. None = those of a register."""
    signers: tuple[str, ...] = ()
    """Who signs below, each in words."""


class SheetWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows of which register are printed."""

    register: str
    period: int | None = None
    """None = the present one."""
    start: int = 0
    """From this number on; the chain before it is counted all the same."""
    stop: int | None = None
    """Up to this number; None = to the end."""


class OpenBook(NamedTuple):
    """A register of which rows are about to be printed."""

    book: Register
    period: int
    sheet: Sheet

    @property
    def stem(self) -> str:
        """What the file is called, without its ending."""
        return f"{self.sheet.code}-{self.book.code}-{self.period}"


class Printer(Protocol):
    """Writes a sheet in one format."""

    def __call__(self, sheet: Sheet, lines: Iterator[Line], out: BinaryIO) -> None:
        """Write all *lines* below the head of *sheet* to *out*.

        MUST end each of its pages with how many rows it holds, how many there are so far, and
        the link of its last row; MUST NOT let a cell be taken for a formula.
        """
        ...


Printers = Mapping[Format, Printer]


class SheetTooLong(Trouble):
    """A {format} holds {limit} rows at most; print a stretch with `start` and `stop`, or ask for a job."""

    kind = Kind.TOO_LARGE
    vietnamese = (
        "Một tệp {format} chứa nhiều nhất {limit} dòng; hãy in từng đoạn số bằng start và stop, "
        "hoặc yêu cầu một việc nền."
    )


def print_register(
    holdings: Holdings,
    caller: Caller,
    wanted: SheetWanted,
    printer: tuple[Format, Printer],
    *,
    now: datetime,
    out: BinaryIO,
) -> str:
    """Print to *out*; the name of the file. Raise `Hidden`, `NotAllowed` or `SheetTooLong`."""
    format_, write = printer
    opened = open_book(holdings, caller, wanted, now=now)
    write(opened.sheet, bounded(lines_wanted(holdings, caller, opened, wanted), format_), out)
    return f"{opened.stem}.{format_.value}"


def open_book(
    holdings: Holdings, caller: Caller, wanted: SheetWanted, *, now: datetime
) -> OpenBook:
    """What is to be printed; raise `Hidden` or `NotAllowed`."""
    with holdings.reading() as reading:
        book = register_for(reading, caller, Right.READ, wanted.register)
        period = wanted.period
        if period is None:
            period = present(numbering.period_at(reading, book, now))
        return OpenBook(book, period, _sheet(reading, book, period, now))


def lines_wanted(
    holdings: Holdings, caller: Caller, opened: OpenBook, wanted: SheetWanted
) -> Iterator[Line]:
    """The rows that are *wanted*, in order; the chain counts those before as well."""
    for line in lines_of(holdings, caller, opened.book, opened.period):
        if wanted.stop is not None and line.number > wanted.stop:
            return
        if line.number >= wanted.start:
            yield line


def count_wanted(holdings: Holdings, opened: OpenBook, wanted: SheetWanted) -> int:
    """How many rows that is, now."""
    total, start = 0, wanted.start
    while True:
        with holdings.reading() as reading:
            page = registers.page_of(
                reading, opened.book, opened.period, start=start, limit=ROWS_A_LOOK
            )
        numbers = [number for number, _ in page.rows]
        total += sum(wanted.stop is None or number <= wanted.stop for number in numbers)
        if page.following is None or (wanted.stop is not None and page.following > wanted.stop):
            return total
        start = page.following


def lines_of(holdings: Holdings, caller: Caller, book: Register, period: int) -> Iterator[Line]:
    """Every row of *book* in *period*, as it stands when it is come to.

    Of a document that *caller* may not see the number alone is told; the chain is that of all.
    """
    chain, start = NO_LINK, 0
    while True:
        with holdings.reading() as reading:
            page = registers.page_of(reading, book, period, start=start, limit=ROWS_A_LOOK)
            told: list[Line] = []
            for number, entry in page.rows:
                chain = link(chain, canonical(number, entry, as_registered(reading, entry)))
                told.append(Line(number, _cells(reading, caller, book, number, entry), chain))
        yield from told
        if page.following is None:
            return
        start = page.following


def bounded(
    lines: Iterator[Line], format_: Format, *, start: int = 0, stop: int | None = None
) -> Iterator[Line]:
    """Those of *lines* from number *start* to *stop*; raise `SheetTooLong` for too many."""
    limit = MAX_ROWS[format_.value]
    told = 0
    for line in lines:
        if stop is not None and line.number > stop:
            return
        if line.number < start:
            continue
        if told >= limit:
            raise SheetTooLong(format=format_.value, limit=limit)
        told += 1
        yield line


def _sheet(reading: Reading, book: Register, period: int, now: datetime) -> Sheet:
    agency = present(reading.agency(book.agency))
    return Sheet(
        agency=agency.name,
        code=agency.code,
        register=book.code,
        title=book.title,
        period=_in_words(reading, book, period),
        columns=INCOMING if book.direction is Direction.INCOMING else OUTGOING,
        printed=now,
    )


def _in_words(reading: Reading, book: Register, period: int) -> str:
    term = next((one for one in reading.terms(book.id) if one.ordinal == period), None)
    return term.name if term else f"năm {period}" if period else ""


def _cells(
    reading: Reading, caller: Caller, book: Register, number: int, entry: Entry
) -> tuple[str, ...]:
    document = readable(reading, caller, entry.document)
    withheld = WITHHELD if entry.document and document is None else ""
    said = (_recalled(document), document.metadata.note) if document else ()
    note = "; ".join(each for each in (withheld or _note(entry), *said) if each)
    if book.direction is Direction.INCOMING:
        came = document.metadata.arrived if document else ""
        day = printed_day(came or entry.day or numbering.day_of_moment(entry.at))
        handed = _handed(reading, document)
        return (day, f"{number:02d}", *_arrival(document), *handed, "", note)
    return (*_outgoing(document, number), *_signed_and_sent(document), "", "", note)


def _arrival(document: Document | None) -> tuple[str, ...]:
    if document is None:
        return ("", "", "", "")
    return (document.issuer, document.symbol, printed_day(document.issued), _subject(document))


def _outgoing(document: Document | None, number: int) -> tuple[str, ...]:
    if document is None:
        return (f"{number:02d}", "", "")
    return (document.symbol or f"{number:02d}", printed_day(document.issued), _subject(document))


def _signed_and_sent(document: Document | None) -> tuple[str, str, str, str]:
    """Signer, recipients, who keeps the file copy (nothing notes that yet), number of copies."""
    if document is None:
        return ("", "", "", "")
    noted = document.metadata
    to_whom = "; ".join(one.name for one in noted.recipients)
    return (noted.signer.name, to_whom, "", str(noted.copies) if noted.copies else "")


def _handed(reading: Reading, document: Document | None) -> tuple[str, str]:
    """To whom the registry gave an incoming document, and on which day first."""
    if document is None:
        return ("", "")
    given = [one for one in receipts_of(reading, document.id) if not one.parent]
    if not given:
        return ("", "")
    names = dict.fromkeys(filter(None, (_holder(reading, one) for one in given)))
    return ("; ".join(names), printed_day(numbering.day_of_moment(given[0].given)))


def _holder(reading: Reading, receipt: Receipt) -> str:
    person = reading.get(t.PEOPLE, receipt.person) if receipt.person else None
    unit = reading.get(t.UNITS, receipt.unit) if receipt.unit else None
    return person.name if person else unit.name if unit else ""


def _subject(document: Document) -> str:
    return f"{document.kind}: {document.subject}" if document.kind else document.subject


def _note(entry: Entry) -> str:
    """What the last column says of a number that is nobody's."""
    if entry.state is EntryState.VOID:
        return f"Hủy ngày {printed_day(numbering.day_of_moment(entry.voided))}: {entry.reason}"
    if entry.state is EntryState.RESERVED:
        until = f" đến {printed_day(entry.until)}" if entry.until else ""
        return f"Giữ chỗ cho {entry.holder}{until}: {entry.reason}"
    if entry.state is EntryState.AWAITING_SEAL:
        return "Chờ đóng dấu"
    return ""


def _recalled(document: Document) -> str:
    """What the last column says of a document that was recalled."""
    if not document.recalled:
        return ""
    return f"Thu hồi ngày {printed_day(numbering.day_of_moment(document.recalled))}"


def printed_day(day: str) -> str:
    """`2026-03-02` as offices print it: `02/03/2026`."""
    return "/".join(reversed(day.split("-"))) if day else ""
