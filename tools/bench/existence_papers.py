"""Pairs of files of one make and one size: of one the store knows something, of its twin nothing."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

KiB = 1024
MiB = 1024 * KiB
_BEGINNING = b"\x00vankho\x00"
"""So that both are of one media type: two bytes of noise may look like the beginning of one."""
_END = b"\n%%EOF\n"


class Pair(NamedTuple):
    """Two files that only the store's holdings tell apart."""

    kind: str
    known: bytes
    unknown: bytes
    stored: tuple[bytes, ...]
    """What another agency stored before, in this order."""
    holders: int
    """Of so many documents of that agency the known file is a part."""


def pairs_of(count: int, seed: int) -> Iterator[Pair]:
    """*count* pairs, the kinds in turn; always the same for *seed*."""
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        yield MAKERS[kind](random.Random(f"{seed}-{number}"))


def _plain(kind: str, least: int, most: int) -> Callable[[random.Random], Pair]:
    def made(dice: random.Random) -> Pair:
        size = dice.randint(least, most) - len(_BEGINNING)
        known, unknown = _BEGINNING + dice.randbytes(size), _BEGINNING + dice.randbytes(size)
        holders = dice.randint(1, 8) if dice.random() < 0.3 else 0
        return Pair(kind, known, unknown, (known,), holders)

    return made


def _revision(dice: random.Random) -> Pair:
    """A signed file is known; its twin is new, but continues a known one as well."""
    sizes = _head_and_tail(dice)
    base, twin = _begun(dice, sizes[0]), _begun(dice, sizes[0])
    known, unknown = _continued(dice, base, sizes[1]), _continued(dice, twin, sizes[1])
    return Pair("revision", known, unknown, (base, twin, known), 0)


def _successor(dice: random.Random) -> Pair:
    """Both files are new; what one of them continues is known."""
    sizes = _head_and_tail(dice)
    base, twin = _begun(dice, sizes[0]), _begun(dice, sizes[0])
    known, unknown = _continued(dice, base, sizes[1]), _continued(dice, twin, sizes[1])
    return Pair("successor", known, unknown, (base,), 0)


def _head_and_tail(dice: random.Random) -> tuple[int, int]:
    return dice.randint(10 * KiB, 400 * KiB), dice.randint(2 * KiB, 40 * KiB)


def _begun(dice: random.Random, size: int) -> bytes:
    return b"%PDF-1.7\n" + dice.randbytes(size) + _END


def _continued(dice: random.Random, before: bytes, size: int) -> bytes:
    return before + dice.randbytes(size) + _END


MAKERS: dict[str, Callable[[random.Random], Pair]] = {
    "tiny": _plain("tiny", 100, 2_000),
    "page": _plain("page", 4_000, 40_000),
    "large": _plain("large", 100_000, 1 * MiB),
    "revision": _revision,
    "successor": _successor,
}
KINDS = tuple(MAKERS)
