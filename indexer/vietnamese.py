"""How Vietnamese text is compared: composed, folded, its tones placed one way, symbols as keys.

Rules for the file: pure functions over `str`, the same for indexing and for queries, so that
a text and a query can never disagree about a letter.
"""

import re
import unicodedata

MAX_SYMBOL_PARTS = 12
"""Parts of one document symbol that are told apart; `05/2025/QĐ-UBND` has four."""
REPLACEMENT = "\ufffd"

_LATIN = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
"""Code points with the marked Latin letters, the 134 Vietnamese ones among them."""


def nfc(text: str) -> str:
    """Give *text* composed (NFC) and encodable: the one door for every text and query.

    A text layer in NFD is cut to pieces by every tokenizer ("Quye t di nh"), and a surrogate
    that stands alone can be neither stored nor searched; it becomes U+FFFD.
    """
    composed = (
        text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
    )
    return composed.encode("utf-8", "replace").decode() if _has_surrogate(composed) else composed


def folded(text: str) -> str:
    """Give *text* in lower case without marks, as typed by someone in a hurry.

    >>> folded("Quyết định số 05 về việc hỗ trợ ở Đồng Tháp")
    'quyet dinh so 05 ve viec ho tro o dong thap'
    """
    return nfc(text).translate(_FOLDING).lower()


def exact(text: str) -> str:
    """Give *text* in lower case with its tones in the new place: hoà and hòa become one.

    The old and the new placement differ only in oa, oe and uy. The pairs are replaced wherever
    they stand, so "quý" also changes; what counts is that text and query change alike.

    >>> exact("HOÀ BÌNH") == exact("Hòa bình")
    True
    """
    placed = nfc(text).lower()
    for old, new in _TONE_PLACES:
        placed = placed.replace(old, new)
    return placed


def words(text: str) -> list[str]:
    """Cut *text* into its runs of letters and digits, in order.

    >>> words("Kế hoạch 12/KH-UBND, năm 2025.")
    ['Kế', 'hoạch', '12', 'KH', 'UBND', 'năm', '2025']
    """
    return _WORD.findall(nfc(text))


def is_marked(word: str) -> bool:
    """Say whether *word* carries a mark, and so was typed with its tones."""
    return folded(word) != nfc(word).lower()


def symbol_key(symbol: str) -> str:
    """Give the raw key of a document symbol (số, ký hiệu): one spelling for all of its writings.

    Marks are folded, spaces dropped, every dash and slash is the plain one, the number has no
    leading zeros, and a leading "Số:" goes.

    >>> symbol_key("Số: 0012 / QĐ–UBND")
    '12/qd-ubnd'
    """
    # Folded once more: marks that a space kept apart may now stand on one letter.
    plain = folded(_SPACES.sub("", folded(symbol).translate(_SEPARATORS)))
    return _LEADING_ZEROS.sub("", _LEADING_WORD.sub("", _EDGES.sub("", plain)))


def symbol_parts(key: str) -> tuple[str, ...]:
    """Give every run of whole parts of a symbol *key*: what finds it when typed alone.

    >>> symbol_parts("12/qd-ubnd")
    ('12', '12/qd', '12/qd-ubnd', 'qd', 'qd-ubnd', 'ubnd')
    """
    ends = [match.span() for match in _PART.finditer(key)][:MAX_SYMBOL_PARTS]
    return tuple(key[start:stop] for at, (start, _) in enumerate(ends) for _, stop in ends[at:])


def raw_key(text: str) -> str:
    """Give a code or a name as one comparable key: folded, with single spaces."""
    return " ".join(folded(text).split())


def _has_surrogate(text: str) -> bool:
    return _SURROGATE.search(text) is not None


def _without_mark(code: int) -> str | None:
    base = unicodedata.normalize("NFD", chr(code))[0]
    return base if base.isascii() and base.isalpha() else None


def _folding() -> dict[int, str]:
    """Every marked Latin letter to its base; đ and the eth often typed for it to d."""
    table = {code: base for code in _LATIN if (base := _without_mark(code)) is not None}
    return table | str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})


_FOLDING = _folding()
_TONE_PLACES = tuple(
    (base + old, new + rest)
    for base, rest, olds, news in (
        ("o", "a", "àáảãạ", "òóỏõọ"),
        ("o", "e", "èéẻẽẹ", "òóỏõọ"),
        ("u", "y", "ỳýỷỹỵ", "ùúủũụ"),
    )
    for old, new in zip(olds, news, strict=True)
)
_SEPARATORS = str.maketrans(
    dict.fromkeys("\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
    | dict.fromkeys("\u2044\u2215\uff0f", "/")
)
_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[^/-]+")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_SPACES = re.compile(r"\s+")
_LEADING_WORD = re.compile(r"^so[:.]*(?=\d)")
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")
_SURROGATE = re.compile("[\ud800-\udfff]")
