"""Where signatures show on the page: Decree 30/2020, Annex I, in the cells of the templates.

Points; places count from the lower left corner, as PDF does. The figures marked @stamp in
templates/office.typ are repeated here.
"""

from tools.province.signing import Place
from tools.province.typeset import MILLIMETRE, PAGE_HEIGHT, Anchor

TOP_MARGIN = 57
LEFT_MARGIN = 85
NAMES_HEIGHT = 57
LINE_WIDTH = 181 + 273
LINE_HEIGHT = 20

_NAME_WIDTH = 42 * MILLIMETRE
_NAME_HEIGHT = 21 * MILLIMETRE
_SEAL = 36 * MILLIMETRE
"""Real size of an agency's seal."""
_MARK_WIDTH = 70 * MILLIMETRE
_MARK_HEIGHT = 20 * MILLIMETRE
_INITIAL_WIDTH = 12 * MILLIMETRE
_INITIAL_HEIGHT = 6 * MILLIMETRE
_PAGE_WIDTH = 210 * MILLIMETRE


def initial(anchor: Anchor) -> Place:
    """Small, right after the last word (ký nháy is practice, not in the decree)."""
    return Place(
        page=anchor.page,
        left=anchor.x,
        bottom=PAGE_HEIGHT - anchor.y - _INITIAL_HEIGHT / 2,
        width=_INITIAL_WIDTH,
        height=_INITIAL_HEIGHT,
    )


def authorised(anchor: Anchor) -> Place:
    """In the middle between post and name (cell 7c)."""
    return Place(
        page=anchor.page,
        left=anchor.x - _NAME_WIDTH / 2,
        bottom=PAGE_HEIGHT - anchor.y - _NAME_HEIGHT / 2,
        width=_NAME_WIDTH,
        height=_NAME_HEIGHT,
    )


def seal(anchor: Anchor) -> Place:
    """Over the left third of the written name (cell 8)."""
    written = authorised(anchor)
    return Place(
        page=anchor.page,
        left=written.left + written.width / 3 - _SEAL,
        bottom=PAGE_HEIGHT - anchor.y - _SEAL / 2,
        width=_SEAL,
        height=_SEAL,
    )


def number_and_date() -> Place:
    """The line under the names of agency and state, in full width."""
    return Place(
        page=1,
        left=LEFT_MARGIN,
        bottom=PAGE_HEIGHT - TOP_MARGIN - NAMES_HEIGHT - LINE_HEIGHT,
        width=LINE_WIDTH,
        height=LINE_HEIGHT,
    )


def mark(earlier: int = 0) -> Place:
    """Top right of page 1: copies (cell 14) and annexes; to the left of *earlier* marks."""
    return Place(
        page=1,
        left=_PAGE_WIDTH - 8 * MILLIMETRE - (earlier + 1) * _MARK_WIDTH,
        bottom=PAGE_HEIGHT - _MARK_HEIGHT,
        width=_MARK_WIDTH,
        height=_MARK_HEIGHT,
    )
