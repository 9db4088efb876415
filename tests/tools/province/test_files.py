import io
import zipfile
from datetime import date
from xml.etree import ElementTree as ET

import pypdfium2
import pytest

from tools.province.agencies import province_agencies
from tools.province.artwork import seal_of, written_name
from tools.province.documents import draw_drafts
from tools.province.drafts import KINDS, Attachment, Draft, SheetFormat
from tools.province.office_files import office_file
from tools.province.placing import authorised
from tools.province.scans import Ink, scanned
from tools.province.subjects import all_topics
from tools.province.typeset import Typesetter

DRAFTS = draw_drafts(province_agencies(), all_topics(), count=120, seed=3, today=date(2026, 11, 23))


def a_draft(kind: str) -> Draft:
    return next(draft for draft in DRAFTS if draft.kind == kind)


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_of_a_typeset_document_can_be_read_back(typesetter: Typesetter, kind: str):
    draft = a_draft(kind)
    text = text_of(typesetter.document(draft, "05", "whole").pdf)

    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "Độc lập - Tự do - Hạnh phúc" in text
    assert draft.subject in text
    assert draft.signatory.name in text
    assert f"/{draft.notation}" in text
    assert "Nơi nhận:" in text


def test_a_draft_leaves_number_and_day_open_and_the_whole_document_prints_them(
    typesetter: Typesetter,
):
    draft = a_draft("Quyết định")

    assert f"Số: /{draft.notation}" in text_of(typesetter.document(draft, "07", "draft").pdf)
    assert f"Số: 07 /{draft.notation}" in text_of(typesetter.document(draft, "07", "whole").pdf)
    stamped = text_of(typesetter.stamp(draft, "07"))
    assert stamped == f"07 {draft.issued.day:02d} {draft.issued.month}"


def test_the_same_draft_gives_the_same_bytes(typesetter: Typesetter):
    draft = a_draft("Báo cáo")
    again = Typesetter()

    assert typesetter.document(draft, "05", "draft") == again.document(draft, "05", "draft")
    assert typesetter.seal("Sở Nội vụ") == again.seal("Sở Nội vụ")


@pytest.mark.parametrize("kind", KINDS)
def test_places_for_initial_and_signature_are_told_and_lie_on_the_page(
    typesetter: Typesetter, kind: str
):
    typeset = typesetter.document(a_draft(kind), "05", "draft")
    initial, signature = typeset.anchors["initial"], typeset.anchors["authorised"]

    assert (initial.page, initial.y) < (signature.page, signature.y)
    for anchor in (initial, signature):
        assert 0 < anchor.x < 595
        assert 0 < anchor.y < 842


def test_every_page_but_the_first_is_numbered(typesetter: Typesetter):
    long = max(DRAFTS, key=lambda draft: sum(len(block.text) for block in draft.blocks))
    with pypdfium2.PdfDocument(typesetter.document(long, "05", "draft").pdf) as document:
        heads = [page.get_textpage().get_text_range()[:2].strip() for page in document]

    assert len(heads) > 1
    assert heads[1:] == [str(page) for page in range(2, len(heads) + 1)]


def test_a_scan_has_the_pages_of_the_paper_and_no_text(typesetter: Typesetter):
    typeset = typesetter.document(a_draft("Công văn"), "05", "whole")
    draft = a_draft("Công văn")
    ink = Ink(picture=written_name("Lê Văn A", 1), place=authorised(typeset.anchors["authorised"]))

    scan = scanned(typeset.pdf, [ink], seed="1", at=draft.issued)

    assert text_of(scan) == ""
    assert len(pypdfium2.PdfDocument(scan)) == len(pypdfium2.PdfDocument(typeset.pdf))
    assert scan == scanned(typeset.pdf, [ink], seed="1", at=draft.issued)
    assert scan != scanned(typeset.pdf, [ink], seed="2", at=draft.issued)


def test_seals_and_written_names_are_transparent_around_their_ink(typesetter: Typesetter):
    for picture in (seal_of(typesetter.seal("Sở Y tế")), written_name("Lê Văn A", 1)):
        image = picture.image()

        assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]
        assert image.getchannel("A").getextrema() == (0, 255)


def test_a_person_always_writes_the_same_name_and_others_write_another():
    assert written_name("Lê Văn A", 1) == written_name("Lê Văn A", 1)
    assert written_name("Lê Văn A", 1) != written_name("Lê Văn B", 1)


@pytest.mark.parametrize(
    ("form", "part"), [("docx", "word/document.xml"), ("xlsx", "xl/worksheets/sheet1.xml")]
)
def test_office_files_are_archives_of_readable_xml_with_every_cell(form: SheetFormat, part: str):
    rows = (("STT", "Đơn vị"), ("1", "xã <An> & Phú"))
    attachment = Attachment(name=f"a.{form}", format=form, title="Biểu số liệu", rows=rows)

    content = office_file(attachment)

    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        parts = {name: ET.fromstring(package.read(name)) for name in package.namelist()}
    words = list(parts[part].itertext())
    assert words == ["Biểu số liệu", "STT", "Đơn vị", "1", "xã <An> & Phú"]
    declared = {node.get("PartName", "") for node in parts["[Content_Types].xml"]}
    assert f"/{part}" in declared
    assert content == office_file(attachment)
