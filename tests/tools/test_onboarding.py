"""A province is declared from one sheet: all of it, or nothing and every reason."""

from pathlib import Path

import pytest

from tests.tools.command import Vankho

HEAD = "loại;mã cơ quan;mã;tên;đơn vị;tên đăng nhập;nhiệm vụ;chiều;chức vụ;từ ngày;mã phông\n"
ROWS = """\
vị trí;H20.201;;;VP;nva;văn thư;;Chuyên viên;;
cơ quan;H20.201;;UBND xã Mỹ Hiệp;;;;;;2025-07-01;XMH
đơn vị;H20.201;VP;Văn phòng;;;;;;;
người;;;Nguyễn Văn A;;nva;;;;;
sổ;H20.201;den;Sổ văn bản đến;;;;đến;;;
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "xa.csv"
    path.write_text("\ufeff" + HEAD + ROWS, encoding="utf-8")
    return path


def test_a_sheet_declares_everything_in_whatever_order_it_comes(vankho: Vankho, sheet: Path):
    done = vankho("agency", "import", sheet, "--json")

    assert done.code == 0, done.err
    assert done.lines[0]["declared"] == {
        "agency": 1,
        "unit": 1,
        "register": 1,
        "person": 1,
        "post": 1,
    }
    agencies = {one["code"]: one for one in vankho("agency", "list", "--json").lines}
    assert agencies["H20.201"]["name"] == "UBND xã Mỹ Hiệp"


def test_the_same_sheet_again_changes_nothing_and_a_longer_one_adds(vankho: Vankho, sheet: Path):
    vankho("agency", "import", sheet)
    with sheet.open("a", encoding="utf-8") as file:
        file.write("sổ;H20.201;di;Sổ văn bản đi;;;;đi;;;\n")

    again = vankho("agency", "import", sheet, "--json").lines[0]

    assert (again["declared"], again["unchanged"]) == ({"register": 1}, 5)


def test_a_hundred_communes_are_declared_in_one_go(vankho: Vankho, tmp_path: Path):
    lines = ["what,agency,code,name,direction,since"]
    for n in range(100):
        code = f"H20.{300 + n}"
        lines.append(f"agency,{code},,UBND xã số {n},,2025-07-01")
        lines.append(f"register,{code},den,Sổ văn bản đến,incoming,")
        lines.append(f"register,{code},di,Sổ văn bản đi,outgoing,")
    sheet = tmp_path / "communes.csv"
    sheet.write_text("\n".join(lines), encoding="utf-8")

    done = vankho("agency", "import", sheet, "--json")

    assert done.lines[0]["declared"] == {"agency": 100, "register": 200}


def test_a_rehearsal_tells_the_same_and_declares_nothing(vankho: Vankho, sheet: Path):
    before = vankho("agency", "list", "--json").lines

    told = vankho("agency", "import", sheet, "--dry-run", "--json")

    assert (told.code, told.lines[0]["rehearsal"]) == (0, True)
    assert vankho("agency", "list", "--json").lines == before


def test_every_row_that_cannot_be_is_told_and_nothing_is_declared(vankho: Vankho, sheet: Path):
    bad = [
        "cơ quan;h20.2;;Mã sai;;;;;;;",
        "đơn vị;H20.999;VP;Cơ quan không có;;;;;;;",
        "vị trí;H20.201;;;PHÒNG-X;nva;chuyên viên;;;;",
        "sổ;H20.201;di;Thiếu chiều;;;;;;;",
    ]
    with sheet.open("a", encoding="utf-8") as file:
        file.write("\n".join(bad))
    before = vankho("agency", "list", "--json").lines

    refused = vankho("agency", "import", sheet, "--json")

    assert refused.code == 1
    told = {row["line"]: row["type"] for row in refused.lines if "line" in row}
    assert told == {
        7: "/problems/field-unfit",
        8: "/problems/unknown-agency",
        9: "/problems/unknown-unit",
        10: "/problems/field-missing",
    }
    assert vankho("agency", "list", "--json").lines == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"what,agency,colour\nagency,H20.1,red\n",
        b"what,what\nagency,agency\n",
        "loại\ncơ quan".encode("utf-16"),
        b'what,name\nagency,"x\n',
    ],
)
def test_what_is_no_sheet_is_refused_with_a_reason(vankho: Vankho, tmp_path: Path, content: bytes):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)

    refused = vankho("agency", "import", path)

    assert refused.code == 1
    assert "Traceback" not in refused.err


def test_cells_that_say_nothing_known_are_told_by_line(vankho: Vankho, tmp_path: Path):
    path = tmp_path / "bad.csv"
    path.write_text("what,agency,opening\nship,H20.1,1\nregister,H20.1,many\n", encoding="utf-8")

    refused = vankho("agency", "import", path, "--json")

    assert [row["line"] for row in refused.lines if "line" in row] == [2, 3]
