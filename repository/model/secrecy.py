"""What says of itself that it is a state secret (bí mật nhà nước): such papers do not enter.

Law 29/2018/QH14 has three grades: tuyệt mật, tối mật, mật. Here is only read what a text says of
its own grade; a paper *about* secrets (bảo mật, bí mật kinh doanh) says nothing of the kind.
"""

import re
import unicodedata

_WORDS = {"mật": "mat", "tối mật": "toi-mat", "tuyệt mật": "tuyet-mat"}
_GRADE = r"(?P<grade>tuyệt\s+mật|tối\s+mật|mật)"
_LOUD = r"(?P<grade>TUYỆT\s+MẬT|TỐI\s+MẬT|MẬT)"
_SAID = (
    re.compile(rf"\s*[\[(]?\s*{_GRADE}\s*[\])]?\s*", re.IGNORECASE),  # alone
    re.compile(rf".*[\[(]\s*(?:độ\s+)?{_GRADE}\s*[\])].*", re.IGNORECASE | re.DOTALL),
    re.compile(rf".*độ\s+mật\s*[:.]?\s*{_GRADE}(?!\w).*", re.IGNORECASE | re.DOTALL),
    re.compile(rf"\s*{_LOUD}\s*[:.\-–—].*", re.DOTALL),
)
_BANNER = re.compile(rf"^[ \t]*(?i:độ\s+mật\s*[:.]?\s*)?{_LOUD}[ \t]*$", re.MULTILINE)
HEAD = 2_000
"""Characters of a text in which a banner stands: about its first page."""


def grade_said(text: str) -> str:
    """The grade that *text*, a line of metadata, gives its paper; empty = none.

    >>> grade_said("Tối Mật"), grade_said("Kế hoạch A (Mật)"), grade_said("Về bảo mật thông tin")
    ('toi-mat', 'mat', '')
    """
    composed = unicodedata.normalize("NFC", text)
    found = (pattern.fullmatch(composed) for pattern in _SAID)
    return next((_name(match["grade"]) for match in found if match), "")


def banner_in(text: str) -> str:
    r"""The grade that the first page of a read *text* is stamped with; empty = none.

    >>> banner_in("UBND TỈNH\nTỐI MẬT\nSố: 05"), banner_in("Luật Bảo vệ bí mật")
    ('toi-mat', '')
    """
    match = _BANNER.search(unicodedata.normalize("NFC", text[:HEAD]))
    return _name(match["grade"]) if match else ""


def _name(said: str) -> str:
    return _WORDS[" ".join(said.lower().split())]
