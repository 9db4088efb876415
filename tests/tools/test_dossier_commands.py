"""`vankho file-list` and `vankho dossier`: a year's list from a sheet, dossiers looked at and printed."""

import csv
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from api.services.dossier_items import AddItems, ItemGiven
from api.services.dossier_words import RetentionGiven
from api.services.dossiers import DossierGiven, OpenDossier
from api.services.organisation import EnterPerson, GivePost, OpenUnit
from repository.model.access import OPERATOR
from repository.model.people import Duty
from tests.tools.command import ENGLISH, Vankho
from tools.assembly import opened
from tools.settings import load

LIST = ("H20.14", 2026)
HEAD = ("Số, ký hiệu", "Đề mục", "Tiêu đề", "Thời hạn bảo quản", "Tính từ", "Đơn vị", "Ghi chú")
ROWS = (
    ("01.TH", "I. Tổng hợp", "Kế hoạch năm", "Vĩnh viễn", "", "", ""),
    ("02.TH", "I. Tổng hợp", "Giấy phép", "20 năm", "Hết hiệu lực", "", "Theo từng giấy"),
    ("03.TH", "II. Khác", "Công văn trao đổi", "5", "", "", ""),
)


@pytest.fixture(params=["csv", "xlsx"])
def sheet(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"danh-muc.{request.param}"
    if request.param == "csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([HEAD, *ROWS])
    else:
        write_workbook(path, [HEAD, *ROWS])
    return path


def write_workbook(path: Path, rows: list[tuple[str, ...]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("Danh mục")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                # A spreadsheet keeps a number as a number.
                if cell.isdigit() and column == 3:
                    page.write_number(number, column, int(cell))
                else:
                    page.write_string(number, column, cell)


def test_a_list_is_taken_in_from_a_sheet_issued_and_printed(
    vankho: Vankho, sheet: Path, tmp_path: Path
):
    vankho("file-list", "draft", *LIST)
    told = vankho("file-list", "import", *LIST, sheet, "--dry-run", "--json").lines[0]
    assert (told["added"], vankho("file-list", "show", *LIST).out) == (3, "")

    taken = vankho("file-list", "import", *LIST, sheet, "--json")
    issued = vankho("file-list", "issue", *LIST, "--decision", "5/QĐ-SNV", "--json").lines[0]
    printed = vankho("file-list", "print", *LIST, "--out", tmp_path / "in.csv")

    assert (taken.code, taken.lines[0]["added"], issued["state"]) == (0, 3, "issued")
    shown = vankho("file-list", "show", *LIST, "--json").lines
    assert [(one["symbol"], one["years"], one["trigger"]) for one in shown] == [
        ("01.TH", None, "work-ended"),
        ("02.TH", 20, "expiry"),
        ("03.TH", 5, "work-ended"),
    ]
    assert printed.code == 0
    assert "20 năm từ khi hết hiệu lực" in (tmp_path / "in.csv").read_text(encoding="utf-8")
    copied = vankho("file-list", "draft", "H20.14", 2027, "--copy-from", 2026, "--json").lines[0]
    assert copied["entries"] == 3


def test_every_row_that_cannot_be_is_told_and_nothing_is_taken_in(vankho: Vankho, tmp_path: Path):
    vankho("file-list", "draft", *LIST)
    path = tmp_path / "xau.csv"
    twice = ("01.TH", "", "Trùng", "5", "", "", "")
    strange = ("05.TH", "", "Đơn vị lạ", "5", "", "KHÁC", "")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *ROWS, twice, strange])
    refused = vankho("file-list", "import", *LIST, path, "--json")
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(("06", "", "Hạn lạ", "mãi mãi", "", "", ""))
        csv.writer(file).writerow(("07", "", "", "5", "", "", ""))
    unreadable = vankho("file-list", "import", *LIST, path, "--json")

    assert (refused.code, unreadable.code) == (1, 1)
    told = {row["line"]: row["type"] for row in refused.lines if "line" in row}
    assert told == {5: "/problems/entry-twice", 6: "/problems/unknown-unit"}
    assert [row["line"] for row in unreadable.lines if "line" in row] == [7, 8]
    assert vankho("file-list", "show", *LIST).out == ""


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04 no workbook", b"\xff\xfe"])
def test_what_is_no_sheet_is_refused_with_a_reason(vankho: Vankho, tmp_path: Path, content: bytes):
    vankho("file-list", "draft", *LIST)
    path = tmp_path / "bad"
    path.write_bytes(content)

    refused = vankho("file-list", "import", *LIST, path)

    assert refused.code == 1
    assert "Traceback" not in refused.err


def test_a_workbook_that_claims_billions_of_cells_harms_nobody(vankho: Vankho, tmp_path: Path):
    path = tmp_path / "lon.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("Danh mục")
        page.write_string(0, 0, "Số, ký hiệu")
        page.write_string(1_048_575, 16_383, "x")
    vankho("file-list", "draft", *LIST)

    refused = vankho("file-list", "import", *LIST, path)

    assert path.stat().st_size < 10_000
    assert (refused.code, "XLSX" in refused.err, "Traceback" in refused.err) == (1, True, False)


def test_dossiers_are_listed_looked_through_and_printed(vankho: Vankho, tmp_path: Path):
    said = ("--agency", "H20.14", "--register", "di", "--direction", "outgoing", "--json")
    document = vankho("register", *said, "--subject", "Về việc rà soát").lines[0]["document"]
    settings = load({"VANKHO_STORE": str(vankho.store), **ENGLISH})
    with opened(settings) as holdings:
        submit = holdings.keeper.submit
        submit(OpenUnit(caller=OPERATOR, agency="H20.14", code="TH", name="Phòng Tổng hợp"))
        submit(EnterPerson(caller=OPERATOR, login="nva", name="Nguyễn Văn A"))
        submit(
            GivePost(caller=OPERATOR, login="nva", agency="H20.14", duty=Duty.OFFICER, unit="TH")
        )
        given = DossierGiven(
            agency="H20.14",
            symbol="01.TH",
            title="Hồ sơ rà soát",
            retention=RetentionGiven(years=10),
            login="nva",
        )
        dossier = submit(OpenDossier(caller=OPERATOR, given=given))
        items = (ItemGiven(document=document, pages=2),)
        submit(AddItems(caller=OPERATOR, dossier=dossier.id, items=items, seen=None))

    listed = vankho("dossier", "list", "H20.14", "--json").lines
    shown = vankho("dossier", "show", dossier.id, "--json").lines
    found = vankho("dossier", "check", dossier.id, "--json").lines
    out = tmp_path / "muc-luc.xlsx"
    printed = vankho("dossier", "print", dossier.id, "--out", out)

    assert [(one["symbol"], one["items"]) for one in listed] == [("01.TH", 1)]
    assert (shown[0]["id"], shown[1]["document"]) == (dossier.id, document)
    assert {one["check"] for one in found} == {"without-file"}
    assert (printed.code, out.read_bytes()[:2]) == (0, b"PK")
    due = ("--state", "closed", "--due", date.today().isoformat())  # noqa: DTZ011
    assert vankho("dossier", "list", "H20.14", *due).out == ""
