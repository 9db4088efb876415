"""`vankho book`: the numbers of registers; terms, reserved, void, closed, printed."""

import sys
import uuid
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from repository.model.access import OPERATOR
from tools.house import House, verb

if TYPE_CHECKING:
    from api.services.numbers import NumberRow
    from api.services.printing import Format
    from repository.catalogue.views import Reading
    from repository.model.closings import ClosingCertificate

Agency = Annotated[str, typer.Argument(help="Mã cơ quan. / The agency's code.")]
Book = Annotated[str, typer.Argument(help="Tên ngắn của sổ. / The register's short name.")]
Number = Annotated[int, typer.Argument(help="Số. / The number.")]
Period = Annotated[
    int | None,
    typer.Option(
        help="Năm, hoặc thứ tự nhiệm kỳ; trống = kỳ này. / Year or term; now if not said."
    ),
]
Reason = Annotated[str, typer.Option(help="Lý do. / Why.")]
Key = Annotated[str, typer.Option(help="Khóa chống trùng; trống = mới. / Idempotency key.")]


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    text = "Sổ đăng ký: số, nhiệm kỳ, khóa sổ, in / Registers: numbers, terms, closing, printing."
    group = typer.Typer(help=text, no_args_is_help=True)
    group.command("term", help="Khai báo nhiệm kỳ / Declare a term of office.")(verb(term))
    group.command("reserve", help="Giữ chỗ số / Reserve numbers.")(verb(reserve))
    group.command("void", help="Hủy số / Void a number.")(verb(void))
    group.command("numbers", help="Xem các số / List numbers.")(verb(numbers))
    group.command("enter", help="Nhập dòng của sổ cũ / Enter a row as found.")(verb(enter))
    group.command("close", help="Khóa sổ / Close a period, or all for good.")(verb(close))
    group.command("closings", help="Biên bản khóa sổ / Closing certificates.")(verb(closings))
    group.command("print", help="In sổ / Print it: PDF, XLSX, CSV.")(verb(print_out))
    cli.add_typer(group, name="book")


def term(
    house: House,
    agency: Agency,
    book: Book,
    name: Annotated[str, typer.Argument(help="Tên nhiệm kỳ. / Its name.")],
    *,
    first: Annotated[str, typer.Option(help="Ngày đầu YYYY-MM-DD. / Its first day.")],
    last: Annotated[
        str, typer.Option(help="Ngày cuối; trống = đến nhiệm kỳ sau. / Its last day.")
    ] = "",
) -> None:
    """Let *book* begin again on the day *first*."""
    from api.services.terms import DeclareTerm
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        with holdings.reading() as reading:
            register = _register(reading, agency, book)
        made = holdings.keeper.submit(
            DeclareTerm(caller=OPERATOR, register=register, name=name, first=first, last=last)
        )
    house.terminal.result(made, f"{made.ordinal}  {made.name}  {made.first}–{made.last}")


def reserve(
    house: House,
    agency: Agency,
    book: Book,
    *,
    holder: Annotated[str, typer.Option("--for", help="Giữ cho ai. / For whom.")],
    reason: Reason,
    until: Annotated[str, typer.Option(help="Đến ngày YYYY-MM-DD. / Until this day.")] = "",
    count: Annotated[int, typer.Option(help="Bao nhiêu số. / How many.")] = 1,
    key: Key = "",
) -> None:
    """Take the next numbers of *book* for documents that come later."""
    from api.services.numbers import Reservation
    from api.services.numbers import reserve as take
    from tools import assembly

    asked = Reservation(holder=holder, reason=reason, until=until, count=count)
    with assembly.opened(house.settings) as holdings:
        with holdings.reading() as reading:
            register = _register(reading, agency, book)
        key = key or f"reserve-{uuid.uuid4()}"
        taken = take(holdings.keeper, OPERATOR, register, asked, key=key)
    for row in taken.rows:
        _tell(house, row)


def void(
    house: House, agency: Agency, book: Book, number: Number, reason: Reason, period: Period = None
) -> None:
    """Let *number* be nobody's any more; its row stays."""
    from api.services.numbers import VoidNumber
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        with holdings.reading() as reading:
            register = _register(reading, agency, book)
        row = holdings.keeper.submit(
            VoidNumber(
                caller=OPERATOR, register=register, number=number, period=period, reason=reason
            )
        )
    _tell(house, row)


def numbers(
    house: House,
    agency: Agency,
    book: Book,
    period: Period = None,
    *,
    unbound: Annotated[
        bool, typer.Option(help="Chỉ số giữ chỗ và số hủy. / Only those without a document.")
    ] = False,
) -> None:
    """List every number of *book*, whatever became of it."""
    from api.services.access import present, register_for
    from api.services.numbering import period_at
    from api.services.numbers import NumberRow
    from repository.catalogue.register_rows import rows_of
    from repository.model.access import Right
    from repository.model.ids import system_clock
    from repository.model.registers import EntryState
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        register = register_for(reading, OPERATOR, Right.READ, _register(reading, agency, book))
        wanted = period_at(reading, register, system_clock()) if period is None else period
        for number, entry in rows_of(reading, register, present(wanted)):
            if unbound and entry.state is EntryState.GIVEN:
                continue
            document = reading.document(entry.document) if entry.document else None
            row = NumberRow(
                register=register,
                period=present(wanted),
                number=number,
                entry=entry,
                document=document,
            )
            _tell(house, row)


def enter(
    house: House,
    agency: Agency,
    book: Book,
    number: Number,
    *,
    period: Annotated[int, typer.Option(help="Năm, nhiệm kỳ, hoặc 0. / Year, term, or 0.")],
    day: Annotated[str, typer.Option(help="Ngày vào sổ YYYY-MM-DD. / The day as found.")],
    subject: Annotated[str, typer.Option(help="Trích yếu. / Subject.")],
    symbol: Annotated[str, typer.Option(help="Số, ký hiệu như đã in. / As printed.")] = "",
    issued: Annotated[str, typer.Option(help="Ngày ban hành. / Date of issue.")] = "",
    issuer: Annotated[str, typer.Option(help="Cơ quan ban hành. / Issuer.")] = "",
    kind: Annotated[str, typer.Option(help="Loại văn bản. / Kind.")] = "",
    key: Key = "",
) -> None:
    """Enter a row of the historical register *book* with its number and date as found."""
    from api.services.historical import RowFound, enter_row
    from tools import assembly

    row = RowFound(
        period=period,
        number=number,
        day=day,
        subject=subject,
        symbol=symbol,
        issued=issued,
        issuer=issuer,
        kind=kind,
    )
    with assembly.opened(house.settings) as holdings:
        with holdings.reading() as reading:
            register = _register(reading, agency, book)
        key = key or f"row-{uuid.uuid4()}"
        document = enter_row(holdings.keeper, OPERATOR, register, row, key=key).document
    told = {"document": document.id, "period": document.period, "number": document.number}
    house.terminal.result(told, f"{document.number}  {document.symbol}  {document.id}")


def close(
    house: House,
    agency: Agency,
    book: Book,
    period: Period = None,
    *,
    for_good: Annotated[
        bool, typer.Option("--for-good", help="Khóa hẳn cả sổ. / The register, for good.")
    ] = False,
) -> None:
    """Close *period* of *book*, or all of it for good."""
    from api.services import closing
    from tools import assembly

    wanted = closing.period_meant(period, for_good=for_good)
    with assembly.opened(house.settings) as holdings:
        with holdings.reading() as reading:
            register = _register(reading, agency, book)
        made = closing.close(holdings, OPERATOR, register, wanted)
    for certificate in made:
        _certify(house, certificate)


def closings(house: House, agency: Agency, book: Book) -> None:
    """Tell the closing certificates of *book*."""
    from api.services.closing import certificates_of
    from repository.model.ids import RegisterId
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        found = certificates_of(reading, RegisterId(_register(reading, agency, book)))
    for certificate in found:
        _certify(house, certificate)


def print_out(
    house: House,
    agency: Agency,
    book: Book,
    *,
    out: Annotated[
        Path,
        typer.Option("--out", help="Tệp .pdf, .xlsx hoặc .csv; - = CSV ra màn hình. / A file."),
    ],
    period: Period = None,
    start: Annotated[int, typer.Option(help="Từ số này. / From this number.")] = 0,
    stop: Annotated[int | None, typer.Option(help="Đến số này. / Up to this one.")] = None,
) -> None:
    """Print *book* to a new file, in the format its ending says."""
    from api.services.printing import SheetWanted, print_register
    from repository.model.ids import system_clock
    from tools import assembly
    from tools.printing import PRINTERS

    format_ = _format(out)
    with assembly.opened(house.settings) as holdings:
        with holdings.reading() as reading:
            register = _register(reading, agency, book)
        wanted = SheetWanted(register=register, period=period, start=start, stop=stop)

        def write(file: BinaryIO, now: datetime) -> None:
            printer = (format_, PRINTERS[format_])
            print_register(holdings, OPERATOR, wanted, printer, now=now, out=file)

        if str(out) == "-":
            write(sys.stdout.buffer, system_clock())
            return
        with out.open("xb") as file:
            try:
                write(file, system_clock())
            except BaseException:
                out.unlink()
                raise
    house.terminal.result({"file": str(out), "format": format_.value}, str(out))


def _format(out: Path) -> "Format":
    """What the ending of *out* says."""
    from api.services.printing import Format

    ending = "csv" if str(out) == "-" else out.suffix.lower().removeprefix(".")
    try:
        return Format(ending)
    except ValueError as error:
        known = ", ".join(f".{one.value}" for one in Format)
        raise typer.BadParameter(known, param_hint="--out") from error


def _register(reading: "Reading", agency: str, book: str) -> str:
    """The identifier of the register that *agency* calls *book*; raise `Hidden`."""
    from api.services.access import agency_for, present
    from repository.model.access import Right

    found = agency_for(reading, OPERATOR, Right.READ, agency)
    return present(reading.register_by_code(found.id, book)).id


def _tell(house: House, row: "NumberRow") -> None:
    from tools.shown import number_shown

    entry = row.entry
    symbol = row.document.symbol if row.document else ""
    text = f"{row.number}  {entry.state.value}  {symbol}  {entry.holder}  {entry.reason}"
    house.terminal.result(number_shown(row), text.rstrip())


def _certify(house: House, certificate: "ClosingCertificate") -> None:
    from tools.shown import certificate_shown

    told = certificate_shown(certificate)
    text = f"{certificate.period}  {certificate.first}–{certificate.last}  {told['digest']}"
    house.terminal.result(told, text)
