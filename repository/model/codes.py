"""Codes of agencies as text: strict where we give them, lenient where they come from elsewhere.

QĐ 20/2020/QĐ-TTg: groups grow from left to right, the first is a letter and two digits.
QCVN 102:2016/BTTTT, older: thirteen characters, the first level stands on the right.
"""

import re
import unicodedata

from repository.model.agencies import Scheme
from repository.model.ids import BadIdentifier, parse_agency_code

MAX_CODE = 35
"""Characters; QĐ 20/2020/QĐ-TTg."""

_QCVN102 = re.compile(r"([0-9]{3})\.([0-9]{2})\.([0-9]{2})\.([A-Z][0-9]{2})")
_TERRITORY = re.compile(r"[0-9]{2}|[0-9]{5}")
_RECEIVED = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._-]{0,33}[0-9A-Za-z])?")


def given_code(scheme: Scheme, text: str) -> str:
    """*text* as a code of *scheme* that may be given to an agency; raise `BadIdentifier`."""
    if scheme is Scheme.QD20:
        return parse_agency_code(text)
    if scheme is Scheme.QCVN102:
        return _qcvn102(text)
    pattern, expected = _PATTERNS[scheme]
    if not pattern.fullmatch(text):
        raise BadIdentifier(given=text, expected=expected)
    return text


def received_code(text: str) -> tuple[Scheme, str]:
    """A code as another system wrote it, and the scheme it seems to follow.

    Spaces around it go and letters become capital where that makes it fit a scheme; anything else
    the axes let through is taken as it is. Raise `BadIdentifier` for what no axis would carry.

    >>> received_code(" h20.14 "), received_code("000.00.14.H20"), received_code("1400109999")[0]
    ((<Scheme.QD20: 'qd20'>, 'H20.14'), (<Scheme.QCVN102: 'qcvn102'>, '000.00.14.H20'), <Scheme.OTHER: 'other'>)
    """
    plain = unicodedata.normalize("NFC", text).strip()
    for scheme in (Scheme.QCVN102, Scheme.QD20):  # in this order: some codes fit both patterns
        try:
            return scheme, given_code(scheme, plain.upper())
        except BadIdentifier:
            continue
    return Scheme.OTHER, given_code(Scheme.OTHER, plain)


def likely_qd20(qcvn102: str) -> str:
    """What a code of 13 characters probably became: a hint, the directory of the axis decides.

    >>> likely_qd20("000.00.14.H20"), likely_qd20("000.00.00.H20")
    ('H20.14', 'H20')
    """
    levels = reversed(qcvn102.split("."))
    return ".".join(level for level in levels if level.strip("0"))


def _qcvn102(text: str) -> str:
    match = _QCVN102.fullmatch(text)
    if match is None or _has_gap(match):
        raise BadIdentifier(given=text, expected="a code such as 000.00.14.H20 (QCVN 102:2016)")
    return text


def _has_gap(match: re.Match[str]) -> bool:
    """Say whether a lower level is there without the one above it."""
    fourth, third, second = (level.strip("0") != "" for level in match.groups()[:3])
    return (third and not second) or (fourth and not third)


_PATTERNS: dict[Scheme, tuple[re.Pattern[str], str]] = {
    Scheme.TERRITORY: (_TERRITORY, "two or five digits (QĐ 19/2025/QĐ-TTg)"),
    Scheme.OTHER: (_RECEIVED, "a code of 1 to 35 characters: 0-9 A-Z a-z . _ -"),
}
