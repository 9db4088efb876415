"""Exit codes and messages: what scripts and people rely on when a command fails."""

import json
from pathlib import Path

import pytest

from repository.errors import Kind, Trouble
from repository.format import FORMAT, FormatUnknown, StoreMissing
from repository.holdings import Holdings, StoreOptions
from repository.keeping import StoreLocked
from tests.tools.command import Vankho
from tools.exits import Exit, exit_of


def test_without_a_store_the_code_is_10(tmp_path: Path):
    ended = Vankho(tmp_path / "nothing")("agency", "list")

    assert (ended.code, ended.out) == (10, "")


def test_a_locked_store_is_11_and_told_who_has_it(vankho: Vankho):
    options = StoreOptions(map_size=64 * 1024 * 1024)
    with Holdings.open_alone(vankho.store, options, rules={}):
        ended = vankho("agency", "list")

    assert ended.code == 11
    assert "in use by another process" in ended.err


def test_a_store_of_another_format_is_14(vankho: Vankho):
    path = vankho.store / "format.json"
    path.chmod(0o600)
    path.write_text(path.read_text().replace(f'"format": {FORMAT}', '"format": 99'))

    assert vankho("agency", "list").code == 14


def test_init_refuses_a_folder_that_holds_something(tmp_path: Path):
    (tmp_path / "thu.txt").write_text("của người khác", encoding="utf-8")

    assert Vankho(tmp_path)("init").code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["thu.txt"]


@pytest.mark.parametrize(
    "arguments",
    [("unknown",), ("show",), ("search", "a", "--limit", "0"), ("serve", "--port", "x")],
)
def test_a_wrong_call_is_2(tmp_path: Path, arguments: tuple[str, ...]):
    assert Vankho(tmp_path)(*arguments).code == 2


def test_a_failure_is_one_line_on_standard_error(vankho: Vankho):
    ended = vankho("show", "0" * 32)

    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)


def test_a_failure_is_told_in_vietnamese_when_the_locale_is(vankho: Vankho):
    ended = vankho("show", "0" * 32, env={"VANKHO_LANG": "vi"})

    assert ended.err == "vankho: Không có mục này, hoặc bạn không được xem.\n"


def test_with_json_the_last_line_on_standard_error_is_json(vankho: Vankho):
    ended = vankho("show", "0" * 32, "--json")

    told = json.loads(ended.err.splitlines()[-1])
    assert (told["message_type"], told["code"], told["type"]) == ("exit_error", 1, "hidden")


def test_a_wrong_configuration_is_told_before_anything_is_done(vankho: Vankho):
    (vankho.store / "vankho.toml").write_text("[store]\nmap = 1\n")

    ended = vankho("agency", "list")

    assert ended.code == 1
    assert "`map` - at `$.store`" in ended.err


def test_every_kind_of_trouble_has_a_code():
    for kind in Kind:
        trouble = type("T", (Trouble,), {"kind": kind, "__doc__": "."})()

        assert exit_of(trouble) is not Exit.OK


def test_the_codes_of_troubles_a_script_answers_by_name():
    assert exit_of(StoreMissing(folder="x")) is Exit.STORE_MISSING
    assert exit_of(StoreLocked(folder="x", holder="y")) is Exit.LOCKED
    assert exit_of(FormatUnknown(folder="x", found=9, known=1)) is Exit.FORMAT
