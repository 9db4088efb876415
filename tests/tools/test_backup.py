"""`vankho backup` and `vankho restore` as an operator's script calls them."""

import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.tools.command import Vankho
from tests.tools.serving import PATIENCE_SECONDS, serving

PAPER = ("--agency", "H20.14", "--register", "den", "--direction", "incoming")


def registers(vankho: Vankho, folder: Path, subject: str) -> dict[str, Any]:
    main = folder / "van-ban.txt"
    main.write_bytes(subject.encode() * 500)
    key = subject.encode().hex()
    asked = ("register", *PAPER, "--subject", subject, "--main", main, "--key", key, "--json")
    ended = vankho(*asked)
    assert ended.code == 0, ended.err
    return ended.lines[0]


def backed_up(vankho: Vankho, to: object, *more: object) -> dict[str, Any]:
    ended = vankho("backup", "--to", to, "--json", *more)
    assert ended.code == 0, ended.err
    return ended.lines[-1]


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    return tmp_path / "sao-luu"


def test_the_drill_backs_up_restores_compares_and_tells_rpo_and_rto(
    vankho: Vankho, tmp_path: Path, medium: Path
):
    document = registers(vankho, tmp_path, "Trước")
    backup = backed_up(vankho, medium)
    registers(vankho, tmp_path, "Sau")

    ended = vankho("restore", "--from", medium, "--to", tmp_path / "kho", "--json")

    told = ended.lines[0]
    assert ended.code == 0
    assert (told["backup"], told["root"]) == (backup["backup"], backup["root"])
    assert told["rpo_events"] == 1
    assert told["rto_seconds"] > 0
    again = Vankho(tmp_path / "kho")
    assert again("check").code == 0
    assert again("log", "checkpoint", "--json").lines[0]["root"] == backup["root"]
    assert again("show", document["document"], "--json").lines[0]["subject"] == "Trước"
    assert registers(again, tmp_path, "Trước")["document"] == document["document"]
    assert registers(again, tmp_path, "Tiếp")["number"] == 2
    assert (again.store / "vankho.toml").read_bytes() == (vankho.store / "vankho.toml").read_bytes()


def test_where_the_original_is_gone_the_rpo_is_unknown(
    vankho: Vankho, tmp_path: Path, medium: Path
):
    backed_up(vankho, medium)
    elsewhere = Vankho(tmp_path / "none")

    told = elsewhere("restore", "--from", medium, "--to", tmp_path / "kho", "--json").lines[0]

    assert told["rpo_events"] is None


def test_the_first_backup_somewhere_is_said_to_be_one(vankho: Vankho, medium: Path):
    assert "mounted" in vankho("backup", "--to", medium).err
    assert "mounted" not in vankho("backup", "--to", medium).err


def test_a_dry_run_reads_everything_and_writes_nothing(
    vankho: Vankho, tmp_path: Path, medium: Path
):
    backup = backed_up(vankho, medium)
    restore = ("restore", "--from", medium, "--to", tmp_path / "kho", "--dry-run", "--json")

    assert vankho(*restore).lines[-1]["backup"] == backup["backup"]
    assert not (tmp_path / "kho").exists()
    a_file_of(medium).write_bytes(b"?")
    assert vankho(*restore).code == 4
    assert not (tmp_path / "kho").exists()


def a_file_of(medium: Path) -> Path:
    return min(medium.glob("*.file"))


def test_backups_are_listed_verified_and_those_not_to_be_kept_go(
    vankho: Vankho, tmp_path: Path, medium: Path
):
    first = backed_up(vankho, medium)
    blob = registers(vankho, tmp_path, "Một")["document"]
    second = backed_up(vankho, medium)
    held = vankho("show", blob, "--json").lines[0]["components"][0]["blob"]

    listed = vankho("backup", "list", "--from", medium, "--json").lines
    holding = vankho("backup", "list", "--from", medium, "--holding", held, "--json").lines
    summary = vankho("backup", "verify", "--from", medium, "--json").lines[-1]

    assert [one["backup"] for one in listed] == [first["backup"], second["backup"]]
    assert [one["backup"] for one in holding] == [second["backup"]]
    assert (summary["backups"], summary["faults"]) == (2, 0)
    third = backed_up(vankho, medium, "--keep", 1)
    assert third["removed"] == [first["backup"], second["backup"]]


def test_rot_is_told_by_name_and_exit_4(vankho: Vankho, tmp_path: Path, medium: Path):
    registers(vankho, tmp_path, "Sẽ hỏng")
    backup = backed_up(vankho, medium)
    path = a_file_of(medium)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    for asked in (("verify",), ("verify", "--at", backup["backup"])):
        ended = vankho("backup", *asked, "--from", medium, "--json")

        assert ended.code == 4
        assert (ended.lines[0]["what"], ended.lines[0]["kept_as"]) == ("rotten", path.name)
    ended = vankho("restore", "--from", medium, "--to", tmp_path / "kho", "--json")
    assert ended.code == 4
    assert "backup-damaged" in ended.err


def test_a_broken_manifest_is_told_by_name_and_exit_4(vankho: Vankho, medium: Path):
    backup = backed_up(vankho, medium)
    path = medium / f"{backup['backup']}.backup"
    path.write_bytes(path.read_bytes()[:-1])

    for verb in ("list", "verify"):
        ended = vankho("backup", verb, "--from", medium)

        assert ended.code == 4
        assert path.name in ended.out


def test_a_newer_manifest_that_cannot_be_read_is_told_when_an_older_one_is_restored(
    vankho: Vankho, tmp_path: Path, medium: Path
):
    first = backed_up(vankho, medium)
    registers(vankho, tmp_path, "Thêm")
    second = medium / f"{backed_up(vankho, medium)['backup']}.backup"
    second.write_bytes(second.read_bytes()[1:])

    ended = vankho("restore", "--from", medium, "--to", tmp_path / "kho", "--json")

    assert ended.lines[0]["backup"] == first["backup"]
    assert second.name in ended.err


@pytest.mark.parametrize("url", ["zip://{}/kho.zip", "tar://{}/kho.tar.gz", "osfs://{}/kho"])
def test_any_url_of_pyfilesystem_is_a_medium(vankho: Vankho, tmp_path: Path, url: str):
    registers(vankho, tmp_path, "Lưu")
    url = url.format(tmp_path)
    backup = backed_up(vankho, url)

    told = vankho("restore", "--from", url, "--to", tmp_path / "phuc-hoi", "--json").lines[0]

    assert told["root"] == backup["root"]
    assert vankho("backup", "--to", url).code == (0 if url.startswith("osfs") else 1)


def test_a_medium_that_ends_with_the_command_is_warned_of(vankho: Vankho):
    assert "mem://" in vankho("backup", "--to", "mem://").err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("backup",), 2),
        (("backup", "--to", "nowhere://x"), 1),
        (("backup", "list", "--from", "/nowhere"), 1),
        (("backup", "verify", "--from", "/nowhere"), 1),
        (("restore", "--from", "/nowhere", "--to", "/nowhere-else"), 1),
    ],
)
def test_mistakes_end_with_their_code(vankho: Vankho, arguments: tuple[str, ...], code: int):
    assert vankho(*arguments).code == code


def test_no_store_no_backup(tmp_path: Path, medium: Path):
    assert Vankho(tmp_path / "none")("backup", "--to", medium).code == 10


def test_an_office_node_is_backed_up_and_restored_also_while_its_store_node_is_away(
    tmp_path: Path, medium: Path
):
    office = Vankho(tmp_path / "office")
    token = tmp_path / "token"
    token.write_text("vn_xa-1_" + 43 * "A", encoding="ascii")
    store_node = ("--remote", "http://127.0.0.1:9", "--remote-token-file", token)
    assert office("init", "--role", "office", "--node", "xa-1", *store_node).code == 0

    assert office("backup", "--to", medium).code == 0
    assert office("backup", "verify", "--from", medium).code == 0
    restored = office("restore", "--from", medium, "--to", tmp_path / "again")

    assert (restored.code, "xa-1" in restored.err) == (0, True)
    again = Vankho(tmp_path / "again")
    settings = (again.store / "vankho.toml").read_text(encoding="utf-8")
    assert 'remote = "http://127.0.0.1:9"' in settings
    assert '"office": "xa-1"' in (again.store / "format.json").read_text()


def test_a_later_format_ends_with_14(vankho: Vankho, medium: Path):
    from repository.model.merkle import digest

    backup = backed_up(vankho, medium)
    path = medium / f"{backup['backup']}.backup"
    line = path.read_bytes()[:-65].replace(b'"version":1', b'"version":7')
    path.write_bytes(line + digest(line).hex().encode() + b"\n")

    for verb in (("backup", "list"), ("backup", "verify"), ("restore", "--to", medium / "x")):
        assert vankho(*verb, "--from", medium).code == 14


def test_what_is_there_already_is_not_restored_over(vankho: Vankho, tmp_path: Path, medium: Path):
    backed_up(vankho, medium)

    assert vankho("restore", "--from", medium, "--to", vankho.store).code == 1
    assert vankho("check").code == 0


def test_a_store_whose_disk_failed_can_still_be_backed_up(
    vankho: Vankho, tmp_path: Path, medium: Path
):
    registers(vankho, tmp_path, "Còn kịp")
    (vankho.store / "local" / "read-only").write_text("sync failed\n")

    assert backed_up(vankho, medium)["events"] == 4
    assert (vankho.store / "local" / "read-only").exists()
    ended = vankho("restore", "--from", medium, "--to", tmp_path / "kho", "--json")
    assert ended.lines[0]["events"] == 4


def test_a_store_is_let_go_while_it_is_read(vankho: Vankho):
    from tools.assembly import opened_for_reading
    from tools.settings import load

    settings = load({"VANKHO_STORE": str(vankho.store)})

    with opened_for_reading(settings) as reading:
        before = reading.checkpoint().size
        with vankho.started("agency", "add", "H20.15", "Sở Tài chính") as another:
            assert another.wait(PATIENCE_SECONDS) == 0
        assert reading.checkpoint().size == before + 1


def test_a_server_goes_on_registering_while_it_is_backed_up(
    vankho: Vankho, tmp_path: Path, medium: Path
):
    issue = ("token", "issue", "--label", "t", "--right", "read", "--right", "write")
    token = vankho(*issue, "--every-agency", "--json").lines[0]["bearer"]
    numbers: list[int] = []
    with serving(vankho) as running:
        over = threading.Event()

        def registering() -> None:
            headers = {"Authorization": f"Bearer {token}"}
            with httpx.Client(timeout=PATIENCE_SECONDS, headers=headers) as client:
                while not over.is_set():
                    numbers.append(one_more(client, running.address, len(numbers)))

        clerk = threading.Thread(target=registering)
        clerk.start()
        try:
            backups = [backed_up(vankho, medium) for _ in range(3)]
        finally:
            over.set()
            clerk.join()

    assert numbers == list(range(1, len(numbers) + 1))
    assert vankho("backup", "verify", "--from", medium).code == 0
    for n, backup in enumerate(backups):
        again = Vankho(tmp_path / f"kho-{n}")
        at = ("--at", backup["backup"], "--to", again.store, "--json")
        told = vankho("restore", "--from", medium, *at).lines[0]
        assert (told["events"], told["root"]) == (backup["events"], backup["root"])
        assert again("check").code == 0


def one_more(client: httpx.Client, address: str, n: int) -> int:
    """Store a file and register it; the number it got."""
    stored = client.post(f"{address}/v1/blobs", content=f"việc {n} ".encode() * 300)
    assert stored.status_code in (200, 201), stored.text
    paper = {
        "agency": "H20.14",
        "register": "den",
        "direction": "incoming",
        "subject": f"Việc {n}",
        "components": [{"role": "main", "blob": stored.json()["id"], "name": "a.txt"}],
    }
    url = f"{address}/v1/registrations"
    answer = client.post(url, json=paper, headers={"Idempotency-Key": f"key-{n}"})
    assert answer.status_code == 201, answer.text
    return answer.json()["number"]
