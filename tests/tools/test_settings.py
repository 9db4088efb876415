"""Settings: defaults, file, environment, command line; every mistake named with its place."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.settings import (
    GiB,
    MiB,
    ServeSettings,
    Settings,
    SettingsUnreadable,
    SettingsWrong,
    Size,
    StoreSettings,
    decode,
    encode,
    language,
    load,
    read,
)


def a_file(folder: Path, text: str) -> Path:
    path = folder / "vankho.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold():
    assert load({"VANKHO_STORE": "/nowhere/at/all"}).serve.host == "127.0.0.1"


def test_the_file_in_the_store_is_read(tmp_path: Path):
    a_file(tmp_path, "[serve]\nport = 9000\n")

    assert load({}, store=tmp_path).serve.port == 9000


def test_the_command_line_wins_over_the_environment(tmp_path: Path):
    found = load({"VANKHO_STORE": "/elsewhere"}, store=tmp_path)

    assert found.root == tmp_path


def test_the_environment_wins_over_the_file(tmp_path: Path):
    path = a_file(tmp_path, '[store]\nroot = "/in/the/file"\n')

    found = load({"VANKHO_CONFIG": str(path), "VANKHO_STORE": "/in/environment"})

    assert found.root == Path("/in/environment")


def test_sizes_are_written_with_their_unit(tmp_path: Path):
    path = a_file(tmp_path, '[store]\nmax_blob = "3 GiB"\nreserve = 5\n')

    store = read(path).store

    assert (store.max_blob, store.reserve) == (3 * GiB, 5)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[store]\nmap = 1\n", "`map` - at `$.store`"),
        ('[store]\nmax_blob = "3 Gigs"\n', "$.store.max_blob"),
        ('[search]\nengine = "lucene"\n', "$.search.engine"),
        ("[serve]\nport = 70000\n", "$.serve.port"),
        ("[serve]\nworkers = 0\n", "$.serve.workers"),
        ('[serve]\ntrusted_proxy = "*"\n', "$.serve.trusted_proxy"),
        ('[serve]\ntrusted_proxy = "proxy.tinh.vn"\n', "$.serve.trusted_proxy"),
        ("[sevre]\n", "`sevre`"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, place: str):
    with pytest.raises(SettingsWrong) as caught:
        read(a_file(tmp_path, text))

    assert place in caught.value.sentence


@pytest.mark.parametrize("kept", [b"\xff", b"a = ", b"#" * 70_000], ids=["utf8", "toml", "long"])
def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path, kept: bytes):
    path = tmp_path / "vankho.toml"
    path.write_bytes(kept)

    with pytest.raises(SettingsUnreadable):
        read(path)


def test_a_named_file_has_to_exist(tmp_path: Path):
    with pytest.raises(SettingsUnreadable):
        load({}, config=tmp_path / "missing.toml")


@given(st.integers(1, 65535), st.integers(1, 64), st.integers(1, 2**40))
def test_settings_come_back_as_they_were_handed_on(port: int, workers: int, size: int):
    given_on = Settings(
        serve=ServeSettings(port=port, workers=workers),
        store=StoreSettings(max_blob=Size(size)),
    )

    assert decode(encode(given_on), Path("orders")) == given_on


@pytest.mark.parametrize(
    ("environ", "chosen"),
    [
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "vi_VN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "VANKHO_LANG": "vi"}, "vi"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_locale_unless_chosen(environ: dict[str, str], chosen: str):
    assert language(environ) == chosen


def test_the_default_limits_are_sane():
    store = Settings().store

    assert 1 * MiB < store.max_blob < store.map_size <= sys.maxsize
