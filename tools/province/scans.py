"""Paper that was scanned (bản số hóa): pages as pictures, a little askew, with noise.

Decree 30/2020, Annex I: an electronic copy of a paper document is a PDF of its image. The
decree asks for 200 dots an inch; 150 is what offices send, and keeps the demo small.
"""

# pypdfium2 does not annotate what rendering returns.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import io
import random
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import msgspec
import pypdfium2
from PIL import Image

from tools.province.artwork import Picture
from tools.province.signing import Place

DOTS = 150
"""Dots an inch."""
POINTS_PER_INCH = 72
JPEG_QUALITY = 55
MAX_SKEW = 0.7
"""Degrees to either side."""
_PAPER = (252, 251, 247)
_NOISE = 0.035
# Pillow heads its table of free objects with generation 65536; ISO 32000-1, 7.5.4 says 65535,
# and pyHanko rightly refuses to sign anything else. Same length, so no offset moves.
_PILLOW_FREE_HEAD = b"0000000000 65536 f"
_FREE_HEAD = b"0000000000 65535 f"


class Ink(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that was on the paper: a written name, a seal."""

    picture: Picture
    place: Place


def scanned(pdf: bytes, inks: Sequence[Ink], *, seed: str, at: datetime) -> bytes:
    """A PDF that holds only pictures of the pages of *pdf*, with *inks* on them."""
    rng = random.Random(seed)
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [
            _worn(_inked(_page(document, index), index + 1, inks), rng)
            for index in range(len(document))
        ]
    written = io.BytesIO()
    pages[0].save(
        written,
        "PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=DOTS,
        quality=JPEG_QUALITY,
        producer="vankho demo",
        creationDate=at.utctimetuple(),
        modDate=at.utctimetuple(),
    )
    return written.getvalue().replace(_PILLOW_FREE_HEAD, _FREE_HEAD, 1)


def _page(document: pypdfium2.PdfDocument, index: int) -> Image.Image:
    # The scale is a ratio, though pypdfium2's signature suggests whole numbers.
    bitmap = document[index].render(
        scale=DOTS / POINTS_PER_INCH  # pyright: ignore[reportArgumentType]
    )
    return cast("Image.Image", bitmap.to_pil()).convert("RGB")


def _inked(page: Image.Image, number: int, inks: Sequence[Ink]) -> Image.Image:
    for ink in inks:
        if ink.place.page == number:
            _print(page, ink)
    return page


def _print(page: Image.Image, ink: Ink) -> None:
    dots = DOTS / POINTS_PER_INCH
    place = ink.place
    size = (round(place.width * dots), round(place.height * dots))
    picture = ink.picture.image()
    picture.thumbnail(size)
    top = page.height - round((place.bottom + place.height) * dots)
    page.paste(picture, (round(place.left * dots), top), picture)


def _worn(page: Image.Image, rng: random.Random) -> Image.Image:
    skew = rng.uniform(-MAX_SKEW, MAX_SKEW)
    turned = page.rotate(skew, Image.Resampling.BILINEAR, fillcolor=_PAPER)
    noise = Image.frombytes("L", page.size, rng.randbytes(page.width * page.height))
    return Image.blend(turned, noise.convert("RGB"), _NOISE)
