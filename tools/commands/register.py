"""`vankho register`: one document into a register."""

import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from repository.model.access import OPERATOR
from repository.model.confidentiality import Confidentiality
from repository.model.documents import ComponentRole
from repository.model.metadata import Capacity, Urgency
from repository.model.registers import Direction
from tools.house import House, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    cli.command("register", help="Đăng ký một văn bản / Register one document.")(verb(run))


def run(
    house: House,
    *,
    agency: Annotated[str, typer.Option(help="Mã cơ quan. / The agency's code.")],
    register: Annotated[str, typer.Option(help="Sổ. / The register.")],
    direction: Annotated[Direction, typer.Option(help="Chiều văn bản. / Direction.")],
    subject: Annotated[str, typer.Option(help="Trích yếu. / Subject.")],
    symbol: Annotated[
        str, typer.Option(help="Số, ký hiệu; văn bản đi: ký hiệu. / Symbol or notation.")
    ] = "",
    issued: Annotated[str, typer.Option(help="Ngày ban hành YYYY-MM-DD. / Date of issue.")] = "",
    issuer: Annotated[str, typer.Option(help="Cơ quan ban hành. / Issuer.")] = "",
    kind: Annotated[str, typer.Option(help="Loại văn bản. / Kind of document.")] = "",
    main: Annotated[Path | None, typer.Option(help="Văn bản chính. / The main file.")] = None,
    annex: Annotated[list[Path] | None, typer.Option(help="Phụ lục. / Annexes.")] = None,
    attachment: Annotated[
        list[Path] | None, typer.Option(help="Tài liệu kèm theo. / Attachments.")
    ] = None,
    signer: Annotated[str, typer.Option(help="Người ký. / Who signed.")] = "",
    position: Annotated[str, typer.Option(help="Chức vụ người ký. / Their position.")] = "",
    capacity: Annotated[
        Capacity | None, typer.Option(help="Thẩm quyền ký. / In which capacity they sign.")
    ] = None,
    recipient: Annotated[
        list[str] | None, typer.Option(help="Nơi nhận. / To whom it goes; again for each.")
    ] = None,
    pages: Annotated[int, typer.Option(help="Số trang. / Pages.")] = 0,
    copies: Annotated[int, typer.Option(help="Số bản. / Copies issued.")] = 0,
    urgency: Annotated[Urgency, typer.Option(help="Độ khẩn. / Urgency.")] = Urgency.NORMAL,
    confidentiality: Annotated[
        Confidentiality, typer.Option(help="Mức độ phổ biến. / How widely it may go.")
    ] = Confidentiality.NONE,
    keyword: Annotated[
        list[str] | None, typer.Option(help="Từ khóa. / Keyword; again for each.")
    ] = None,
    note: Annotated[str, typer.Option(help="Ghi chú. / Note.")] = "",
    due: Annotated[str, typer.Option(help="Hạn trả lời YYYY-MM-DD. / Until when.")] = "",
    arrived: Annotated[str, typer.Option(help="Ngày đến YYYY-MM-DD. / The day it came.")] = "",
    location: Annotated[str, typer.Option(help="Nơi để bản giấy. / Where the paper lies.")] = "",
    unit: Annotated[str, typer.Option(help="Chữ viết tắt đơn vị soạn. / Drafting unit.")] = "",
    reserved: Annotated[
        int | None, typer.Option(help="Dùng số đã giữ chỗ. / Bind this reserved number.")
    ] = None,
    reserved_period: Annotated[
        int | None, typer.Option(help="Kỳ của số giữ chỗ. / The period it stands in.")
    ] = None,
    key: Annotated[
        str, typer.Option(help="Khóa chống trùng; trống = mới. / Idempotency key.")
    ] = "",
) -> None:
    """Store the files and give the document the next number."""
    from api.services.metadata import RecipientGiven, SignerGiven
    from api.services.paper import ComponentGiven, ReservedNumber
    from tools import assembly
    from tools.ingest.intake import StoreIntake
    from tools.ingest.rows import Row, registration_of

    files = [(ComponentRole.MAIN, main)] if main else []
    files += [(ComponentRole.ANNEX, path) for path in annex or ()]
    files += [(ComponentRole.ATTACHMENT, path) for path in attachment or ()]
    row = Row(
        agency=agency,
        register=register,
        direction=direction,
        subject=subject,
        symbol=symbol,
        issued=issued,
        issuer=issuer,
        kind=kind,
    )
    with assembly.opened(house.settings) as holdings, ExitStack() as stack:
        intake = StoreIntake(holdings, OPERATOR, batch=house.settings.ingest.batch)
        streams = [stack.enter_context(path.open("rb")) for _, path in files]
        blobs = intake.store(streams) if streams else []
        components = tuple(
            ComponentGiven(role=role, blob=blob, name=path.name)
            for (role, path), blob in zip(files, blobs, strict=True)
        )
        bound = ReservedNumber(number=reserved, period=reserved_period) if reserved else None
        registration = msgspec.structs.replace(
            registration_of(row, components),
            unit=unit,
            reserved=bound,
            signer=SignerGiven(name=signer, position=position, capacity=capacity),
            recipients=tuple(RecipientGiven(name=name) for name in recipient or ()),
            pages=pages,
            copies=copies,
            urgency=urgency,
            confidentiality=confidentiality,
            keywords=tuple(keyword or ()),
            note=note,
            due=due,
            arrived=arrived,
            paper=bool(location),
            location=location,
        )
        entered = intake.register(registration, key or f"register-{uuid.uuid4()}")
    house.terminal.result(entered, f"{entered.number}  {entered.symbol}  {entered.document}")
