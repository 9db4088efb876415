"""Pictures that signatures show: a written name in blue, a seal in red, both transparent.

Decree 30/2020, Annex I, 7d and 8a: PNG, transparent; the seal in real size. Pictures are
compressed once and embedded many times.
"""

import io
import random
import zlib

import msgspec
from PIL import Image, ImageDraw

SIGNATURE_DOTS = (420, 210)
"""Size of a drawn signature; shown 42 x 21 mm."""
_OVERSAMPLING = 2
_INK = (22, 48, 158)
_SEAL_RED = (210, 22, 30)


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture as a PDF wants it: colours and opacity apart, both deflated."""

    width: int
    height: int
    colours: bytes
    """Deflated RGB, 8 bits a sample."""
    opacity: bytes
    """Deflated grey, 8 bits: 0 is transparent."""

    def image(self) -> Image.Image:
        """The picture itself, RGBA."""
        size = (self.width, self.height)
        image = Image.frombytes("RGB", size, zlib.decompress(self.colours))
        image.putalpha(Image.frombytes("L", size, zlib.decompress(self.opacity)))
        return image


def seal_of(png: bytes) -> Picture:
    """The drawn seal in one red: only its opacity is kept from the PNG."""
    with Image.open(io.BytesIO(png)) as image:
        return _picture(image.convert("RGBA").getchannel("A"), _SEAL_RED)


def written_name(name: str, seed: int) -> Picture:
    """A signature that is always the same for *name*: loops of a pen, not letters."""
    rng = random.Random(f"pen {seed} {name}")
    width, height = (side * _OVERSAMPLING for side in SIGNATURE_DOTS)
    mask = Image.new("L", (width, height))
    pen = ImageDraw.Draw(mask)
    for stroke in _strokes(rng, width, height):
        for (x, y), radius in stroke:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return _picture(mask.reduce(_OVERSAMPLING), _INK)


Stroke = list[tuple[tuple[float, float], float]]


def _strokes(rng: random.Random, width: int, height: int) -> list[Stroke]:
    """A run of loops from left to right, and one flourish under them."""
    count = rng.randint(3, 5)
    knots = [(width * 0.08, height * rng.uniform(0.45, 0.6))]
    for n in range(1, 3 * count + 1):
        up = n % 3 == 1
        x = width * (0.08 + 0.8 * n / (3 * count)) + rng.uniform(-0.05, 0.03) * width
        y = height * (rng.uniform(0.08, 0.35) if up else rng.uniform(0.45, 0.78))
        knots.append((x, y))
    low = height * rng.uniform(0.78, 0.9)
    flourish = [
        (width * 0.9, height * 0.5),
        (width * 0.6, low),
        (width * 0.12, low * 0.97),
        (width * rng.uniform(0.7, 0.95), height * rng.uniform(0.6, 0.8)),
    ]
    return [_curve(knots, 5.0), _curve(flourish, 3.0)]


def _curve(knots: list[tuple[float, float]], radius: float) -> Stroke:
    """A Catmull-Rom curve through *knots*, thinner where the pen is fast."""
    padded = [knots[0], *knots, knots[-1]]
    stroke: Stroke = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        length = max(abs(p2[0] - p1[0]), abs(p2[1] - p1[1]), 1.0)
        steps = int(length / 2) + 1
        thickness = radius * (1.15 if p2[1] > p1[1] else 0.7)
        stroke += [(_between(p0, p1, p2, p3, n / steps), thickness) for n in range(steps)]
    return stroke


Point = tuple[float, float]


def _between(p0: Point, p1: Point, p2: Point, p3: Point, t: float) -> Point:
    def along(a: float, b: float, c: float, d: float) -> float:
        square, cube = t * t, t * t * t
        linear = (c - a) * t
        return 0.5 * (
            2 * b + linear + (2 * a - 5 * b + 4 * c - d) * square + (3 * b - a - 3 * c + d) * cube
        )

    return along(p0[0], p1[0], p2[0], p3[0]), along(p0[1], p1[1], p2[1], p3[1])


def _picture(opacity: Image.Image, ink: tuple[int, int, int]) -> Picture:
    return Picture(
        width=opacity.width,
        height=opacity.height,
        colours=zlib.compress(Image.new("RGB", opacity.size, ink).tobytes()),
        opacity=zlib.compress(opacity.tobytes()),
    )
