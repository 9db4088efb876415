"""Messages as different systems write them read the same, or differ where they say something else."""

import io
from datetime import date, datetime

import msgspec
import pytest

from interop.edxml.codes import BusinessStatus, Purpose, status_of
from interop.edxml.envelope import recomposed
from interop.edxml.intake import MemoryIntake
from interop.edxml.messages import Form, Replaced, Status
from interop.edxml.reader import MessageReader
from repository.model.days import VIETNAM_TIME
from tests.interop.edxml.building import (
    PDF,
    SAMPLES,
    TODAY,
    codes,
    document_in,
    named,
    reading,
    the_file,
)

READABLE = sorted(path.stem for path in SAMPLES.glob("*.edxml") if "attack" not in path.stem)
SAME = ("other-prefix", "default-namespace", "decomposed", "business-spelled-right")


def test_a_document_is_read_whole():
    intake = MemoryIntake()

    found = reading(the_file("document"), intake)
    document = document_in(the_file("document"))

    assert (codes(found), found.unknown, found.acceptable) == ([], (), True)
    assert document.sender.in_charge == "UBND tỉnh Thử Nghiệm"
    assert [party.code for party in document.recipients] == ["H20.205", "vxp.mau.07"]
    assert (document.number, document.notation, document.issued) == (
        "88",
        "STL-TH",
        date(2026, 3, 2),
    )
    assert document.subject == "Xin ý kiến về kệ <gỗ> & tủ hồ sơ"
    assert document.appendixes == ("Bảng kê tủ", "Sơ đồ kho")
    assert document.answered[0].document_id == "2f0c7d9a-6a55-4b1e-8a0e-0b7c0f4a9d11"
    assert document.hops[0].at == datetime(2026, 3, 2, 14, 5, 9, tzinfo=VIETNAM_TIME)
    assert document.purpose == Purpose.NEW
    assert document.signature is not None
    assert intake.files == {named(PDF): PDF}


def test_a_file_is_unwrapped_from_its_zip():
    (attachment,) = document_in(the_file("document")).attachments

    assert (attachment.content, attachment.size) == (named(PDF), len(PDF))
    assert (attachment.form, attachment.entry) == (Form.ZIP, "9f1c.pdf")


@pytest.mark.parametrize("variant", SAME)
def test_prefixes_spelling_and_decomposed_letters_change_nothing(variant: str):
    assert document_in(the_file(variant)) == document_in(the_file("document"))


def test_another_order_a_raw_file_and_ids_without_cid_say_the_same():
    found = reading(the_file("dotnet"))
    document = document_in(the_file("dotnet"))
    (attachment,) = document.attachments

    assert codes(found) == []
    assert (attachment.form, attachment.content) == (Form.RAW, named(PDF))
    assert attachment.content_id == "9f1c"
    assert msgspec.structs.replace(document, attachments=()) == msgspec.structs.replace(
        document_in(the_file("document")), attachments=()
    )


def test_an_odd_number_of_the_type_is_a_remark_and_its_name_counts():
    found = reading(the_file("type-18"))

    assert codes(found) == ["M.MessageHeader.DocumentType.Type"]
    assert found.acceptable
    assert document_in(the_file("type-18")).type_name == "Tờ trình"


def test_an_empty_answer_is_none():
    assert codes(reading(the_file("empty-response"))) == []
    assert document_in(the_file("empty-response")).answered == ()


def test_a_hop_may_lack_its_code():
    assert codes(reading(the_file("hop-without-code"))) == []
    assert document_in(the_file("hop-without-code")).hops[0].code == ""


def test_the_id_of_a_document_is_opaque():
    assert document_in(the_file("uuid")).document_id == "0d9c8f52-57a3-4a44-9a8e-7f5b6f1f2c33"


def test_what_is_revoked_is_the_message_s_own_document_unless_another_is_named():
    revoking, updating = document_in(the_file("revoke")), document_in(the_file("update"))

    assert (revoking.purpose, revoking.target) == (Purpose.REVOKE, revoking.document_id)
    assert (updating.purpose, updating.target) == (Purpose.UPDATE, "cu-1")


def test_an_update_says_what_it_changes_and_whom():
    business = document_in(the_file("update")).business

    assert business is not None
    assert business.changed is not None
    assert (business.changed.document, business.changed.receivers) == (1, 1)
    assert [(one.code, one.sort) for one in business.changed.named] == [("H20.205", 0)]


def test_a_replacement_names_what_it_replaces_and_who_has_to():
    business = document_in(the_file("replace")).business

    assert business is not None
    assert business.replaced == (
        Replaced(document_id="cu-1", codes=("H20.205", "H20.206")),
        Replaced(document_id="cu-2", codes=("H20.205",)),
    )


def test_a_status_is_read_whole():
    found = reading(the_file("status"), announced="status")
    status = found.message

    assert codes(found) == []
    assert isinstance(status, Status)
    assert status_of(status.code) is BusinessStatus.REFUSED
    assert status.answered is not None
    assert (status.answered.code, status.answered.issued) == ("H20.31", date(2026, 3, 2))
    assert status.description == "Gửi nhầm nơi nhận"


@pytest.mark.parametrize("name", READABLE)
def test_a_message_put_together_again_reads_the_same(name: str):
    intake = MemoryIntake()
    first = reading(the_file(name), intake)

    again = b"".join(recomposed(first.envelope, lambda name: io.BytesIO(intake.files[name])))
    second = reading(again)

    assert second.message == first.message
    assert second.envelope.skeleton == first.envelope.skeleton
    assert codes(second) == codes(first)


def test_the_skeleton_is_the_message_without_its_files_and_unknown_elements_stay_in_it():
    message = the_file("document").replace(
        b"</edXML:MessageHeader>", b"<edXML:Tu><a xmlns='urn:x'/></edXML:Tu></edXML:MessageHeader>"
    )

    found = reading(message)

    assert found.unknown == ("MessageHeader/Tu",)
    assert found.acceptable
    assert b"<edXML:Tu><a xmlns='urn:x'/></edXML:Tu>" in found.envelope.skeleton
    assert b"UEsDB" in message
    assert b"UEsDB" not in found.envelope.skeleton
    assert found.envelope.size == len(message)


@pytest.mark.parametrize("step", [1, 7, 4096])
def test_pieces_of_any_size_give_the_same(step: int):
    message = the_file("document")
    with MessageReader(MemoryIntake(), today=TODAY) as reader:
        for start in range(0, len(message), step):
            reader.feed(message[start : start + step])
        found = reader.close()

    assert found == reading(message)


def test_a_byte_order_mark_before_it_changes_nothing():
    marked = b"\xef\xbb\xbf" + the_file("document")

    assert document_in(marked) == document_in(the_file("document"))


def test_references_to_characters_and_sections_are_text_like_any_other():
    message = the_file("document").replace(
        "Xin ý kiến về kệ".encode(), "&#88;in ý <![CDATA[kiến về]]> kệ".encode()
    )

    assert document_in(message) == document_in(the_file("document"))
