"""How a signature shows: where on which page, which text, and whether text is hidden in it.

The text is a claim and is told as one. A picture is read as its drawing operators say, a few levels
deep; nothing is rendered.
"""

# pyHanko's core has no stubs: what comes out of it is given a type here.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeArgument=false

import re
from typing import Any, NamedTuple

import msgspec
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError

from interop.signatures.dimensions import Appearance
from interop.signatures.drawing import Operator, operators
from interop.signatures.pdf_pages import Page, area, box_of, entry
from interop.signatures.verdicts import Place

MAX_OPERATORS = 20_000
MAX_FORMS = 6
"""Forms within forms."""
MAX_TEXT = 4_000
MAX_STREAM = 1024 * 1024
TINY = 1.5
"""Points below which nobody reads a letter."""
HIDDEN, NO_VIEW = 1 << 1, 1 << 5
"""Flags of an annotation (ISO 32000-2, 12.5.3)."""
_INVISIBLE_MODES = frozenset({3, 7})
_SHOWING = frozenset({"Tj", "TJ", "'", '"'})


class Look(NamedTuple):
    """What a signature shows."""

    place: Place | None
    text: str
    findings: tuple[Appearance, ...]


def look_of(field: generic.DictionaryObject, pages: tuple[Page, ...], covered: float) -> Look:
    """How the widget of *field* shows on *pages*; it may cover *covered* of its page."""
    widgets = _widgets(field)
    shown = [look for widget in widgets if (look := _shown(widget, pages, covered)) is not None]
    if not shown:
        return Look(None, "", (Appearance.INVISIBLE,))
    findings = tuple(dict.fromkeys(one for look in shown for one in look.findings))
    return Look(shown[0].place, "\n".join(look.text for look in shown)[:MAX_TEXT], findings)


def _widgets(field: generic.DictionaryObject) -> list[generic.DictionaryObject]:
    kids = [kid.get_object() for kid in entry(field, "/Kids", ())]
    found = [kid for kid in kids if isinstance(kid, generic.DictionaryObject)]
    return found or [field]


def _shown(
    widget: generic.DictionaryObject, pages: tuple[Page, ...], covered: float
) -> Look | None:
    box = box_of(entry(widget, "/Rect"))
    if box is None or area(box) == 0:
        return None
    number = _page_number(widget, pages)
    page = pages[number] if number is not None else None
    place = _place(box, number, page)
    flags = int(entry(widget, "/F", 0))
    reading = _Reading()
    reading.appearance(widget)
    findings: list[Appearance] = []
    if place is None:
        findings.append(Appearance.INVISIBLE)
    elif place.share > covered:
        findings.append(Appearance.COVERS)
    if reading.hidden or (flags & (HIDDEN | NO_VIEW) and reading.text):
        findings.append(Appearance.HIDDEN_TEXT)
    if reading.unreadable:
        findings.append(Appearance.UNREADABLE)
    return Look(place, reading.text, tuple(findings) or (Appearance.IN_PLACE,))


def _page_number(widget: generic.DictionaryObject, pages: tuple[Page, ...]) -> int | None:
    reference = widget.container_ref
    for number, page in enumerate(pages):
        for one in entry(page.entries, "/Annots", ()):
            if isinstance(one, generic.IndirectObject) and one.reference == reference:
                return number
    return None


def _place(box: tuple[float, ...], number: int | None, page: Page | None) -> Place | None:
    if number is None or page is None:
        return None
    left, bottom, right, top = page.box
    return Place(
        page=number + 1,
        left=box[0] - left,
        bottom=box[1] - bottom,
        right=box[2] - left,
        top=box[3] - bottom,
        page_width=right - left,
        page_height=top - bottom,
    )


class _State(msgspec.Struct):
    """What the next letters would be drawn with."""

    mode: int = 0
    size: float = 12.0
    scale: float = 1.0
    white: bool = False
    font: Any = None


class _Reading:
    """Reads drawing operators and keeps what they say."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.hidden = False
        self.unreadable = False
        self._left = MAX_OPERATORS

    @property
    def text(self) -> str:
        """All text that is drawn."""
        return re.sub(r"[ \t]*\n\s*", "\n", "".join(self._parts)).strip()[:MAX_TEXT]

    def appearance(self, widget: generic.DictionaryObject) -> None:
        """Read the normal appearance of *widget*."""
        looks = entry(widget, "/AP")
        normal = entry(looks, "/N") if isinstance(looks, generic.DictionaryObject) else None
        if isinstance(normal, generic.StreamObject):
            self._form(normal, 0)

    def _form(self, form: generic.StreamObject, depth: int) -> None:
        if depth > MAX_FORMS or len(form.encoded_data) > MAX_STREAM:
            self.unreadable = True
            return
        self.hidden |= "/OC" in form
        resources = entry(form, "/Resources")
        known = resources if isinstance(resources, generic.DictionaryObject) else None
        state, kept = _State(), list[_State]()
        try:
            for operator in operators(form.data):
                self._left -= 1
                if self._left < 0:
                    self.unreadable = True
                    return
                state = self._follow(operator, state, kept, known, depth)
        except (PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError):
            # Of what a picture shows only its reading is lost, not the signature's.
            self.unreadable = True

    def _follow(
        self,
        operator: Operator,
        state: _State,
        kept: list[_State],
        resources: generic.DictionaryObject | None,
        depth: int,
    ) -> _State:
        name = operator.name
        given: list[Any] = operator.operands
        if name == "q":
            kept.append(msgspec.structs.replace(state))
        elif name == "Q":
            return kept.pop() if kept else _State()
        elif name == "Do" and resources is not None:
            self._draw(resources, given, depth)
        elif name == "BDC" and given and given[0] == "/OC":
            self.hidden = True
        elif name in _SHOWING:
            self._show(given, state)
        else:
            self._set(name, given, state, resources)
        return state

    def _draw(self, resources: generic.DictionaryObject, given: list[Any], depth: int) -> None:
        drawn = resources["/XObject"][given[-1]]
        if isinstance(drawn, generic.StreamObject) and entry(drawn, "/Subtype") == "/Form":
            self._form(drawn, depth + 1)

    def _set(
        self,
        name: str,
        given: list[Any],
        state: _State,
        resources: generic.DictionaryObject | None,
    ) -> None:
        if name == "Tr":
            state.mode = int(given[-1])
        elif name == "Tf":
            state.size = abs(float(given[-1]))
            state.font = _letters(resources, given[0])
        elif name == "Tm":
            state.scale = abs(float(given[3])) or abs(float(given[1]))
        elif name in {"g", "rg", "k"}:
            ink = [float(one) for one in given]
            state.white = all(one == 0 for one in ink) if name == "k" else min(ink) >= 0.99
        if name in {"T*", "Td", "TD", "Tm", "ET"}:
            self._parts.append("\n")

    def _show(self, given: list[Any], state: _State) -> None:
        pieces: list[Any] = given[-1] if isinstance(given[-1], list) else [given[-1]]
        raw = b"".join(one for one in pieces if isinstance(one, bytes))
        text = _decoded(raw, state.font)
        self._parts.append(text)
        unseen = state.mode in _INVISIBLE_MODES or state.white or state.size * state.scale < TINY
        self.hidden |= bool(text.strip()) and unseen


# Letters: from the codes of a font to text.


def _letters(resources: generic.DictionaryObject | None, name: Any) -> dict[int, str] | None:
    """What the codes of a font of two-byte codes stand for; None for plain one-byte fonts."""
    font = resources["/Font"][name] if resources is not None and "/Font" in resources else None
    if not isinstance(font, generic.DictionaryObject) or "/ToUnicode" not in font:
        return None
    table = font["/ToUnicode"]
    if not isinstance(table, generic.StreamObject) or len(table.encoded_data) > MAX_STREAM:
        return None
    return _unicode_of(table.data)


_SECTION = re.compile(rb"beginbf(char|range)(.*?)endbf\1", re.DOTALL)
_HEXES = re.compile(rb"<([0-9A-Fa-f]*)>|(\[)|(\])")


def _unicode_of(table: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for section in _SECTION.finditer(table):
        words = [one[1] for one in _HEXES.finditer(section[2]) if one[1] is not None]
        if section[1] == b"char":
            for code, letters in zip(words[::2], words[1::2], strict=False):
                found[int(code, 16)] = _utf16(letters)
        elif b"[" not in section[2]:
            for first, last, letters in zip(words[::3], words[1::3], words[2::3], strict=False):
                found.update(_range(int(first, 16), int(last, 16), letters))
    return found


def _range(first: int, last: int, letters: bytes) -> dict[int, str]:
    start = _utf16(letters)
    if not start:
        return {}
    stop = min(last, first + 0xFFFF)
    return {
        code: start[:-1] + chr(min(ord(start[-1]) + code - first, 0x10FFFF))
        for code in range(first, stop + 1)
    }


def _utf16(letters: bytes) -> str:
    return bytes.fromhex(letters.decode("ascii")).decode("utf-16-be", errors="replace")


def _decoded(raw: bytes, letters: dict[int, str] | None) -> str:
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", errors="replace")
    if letters is None:
        return raw.decode("latin-1")
    codes = [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]
    return "".join(letters.get(code, "\ufffd") for code in codes)
