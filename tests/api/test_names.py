"""File names come from strangers: kept as they came, never dangerous on the way out."""

import sys
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.downloads import disposition
from api.services import fields
from tests.api.conftest import Node
from tests.api.office import a_file

PAPER = b"%PDF-1.7 van ban %%EOF"
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=255)
HOSTILE = ["../../etc/passwd", "a\r\nSet-Cookie: x=1", 'a"; filename="b.exe', "gpj.\u202efdp.exe"]


@given(NAMES)
@example("../../x")
@example("a\u2028b%41")
def test_a_name_on_the_way_out_breaks_out_of_nothing(name: str):
    header = disposition(name)
    plain = header.removeprefix('attachment; filename="').partition('"')[0]
    full = unquote(header.partition("filename*=UTF-8''")[2])

    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert not set('/\\"%') & set(plain)
    assert not set("/\\\r\n\0\u202e") & set(full)
    assert len(full) == len(name)


@given(NAMES)
def test_a_name_is_kept_composed_and_otherwise_as_it_came(name: str):
    if not name.strip() or len(unicodedata.normalize("NFC", name)) > fields.MAX_FILE_NAME:
        return

    assert fields.file_name("$", name) == unicodedata.normalize("NFC", name)


@given(name=NAMES)
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_whatever_a_file_is_called_its_document_is_registered_and_given_back(node: Node, name: str):
    node.clerk.brings(PAPER)

    answer = node.clerk.registers(components=[a_file(PAPER, name)])

    if answer.status_code == 422:
        assert answer.json["path"] == "$.components[0].name"
        return
    kept = node.clerk.get(answer.headers["Location"]).json["components"][0]
    assert kept["name"] == unicodedata.normalize("NFC", name)
    assert node.clerk.get(kept["url"]).content == PAPER


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_data(node: Node, name: str):
    node.clerk.brings(PAPER)
    document = node.clerk.registers(components=[a_file(PAPER, name)]).json

    answer = node.clerk.get(document["components"][0]["url"])

    assert document["components"][0]["name"] == name
    assert answer.content == PAPER
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Disposition"].startswith("attachment; ")


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "x" * 10_000])
def test_a_name_that_is_none_or_too_long_is_refused(node: Node, name: str):
    node.clerk.brings(PAPER)

    answer = node.clerk.registers(components=[a_file(PAPER, name)])

    assert (answer.status_code, answer.json["path"]) == (422, "$.components[0].name")


def test_a_line_holds_no_control_and_no_sign_that_turns_the_reading_and_everything_else():
    turning = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    every = map(chr, (*range(0xD800), *range(0xE000, sys.maxunicode + 1)))
    refused = {sign for sign in every if not _is_line(f"a{sign}b")}

    spaces = {sign for sign in map(chr, range(0xA0)) if sign.isspace()}
    controls = {sign for sign in map(chr, range(0xA0)) if unicodedata.category(sign) == "Cc"}
    assert refused == {*turning} | (controls - spaces)


def _is_line(text: str) -> bool:
    try:
        fields.line("$", text, limit=10)
    except fields.FieldUnclean:
        return False
    return True
