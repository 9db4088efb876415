"""Checkpoints are notes that others can read, and whoever changed one is found out."""

import base64
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository.errors import Trouble
from repository.model.checkpoints import (
    MAX_NOTE_BYTES,
    NoteMalformed,
    PublicKey,
    Signature,
    Statement,
    parse_note,
    parse_public,
)
from repository.signing import (
    PrivateKey,
    SignatureFalse,
    SignatureMissing,
    is_true,
    parse_private,
    private_key,
    signer_of,
)

ORIGIN = "vankho/0001"
KEY = private_key(ORIGIN, bytes(range(32)))
STATEMENT = Statement(origin=ORIGIN, size=42, root=bytes(32), at=1_790_000_000_123_456)

# The example that the documentation of Go's `golang.org/x/mod/sumdb/note` gives.
GO_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SIGNATURE = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)


def test_keys_and_signatures_are_those_of_the_go_implementation():
    key = parse_private(GO_PRIVATE)
    raw = base64.b64decode(GO_SIGNATURE)

    assert key.public.told() == GO_PUBLIC
    assert key.told() == GO_PRIVATE
    assert is_true(Signature("PeterNeumann", raw[:4], raw[4:]), GO_TEXT, parse_public(GO_PUBLIC))


def test_a_checkpoint_is_written_as_the_specification_says():
    note = KEY.sign(STATEMENT)

    lines = note.whole().split("\n")
    assert lines[:3] == [ORIGIN, "42", base64.b64encode(bytes(32)).decode()]
    assert lines[3:5] == ["time 2026-09-21T14:13:20.123456Z", ""]
    assert lines[5].startswith(f"\u2014 {ORIGIN} ")
    assert lines[6:] == [""]


STATEMENTS = st.builds(
    Statement,
    origin=st.from_regex(r"[a-z0-9./-]{1,40}", fullmatch=True),
    size=st.integers(0, 2**53),
    root=st.binary(min_size=32, max_size=32),
    at=st.integers(0, 2**52),
    extensions=st.lists(st.from_regex(r"[a-su-z]{1,20}", fullmatch=True), max_size=3).map(tuple),
)


@given(STATEMENTS)
@settings(max_examples=40)
def test_what_is_written_is_read_back(statement: Statement):
    key = private_key(statement.origin, bytes(32))
    note = key.sign(statement)

    assert parse_note(note.whole()) == note
    assert signer_of(parse_note(note.whole()), (key.public,)) == key.public


@given(st.data())
def test_no_character_can_be_changed(data: st.DataObject):
    whole = KEY.sign(STATEMENT).whole()
    at = data.draw(st.integers(0, len(whole) - 1))
    sign = data.draw(st.characters(codec="utf-8").filter(lambda each: each != whole[at]))
    changed = whole[:at] + sign + whole[at + 1 :]

    with pytest.raises(Trouble):
        signer_of(parse_note(changed), (KEY.public,))


def test_a_key_of_another_log_does_not_speak_for_this_one():
    other = private_key("vankho/0002", bytes(range(32)))
    note = other.sign(STATEMENT)

    with pytest.raises(SignatureMissing):
        signer_of(note, (KEY.public, other.public))


def test_one_false_signature_spoils_a_note_that_another_key_signed():
    second = private_key(ORIGIN, bytes(32))
    false = Signature(ORIGIN, second.public.key_id, bytes(64))
    note = KEY.sign(STATEMENT)
    both = note._replace(signatures=(*note.signatures, false))

    assert signer_of(both, (KEY.public,)) == KEY.public
    with pytest.raises(SignatureFalse):
        signer_of(both, (KEY.public, second.public))


@pytest.mark.parametrize(
    "told",
    [
        "",
        "\n\n",
        "a\n1\n\n\u2014 a AAAA\n",
        "a\n01\n" + "A" * 43 + "=\n\n\u2014 a AAAAAAAA\n",
        "a b\n1\n" + "A" * 43 + "=\n\n\u2014 a AAAAAAAA\n",
        "a\n1\n" + "A" * 43 + "=\ntime gestern\n\n\u2014 a AAAAAAAA\n",
        "a\n1\n" + "A" * 42 + "B=\n\n\u2014 a AAAAAAAA\n",
        "a\n1\n" + "A" * 43 + "=\n" + "x\n" * 17 + "\n\u2014 a AAAAAAAA\n",
        "x" * (MAX_NOTE_BYTES + 1),
    ],
)
def test_what_is_no_checkpoint_is_refused(told: str):
    with pytest.raises(NoteMalformed):
        parse_note(told)


@given(st.text(max_size=200))
def test_no_text_brings_the_reader_down(told: str):
    for parse in (parse_note, parse_public, parse_private):
        with pytest.raises(Trouble):
            parse(told)


def test_a_secret_does_not_show_itself():
    key: PrivateKey = private_key(ORIGIN, os.urandom(32))

    assert key.seed.hex() not in repr(key)
    assert base64.b64encode(b"\1" + key.seed).decode() not in repr(key)


def test_a_public_key_is_read_back_and_checked():
    told = KEY.public.told()

    assert parse_public(told) == KEY.public
    assert parse_public(told) == PublicKey(ORIGIN, KEY.public.raw)
    with pytest.raises(Trouble):
        parse_public(told.replace(ORIGIN, "vankho/0002"))
