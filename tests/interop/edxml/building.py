"""Messages as tests want them: made in a line, written, read back."""

import io
import zipfile
from base64 import b64encode
from datetime import date, datetime
from pathlib import Path

import msgspec

from interop.edxml.intake import MemoryIntake
from interop.edxml.limits import STANDARD, Limits
from interop.edxml.messages import (
    Answered,
    Attachment,
    Document,
    Form,
    Hop,
    Message,
    Party,
    Reference,
    Status,
)
from interop.edxml.reader import MessageType, Reading, read
from interop.edxml.writer import Writing
from repository.blobs.address import digest_of
from repository.model.days import VIETNAM_TIME

SAMPLES = Path(__file__).parent / "samples"
TODAY = date(2026, 6, 1)
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n"
URI = "http://www.mic.gov.vn/TBT/QCVN_102_2016"


def the_file(name: str) -> bytes:
    return (SAMPLES / f"{name}.edxml").read_bytes()


def named(content: bytes) -> str:
    return f"blake3:{digest_of(content).hex()}"


def an_attachment(content: bytes = PDF, number: int = 1, form: Form = Form.ZIP) -> Attachment:
    return Attachment(
        content_id=f"tep-{number}",
        name=f"van-ban-{number}.pdf",
        content_type="application/pdf",
        content=named(content),
        size=len(content),
        form=form,
        entry=f"tep-{number}.pdf" if form is Form.ZIP else "",
    )


def a_document(*attachments: Attachment, **changes: object) -> Document:
    """A document as short as the rules allow, with *attachments* listed in its manifest."""
    document = Document(
        sender=Party(code="H20.14", name="Sở Mẫu"),
        recipients=(Party(code="H20.201"),),
        document_id="H20.14-2026-7/SM-VP",
        number="7",
        notation="SM-VP",
        issued=date(2026, 5, 4),
        type_group=2,
        type_number=18,
        type_name="Công văn",
        subject="V/v mẫu thử",
        signer="Nguyễn Thị Thử",
        hops=(Hop(code="H20.14", at=datetime(2026, 5, 4, 8, 0, tzinfo=VIETNAM_TIME)),),
        references=tuple(
            Reference(content_id=one.content_id, content_type="application/pdf", name=one.name)
            for one in attachments
        ),
        attachments=attachments,
    )
    return msgspec.structs.replace(document, **changes)


def a_status(**changes: object) -> Status:
    status = Status(
        sender=Party(code="H20.201", name="UBND xã Thử"),
        answered=Answered(code="H20.14", document_id="H20.14-2026-7/SM-VP", symbol="7/SM-VP"),
        code="03",
        at=datetime(2026, 5, 4, 9, 30, tzinfo=VIETNAM_TIME),
    )
    return msgspec.structs.replace(status, **changes)


def written(message: Message, *contents: bytes) -> bytes:
    """The bytes of *message*, whose files are *contents*."""
    files = {named(content): content for content in contents}
    writing = Writing(message, lambda name: io.BytesIO(files[name]), today=TODAY)
    whole = b"".join(writing.pieces())
    assert len(whole) == writing.size
    return whole


def reading(
    message: bytes,
    intake: MemoryIntake | None = None,
    *,
    announced: MessageType | None = None,
    limits: Limits = STANDARD,
) -> Reading:
    intake = intake or MemoryIntake()
    try:
        return read(io.BytesIO(message), intake, today=TODAY, announced=announced, limits=limits)
    finally:
        assert intake.open_sinks == 0


def document_in(message: bytes) -> Document:
    found = reading(message).message
    assert isinstance(found, Document)
    return found


def codes(found: Reading) -> list[str]:
    return [fault.code for fault in found.faults]


def with_payload(payload: bytes, name: str = "van-ban-1.pdf") -> bytes:
    """A message whose only file is *payload*, as it lies under Base64, attached as *name*."""
    return with_signs(b64encode(payload), name)


def with_signs(signs: bytes, name: str = "van-ban-1.pdf") -> bytes:
    """The same with *signs* where Base64 is expected."""
    message = written(a_document(an_attachment()), PDF)
    begin = message.index(b">", message.index(b"<edXML:ContentTransferEncoded")) + 1
    end = message.index(b"</edXML:ContentTransferEncoded")
    renamed = message[:begin].replace(b"van-ban-1.pdf", name.encode())
    return renamed + signs + message[end:]


def zipped(*entries: tuple[str, bytes], deflated: bool = True) -> bytes:
    file = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in entries:
            made.writestr(name, content)
    return file.getvalue()
