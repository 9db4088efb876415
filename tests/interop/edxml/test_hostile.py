"""Messages made to harm are refused by their codes, and nothing of them stays open."""

import struct
import zipfile
from base64 import b64encode
from io import BytesIO
from itertools import count

import msgspec
import pytest

from interop.edxml.intake import MemoryIntake
from interop.edxml.limits import KIB, MIB, STANDARD, Limits
from interop.edxml.messages import Form
from interop.edxml.plain import safe_name
from interop.edxml.reader import MessageReader
from interop.edxml.troubles import DoctypeRefused, Level, MessageFault
from tests.interop.edxml.building import (
    PDF,
    SAMPLES,
    TODAY,
    URI,
    codes,
    document_in,
    named,
    reading,
    the_file,
    with_payload,
    with_signs,
    zipped,
)

ATTACKS = sorted(path.stem for path in SAMPLES.glob("attack-*.edxml"))
OPEN = f'<edXML xmlns="{URI}">'.encode()


def refusal(message: bytes, limits: Limits = STANDARD) -> MessageFault:
    intake = MemoryIntake()
    with pytest.raises(MessageFault) as refused:
        reading(message, intake, limits=limits)
    return refused.value


@pytest.mark.parametrize("name", ATTACKS)
def test_a_doctype_is_refused_whatever_it_declares(name: str):
    assert refusal(the_file(name)).code == "X.Dtd"


def test_a_doctype_is_refused_at_its_first_token():
    reader = MessageReader(MemoryIntake(), today=TODAY)

    with pytest.raises(DoctypeRefused):
        reader.feed(b"<!DOCTYPE edXML [" + b" " * 70_000)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"   ",
        b"%PDF-1.7",
        b"\x00",
        OPEN,
        OPEN + b"</edXML>x",
        OPEN + b"&khong;</edXML>",
        OPEN + b"\xff</edXML>",
        OPEN.decode().encode("utf-16"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + OPEN + b"</edXML>",
        OPEN + b"<a:b/></edXML>",
        OPEN + b"&#0;</edXML>",
        the_file("document")[:-20],
    ],
)
def test_what_is_not_xml_in_utf8_is_refused(message: bytes):
    assert refusal(message).code == "X.Syntax"


@pytest.mark.parametrize(
    "root",
    [
        b"<edXML/>",
        b"<edXML xmlns='urn:x'/>",
        f"<edxml xmlns='{URI}'/>".encode(),
        b"<e:Envelope xmlns:e='http://www.e-doc.vn/Schema/'/>",
    ],
)
def test_another_root_is_refused(root: bytes):
    assert refusal(root).code == "X.Namespace"


@pytest.mark.parametrize(
    "inside",
    [
        b"<a>" * 32 + b"</a>" * 32,
        b"<a/>" * 20_000,
        b"<a " + b" ".join(b"x%d=''" % n for n in range(65)) + b"/>",
        b"<a>" + b"x" * (MIB + 1) + b"</a>",
        b"<!--" + b"x" * MIB + b"-->",
        b"<a x='" + b"x" * MIB + b"'/>",
        b"<!-- x -->" * (500 * KIB),
        b"<a xmlns='" + b"x" * 600 + b"'/>",
        b"<" + b"a" * 600 + b"/>",
    ],
    ids=["depth", "elements", "attributes", "text", "comment", "value", "comments", "uri", "name"],
)
def test_what_is_too_much_is_refused(inside: bytes):
    assert refusal(OPEN + inside + b"</edXML>").code == "X.Limit"


def test_32_elements_within_each_other_are_not_too_many():
    found = reading(OPEN + b"<a>" * 31 + b"</a>" * 31 + b"</edXML>")

    assert found.unknown == ("a",)


def test_a_sender_without_end_is_refused():
    seconds = count(step=61)
    reader = MessageReader(MemoryIntake(), today=TODAY, monotonic=lambda: next(seconds))

    with pytest.raises(MessageFault, match="seconds"):
        reader.feed(b" " * 10 * 65536)


def test_after_a_fault_the_reader_says_the_same_again():
    reader = MessageReader(MemoryIntake(), today=TODAY)
    with pytest.raises(DoctypeRefused):
        reader.feed(b"<!DOCTYPE x>" + b" " * 70_000)

    with pytest.raises(DoctypeRefused):
        reader.close()


@pytest.mark.parametrize(
    "signs",
    [
        b"QUJD!",
        b"QUJDRA==QQ==",
        b"QUJDRA",
        b"QUJDRA=",
        b"QUJDRA=== ",
        b"=QUJ",
        "QUJDĐQ==".encode(),
        b"QUJD<a/>RA==",
        b"QUJD-_==",
    ],
)
def test_base64_that_is_not_strict_is_refused(signs: bytes):
    assert refusal(with_signs(signs)).code == "B.Base64"


def test_base64_in_lines_and_in_a_section_is_taken():
    signs = b64encode(PDF)
    lines = b"\r\n".join(signs[start : start + 7] for start in range(0, len(signs), 7))

    (attachment,) = document_in(with_signs(b"\n<![CDATA[" + lines + b"]]> \t")).attachments

    assert attachment.content == named(PDF)


@pytest.mark.parametrize("signs", [b"", b" \n", b64encode(zipped(("a.pdf", b"")))])
def test_an_empty_file_is_a_fault(signs: bytes):
    found = reading(with_signs(signs))

    assert codes(found) == ["B.Empty"]
    assert not found.acceptable


def test_a_zip_that_swells_is_refused_while_it_is_inflated():
    bomb = zipped(("a.pdf", b"\0" * (10 * MIB)))
    assert 10 * MIB / len(bomb) > 900

    assert refusal(with_payload(bomb)).code == "B.Zip"


def test_a_zip_that_lies_about_its_size_is_refused():
    lying = bytearray(zipped(("a.pdf", b"x" * 5000)))
    for at in (lying.index(b"PK\x03\x04") + 22, lying.index(b"PK\x01\x02") + 24):
        lying[at : at + 4] = struct.pack("<I", 100)

    assert refusal(with_payload(bytes(lying))).code == "B.Zip"


@pytest.mark.parametrize("at", [14, 16])
def test_a_zip_with_a_wrong_checksum_is_refused(at: int):
    damaged = bytearray(zipped(("a.pdf", PDF), deflated=False))
    damaged[damaged.index(PDF) + at] ^= 1

    assert refusal(with_payload(bytes(damaged))).code == "B.Zip"


def test_a_locked_zip_is_refused():
    locked = bytearray(zipped(("a.pdf", PDF)))
    for at in (6, locked.index(b"PK\x01\x02") + 8):
        locked[at] |= 1

    assert refusal(with_payload(bytes(locked))).code == "B.Zip"


def test_deflated_bytes_that_are_none_are_refused():
    broken = bytearray(zipped(("a.pdf", PDF * 50)))
    broken[35:45] = b"\xff" * 10

    assert refusal(with_payload(bytes(broken))).code == "B.Zip"


def test_a_name_that_would_not_fit_when_it_is_written_again_is_no_wrapping():
    found = reading(with_payload(zipped(("é" * 600 + ".pdf", PDF))))

    assert [(fault.code, fault.level) for fault in found.faults] == [("B.Zip", Level.ERROR)]


def test_faults_without_end_are_refused():
    inside = "".join(f"<Reference><ContentId>{n}</ContentId></Reference>" for n in range(1001))
    message = the_file("default-namespace").replace(
        b"</edXMLManifest>", inside.encode() + b"</edXMLManifest>"
    )

    assert refusal(message).code == "X.Limit"


def test_a_name_that_leads_elsewhere_is_compared_and_never_used():
    (attachment,) = document_in(with_payload(zipped(("../../etc/x.pdf", PDF)))).attachments

    assert (attachment.content, attachment.entry) == (named(PDF), "../../etc/x.pdf")
    assert safe_name(attachment.entry) == "x.pdf"


def test_a_zip_of_two_files_called_pdf_is_put_aside():
    found = reading(with_payload(zipped(("a.pdf", PDF), ("b.pdf", PDF))))

    assert [(fault.code, fault.level) for fault in found.faults] == [("B.Zip", Level.ERROR)]


def test_a_zip_whose_entry_is_something_else_is_kept_as_it_is_with_a_remark():
    payload = zipped(("a.exe", PDF))

    found = reading(with_payload(payload))

    assert [(fault.code, fault.level) for fault in found.faults] == [("B.Zip", Level.FLAG)]
    assert document_in(with_payload(payload)).attachments[0].content == named(payload)


@pytest.mark.parametrize(
    "payload",
    [
        zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")),
        zipped(("word/document.xml", b"<w/>")),
        b"PK\x03\x04 broken",
    ],
)
def test_a_raw_office_file_stays_whole(payload: bytes):
    message = with_payload(payload, "bao-cao.docx")
    (attachment,) = document_in(message).attachments

    assert codes(reading(message)) == []
    assert (attachment.form, attachment.content) == (Form.RAW, named(payload))


def test_a_zip_written_by_a_streaming_sender_is_unwrapped():
    class Unseekable(BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    file = Unseekable()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.pdf", PDF)

    (attachment,) = document_in(with_payload(file.getvalue())).attachments

    assert (attachment.content, attachment.form) == (named(PDF), Form.ZIP)


SMALL = Limits(message=8 * KIB, attachment=1 * KIB, content=1500, attachments=2)


@pytest.mark.parametrize(
    "message",
    [
        the_file("document") + b" " * 8 * KIB,
        with_payload(b"x" * 1100),
        with_payload(zipped(("a.pdf", b"x" * 1100))),
    ],
)
def test_a_message_or_file_over_its_limit_is_refused(message: bytes):
    assert refusal(message, SMALL).code == "B.Size"


def more_files(message: bytes, number: int) -> bytes:
    begin = message.index(b"    <Attachment>")
    end = message.index(b"  </AttachmentEncoded>")
    return message[:end] + message[begin:end] * number + message[end:]


def test_many_files_are_refused_by_their_number_and_by_their_bytes_together():
    assert refusal(more_files(with_payload(b"x"), 2), SMALL).code == "B.Size"
    assert refusal(more_files(with_payload(b"x" * 1000), 1), SMALL).code == "B.Size"


def test_a_file_that_is_not_listed_listed_twice_or_not_there_is_a_fault():
    twice = reading(more_files(with_payload(PDF), 1))
    other = reading(with_payload(PDF).replace(b"<ContentId>cid:tep-1", b"<ContentId>cid:tep-2"))

    assert codes(twice) == ["B.Manifest"]
    assert codes(other) == ["B.Manifest", "B.Manifest"]


def test_two_payloads_of_one_file_are_refused():
    message = with_payload(PDF)
    begin = message.index(b"      <edXML:ContentTransferEncoded")
    end = message.index(b"    </Attachment>")

    assert refusal(message[:end] + message[begin:end] + message[end:]).code == "B.Manifest"


def test_a_status_carries_no_files():
    message = with_payload(PDF).replace(
        b"</edXML:MessageHeader>", b"<edXML:StatusCode>03</edXML:StatusCode></edXML:MessageHeader>"
    )

    assert "B.Manifest" in codes(reading(message))


def test_limits_stand_where_they_are_said():
    assert msgspec.structs.asdict(STANDARD) == {
        "message": 200 * MIB,
        "attachment": 100 * MIB,
        "content": 300 * MIB,
        "attachments": 50,
        "depth": 32,
        "elements": 20_000,
        "attributes": 64,
        "text": MIB,
        "skeleton": 4 * MIB,
        "token": 256 * KIB,
        "name": 512,
        "ratio": 100,
        "ratio_from": MIB,
        "faults": 1000,
        "seconds": 300.0,
    }
