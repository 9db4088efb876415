"""A register in its legal form: every row on a page, pages chained to the certificate."""

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from lxml import etree

from api.services import printing
from api.services.printing import Format, Line, Sheet
from tests.api.books import closes, problem, reserves, the_book, voids
from tests.api.conftest import NOON, Node
from tests.api.office import a_draft
from tools.printing import PRINTERS
from tools.printing.pages import ROWS_A_PAGE, paged

pytestmark = pytest.mark.parametrize("node", ["memory"], indirect=True)
FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def patch_limit(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def limited(rows: int) -> None:
        monkeypatch.setattr(printing, "MAX_ROWS", dict.fromkeys(("pdf", "xlsx", "csv"), rows))

    return limited


def printed(node: Node, book: str, **query: Any) -> bytes:
    answer = node.clerk.get(f"{book}/print", params=query)
    assert answer.status_code == 200, answer.text
    return answer.content


def a_book_of(node: Node, rows: int) -> str:
    for _ in range(rows):
        node.clerk.registers(**a_draft(kind="Công văn"))
    return the_book(node)


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def text_of(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as pdf:
        return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def test_a_printed_register_has_the_columns_of_the_decree_and_every_row(node: Node):
    book = a_book_of(node, 2)
    reserves(node.clerk, book, until="2026-03-09")
    voids(node.clerk, book, 2)

    head, first, second, third, total = cells(printed(node, book, format="csv"))

    assert len(head) == 10
    assert first[:3] == ["01/STP-VP", "02/03/2026", "Công văn: Về việc rà soát hộ tịch"]
    assert second[-1] == "Hủy ngày 02/03/2026: Ghi nhầm"
    assert third[0] == "03"
    assert third[-1] == "Giữ chỗ cho Phòng Hành chính đến 09/03/2026: Chờ lãnh đạo ký"
    assert total[0] == "Cộng trang 1: 3 dòng; cộng dồn: 3 dòng"


def test_a_register_of_arrivals_has_its_own_columns(node: Node):
    node.clerk.registers(symbol="12/QĐ-UBND", issuer="UBND tỉnh", issued="2026-02-27")

    head, row, _ = cells(printed(node, the_book(node, "den"), format="csv"))

    assert (len(head), head[:3]) == (10, ["Ngày đến", "Số đến", "Tác giả"])
    assert row[:5] == ["02/03/2026", "01", "UBND tỉnh", "12/QĐ-UBND", "27/02/2026"]


def test_pages_are_chained_and_lead_to_the_certificate(node: Node):
    book = a_book_of(node, ROWS_A_PAGE + 2)

    rows = cells(printed(node, book, format="csv"))
    totals = [row for row in rows if row[0].startswith("Cộng trang")]
    (certificate,) = closes(node.province, book, for_good=True).json["closings"]

    assert [row[0] for row in totals] == [
        f"Cộng trang 1: {ROWS_A_PAGE} dòng; cộng dồn: {ROWS_A_PAGE} dòng",
        f"Cộng trang 2: 2 dòng; cộng dồn: {ROWS_A_PAGE + 2} dòng",
    ]
    assert totals[1][1] == f"BLAKE3: {certificate['digest'].removeprefix('blake3:')}"
    assert totals[0][1] != totals[1][1]


def test_a_stretch_of_numbers_bears_the_chain_of_the_whole(node: Node):
    book = a_book_of(node, 5)

    whole = cells(printed(node, book, format="csv"))
    stretch = cells(printed(node, book, format="csv", start=4, stop=4))
    end = cells(printed(node, book, format="csv", start=4))

    assert [row[0] for row in stretch[1:-1]] == ["04/STP-VP"]
    assert end[-1][1] == whole[-1][1]


def test_pdf_and_workbook_say_what_the_csv_says(node: Node):
    book = a_book_of(node, ROWS_A_PAGE + 1)
    chains = [
        row[1] for row in cells(printed(node, book, format="csv")) if row[1].startswith("BLAKE3")
    ]

    pdf = text_of(printed(node, book))
    sheet = workbook(printed(node, book, format="xlsx"))

    assert len(chains) == 2
    for chain in chains:
        assert chain in pdf.replace("\r\n", "")
        assert chain in sheet
    assert f"{ROWS_A_PAGE + 1:02d}/STP-VP" in pdf
    assert "Trang 2/2" in pdf


def test_nothing_that_was_typed_is_a_formula_or_markup(node: Node):
    sheet = Sheet(
        agency=FORMULA,
        code="H20.14",
        register="di",
        title='Sổ #panic("x")',
        period="",
        columns=printing.OUTGOING,
        printed=NOON,
    )
    hostile = (FORMULA, "+1", "-1", "@a", "\t=1", "#let x = 1", "$x$", "*a*", '","', "\uff1d1")
    made: dict[Format, bytes] = {}
    for format_, write in PRINTERS.items():
        out = io.BytesIO()
        write(sheet, iter([Line(1, hostile, bytes(32))]), out)
        made[format_] = out.getvalue()

    assert cells(made[Format.CSV])[1] == [
        *(f"'{cell}" for cell in hostile[:5]),
        *hostile[5:9],
        "'\uff1d1",
    ]
    assert b"<f>" not in worksheet(made[Format.XLSX])
    assert FORMULA in workbook(made[Format.XLSX])
    assert "#let x = 1" in text_of(made[Format.PDF])


def test_an_empty_register_is_one_page(node: Node):
    assert [page.total for page in paged(iter(()))] == [0]
    assert cells(printed(node, the_book(node), format="csv"))[1][1] == "BLAKE3: -"
    assert printed(node, the_book(node)).startswith(b"%PDF")


def test_a_register_longer_than_a_file_may_be_is_printed_in_stretches(
    node: Node, patch_limit: Callable[[int], None]
):
    book = a_book_of(node, 3)
    patch_limit(2)

    refused = node.clerk.get(f"{book}/print", params={"format": "csv"})

    assert (refused.status_code, problem(refused)) == (413, "sheet-too-long")
    assert len(cells(printed(node, book, format="csv", start=2))) == 4


def test_a_printed_register_is_for_who_reads_there(node: Node):
    book = the_book(node)

    assert node.neighbour.get(f"{book}/print").status_code == 404
    assert node.clerk.get(f"{book}/print", params={"format": "doc"}).status_code == 400
    sent = node.clerk.get(f"{book}/print", params={"format": "xlsx"})
    assert sent.headers["Content-Disposition"] == 'attachment; filename="H20.14-di-2026.xlsx"'


def worksheet(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return parts.read("xl/worksheets/sheet1.xml")


def workbook(content: bytes) -> list[str]:
    """The texts of the cells."""
    tree = etree.fromstring(worksheet(content))
    return [one.text or "" for one in tree.iter("{*}t")]


def test_who_signed_to_whom_it_went_and_how_many_copies_stand_in_their_columns(node: Node):
    node.clerk.registers(
        **a_draft(
            signer={"name": "Nguyễn Văn Á"},
            recipients=[{"name": "Sở Y tế"}, {"name": "Lưu: VT"}],
            copies=12,
            note="Gửi giấy",
        )
    )

    _, row, _ = cells(printed(node, the_book(node), format="csv"))

    assert row[3:7] == ["Nguyễn Văn Á", "Sở Y tế; Lưu: VT", "", "12"]
    assert row[-1] == "Gửi giấy"


def test_of_an_arrival_the_day_it_came_and_to_whom_it_was_given_are_printed(node: Node):
    from tests.api.test_receipts import Desks

    desks = Desks(node)
    desks.gives({"role": "lead", "unit": "HT"})
    node.clerk.registers(arrived="2026-02-28")

    _, given, other, _ = cells(printed(node, the_book(node, "den"), format="csv"))

    assert given[6:8] == ["Phòng Hộ tịch", "02/03/2026"]
    assert (other[0], other[6:8]) == ("28/02/2026", ["", ""])
