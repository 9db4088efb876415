"""Letters, tones and symbols: text and queries can never disagree about one."""

import string
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.vietnamese import (
    MAX_SYMBOL_PARTS,
    exact,
    folded,
    is_marked,
    nfc,
    symbol_key,
    symbol_parts,
    words,
)

MARKED = {
    unicodedata.normalize("NFC", letter + tone)
    for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for tone in ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
} - set(string.ascii_letters) | {"đ", "Đ"}
LETTERS = st.sampled_from(sorted(MARKED | set(string.ascii_letters)))
SYLLABLES = st.text(LETTERS, min_size=1, max_size=7)


def test_text_in_nfd_is_composed_before_anything_else():
    nfd = unicodedata.normalize("NFD", "Quyết định phê duyệt")

    assert words(nfd) == ["Quyết", "định", "phê", "duyệt"]
    assert folded(nfd) == "quyet dinh phe duyet"
    assert exact(nfd) == exact("quyết định phê duyệt")


def test_every_one_of_the_134_marked_letters_is_folded():
    assert len(MARKED) == 134 + 2 - 2
    for letter in MARKED:
        assert folded(letter) in set(string.ascii_lowercase), letter


@given(st.text())
def test_composing_is_done_once_and_leaves_text_that_can_be_stored(text: str):
    assert nfc(nfc(text)) == nfc(text)
    assert unicodedata.is_normalized("NFC", nfc(text))
    nfc(text).encode()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_normal_form_is_the_same_text(text: str):
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize(form, text)
        assert (folded(other), exact(other), words(other)) == (
            folded(text),
            exact(text),
            words(text),
        )


@given(SYLLABLES)
def test_folding_keeps_the_letters_and_is_done_once(syllable: str):
    assert len(folded(syllable)) == len(syllable)
    assert folded(folded(syllable)) == folded(syllable)
    assert not is_marked(folded(syllable))


@given(SYLLABLES)
def test_exact_text_folds_as_the_text_does(syllable: str):
    assert folded(exact(syllable)) == folded(syllable)


@pytest.mark.parametrize(
    ("old", "new"),
    [("hoà", "hòa"), ("Hoá", "hóa"), ("khoẻ", "khỏe"), ("thuỷ", "thủy"), ("UỶ BAN", "ủy ban")],
)
def test_the_old_and_the_new_place_of_a_tone_are_equal(old: str, new: str):
    assert exact(old) == exact(new)


@pytest.mark.parametrize(("one", "other"), [("hoà", "hoa"), ("bán", "bàn"), ("thuỷ", "thuý")])
def test_other_tones_stay_apart(one: str, other: str):
    assert exact(one) != exact(other)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("12/QĐ-UBND", "12/qd-ubnd"),
        ("0012/QĐ-UBND", "12/qd-ubnd"),
        ("12 / QĐ – UBND", "12/qd-ubnd"),
        ("Số: 12/QÐ-UBND.", "12/qd-ubnd"),
        ("15−CV/TU", "15-cv/tu"),
        ("05/2025/QĐ-UBND", "5/2025/qd-ubnd"),
        ("Sở-01", "so-01"),
        ("000", "0"),
        ("", ""),
    ],
)
def test_every_writing_of_a_symbol_has_one_key(typed: str, key: str):
    assert symbol_key(typed) == key
    assert symbol_key(unicodedata.normalize("NFD", typed)) == key


@given(st.text())
@example("0\u0334 \u0339" + "0")
@example("o \u0301/1")
def test_a_key_is_its_own_key_and_one_of_its_parts(text: str):
    key = symbol_key(text)

    assert symbol_key(key) == key or key.startswith("so")
    assert len(symbol_parts(key)) <= MAX_SYMBOL_PARTS * (MAX_SYMBOL_PARTS + 1) // 2
    if 0 < len([part for part in key.replace("-", "/").split("/") if part]) <= MAX_SYMBOL_PARTS:
        assert key in symbol_parts(key)
