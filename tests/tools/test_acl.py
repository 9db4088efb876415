"""`vankho acl explain`: why somebody may see a document, or may not."""

from pathlib import Path

import pytest

from tests.tools.command import Vankho

HEAD = "what,agency,code,name,unit,login,duty\n"
ROWS = """\
unit,H20.14,HT,Phòng Hộ tịch,,,
person,,,Văn Thư,,vt,
person,,,Chuyên Viên,,cv,
post,H20.14,,,,vt,clerk
post,H20.14,,,HT,cv,officer
"""


@pytest.fixture
def document(vankho: Vankho, tmp_path: Path) -> str:
    """The identifier of a registered document; beside it a clerk and an officer."""
    sheet = tmp_path / "people.csv"
    sheet.write_text(HEAD + ROWS, encoding="utf-8")
    assert vankho("agency", "import", sheet).code == 0
    said = ("--agency", "H20.14", "--register", "den", "--direction", "incoming", "--json")
    registered = vankho("register", *said, "--subject", "Về việc rà soát hộ tịch")
    return registered.lines[0]["document"]


def test_it_is_told_by_which_rule_in_vietnamese_and_in_english(vankho: Vankho, document: str):
    clerk = vankho("acl", "explain", "vt", document)
    officer = vankho("acl", "explain", "cv", document, "--json").lines[0]

    vietnamese, english, rule, token = clerk.out.splitlines()
    assert vietnamese.startswith("Được xem: vị trí công tác")
    assert english.startswith("Allowed: a post of today")
    assert rule == "[post]"
    assert len(token.strip()) == 32
    assert (officer["allowed"], officer["rule"], officer["tokens"]) == (False, "right", [])
    assert officer["told_vi"].startswith("Không được xem")


def test_who_or_what_is_not_known_is_told(vankho: Vankho, document: str):
    nobody = vankho("acl", "explain", "nobody", document)
    nothing = vankho("acl", "explain", "vt", "0" * 32)

    assert (nobody.code, nothing.code) == (1, 1)
    assert "nobody" in nobody.err
    assert "no such thing" in nothing.err
