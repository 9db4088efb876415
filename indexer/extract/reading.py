"""What the format readers share: how a reader refuses, and how its pieces become one text.

Rules for the file: a reader is a function from an open file to pieces of text; it raises
`CannotRead` for what it knows, and whatever its library raises counts as damage.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from indexer.text import MAX_DETAIL, MAX_TEXT, ExtractedText, Outcome, Reason, Unreadable
from indexer.vietnamese import nfc

Reader = Callable[[BinaryIO], Iterator[str]]


class CannotRead(Exception):
    """A reader's word that a file gives no text, and why; it ends at `text_of`."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def text_of(reader: Reader, source: BinaryIO) -> Outcome:
    """Read *source* to its end or to `MAX_TEXT`; answer `Unreadable` for all that goes wrong."""
    try:
        raw, truncated = _gathered(reader(source))
    except CannotRead as refusal:
        return unreadable(refusal.reason, refusal.detail)
    except MemoryError:
        return unreadable(Reason.CRASHED, "out of memory")
    except Exception as error:  # noqa: BLE001 - a hostile file may make its library raise anything
        return unreadable(Reason.DAMAGED, type(error).__name__)
    text = cleaned(raw)
    if not text:
        return unreadable(Reason.NO_TEXT)
    whole = text.encode()[:MAX_TEXT].decode(errors="ignore")
    return ExtractedText(text=whole, truncated=truncated or len(whole) < len(text))


def unreadable(reason: Reason, detail: str = "") -> Unreadable:
    """Give the answer for *reason*, its remark cut to size."""
    return Unreadable(reason=reason, detail=detail[:MAX_DETAIL])


def cleaned(text: str) -> str:
    r"""Give *text* composed, without control characters, with single spaces and no empty runs.

    >>> cleaned("Quye\u0302\u0301t\xa0 ddi\x07nh \r\n\n\n  1 ")
    'Quyết ddi nh\n\n1'
    """
    visible = _UNSEEN.sub("", nfc(_HYPHENS.sub("", text)))
    lines = _BREAKS.sub("\n", visible)
    spaced = _EDGES.sub("\n", _BLANKS.sub(" ", lines))
    return _EMPTY_LINES.sub("\n\n", spaced).strip()


def _gathered(pieces: Iterable[str]) -> tuple[str, bool]:
    """Put *pieces* together until there is enough; say whether there was more."""
    kept, size = list[str](), 0
    for piece in pieces:
        if size + len(piece) > MAX_TEXT:
            return "".join((*kept, piece[: MAX_TEXT - size])), True
        kept.append(piece)
        size += len(piece)
    return "".join(kept), False


_HYPHENS = re.compile("[\u0002\ufffe]\r?\n?")
"""How a text layer says that a word goes on after the line's end."""
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+|[\x00-\x09\x0e-\x1f\x7f-\x9f]+")
_EDGES = re.compile(" *\n *")
_EMPTY_LINES = re.compile("\n{3,}")
