"""`vankho edxml`: what is in a message of the axis (QCVN 102), and what is wrong with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tools.exits import Exit
from tools.house import House, end, verb

if TYPE_CHECKING:
    from interop.edxml.messages import Document, Status
    from interop.edxml.reader import Reading
    from interop.edxml.troubles import MessageFault

File = Annotated[Path, typer.Argument(help="Tệp .edxml. / A message file.")]


class FaultTold(msgspec.Struct, frozen=True, kw_only=True):
    """One fault, as a line of JSON."""

    code: str
    level: str
    place: str
    line: int
    message: str
    message_vi: str


class MessageTold(msgspec.Struct, frozen=True, kw_only=True):
    """A message, as a line of JSON."""

    message_type: str
    message: "Document | Status"
    unknown: tuple[str, ...]
    size: int
    sha256: str
    acceptable: bool
    faults: tuple[FaultTold, ...]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The last line of `check`."""

    message_type: str = "summary"
    acceptable: bool
    errors: int
    flags: int


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    text = "Thông điệp liên thông (QCVN 102) / Messages of the axis (edXML)."
    group = typer.Typer(help=text, no_args_is_help=True)
    group.command("show", help="Xem trong thông điệp có gì / What is in a message.")(verb(show))
    group.command("check", help="Mọi lỗi của thông điệp / Every fault of a message.")(verb(check))
    cli.add_typer(group, name="edxml")


def show(house: House, file: File) -> None:
    """Tell what *file* says and which files it carries; needs no store and keeps nothing.

    Exit 1 when it cannot be read as a message.
    """
    found = _read(file)
    faults = tuple(_told(fault) for fault in found.faults)
    told = MessageTold(
        message_type=_type_of(found),
        message=found.message,
        unknown=found.unknown,
        size=found.envelope.size,
        sha256=found.envelope.sha256.hex(),
        acceptable=found.acceptable,
        faults=faults,
    )
    house.terminal.result(told, "\n".join(_lines(house, found)))


def check(house: House, file: File) -> None:
    """Tell every fault of *file* with its code and place; exit 4 when it would be put aside."""
    from interop.edxml.troubles import Level, MessageFault

    try:
        faults = _read(file).faults
    except MessageFault as fault:
        faults = (fault,)
    for fault in faults:
        house.terminal.result(_told(fault), _fault_line(house, fault))
    errors = sum(fault.level is Level.ERROR for fault in faults)
    verdict = Verdict(acceptable=not errors, errors=errors, flags=len(faults) - errors)
    house.terminal.result(verdict, _verdict_line(house, verdict))
    if errors:
        end(Exit.FINDINGS)


def _read(file: Path) -> "Reading":
    from interop.edxml.intake import NamingIntake
    from interop.edxml.reader import read
    from repository.model.days import VIETNAM_TIME
    from repository.model.ids import system_clock

    today = system_clock().astimezone(VIETNAM_TIME).date()
    with file.open("rb") as stream:
        return read(stream, NamingIntake(), today=today)


def _type_of(found: "Reading") -> str:
    from interop.edxml.messages import Status

    return "status" if isinstance(found.message, Status) else "edoc"


def _told(fault: "MessageFault") -> FaultTold:
    return FaultTold(
        code=fault.code,
        level=fault.level.value,
        place=fault.place,
        line=fault.line,
        message=fault.sentence,
        message_vi=fault.sentence_vi,
    )


def _fault_line(house: House, fault: "MessageFault") -> str:
    from interop.edxml.troubles import Level

    error = fault.level is Level.ERROR
    level = (
        house.terminal.choose("lỗi", "error") if error else house.terminal.choose("lưu ý", "flag")
    )
    line = f"{house.terminal.choose('dòng', 'line')} {fault.line}: " if fault.line else ""
    return f"{level}: {line}{house.terminal.choose(fault.sentence_vi, fault.sentence)}"


def _verdict_line(house: House, verdict: Verdict) -> str:
    if verdict.acceptable:
        return house.terminal.choose(
            f"nhận được; {verdict.flags} lưu ý", f"acceptable; {verdict.flags} remarks"
        )
    return house.terminal.choose(
        f"phải cách ly: {verdict.errors} lỗi, {verdict.flags} lưu ý",
        f"would be put aside: {verdict.errors} errors, {verdict.flags} remarks",
    )


def _lines(house: House, found: "Reading") -> list[str]:
    from interop.edxml.messages import Status

    message = found.message
    own = _status(house, message) if isinstance(message, Status) else _document(house, message)
    rows = [f"{house.terminal.choose(vi, en)}: {value}" for vi, en, value in own if value]
    unknown = house.terminal.choose("Phần tử lạ, bỏ qua", "Unknown, ignored")
    return [
        *rows,
        *(f"{unknown}: {place}" for place in found.unknown),
        *(_fault_line(house, fault) for fault in found.faults),
    ]


Row = tuple[str, str, object]


def _status(house: House, message: "Status") -> list[Row]:
    answered = message.answered
    return [
        ("Loại thông điệp", "Message", house.terminal.choose("trạng thái", "status")),
        ("Từ", "From", f"{message.sender.code} {message.sender.name}".strip()),
        ("Gửi tới", "To", answered.code if answered else ""),
        ("Về văn bản", "About", f"{answered.document_id} {answered.symbol}" if answered else ""),
        ("Trạng thái", "Status", _status_name(house, message.code)),
        ("Diễn giải", "Description", message.description),
        ("Lúc", "At", message.at),
    ]


def _document(house: House, message: "Document") -> list[Row]:
    purpose = _purpose_name(house, message.purpose)
    rows: list[Row] = [
        ("Loại thông điệp", "Message", purpose),
        ("Từ", "From", f"{message.sender.code} {message.sender.name}".strip()),
        *(("Tới", "To", f"{to.code} {to.name}".strip()) for to in message.recipients),
        ("Mã văn bản", "Document id", message.document_id),
        ("Số, ký hiệu", "Symbol", f"{message.number}/{message.notation}"),
        ("Ngày ban hành", "Issued", message.issued),
        ("Loại văn bản", "Type", message.type_name),
        ("Trích yếu", "Subject", message.subject),
        ("Người ký", "Signer", message.signer),
        ("Hạn", "Due", message.due),
    ]
    return [
        *rows,
        *_business(message),
        *(("Trả lời", "Answers", f"{one.document_id} {one.symbol}") for one in message.answered),
        *(
            ("Tệp", "File", f"{one.name}, {one.size} B, {one.form.value}, {one.content}")
            for one in message.attachments
        ),
    ]


def _business(message: "Document") -> list[Row]:
    """Why it was sent, and which documents it is about."""
    from interop.edxml.codes import Purpose

    if message.business is None:
        return []
    rows: list[Row] = [("Lý do", "Reason", message.business.reason)]
    if message.purpose in (Purpose.REVOKE, Purpose.UPDATE):
        rows.append(("Áp dụng cho", "Target", message.target))
    return [
        *rows,
        *(
            ("Thay cho", "Replaces", f"{one.document_id} ({', '.join(one.codes)})")
            for one in message.business.replaced
        ),
    ]


def _purpose_name(house: House, purpose: int | None) -> str:
    names = {
        0: ("văn bản mới", "a new document"),
        1: ("thu hồi", "revokes a document"),
        2: ("cập nhật", "updates a document"),
        3: ("thay thế", "replaces documents"),
    }
    return house.terminal.choose(*names.get(-1 if purpose is None else purpose, ("?", "?")))


def _status_name(house: House, code: str) -> str:
    from interop.edxml.codes import STATUS_NAMES, status_of

    known = status_of(code)
    return f"{code} {house.terminal.choose(*STATUS_NAMES[known])}" if known else code
