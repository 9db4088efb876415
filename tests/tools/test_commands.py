"""The verbs on a real store, as a clerk's script calls them."""

import json
import unicodedata
from pathlib import Path

import pytest

from tests.tools.command import Vankho

PAPER = ("--agency", "H20.14", "--register", "den", "--direction", "incoming")


def a_document(vankho: Vankho, folder: Path, subject: str, content: bytes = b"xin chao") -> str:
    main = folder / "van-ban.txt"
    main.write_bytes(content)
    ended = vankho("register", *PAPER, "--subject", subject, "--main", main, "--json")
    assert ended.code == 0, ended.err
    return ended.lines[0]["document"]


def test_a_document_gets_the_next_number(vankho: Vankho, tmp_path: Path):
    for expected in (1, 2, 3):
        ended = vankho("register", *PAPER, "--subject", f"Việc {expected}", "--json")

        assert ended.lines[0]["number"] == expected


def test_the_same_key_gives_the_same_document(vankho: Vankho):
    asked = ("register", *PAPER, "--subject", "Một việc", "--key", "k-1", "--json")

    first, second = vankho(*asked).lines[0], vankho(*asked).lines[0]

    assert (second["document"], second["known"]) == (first["document"], True)


def test_a_file_comes_back_byte_for_byte(vankho: Vankho, tmp_path: Path):
    content = bytes(range(256)) * 50
    document = a_document(vankho, tmp_path, "Có tệp", content)

    shown = vankho("show", document, "--json").lines[0]

    assert vankho("cat", document).raw == content
    assert vankho("cat", shown["components"][0]["blob"]).raw == content


def test_a_blob_tells_in_which_documents_it_stands(vankho: Vankho, tmp_path: Path):
    document = a_document(vankho, tmp_path, "Có tệp")
    blob = vankho("show", document, "--json").lines[0]["components"][0]["blob"]

    assert vankho("show", blob, "--json").lines[0]["documents"] == [document]


@pytest.mark.parametrize("query", ["chuyển đổi số", "chuyen doi so", "CHUYỂN ĐỔI"])
def test_what_was_indexed_is_found_with_and_without_accents(
    vankho: Vankho, tmp_path: Path, query: str
):
    document = a_document(vankho, tmp_path, "Kế hoạch chuyển đổi số")
    assert vankho("rebuild", "index").code == 0

    ended = vankho("search", query, "--json")

    assert [one.get("id") for one in ended.lines[:-1]] == [document]
    assert ended.lines[-1]["index_lag"] == 0


def test_words_inside_a_file_are_found(vankho: Vankho, tmp_path: Path):
    text = unicodedata.normalize("NFD", "phòng chống thiên tai").encode()
    document = a_document(vankho, tmp_path, "Công văn", text)
    vankho("rebuild", "index", "--if-needed")

    assert vankho("search", "thiên tai", "--json").lines[0]["id"] == document


def test_nothing_found_is_an_error_only_on_request(vankho: Vankho):
    assert vankho("search", "khôngcó").code == 0
    assert vankho("search", "khôngcó", "--fail-empty").code == 1


def test_a_rebuilt_catalogue_says_the_same(vankho: Vankho, tmp_path: Path):
    document = a_document(vankho, tmp_path, "Giữ nguyên")
    before = vankho("show", document, "--json").out, vankho("log", "checkpoint").out

    assert vankho("rebuild", "catalogue", "--json").lines[0]["events"] == 4

    assert (vankho("show", document, "--json").out, vankho("log", "checkpoint").out) == before


def test_the_log_is_verified_and_told_in_order(vankho: Vankho):
    told = vankho("log", "show", "--json").lines

    assert [one["sequence"] for one in told] == [1, 2, 3]
    assert vankho("log", "verify").out == vankho("log", "checkpoint").out


def test_a_changed_log_is_found_out(vankho: Vankho):
    name = "Sở Nội vụ".encode()
    segments = (vankho.store / "log").iterdir()
    (segment,) = (path for path in segments if name in path.read_bytes())
    segment.write_bytes(segment.read_bytes().replace(name, name.upper()))

    assert vankho("log", "verify").code != 0
    assert vankho("check", "--structure").code == 4


def test_check_finds_a_damaged_blob_and_repairs_nothing(vankho: Vankho, tmp_path: Path):
    a_document(vankho, tmp_path, "Sẽ hỏng", b"noi dung se hong" * 100)
    assert vankho("check").code == 0
    (pack,) = (path for path in (vankho.store / "packs").iterdir() if path.stat().st_size > 1000)
    content = bytearray(pack.read_bytes())
    content[content.index(b"noi dung")] ^= 1
    pack.write_bytes(content)

    ended = vankho("check", "--json")

    assert ended.code == 4
    assert ended.lines[-1]["damaged"] >= 1
    assert pack.read_bytes() == content


@pytest.mark.parametrize("subset", ["0/3", "4/3", "1", "a/b", "1/100000000"])
def test_a_part_that_is_none_is_a_mistake_in_the_call(vankho: Vankho, subset: str):
    assert vankho("check", "--subset", subset).code == 2


def test_the_parts_of_a_check_are_the_whole(vankho: Vankho):
    assert [vankho("check", "--subset", f"{n}/3").code for n in (1, 2, 3)] == [0, 0, 0]


def test_a_token_is_shown_once_and_never_its_digest(vankho: Vankho):
    issued = vankho(
        "token", "issue", "--label", "thử", "--right", "read", "--every-agency", "--json"
    )

    listed = vankho("token", "list", "--json")

    assert issued.lines[0]["bearer"].startswith("vk_")
    assert "bearer" not in listed.lines[0]
    assert "digest" not in listed.lines[0]


def test_a_token_written_to_a_file_is_its_owners_alone(vankho: Vankho, tmp_path: Path):
    issue = ("token", "issue", "--label", "x", "--right", "read", "--every-agency")
    path = tmp_path / "token"

    assert vankho(*issue, "--out", path).code == 0

    assert path.stat().st_mode & 0o777 == 0o600
    assert vankho(*issue, "--out", path).code == 1


def test_a_revoked_token_is_told_as_such(vankho: Vankho):
    issue = ("token", "issue", "--label", "x", "--right", "read", "--every-agency", "--json")
    token = vankho(*issue).lines[0]["id"]

    assert vankho("token", "revoke", token).code == 0
    assert vankho("token", "list", "--json").lines[0]["revoked"] is True


def test_the_doctor_finds_a_fresh_store_well(vankho: Vankho):
    ended = vankho("doctor", "--json")

    assert ended.code == 0
    assert all(probe["ok"] for probe in ended.lines)


def test_a_stopped_store_writes_again_after_the_doctor(vankho: Vankho):
    (vankho.store / "local" / "read-only").write_text("sync failed\n")
    assert vankho("agency", "add", "H20.15", "Sở Tài chính").code == 1

    assert vankho("doctor").code == 0

    assert vankho("agency", "add", "H20.15", "Sở Tài chính").code == 0


def test_version_tells_the_formats(vankho: Vankho):
    told = vankho("version", "--json").lines[0]

    assert (told["store_format"], told["catalogue_schema"]) == (2, 7)


def test_what_a_terminal_would_obey_is_shown_not_sent(vankho: Vankho, tmp_path: Path):
    listing = tmp_path / "ten\x1b[2J\u202etep.pdf"
    listing.write_bytes(b"%PDF-1.7\n%%EOF\n")

    ended = vankho("analyse", listing)

    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out
    assert r"\x1b[2J\u202e" in ended.out


def test_json_escapes_what_a_terminal_would_obey(vankho: Vankho, tmp_path: Path):
    listing = tmp_path / "ten\x1b[2J.pdf"
    listing.write_bytes(b"x")

    ended = vankho("analyse", listing, "--json")

    assert "\x1b" not in ended.out
    assert json.loads(ended.out.splitlines()[0])["path"] == str(listing)


def test_what_is_noted_beside_the_number_is_registered_and_shown(vankho: Vankho):
    told = ("--signer", "Nguyễn Văn Á", "--capacity", "KT.", "--pages", 3, "--urgency", "express")
    rest = ("--recipient", "Sở Y tế", "--recipient", "Lưu: VT", "--location", "Tủ 3")

    ended = vankho("register", *PAPER, "--subject", "Một việc", *told, *rest, "--json")

    shown = vankho("show", ended.lines[0]["document"], "--json").lines[0]
    assert shown["signer"] == {"name": "Nguyễn Văn Á", "position": "", "capacity": "KT."}
    assert [one["name"] for one in shown["recipients"]] == ["Sở Y tế", "Lưu: VT"]
    assert (shown["pages"], shown["urgency"], shown["paper"]) == (3, "express", True)
    assert (shown["revision"], shown["marks"], shown["relations"]) == (1, [], [])
