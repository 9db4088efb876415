"""What is printed of dossiers: contents (mục lục văn bản), file list (danh mục hồ sơ), minutes (biên bản).

The columns are those that the decree and the circulars name; each printed row carries the chain up to
it, as a register's does.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple

import msgspec

from api.services.access import present
from api.services.dossier_access import Seat, dossier_for
from api.services.dossier_finding import DossiersSought, agency_seen, dossiers_for
from api.services.dossier_items import ItemShown, shown_to
from api.services.file_lists import file_list_for
from api.services.hand_overs import dossiers_in_hand_over, hand_over_for
from api.services.identities import name_at
from api.services.printing import Format, Line, Printer, Sheet, bounded, printed_day
from repository.catalogue import tables as t
from repository.catalogue.dossier_items import items_of
from repository.catalogue.file_lists import entries_of
from repository.catalogue.views import Reading
from repository.holdings import Holdings
from repository.model.access import Caller
from repository.model.contents import NOTHING, contents_link
from repository.model.days import Day, day_of
from repository.model.dossiers import Dossier, DossierState
from repository.model.file_lists import FileList, FileListState
from repository.model.hand_overs import HandOver, HandOverState
from repository.model.ids import AgencyId
from repository.model.merkle import digest
from repository.model.retention import Retention, Trigger

CONTENTS = (
    "Số TT",
    "Số, ký hiệu văn bản",
    "Ngày tháng văn bản",
    "Tên loại và trích yếu nội dung văn bản",
    "Tác giả văn bản",
    "Trang số",
    "Ghi chú",
)
FILE_LIST = (
    "Số, ký hiệu hồ sơ",
    "Tiêu đề hồ sơ",
    "Thời hạn bảo quản",
    "Đơn vị, người lập hồ sơ",
    "Ghi chú",
)
HANDED = (
    "Số TT",
    "Số, ký hiệu hồ sơ",
    "Tiêu đề hồ sơ",
    "Thời gian tài liệu",
    "Thời hạn bảo quản",
    "Số văn bản",
    "Số trang",
    "Người lập",
    "Ghi chú",
)
LISTED = (12, 30, 0, 36, 26, 16, 16, 34, 44)
"""Millimetres of the columns `HANDED`."""
STATES = {
    DossierState.OPEN: "đang lập",
    DossierState.CLOSED: "đã kết thúc",
    DossierState.OFFERED: "đã đề nghị nộp lưu",
    DossierState.ARCHIVED: "trong lưu trữ cơ quan",
    DossierState.CANCELLED: "đã bỏ",
}
HIDDEN = "(không được xem)"
TRIGGERS = {
    Trigger.WORK_ENDED: "từ khi kết thúc công việc",
    Trigger.EXPIRY: "từ khi hết hiệu lực",
    Trigger.SETTLEMENT: "từ khi quyết toán",
    Trigger.NOTED_DAY: "từ ngày ghi",
}


class Stretch(NamedTuple):
    """Which rows are printed, from 1."""

    start: int = 0
    stop: int | None = None


class Printing(msgspec.Struct, frozen=True, kw_only=True):
    """Who prints, when, as what."""

    caller: Caller
    now: datetime
    format: Format
    stretch: Stretch = Stretch()

    @property
    def today(self) -> Day:
        """The day in Vietnam."""
        return day_of(self.now)


def retention_in_words(retention: Retention) -> str:
    """`Vĩnh viễn`, `20 năm`, or `20 năm từ khi hết hiệu lực`."""
    if retention.years is None:
        return "Vĩnh viễn"
    if retention.trigger is Trigger.WORK_ENDED:
        return f"{retention.years} năm"
    return f"{retention.years} năm {TRIGGERS[retention.trigger]}"


def print_contents(
    holdings: Holdings, asked: Printing, dossier: str, printer: Printer, out: BinaryIO
) -> str:
    """Print what is in a dossier; the name of the file. Raise `Hidden` or `SheetTooLong`."""
    with holdings.reading() as reading:
        found, seat = dossier_for(reading, asked.caller, dossier, asked.today)
        day = _day(found.closed or found.opened)
        sheet = _head(reading, found.agency, CONTENTS, asked, day)
        lines = list(_contents(reading, asked.caller, seat, found))
    sheet = msgspec.structs.replace(
        sheet,
        title="MỤC LỤC VĂN BẢN, TÀI LIỆU TRONG HỒ SƠ",
        period=f"{found.symbol} ({found.year}): {found.title}",
        register=found.symbol,
        widths=(12, 34, 22, 0, 50, 18, 34),
    )
    _write(sheet, lines, asked, printer, out)
    return f"{sheet.code}-{found.year}-{found.id[-8:]}.{asked.format.value}"


def _contents(reading: Reading, caller: Caller, seat: Seat, dossier: Dossier) -> Iterator[Line]:
    """A row for each item; the chain is that over all of them, whoever reads."""
    chain, page = NOTHING, 1
    shown = shown_to(reading, caller, seat, dossier)
    for item, one in zip(items_of(reading, dossier.id), shown, strict=True):
        document = reading.document(item.document) if item.document else None
        chain = contents_link(chain, one.position, item, document)
        pages = f"{page}–{page + item.pages - 1}" if item.pages else ""
        page += item.pages
        yield Line(one.position, _row(one, pages), chain)


def _row(one: ItemShown, pages: str) -> tuple[str, ...]:
    number = str(one.position)
    if one.item is None:
        return (number, "", "", HIDDEN, "", "", "")
    if one.document is None:
        return (number, "", "", one.item.title, "", pages, "Tài liệu khác")
    document = one.document
    told = f"{document.kind}: {document.subject}" if document.kind else document.subject
    note = "Bản giấy" if not document.components else ""
    day = printed_day(document.issued)
    return (number, document.symbol, day, told, document.issuer, pages, note)


def print_file_list(
    holdings: Holdings, asked: Printing, file_list: str, printer: Printer, out: BinaryIO
) -> str:
    """Print a file list; the name of the file. Raise `Hidden` or `SheetTooLong`."""
    with holdings.reading() as reading:
        found = file_list_for(reading, asked.caller, file_list, asked.today)
        day = found.issued or asked.today
        sheet = _head(reading, found.agency, FILE_LIST, asked, day)
        lines = list(_chained(_entries(reading, found)))
    sheet = msgspec.structs.replace(
        sheet,
        title="DANH MỤC HỒ SƠ",
        period=f"Năm {found.year} ({_issued(found)})",
        register="danh-muc",
        widths=(36, 0, 34, 60, 44),
    )
    _write(sheet, lines, asked, printer, out)
    return f"{sheet.code}-danh-muc-ho-so-{found.year}.{asked.format.value}"


def _issued(found: FileList) -> str:
    if found.state is not FileListState.ISSUED:
        return "dự thảo"
    return f"ban hành theo {found.decision} ngày {printed_day(found.issued)}"


def _entries(reading: Reading, found: FileList) -> Iterator[tuple[str, ...]]:
    heading = ""
    for _, entry in entries_of(reading, found.id):
        if entry.heading != heading:
            heading = entry.heading
            yield ("", heading, "", "", "")
        unit = reading.get(t.UNITS, entry.unit) if entry.unit else None
        person = reading.get(t.PEOPLE, entry.person) if entry.person else None
        who = ", ".join(one.name for one in (unit, person) if one)
        kept = retention_in_words(entry.retention)
        yield (entry.symbol, entry.title, kept, who, entry.note)


def print_hand_over(
    holdings: Holdings, asked: Printing, hand_over: str, printer: Printer, out: BinaryIO
) -> str:
    """Print the minutes of a hand-over, or what is offered where it is not settled yet.

    The name of the file. Raise `Hidden` or `SheetTooLong`.
    """
    with holdings.reading() as reading:
        found, _ = hand_over_for(reading, asked.caller, hand_over, asked.today)
        day = _day(found.settled or found.asked)
        sheet = _head(reading, found.agency, HANDED, asked, day)
        lines = list(_chained(_handed(reading, asked, found)))
    settled = found.state is HandOverState.SETTLED
    title = "BIÊN BẢN GIAO NHẬN HỒ SƠ, TÀI LIỆU" if settled else "MỤC LỤC HỒ SƠ, TÀI LIỆU NỘP LƯU"
    sheet = msgspec.structs.replace(
        sheet,
        title=title,
        period=_when(found, day),
        register="giao-nhan",
        widths=LISTED,
        signers=(f"Bên giao: {found.giver}", f"Bên nhận: {found.receiver}") if settled else (),
    )
    _write(sheet, lines, asked, printer, out)
    return f"{sheet.code}-giao-nhan-{found.id[-8:]}.{asked.format.value}"


def _when(found: HandOver, day: Day) -> str:
    told = printed_day(day)
    return f"Ngày {told}: nộp {len(found.dossiers)}, trả lại {len(found.refused)} hồ sơ"


def print_dossiers(
    holdings: Holdings, asked: Printing, sought: DossiersSought, printer: Printer, out: BinaryIO
) -> str:
    """Print the dossiers that are *sought* (danh sách hồ sơ), as far as the caller may see them.

    The name of the file. Raise `Hidden`, `NotAllowed`, `NoSuchPlace` or `SheetTooLong`.
    """
    with holdings.reading() as reading:
        agency = agency_seen(reading, asked.caller, sought.agency)
        sheet = _head(reading, agency.id, HANDED, asked, asked.today)
    sheet = msgspec.structs.replace(
        sheet,
        title="DANH SÁCH HỒ SƠ",
        period=_sought(sought),
        register="ho-so",
        widths=LISTED,
    )
    lines = bounded(_chained(_listed(holdings, asked, sought)), asked.format)
    printer(sheet, lines, out)
    return f"{sheet.code}-ho-so-{sought.state.value}.{asked.format.value}"


def _sought(sought: DossiersSought) -> str:
    due = f", đến hạn tới {printed_day(sought.due)}" if sought.due else ""
    return f"Hồ sơ {STATES[sought.state]}{due}"


def _listed(
    holdings: Holdings, asked: Printing, sought: DossiersSought
) -> Iterator[tuple[str, ...]]:
    """A row for each, in short looks at the catalogue."""
    number = 0
    while True:
        with holdings.reading() as reading:
            page = dossiers_for(reading, asked.caller, sought, asked.today)
            rows = [_dossier(reading, one) for one in page.dossiers]
        for row in rows:
            number += 1
            yield (str(number), *row)
        if not page.next:
            return
        sought = msgspec.structs.replace(sought, after=page.next)


def _dossier(reading: Reading, one: Dossier) -> tuple[str, ...]:
    person = reading.get(t.PEOPLE, one.person) if one.person else None
    ended = f" – {printed_day(one.ended)}" if one.ended else ""
    return (
        one.symbol,
        one.title,
        f"{printed_day(one.started)}{ended}",
        retention_in_words(one.retention),
        str(one.items),
        str(one.pages),
        person.name if person else "",
        f"Hạn: {printed_day(one.due)}" if one.due else "",
    )


def _handed(reading: Reading, asked: Printing, found: HandOver) -> Iterator[tuple[str, ...]]:
    shown = dossiers_in_hand_over(reading, asked.caller, found, asked.today)
    for number, (dossier, one) in enumerate(shown, 1):
        if one is None:
            yield (str(number), "", HIDDEN, *[""] * 6)
            continue
        refused = found.refused.get(dossier)
        note = f"Trả lại: {refused}" if refused else ""
        yield (str(number), *_dossier(reading, one)[:-1], note)


def _chained(rows: Iterable[tuple[str, ...]]) -> Iterator[Line]:
    """Rows of text, each with the chain over what is printed up to it."""
    chain = NOTHING
    for number, cells in enumerate(rows, 1):
        chain = digest(chain + msgspec.msgpack.encode(cells))
        yield Line(number, cells, chain)


def _head(
    reading: Reading, agency: AgencyId, columns: tuple[str, ...], asked: Printing, day: Day
) -> Sheet:
    """The head of a sheet, with the agency as it was called on *day*."""
    known = present(reading.agency(agency))
    return Sheet(
        agency=name_at(reading, known, day),
        code=known.code,
        register="",
        title="",
        period="",
        columns=columns,
        printed=asked.now,
    )


def _day(microseconds: int) -> Day:
    return day_of(datetime.fromtimestamp(microseconds / 1_000_000, UTC))


def _write(
    sheet: Sheet, lines: list[Line], asked: Printing, printer: Printer, out: BinaryIO
) -> None:
    start, stop = asked.stretch
    printer(sheet, bounded(iter(lines), asked.format, start=start, stop=stop), out)
