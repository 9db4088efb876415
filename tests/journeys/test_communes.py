"""A hundred new communes are declared from one sheet beside the running server, and begin to work."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.journeys.desks import Desk, Province, a_file, a_paper, gapless, nothing_for, numbers

COMMUNES = 100
WORDS = "bàn giao từ cấp huyện"
HEAD = "loại;mã cơ quan;mã;tên;đơn vị;tên đăng nhập;nhiệm vụ;chiều;chức vụ;từ ngày;mã phông\n"
ROWS = """\
cơ quan;{code};;UBND xã số {n};;;;;;2025-07-01;X{n}
đơn vị;{code};VP;Văn phòng;;;;;;;
sổ;{code};den;Sổ văn bản đến;;;;đến;;;
sổ;{code};di;Sổ văn bản đi;;;;đi;;;
người;;;Văn thư xã {n};;{login};;;;;
vị trí;{code};;;;{login};văn thư;;Văn thư;;
"""
A_ROW_TOO_MANY = "vị trí;H20.9999;;;;khong-co;văn thư;;;;\n"


def test_a_hundred_communes_are_declared_in_one_go_and_each_registers_its_first_paper(
    province: Province, tmp_path: Path
):
    sheet = tmp_path / "xa.csv"
    rows = "".join(ROWS.format(code=code(n), n=n, login=login(n)) for n in range(COMMUNES))
    sheet.write_text(HEAD + rows + A_ROW_TOO_MANY, encoding="utf-8-sig")
    before = codes(province)
    refused = province.vankho("agency", "import", sheet, "--json")
    nothing_yet = codes(province)
    sheet.write_text(HEAD + rows, encoding="utf-8-sig")
    rehearsed = province.vankho("agency", "import", sheet, "--dry-run", "--json")
    still_nothing = codes(province)

    declared = province.vankho("agency", "import", sheet, "--json")
    again = province.vankho("agency", "import", sheet, "--json")
    clerks = [province.desk(login(n)) for n in range(COMMUNES)]
    with ThreadPoolExecutor(8) as pool:
        papers = list(pool.map(first_paper, range(COMMUNES), clerks))

    assert (refused.code, before, before) == (1, nothing_yet, still_nothing)
    assert rehearsed.lines[0]["declared"] == declared.lines[0]["declared"]
    assert declared.lines[0]["declared"] == {
        "agency": COMMUNES,
        "unit": COMMUNES,
        "register": 2 * COMMUNES,
        "person": COMMUNES,
        "post": COMMUNES,
    }
    assert (again.lines[0]["declared"], again.lines[0]["unchanged"]) == ({}, 6 * COMMUNES)
    assert codes(province) == before | {code(n) for n in range(COMMUNES)}
    assert {one["number"] for one in papers} == {1}
    assert province.is_followed()
    for n in (0, 1, COMMUNES - 1):
        assert clerks[n].finds(WORDS) == [papers[n]["id"]]
        assert all(gapless(numbers(clerks[n], book)) for book in books(clerks[n], n))
        refused_next_door = clerks[n - 1].get(papers[n]["url"])
        assert refused_next_door.status_code == 404
    assert nothing_for(province.bureau().clerk, papers[0], WORDS)


def first_paper(n: int, clerk: Desk) -> dict[str, Any]:
    """The clerk of a commune registers what the district left."""
    file = clerk.brings(a_paper(f"Biên bản {n}"))
    return clerk.registers(code(n), subject=f"Hồ sơ {WORDS}", components=[a_file(file)])


def codes(province: Province) -> set[str]:
    return {one["code"] for one in province.operator.sees("/v1/agencies")["agencies"]}


def books(clerk: Desk, n: int) -> list[dict[str, Any]]:
    return clerk.sees(f"/v1/agencies/{code(n)}/registers")["registers"]


def code(n: int) -> str:
    return f"H20.{1000 + n}"


def login(n: int) -> str:
    return f"van-thu.xa-{n}"
