"""Taking many documents in: once each, whatever happens in between."""

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from repository.blobs.address import digest_of
from tests.tools.command import Vankho
from tools.ingest.rows import Keys, Row

ROWS = 40


def a_row(**said: Any) -> dict[str, Any]:
    row = {
        "agency": "H20.14",
        "register": "den",
        "direction": "incoming",
        "symbol": "",
        "issued": "",
        "issuer": "",
        "kind": "Công văn",
        "subject": "Việc",
    }
    return row | said


def a_manifest(folder: Path, rows: list[dict[str, Any] | str]) -> Path:
    folder.mkdir(exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path = folder / "manifest.jsonl"
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def many_rows(folder: Path) -> Path:
    """`ROWS` rows with a file each, every second one with a file that others have too."""
    rows: list[dict[str, Any] | str] = []
    folder.mkdir(exist_ok=True)
    (folder / "chung.txt").write_text("dùng chung", encoding="utf-8")
    for number in range(ROWS):
        (folder / f"{number}.txt").write_text(f"nội dung {number}", encoding="utf-8")
        files = [f"{number}.txt"] + (["chung.txt"] if number % 2 else [])
        rows.append(a_row(subject=f"Việc {number}", files=files))
    return a_manifest(folder, rows)


def registered(vankho: Vankho) -> list[tuple[int, str]]:
    """Number and subject of every document in the log, in order."""
    told = vankho("log", "show", "--limit", "10000", "--json").lines
    bodies = [one["body"] for one in told if one["body"]["type"] == "document-registered"]
    shown = [vankho("show", body["id"], "--json").lines[0] for body in bodies]
    return [(one["number"], one["subject"]) for one in shown]


def results_of(manifest: Path) -> list[dict[str, Any]]:
    path = manifest.with_name(manifest.name + ".results.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_folder_with_a_manifest_is_taken_in_in_order(vankho: Vankho, tmp_path: Path):
    many_rows(tmp_path / "tinh")

    ended = vankho("ingest", tmp_path / "tinh", "--json")

    assert ended.code == 0, ended.err
    assert ended.lines[-1]["registered"] == ROWS
    assert registered(vankho) == [(n + 1, f"Việc {n}") for n in range(ROWS)]


def test_run_again_nothing_happens_twice(vankho: Vankho, tmp_path: Path):
    manifest = many_rows(tmp_path / "tinh")
    vankho("ingest", manifest)
    before = vankho("log", "checkpoint").out

    again = vankho("ingest", manifest, "--json").lines[-1]

    assert (again["known"], again["registered"], again["files"]) == (ROWS, 0, 0)
    assert vankho("log", "checkpoint").out == before


@pytest.mark.parametrize("told_before", [1, 7, 8, 9, 25, 39])
def test_killed_and_run_again_nothing_is_lost_and_nothing_twice(
    vankho: Vankho, tmp_path: Path, told_before: int
):
    manifest = many_rows(tmp_path / "tinh")
    results = tmp_path / "results"
    os.mkfifo(results)

    importing = vankho.started("ingest", manifest, "--results", results, "--quiet")
    with importing, results.open("rb") as told:
        for _ in range(told_before):
            assert told.readline()
        importing.send_signal(signal.SIGKILL)
    again = vankho("ingest", manifest, "--json")

    assert again.code == 0, again.err
    assert again.lines[-1]["known"] >= told_before
    assert registered(vankho) == [(n + 1, f"Việc {n}") for n in range(ROWS)]
    assert vankho("check").code == 0


def test_interrupted_it_finishes_what_it_began_and_says_130(vankho: Vankho, tmp_path: Path):
    manifest = many_rows(tmp_path / "tinh")
    results = tmp_path / "results"
    os.mkfifo(results)

    importing = vankho.started("ingest", manifest, "--results", results, "--quiet")
    with importing, results.open("rb") as told:
        lines = [told.readline()]
        importing.send_signal(signal.SIGINT)
        lines += told.readlines()

    finished = [json.loads(line) for line in lines]
    assert importing.returncode in (0, 130)  # 0: it had been through before the signal came
    assert all(one["status"] == "registered" for one in finished)
    assert len(registered(vankho)) == len(finished)


def test_a_line_put_in_later_registers_that_line_alone(vankho: Vankho, tmp_path: Path):
    rows: list[dict[str, Any] | str] = [a_row(subject=f"Việc {n}") for n in range(3)]
    manifest = a_manifest(tmp_path, rows)
    vankho("ingest", manifest)
    a_manifest(tmp_path, [a_row(subject="Chen vào"), *rows])

    again = vankho("ingest", manifest, "--json").lines[-1]

    assert (again["registered"], again["known"]) == (1, 3)


def test_a_row_that_stands_twice_is_registered_twice(vankho: Vankho, tmp_path: Path):
    manifest = a_manifest(tmp_path, [a_row(), a_row()])

    assert vankho("ingest", manifest, "--json").lines[-1]["registered"] == 2
    assert vankho("ingest", manifest, "--json").lines[-1]["known"] == 2


def test_a_row_may_bring_its_text_itself(vankho: Vankho, tmp_path: Path):
    manifest = a_manifest(tmp_path, [a_row(text="Toàn văn của văn bản")])

    assert vankho("ingest", manifest).code == 0

    (result,) = results_of(manifest)
    assert vankho("cat", result["document"]).raw == "Toàn văn của văn bản".encode()


def test_an_outgoing_row_names_the_notation_and_gets_its_number(vankho: Vankho, tmp_path: Path):
    row = a_row(register="di", direction="outgoing", symbol="QĐ-SNV")

    manifest = a_manifest(tmp_path, [row, row])
    vankho("ingest", manifest)

    assert [one["symbol"] for one in results_of(manifest)] == ["01/QĐ-SNV", "02/QĐ-SNV"]


def test_failing_rows_are_told_and_the_others_go_on(vankho: Vankho, tmp_path: Path):
    rows = [
        a_row(subject="Tốt 1"),
        "{không phải json",
        a_row(subject="Thừa", colour="red"),
        a_row(subject="Thiếu tệp", files=["missing.pdf"]),
        a_row(subject="Không sổ", register="khac"),
        a_row(subject=""),
        "[" * 100_000,
        a_row(subject="Cả hai", text="x", files=["a"]),
        a_row(subject="Tốt 2"),
    ]

    ended = vankho("ingest", a_manifest(tmp_path, rows), "--json")

    assert ended.code == 3
    assert [one["status"] for one in results_of(tmp_path / "manifest.jsonl")] == [
        "registered",
        *["failed"] * 7,
        "registered",
    ]
    assert registered(vankho) == [(1, "Tốt 1"), (2, "Tốt 2")]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../ngoai.txt",
        "a/../../ngoai.txt",
        "lien-ket",
        "thu-muc-lien-ket/ngoai.txt",
        "vong",
        ".",
        "",
        "ong",
        "ten\0tep",
        "x" * 5000,
    ],
)
def test_no_path_leads_out_of_the_folder(vankho: Vankho, tmp_path: Path, path: str):
    (tmp_path / "ngoai.txt").write_text("bí mật")
    folder = tmp_path / "tinh"
    folder.mkdir()
    (folder / "lien-ket").symlink_to(tmp_path / "ngoai.txt")
    (folder / "thu-muc-lien-ket").symlink_to(tmp_path)
    (folder / "vong").symlink_to("vong")
    os.mkfifo(folder / "ong")

    manifest = a_manifest(folder, [a_row(files=[path]), a_row(subject="Tốt")])

    assert vankho("ingest", manifest).code == 3
    assert [one["status"] for one in results_of(manifest)] == ["failed", "registered"]


def test_a_file_over_the_limit_fails_its_row_only(vankho: Vankho, tmp_path: Path):
    (vankho.store / "vankho.toml").write_text(
        '[store]\nmap_size = "64 MiB"\nreserve = 0\nmax_blob = 10\n'
    )
    (tmp_path / "to.bin").write_bytes(b"x" * 11)
    manifest = a_manifest(tmp_path, [a_row(files=["to.bin"]), a_row(subject="Tốt")])

    assert vankho("ingest", manifest).code == 3
    assert results_of(manifest)[0]["reason"].startswith("blob-too-large")


def test_missing_agencies_and_registers_are_made_only_on_request(vankho: Vankho, tmp_path: Path):
    manifest = a_manifest(tmp_path, [a_row(agency="H20.99", register="moi")])

    assert vankho("ingest", manifest).code == 3
    assert vankho("ingest", manifest, "--create").code == 0


def test_a_folder_without_a_manifest_is_stored(vankho: Vankho, tmp_path: Path):
    folder = tmp_path / "tep"
    (folder / "con").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "con" / "b.txt").write_text("b")

    ended = vankho("ingest", folder, "--json")

    assert (ended.code, ended.lines[-1]["stored"]) == (0, 2)
    assert registered(vankho) == []


def test_a_folder_without_a_manifest_is_registered_where_it_is_told(vankho: Vankho, tmp_path: Path):
    folder = tmp_path / "tep"
    folder.mkdir()
    for name in ("b", "a"):
        (folder / f"{name}.txt").write_text(name)

    vankho("ingest", folder, "--agency", "H20.14", "--register", "den")

    assert registered(vankho) == [(1, "a"), (2, "b")]


def test_a_manifest_that_is_not_there_is_an_error(vankho: Vankho, tmp_path: Path):
    assert vankho("ingest", tmp_path / "missing").code == 1


def test_a_full_disk_ends_the_import_and_it_goes_on_later(vankho: Vankho, tmp_path: Path):
    manifest = many_rows(tmp_path / "tinh")
    reserve = shutil.disk_usage(vankho.store).free * 2
    settings = vankho.store / "vankho.toml"
    with_room = settings.read_text()
    settings.write_text(with_room.replace("reserve = 0", f"reserve = {reserve}"))

    assert vankho("ingest", manifest).code == 13

    settings.write_text(with_room)
    assert vankho("ingest", manifest).code == 0
    assert len(registered(vankho)) == ROWS


def test_what_a_row_notes_beside_its_words_is_registered(vankho: Vankho, tmp_path: Path):
    noted = {"signer": {"name": "Nguyễn Văn Á"}, "pages": 3}
    manifest = a_manifest(tmp_path / "in", [a_row(metadata=noted), a_row(metadata={"page": 3})])

    assert vankho("ingest", manifest).code == 3

    first, second = results_of(manifest)
    shown = vankho("show", first["document"], "--json").lines[0]
    assert (shown["signer"]["name"], shown["pages"]) == ("Nguyễn Văn Á", 3)
    assert second["status"] == "failed"


def test_a_row_without_them_keeps_the_key_that_it_had_before_there_were_any():
    said = a_row(files=[], text="", duplicate_reason="")
    row = msgspec.convert(said | {"files": ()}, Row)

    before = {name: said[name] for name in Row.__struct_fields__ if name in said}
    expected = digest_of(json.dumps(before, ensure_ascii=False, separators=(",", ":")).encode())

    assert Keys().of(row) == f"ingest-{expected[:16].hex()}-1"
