"""The log as an auditor has it: a key, checkpoints and an export, and later no store at all."""

import json
import os
import stat
from pathlib import Path

import pytest
from falcon.testing import TestClient

from api.app import create_app
from indexer.memory_index import MemoryIndex, Shelf
from repository.model.checkpoints import parse_note
from tests.api.conftest import MovableClock, Noted, reopened, services_over
from tests.api.office import Office
from tests.tools.auditor import Auditor, auditor, findings, prepared, vankho_folder
from tests.tools.command import Ended, Vankho

__all__ = ["auditor", "prepared", "vankho_folder"]

# The key.


def test_a_key_is_made_once_for_its_owner_alone(vankho: Vankho):
    first = vankho("log", "key", "--json").lines[0]

    path = Path(first["file"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert vankho("log", "key", "--json").lines == [first]
    assert path.read_text(encoding="ascii").startswith("PRIVATE+KEY+vankho/")


def test_a_replaced_key_stays_known_with_its_dates(vankho: Vankho):
    old = vankho("log", "key").out.strip()
    new = vankho("log", "key", "--rotate").out.strip()

    known = vankho("log", "keys", "--json").lines

    assert [each["key"] for each in known] == [old, new]
    assert [each["ended"] is None for each in known] == [False, True]


def test_a_crash_between_file_and_log_is_mended_by_asking_again(vankho: Vankho, tmp_path: Path):
    vankho("log", "key")
    file = vankho.store / "local" / "log.key"
    before = file.read_bytes()
    new = vankho("log", "key", "--rotate").out
    file.unlink()

    assert vankho("log", "checkpoint", "--note").code != 0
    file.write_bytes(before)
    file.chmod(0o600)
    assert vankho("log", "checkpoint", "--note").code != 0  # replaced: it signs no longer
    assert "replaced" in vankho("log", "key").err
    file.unlink()
    assert vankho("log", "key").out != new
    assert vankho("log", "checkpoint", "--note").code == 0


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_may_read_signs_nothing(vankho: Vankho, mode: int):
    vankho("log", "key")
    (vankho.store / "local" / "log.key").chmod(mode)

    ended = vankho("log", "checkpoint", "--note")

    assert ended.code != 0
    assert "0o600" in ended.err


def test_the_key_lies_where_the_settings_say(vankho: Vankho, tmp_path: Path):
    path = tmp_path / "elsewhere.key"
    config = vankho.store / "vankho.toml"
    config.write_text(config.read_text() + f'[log]\nkey_file = "{path}"\n')

    assert vankho("log", "key").code == 0
    assert path.is_file()
    assert not (vankho.store / "local" / "log.key").exists()


# Judging an export without a store.


def test_an_export_is_verified_without_any_store(auditor: Auditor):
    ended = auditor.verifies()

    assert ended.code == 0, ended.out
    told = ended.lines[-1]
    assert (told["checkpoints"], told["kept_checkpoints"], told["findings"]) == (2, 2, 0)
    assert stat.S_IMODE(auditor.export.stat().st_mode) == 0o600


def test_a_part_without_particulars_is_verified_too(auditor: Auditor, tmp_path: Path):
    part = tmp_path / "part"
    first = parse_note(auditor.early.read_text(encoding="utf-8")).statement.size
    told = auditor.office("log", "export", part, "--first", first, "--without-particulars")

    ended = auditor.verifies("--json", export=part)

    assert (told.code, ended.code) == (0, 0), ended.out
    assert "Việc".encode() not in part.read_bytes()
    assert ended.lines[-1]["particulars_missing"] > 0


def test_one_changed_byte_of_the_log_is_named_by_its_event(auditor: Auditor):
    content = auditor.export.read_bytes()
    # The fifth registration, behind agency, two registers, the key, three others and a checkpoint.
    at = content.rindex("Việc 1".encode())
    auditor.export.write_bytes(content[:at] + b"X" + content[at + 1 :])

    ended = auditor.verifies()

    (found,) = findings(ended)
    assert (ended.code, found["event"], found["what"]) == (4, 10, "particulars-differ")


def test_a_changed_checkpoint_is_named_by_its_file(auditor: Auditor):
    told = auditor.early.read_text(encoding="utf-8")
    size = parse_note(told).statement.size
    auditor.early.write_text(told.replace(f"\n{size}\n", f"\n{size - 1}\n"), encoding="utf-8")

    ended = auditor.verifies()

    (found,) = findings(ended)
    assert (ended.code, found["what"]) == (4, "signature-false")
    assert "early.note" in str(found["detail"])


def test_without_a_key_a_checkpoint_is_not_believed(auditor: Auditor):
    ended = auditor.alone("log", "verify", "--log", auditor.export, "--checkpoint", auditor.late)

    assert ended.code == 2


def test_another_key_has_not_signed(auditor: Auditor, tmp_path: Path):
    told = auditor.office("log", "key", "--rotate").out.strip()

    given = ("--log", auditor.export, "--checkpoint", auditor.late, "--key", told)
    ended = auditor.alone("log", "verify", *given, "--json")

    assert ended.code == 4
    assert {found["what"] for found in findings(ended)} >= {"signature-missing"}


@pytest.mark.parametrize("name", ["export", "late", "key"])
def test_a_file_that_is_not_there_is_told_in_a_line(auditor: Auditor, name: str):
    getattr(auditor, name).unlink()

    ended = auditor.verifies()

    assert ended.code in (1, 4)
    assert ended.err.count("\n") == 1


def test_an_export_never_takes_the_place_of_a_file(auditor: Auditor):
    before = auditor.export.read_bytes()

    assert auditor.office("log", "export", auditor.export).code == 1
    assert auditor.export.read_bytes() == before


def test_a_part_that_is_not_there_is_refused(auditor: Auditor, tmp_path: Path):
    assert auditor.office("log", "export", tmp_path / "x", "--last", 10**6).code == 1
    assert not (tmp_path / "x").exists()


# The store itself.


def test_the_stores_own_log_is_held_against_a_checkpoint_kept_elsewhere(auditor: Auditor):
    kept = ("--checkpoint", auditor.early, "--checkpoint", auditor.late, "--key", auditor.key)

    assert auditor.office("log", "verify", *kept).code == 0

    told = auditor.early.read_text(encoding="utf-8")
    auditor.early.write_text(told.replace("time 2", "time 3"), encoding="utf-8")
    assert auditor.office("log", "verify", *kept).code == 4


def test_the_figures_are_written_to_new_files(auditor: Auditor, tmp_path: Path):
    for name in ("a.csv", "a.xlsx"):
        assert auditor.office("statistics", "--out", tmp_path / name).code == 0
        assert auditor.office("statistics", "--out", tmp_path / name).code == 1

    assert (tmp_path / "a.xlsx").read_bytes().startswith(b"PK")
    assert "Báo cáo" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")


# Proofs that the API gave.


def test_proofs_are_judged_offline(auditor: Auditor, tmp_path: Path):
    asked = ("--right", "read", "--every-agency", "--json")
    issued = auditor.office("token", "issue", "--label", "kiểm tra", *asked).lines[0]
    early, late = (
        parse_note(each.read_text(encoding="utf-8")).statement.size
        for each in (auditor.early, auditor.late)
    )
    with reopened(auditor.office.store, MovableClock()) as holdings:
        clock = MovableClock()
        services = services_over(holdings, clock, MemoryIndex(Shelf()), Noted())
        office = Office(TestClient(create_app(services)), issued["bearer"])
        between = {"earlier": early, "size": late}
        proof = office.get("/v1/log/consistency", params=between)
        event = office.get("/v1/log/proof", params={"seq": 5, "size": late})

    assert judged(auditor, tmp_path, proof.content).code == 0
    assert judged(auditor, tmp_path, event.content).code == 0
    wrong = proof.json | {"path": proof.json["path"][1:]}
    assert judged(auditor, tmp_path, json.dumps(wrong).encode()).code == 4
    other = event.json | {"sequence": 4}
    assert judged(auditor, tmp_path, json.dumps(other).encode()).code == 4


def judged(auditor: Auditor, folder: Path, proof: bytes) -> Ended:
    path = folder / f"proof-{os.urandom(4).hex()}.json"
    path.write_bytes(proof)
    kept = ("--checkpoint", auditor.early, "--checkpoint", auditor.late, "--key", auditor.key)
    return auditor.alone("log", "verify", "--proof", path, *kept)
