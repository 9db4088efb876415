"""What a signature shows: seals of organisations and the hand of a leader, drawn from a seed."""

# Pillow types the tables of `point` with NumPy's arrays, which are not installed.
# pyright: reportUnknownMemberType=false

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw

SEAL_PIXELS = 108
HAND_PIXELS = (116, 50)


def seal(dice: random.Random) -> Image.Image:
    """A round red seal with a star, its ink uneven, on nothing."""
    side = SEAL_PIXELS
    shape = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(shape)
    for inset, width in ((2, 4), (side // 6, 2)):
        pen.ellipse((inset, inset, side - inset, side - inset), outline=255, width=width)
    pen.polygon(_star(side / 2, side / 5), fill=255)
    for step in range(28):
        angle = math.tau * step / 28 + dice.uniform(-0.05, 0.05)
        x = side / 2 + math.cos(angle) * side * 0.40
        y = side / 2 + math.sin(angle) * side * 0.40
        pen.text((x - 3, y - 5), chr(dice.randint(65, 90)), fill=230)
    return _inked(shape, (200, 20, 30), dice)


def hand(dice: random.Random) -> Image.Image:
    """A signature by hand: a few blue strokes."""
    shape = Image.new("L", HAND_PIXELS, 0)
    pen = ImageDraw.Draw(shape)
    width, height = HAND_PIXELS
    points = [(dice.uniform(0.05, 0.95) * width, dice.uniform(0.1, 0.9) * height) for _ in range(9)]
    pen.line(points, fill=255, width=3, joint="curve")
    return _inked(shape, (20, 40, 160), dice)


def _inked(shape: Image.Image, colour: tuple[int, int, int], dice: random.Random) -> Image.Image:
    """*shape* as ink of *colour*: the paper's grain shows through."""
    width, height = shape.size
    grain = Image.frombytes("L", shape.size, dice.randbytes(width * height))
    dark = grain.point([160 + value * 95 // 255 for value in range(256)])
    alpha = Image.composite(dark, Image.new("L", shape.size, 0), shape)
    shades = [[part + value // 16 for value in range(256)] for part in colour]
    ink = Image.merge("RGB", [grain.point(shade) for shade in shades])
    picture = ink.convert("RGBA")
    picture.putalpha(alpha)
    return picture


def _star(centre: float, radius: float) -> Sequence[tuple[float, float]]:
    reach = [radius if corner % 2 == 0 else radius * 0.4 for corner in range(10)]
    turns = [math.pi * corner / 5 - math.pi / 2 for corner in range(10)]
    return [
        (centre + math.cos(turn) * far, centre + math.sin(turn) * far)
        for turn, far in zip(turns, reach, strict=True)
    ]
