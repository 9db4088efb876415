"""gc, compact, hold, purge, stats and check as an operator types them."""

import json
import os
from pathlib import Path

import httpx
import pytest

from tests.tools.command import Ended, Vankho
from tests.tools.serving import serving
from tests.tools.test_commands import a_document


def the_blob(vankho: Vankho, document: str) -> str:
    return vankho("show", document, "--json").lines[0]["components"][0]["blob"]


def a_person(vankho: Vankho, folder: Path, name: str) -> Path:
    """A file with a token of somebody who may erase."""
    path = folder / name
    rights = ("--right", "read", "--right", "erase", "--every-agency")
    assert vankho("token", "issue", "--label", name, *rights, "--out", path).code == 0
    return path


def asked_for(vankho: Vankho, blob: str) -> str:
    ended = vankho("purge", "request", blob, "--reason", "Gửi nhầm", "--json")
    assert ended.code == 0, ended.err
    return ended.lines[-1]["purge"]


def everywhere(vankho: Vankho, piece: bytes) -> list[str]:
    """The store's files in which *piece* stands."""
    files = (path for path in vankho.store.rglob("*") if path.is_file())
    return [path.name for path in files if piece in path.read_bytes()]


def test_gc_only_tells_unless_really(vankho: Vankho, tmp_path: Path):
    a_document(vankho, tmp_path, "Giữ")

    told = vankho("gc", "--json")
    done = vankho("gc", "--really", "--json")

    assert (told.code, told.lines[0]["really"]) == (0, False)
    assert "--really" in told.err
    assert done.lines[0] == told.lines[0] | {"really": True}


@pytest.mark.parametrize("grace", ["30", "0d", "1y", "-1d", ""])
def test_a_grace_that_is_no_span_is_a_mistake_in_the_call(vankho: Vankho, grace: str):
    assert vankho("gc", "--grace", grace).code == 2


def test_compact_tells_what_it_gave_back(vankho: Vankho, tmp_path: Path):
    a_document(vankho, tmp_path, "Giữ")

    planned = vankho("compact", "--dry-run", "--json").lines[-1]
    done = vankho("compact", "--json").lines[-1]

    assert (planned["dry_run"], done["dry_run"]) == (True, False)
    assert done["packs"] == 0
    assert vankho("check").code == 0


def test_a_purge_takes_two_and_leaves_nothing_of_the_file(vankho: Vankho, tmp_path: Path):
    secret = os.urandom(5000)
    document = a_document(vankho, tmp_path, "Có tệp nhầm", secret)
    other = a_document(vankho, tmp_path, "Khác", b"khac" * 500)
    blob = the_blob(vankho, document)
    second = a_person(vankho, tmp_path, "second")
    (tmp_path / "van-ban.txt").unlink()
    purge = asked_for(vankho, blob)

    assert vankho("purge", "confirm", purge, "--really").code == 12  # the same person
    assert vankho("purge", "confirm", purge, "--token-file", second).code == 0  # only told
    assert vankho("cat", document).raw == secret
    ended = vankho("purge", "confirm", purge, "--token-file", second, "--really", "--json")

    assert ended.code == 0, ended.err
    assert ended.lines[0] == {"message_type": "document", "document": document}
    assert ended.lines[-1]["state"] == "completed"
    assert "Backups made between" in ended.err
    assert everywhere(vankho, secret[1000:1064]) == []
    for name in (document, blob):
        gone = vankho("cat", name)
        assert (gone.code, "Gửi nhầm" in gone.err) == (1, True)
    assert vankho("show", document, "--json").lines[0]["erased"][0]["purge"] == purge
    assert vankho("show", blob, "--json").lines[0]["erased"]["state"] == "completed"
    assert vankho("cat", other).raw == b"khac" * 500
    assert vankho("check").code == 0
    assert vankho("log", "verify").code == 0


def test_who_shows_no_right_to_erase_is_refused(vankho: Vankho, tmp_path: Path):
    document = a_document(vankho, tmp_path, "Có tệp")
    clerk = tmp_path / "clerk"
    rights = ("--right", "read", "--right", "administer", "--every-agency")
    vankho("token", "issue", "--label", "x", *rights, "--out", clerk)
    asked = ("purge", "request", the_blob(vankho, document), "--reason", "x")

    assert vankho(*asked, "--token-file", clerk).code == 12
    assert vankho("purge", "list", "--token-file", clerk).code == 12
    assert vankho("hold", "list", "--token-file", clerk).code == 12
    assert vankho("purge", "list").out == ""


def test_a_hold_refuses_a_purge_until_it_is_lifted(vankho: Vankho, tmp_path: Path):
    document = a_document(vankho, tmp_path, "Giữ lại")
    blob = the_blob(vankho, document)
    hold = vankho("hold", "add", document, "--reason", "thanh tra", "--json").lines[0]["id"]

    refused = vankho("purge", "request", blob, "--reason", "x")
    assert (refused.code, hold in refused.err) == (1, True)

    assert vankho("hold", "lift", hold, "--reason", "xong").code == 0
    assert asked_for(vankho, blob)
    told = vankho("hold", "list", "--json").lines
    assert [(one["target"], bool(one["lifted"])) for one in told] == [(document, True)]


def test_a_purge_may_be_given_up(vankho: Vankho, tmp_path: Path):
    document = a_document(vankho, tmp_path, "Giữ")
    purge = asked_for(vankho, the_blob(vankho, document))

    assert vankho("purge", "withdraw", purge).code == 0

    assert vankho("purge", "list", "--json").lines[0]["state"] == "withdrawn"
    assert vankho("cat", document).code == 0


def test_words_of_what_was_purged_are_no_longer_found(vankho: Vankho, tmp_path: Path):
    document = a_document(vankho, tmp_path, "Công văn", "phòng chống thiên tai".encode())
    second = a_person(vankho, tmp_path, "second")
    vankho("rebuild", "index")
    assert vankho("search", "thiên tai", "--json").lines[0]["id"] == document
    purge = asked_for(vankho, the_blob(vankho, document))
    assert vankho("purge", "confirm", purge, "--token-file", second, "--really").code == 0

    vankho("rebuild", "index", "--if-needed")

    assert vankho("search", "thiên tai", "--fail-empty").code == 1
    assert vankho("search", "công văn", "--json").lines[0]["id"] == document
    (tmp_path / "van-ban.txt").unlink()
    vankho("rebuild", "index")
    assert everywhere(vankho, "thiên tai".encode()) == []


def test_stats_tell_what_the_same_file_twice_saves(vankho: Vankho, tmp_path: Path):
    content = os.urandom(40_000)
    for subject in ("Một", "Hai", "Ba"):
        a_document(vankho, tmp_path, subject, content)

    told = vankho("stats", "--json").lines

    agency, summary = told
    assert (agency["code"], agency["files"]) == ("H20.14", 3)
    assert (agency["naive"], agency["once"]) == (120_000, 40_000)
    assert (summary["documents"], summary["files"], summary["once"]) == (3, 3, 40_000)
    assert 40_000 < summary["live"] < 41_000
    assert 0 < summary["saved"] < 0.66
    assert summary["packs"] >= summary["live"]


def test_what_was_found_sound_lately_is_not_read_again(vankho: Vankho, tmp_path: Path):
    a_document(vankho, tmp_path, "Một")
    assert vankho("check", "--since", "1d", "--json").lines[-1]["packs"] == 1

    again = vankho("check", "--since", "1d", "--json").lines[-1]

    assert again["packs"] == 0
    assert vankho("check", "--json").lines[-1]["packs"] == 1


def test_what_was_found_damaged_is_read_again_and_told_by_the_doctor(
    vankho: Vankho, tmp_path: Path
):
    a_document(vankho, tmp_path, "Sẽ hỏng", b"noi dung se hong" * 100)
    (pack,) = (path for path in (vankho.store / "packs").iterdir() if path.stat().st_size > 1000)
    content = bytearray(pack.read_bytes())
    content[content.index(b"noi dung")] ^= 1
    pack.write_bytes(content)

    for _ in range(2):
        ended = vankho("check", "--since", "1d", "--json")
        assert (ended.code, ended.lines[-1]["packs"]) == (4, 1)

    probe = the_probe(vankho("doctor", "--json"), "last checks")
    assert not probe["ok"]
    assert str(probe["detail"]).startswith("1 packs damaged")


def test_damage_alone_does_not_keep_a_stopped_store_from_writing(vankho: Vankho, tmp_path: Path):
    a_document(vankho, tmp_path, "Sẽ hỏng", b"noi dung se hong" * 100)
    (pack,) = (path for path in (vankho.store / "packs").iterdir() if path.stat().st_size > 1000)
    pack.write_bytes(pack.read_bytes().replace(b"noi dung", b"noi dunG"))
    vankho("check")
    (vankho.store / "local" / "read-only").write_text("sync failed\n")

    assert vankho("doctor").code == 4

    assert vankho("agency", "add", "H20.15", "Sở Tài chính").code == 0


def test_the_doctor_tells_of_holes_readers_purges_and_the_clock(vankho: Vankho, tmp_path: Path):
    a_document(vankho, tmp_path, "Một")

    ended = vankho("doctor", "--json")

    names = {probe["name"] for probe in ended.lines}
    assert {"holes", "catalogue", "last event", "last checks", "purges", "garbage"} <= names
    assert "readers" in str(the_probe(ended, "catalogue")["detail"])
    assert ended.code == 0


def test_a_clock_behind_the_last_event_is_found_out(
    vankho: Vankho, monkeypatch: pytest.MonkeyPatch
):
    from repository.upkeep import doctor

    real = doctor.time.time
    monkeypatch.setattr(doctor.time, "time", lambda: real() - 3600)

    ended = vankho("doctor", "--json")

    assert ended.code == 4
    assert not the_probe(ended, "last event")["ok"]


def test_beside_a_running_server_it_is_gone_for_its_readers_at_once(vankho: Vankho, tmp_path: Path):
    secret = os.urandom(5000)
    document = a_document(vankho, tmp_path, "Có tệp nhầm", secret)
    blob = the_blob(vankho, document)
    second = a_person(vankho, tmp_path, "second")
    reader = {"Authorization": f"Bearer {second.read_text().strip()}"}
    with serving(vankho, "--workers", 1) as running, httpx.Client(headers=reader) as client:
        url = f"{running.address}/v1/blobs/{blob}"
        assert client.get(url).content == secret
        purge = asked_for(vankho, blob)

        confirm = ("purge", "confirm", purge, "--token-file", second, "--really", "--json")
        ended = vankho(*confirm)

        assert ended.lines[-1]["state"] == "completed", ended.err
        assert client.get(url).status_code == 410
        shown = client.get(f"{running.address}/v1/documents/{document}").json()
        assert shown["components"][0]["text"] == "erased"
        for command in (("gc", "--really"), ("compact",), ("stats",), ("check",)):
            assert vankho(*command).code == 0
        (tmp_path / "van-ban.txt").unlink()
        assert everywhere(vankho, secret[1000:1064]) == []


def the_probe(ended: Ended, name: str) -> dict[str, object]:
    return next(json.loads(line) for line in ended.out.splitlines() if f'"{name}"' in line)


def test_every_run_beside_a_server_is_told_by_its_figures(vankho: Vankho, tmp_path: Path):
    a_document(vankho, tmp_path, "Giữ")
    reader = ("token", "issue", "--label", "số đo", "--right", "read", "--every-agency", "--json")
    headers = {"Authorization": f"Bearer {vankho(*reader).lines[0]['bearer']}"}
    with serving(vankho, "--workers", 1, "--quiet") as running:
        for words in (
            ("check",),
            ("gc", "--really"),
            ("compact",),
            ("backup", "--to", tmp_path / "b"),
        ):
            assert vankho(*words).code == 0
        stats = vankho("stats", "--json").lines[-1]
        told = httpx.get(f"{running.address}/metrics", headers=headers).text

    ended = [line.split() for line in told.splitlines() if "vankho_run_timestamp_seconds{" in line]
    assert len(ended) == 5
    assert all(float(at) > 0 for _, at in ended)
    assert f'vankho_counted_bytes{{counted="naive"}} {float(stats["naive"])}' in told


def test_what_is_only_told_is_no_run(vankho: Vankho):
    for words in (("gc",), ("compact", "--dry-run")):
        assert vankho(*words).code == 0
    with serving(vankho, "--workers", 1, "--quiet") as running:
        reader = ("token", "issue", "--label", "x", "--right", "read", "--every-agency", "--json")
        headers = {"Authorization": f"Bearer {vankho(*reader).lines[0]['bearer']}"}
        told = httpx.get(f"{running.address}/metrics", headers=headers).text

    assert 'vankho_run_timestamp_seconds{run="gc"} 0.0' in told
    assert 'vankho_run_timestamp_seconds{run="compact"} 0.0' in told
