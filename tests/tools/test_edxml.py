"""`vankho edxml`: a message shown, and judged with codes, places and exit codes."""

from pathlib import Path

from tests.interop.edxml.building import PDF, SAMPLES, named
from tests.tools.command import Ended, Vankho
from tools.exits import Exit


def command(*arguments: object, **env: str) -> Ended:
    return Vankho(Path("none"))("edxml", *arguments, env={"VANKHO_LANG": "en", **env})


def test_a_message_is_shown_with_what_it_says_and_carries():
    ended = command("show", SAMPLES / "document.edxml")

    assert ended.code == 0
    assert "From: H20.31 Sở Tài liệu mẫu" in ended.out
    assert "Symbol: 88/STL-TH" in ended.out
    assert f"File: 88-STL-TH.pdf, {len(PDF)} B, zip, {named(PDF)}" in ended.out


def test_a_message_is_shown_in_vietnamese():
    ended = command("show", SAMPLES / "status.edxml", VANKHO_LANG="vi")

    assert "Trạng thái: 02 từ chối tiếp nhận" in ended.out
    assert "Gửi tới: H20.31" in ended.out


def test_what_is_revoked_and_what_is_replaced_is_shown():
    revoking = command("show", SAMPLES / "revoke.edxml").out
    replacing = command("show", SAMPLES / "replace.edxml").out

    assert "Target: H20.31,2026/03/02,88/STL-TH" in revoking
    assert "Replaces: cu-1 (H20.205, H20.206)" in replacing
    assert "Target" not in replacing


def test_a_message_is_shown_as_json():
    (told,) = command("show", SAMPLES / "update.edxml", "--json").lines

    assert (told["message_type"], told["acceptable"], told["faults"]) == ("edoc", True, [])
    assert told["message"]["business"]["purpose"] == 2
    assert told["size"] == (SAMPLES / "update.edxml").stat().st_size


def test_a_good_message_passes_the_check():
    ended = command("check", SAMPLES / "document.edxml", "--json")

    assert ended.code == Exit.OK
    assert ended.lines == [{"message_type": "summary", "acceptable": True, "errors": 0, "flags": 0}]


def test_remarks_are_told_and_the_message_still_passes():
    ended = command("check", SAMPLES / "type-18.edxml", "--json")

    flag, verdict = ended.lines
    assert (ended.code, verdict["flags"]) == (Exit.OK, 1)
    assert (flag["code"], flag["level"]) == ("M.MessageHeader.DocumentType.Type", "flag")


def test_every_fault_is_told_with_code_place_and_line(tmp_path: Path):
    text = (SAMPLES / "document.edxml").read_text(encoding="utf-8")
    (tmp_path / "x.edxml").write_text(
        text.replace("Tờ trình", "").replace(">0</edXML:Buss", ">9</edXML:Buss"), encoding="utf-8"
    )

    ended = command("check", tmp_path / "x.edxml")

    assert ended.code == Exit.FINDINGS
    assert (
        "N.MessageHeader.DocumentType.TypeName at MessageHeader/DocumentType/TypeName" in ended.out
    )
    line = 1 + text.split("<edXML:BussinessDocType>")[0].count("\n")
    assert f"error: line {line}: M.TraceHeaderList.Bussiness.BussinessDocType" in ended.out
    assert "would be put aside: 2 errors, 0 remarks" in ended.out


def test_an_attack_is_a_finding_of_the_check_and_an_error_of_show():
    attack = SAMPLES / "attack-billion-laughs.edxml"

    checked, shown = command("check", attack, "--json"), command("show", attack, "--json")

    assert (checked.code, checked.lines[0]["code"]) == (Exit.FINDINGS, "X.Dtd")
    assert (shown.code, shown.out) == (Exit.ERROR, "")
    assert "doctype-refused" in shown.err


def test_a_file_that_is_not_there_is_an_error():
    assert command("check", "khong-co.edxml").code == Exit.ERROR
