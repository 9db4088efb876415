"""The pages of a PDF as they were at some revision, and rectangles on them."""

# pyHanko's core has no stubs: what comes out of it is given a type here.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeArgument=false

from collections.abc import Iterator
from typing import Any, NamedTuple

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.rw_common import PdfHandler

MAX_PAGES = 20_000
MAX_DEPTH = 32
Box = tuple[float, float, float, float]
A4: Box = (0.0, 0.0, 595.0, 842.0)


class Page(NamedTuple):
    """One page."""

    reference: generic.Reference
    entries: generic.DictionaryObject
    box: Box
    """What shows of it, from its parents where it says nothing: left, bottom, right, top in points."""


def pages_of(handler: PdfHandler) -> tuple[Page, ...]:
    """All pages in their order; raise PdfReadError where there are too many, or a circle."""
    found: list[Page] = []
    for page in _below(handler.root.raw_get("/Pages"), A4, 0):
        found.append(page)
        if len(found) > MAX_PAGES:
            raise PdfReadError("too many pages")
    return tuple(found)


def _below(node: Any, inherited: Box, depth: int) -> Iterator[Page]:
    if depth > MAX_DEPTH or not isinstance(node, generic.IndirectObject):
        raise PdfReadError("a page tree that is none")
    entries = node.get_object()
    if not isinstance(entries, generic.DictionaryObject):
        raise PdfReadError("a page that is none")
    box = _within(
        box_of(entry(entries, "/MediaBox")), box_of(entry(entries, "/CropBox")), inherited
    )
    if "/Kids" not in entries:
        yield Page(node.reference, entries, box)
        return
    for kid in entries["/Kids"]:
        yield from _below(kid, box, depth + 1)


def _within(media: Box | None, crop: Box | None, inherited: Box) -> Box:
    """What is left of the page when it is cropped; nothing absurd is believed."""
    whole = media or inherited
    if crop is None:
        return whole
    left, bottom = max(whole[0], crop[0]), max(whole[1], crop[1])
    right, top = min(whole[2], crop[2]), min(whole[3], crop[3])
    return (left, bottom, right, top) if left < right and bottom < top else whole


def entry(entries: generic.DictionaryObject, key: str, default: Any = None) -> Any:
    """What *entries* has under *key*, references followed (`dict.get` follows none)."""
    return entries[key] if key in entries else default  # noqa: SIM401 - see above


def box_of(numbers: Any) -> Box | None:
    """A rectangle with its corners in order; None where *numbers* is none."""
    if not isinstance(numbers, generic.ArrayObject) or len(numbers) != 4:
        return None
    left, bottom, right, top = (float(one.get_object()) for one in numbers)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def area(box: Box | None) -> float:
    """Square points of *box*; none for no box."""
    if box is None:
        return 0.0
    left, bottom, right, top = box
    return (right - left) * (top - bottom)
