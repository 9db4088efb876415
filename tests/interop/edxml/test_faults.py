"""A received message tells all its faults at once, each with its code, its place and its line."""

import pytest

from interop.edxml.troubles import Level
from tests.interop.edxml.building import codes, reading, the_file

ERROR, FLAG = Level.ERROR, Level.FLAG


def changed(name: str, old: str, new: str) -> bytes:
    message = the_file(name).decode()
    assert old in message
    return message.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("old", "new", "code", "level"),
    [
        ("88</edXML:CodeNumber", "</edXML:CodeNumber", "N.MessageHeader.Code.CodeNumber", ERROR),
        ("Tờ trình", "", "N.MessageHeader.DocumentType.TypeName", ERROR),
        ("Sở Tài liệu mẫu", "", "N.MessageHeader.From.OrganName", FLAG),
        ("H20.31,2026/03/02,88/STL-TH", "", "N.MessageHeader.DocumentId", FLAG),
        ("Thử Nghiệm</edXML:Place>", f"{'x' * 51}</edXML:Place>", "R.MessageHeader.PromulgationInfo.Place", FLAG),
        ("2026/03/02</", "2026/13/02</", "M.MessageHeader.PromulgationInfo.PromulgationDate", FLAG),
        ("2026/03/02</", "2026/06/02</", "M.Date", FLAG),
        ("<edXML:Priority>2", "<edXML:Priority>7", "M.MessageHeader.OtherInfo.Priority", FLAG),
        ("<edXML:Priority>2", "<edXML:Priority>hai", "M.MessageHeader.OtherInfo.Priority", FLAG),
        ("<edXML:SteeringType>1", "<edXML:SteeringType>2", "M.MessageHeader.SteeringType", FLAG),
        ("DocType>0", "DocType>4", "M.TraceHeaderList.Bussiness.BussinessDocType", ERROR),
        ("DocType>0", "DocType>mới", "M.TraceHeaderList.Bussiness.BussinessDocType", ERROR),
        ("DocType>0", "DocType>", "N.TraceHeaderList.Bussiness.BussinessDocType", ERROR),
        ("vxp.mau.07", "H20.205", "M.To.Duplicate", FLAG),
        ("vxp.mau.07", "H20 205", "M.MessageHeader.To.OrganId", FLAG),
        ("H20.31<", "H20 31<", "M.MessageHeader.From.OrganId", ERROR),
        ("vt@mau.example", "khong co", "M.MessageHeader.From.Email", FLAG),
        ("<edXML:Subject>", "<edXML:Subject>a</edXML:Subject><edXML:Subject>", "M.MessageHeader.Subject", ERROR),
        ("14:05:09", "25:05:09", "M.TraceHeaderList.TraceHeader.Timestamp", FLAG),
        ("cid:9f1c", "", "N.edXMLManifest.Reference.ContentId", ERROR),
    ],
)  # fmt: skip
def test_a_fault_of_a_document_has_its_code_and_what_follows(
    old: str, new: str, code: str, level: Level
):
    found = reading(changed("document", old, new))

    assert (code, level) in [(fault.code, fault.level) for fault in found.faults]
    assert found.acceptable is all(fault.level is FLAG for fault in found.faults)


@pytest.mark.parametrize(
    ("old", "new", "code", "level"),
    [
        (">02<", ">2<", "M.MessageHeader.StatusCode", ERROR),
        (">02<", ">21<", "UNKNOWN_STATUS", FLAG),
        ("Gửi nhầm nơi nhận", "", "N.MessageHeader.Description", FLAG),
        ("H20.31<", "<", "N.MessageHeader.ResponseFor.OrganId", ERROR),
        ("2026/03/02 15:00:00", "hôm qua", "M.MessageHeader.Timestamp", ERROR),
    ],
)
def test_a_fault_of_a_status_has_its_code_and_what_follows(
    old: str, new: str, code: str, level: Level
):
    found = reading(changed("status", old, new))

    assert [(fault.code, fault.level) for fault in found.faults] == [(code, level)]


def test_all_faults_are_told_with_place_and_line():
    message = changed("document", "vxp.mau.07", "H20 205").decode()
    message = message.replace("2026/03/20", "mai").replace("<edXML:Type>2", "<edXML:Type>9")
    lines = message.split("\n")

    faults = reading(message.encode()).faults

    assert {(fault.place, lines[fault.line - 1].strip()) for fault in faults} == {
        ("MessageHeader/To[2]/OrganId", "<edXML:OrganId>H20 205</edXML:OrganId>"),
        ("MessageHeader/DueDate", "<edXML:DueDate>mai</edXML:DueDate>"),
        ("MessageHeader/DocumentType/Type", "<edXML:Type>9</edXML:Type>"),
    }


def test_a_fault_is_told_in_both_languages():
    (fault,) = reading(changed("document", "2026/03/20", "mai")).faults

    assert fault.sentence == (
        "M.MessageHeader.DueDate at MessageHeader/DueDate: 'mai' is not a day, yyyy/MM/dd."
    )
    assert fault.sentence_vi.startswith("M.MessageHeader.DueDate tại MessageHeader/DueDate: 'mai'")


def test_a_number_out_of_its_range_is_told_as_it_stands():
    (fault,) = reading(the_file("type-18")).faults

    assert fault.sentence.endswith("Type: 18 is not 1 … 2.")


def test_what_the_axis_calls_it_is_compared_with_what_it_is():
    assert codes(reading(the_file("status"), announced="edoc")) == ["TYPE_MISMATCH"]
    assert codes(reading(the_file("document"), announced="status")) == ["TYPE_MISMATCH"]


def test_a_message_with_nothing_in_it_says_what_is_missing():
    empty = b'<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"/>'

    found = reading(empty)

    assert {"N.MessageHeader.From", "N.MessageHeader.To", "N.MessageHeader.Subject"} <= set(
        codes(found)
    )
    assert not found.acceptable
