"""What a stranger asks of each pair, and what the answers and their times tell.

All before anything of a pair is the stranger's: HEAD, GET and a batch by name, then PUT. The first
PUT of a known file is the only one that counts: afterwards the file is the stranger's own.
"""

import hashlib
import random
import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from tools.bench.existence_ground import Ground, name_of
from tools.bench.existence_line import Timed, TimedLine
from tools.bench.existence_papers import KINDS, Pair
from tools.bench.frame import Bar
from tools.bench.telling import by_all, by_pair, by_rank

A_COIN = Bar(most=0.55)
NOTHING = Bar(most=0)
MILLISECONDS = 1000.0

Ask = Callable[[Ground, str, bytes], bytes]
"""The request about a file of this name and these bytes."""


def _batch(ground: Ground, name: str, content: bytes) -> bytes:
    body = {"operation": "upload", "objects": [{"id": name, "size": len(content)}]}
    return ground.asking(
        "POST", "/v1/blobs/batch", msgspec.json.encode(body), Content_Type="application/json"
    )


ASKED: dict[str, Ask] = {
    "head": lambda ground, name, _: ground.asking("HEAD", f"/v1/blobs/{name}"),
    "get": lambda ground, name, _: ground.asking("GET", f"/v1/blobs/{name}"),
    "batch": _batch,
    "put": lambda ground, name, content: ground.asking("PUT", f"/v1/blobs/{name}", content),
}
AFTERWARDS: dict[str, Ask] = {
    "read_own": ASKED["get"],
    "put_again": ASKED["put"],
}
"""Told beside, without a bar: what is asked of some once they are the stranger's own."""
AFTERWARDS_EVERY = 4


class Told(NamedTuple):
    """The two answers about a pair."""

    kind: str
    size: int
    known: Timed
    unknown: Timed


def measure(ground: Ground) -> None:
    """Ask about all pairs; tell for each verb whether known and unknown can be told apart."""
    told = _asked(ground)
    for verb in ASKED:
        _tell_areas(ground, verb, told[verb])
    for verb in (*ASKED, *AFTERWARDS):
        _tell_times(ground, verb, told[verb])
    for verb in AFTERWARDS:
        pairs = told[verb]
        ground.tell_area(f"{verb}.pairs", by_pair(*_wholes(pairs), ground.options.seed))


def _asked(ground: Ground) -> dict[str, list[Told]]:
    told: dict[str, list[Told]] = {verb: [] for verb in (*ASKED, *AFTERWARDS)}
    differ = dict.fromkeys(told, 0)
    dice = random.Random(ground.options.seed)
    with ground.line() as line:
        for number, pair in enumerate(ground.pairs()):
            asked = ASKED if number % AFTERWARDS_EVERY else ASKED | AFTERWARDS
            for verb, ask in asked.items():
                one = _both(ground, line, pair, ask, known_first=dice.random() < 0.5)
                told[verb].append(one)
                differ[verb] += _stripped(one.known, pair.known) != _stripped(
                    one.unknown, pair.unknown
                )
    for verb in ASKED:
        ground.tell(f"{verb}.answers_that_differ", "pairs", differ[verb], NOTHING)
    return told


def _both(ground: Ground, line: TimedLine, pair: Pair, ask: Ask, *, known_first: bool) -> Told:
    known = ask(ground, name_of(pair.known), pair.known)
    unknown = ask(ground, name_of(pair.unknown), pair.unknown)
    if known_first:
        first = line.ask(known)
        second = line.ask(unknown)
    else:
        second = line.ask(unknown)
        first = line.ask(known)
    return Told(pair.kind, len(pair.known), first, second)


def _stripped(answer: Timed, content: bytes) -> tuple[list[bytes], bytes]:
    """An answer without what names its own file, and without the time of day."""
    own = (name_of(content).removeprefix("blake3:"), hashlib.sha256(content).hexdigest())
    head, body = answer.head, answer.body
    if body == content:
        body = b"the file"
    for name in own:
        head, body = head.replace(name.encode(), b"NAME"), body.replace(name.encode(), b"NAME")
    lines = [one for one in head.split(b"\r\n") if not one.lower().startswith(b"date:")]
    return lines, body


# Telling.


def _tell_areas(ground: Ground, verb: str, told: Sequence[Told]) -> None:
    """One time alone, the longer of a pair, and all there is to be seen together; by kind as well."""
    seed = ground.options.seed
    ground.tell_area(f"{verb}.times", by_rank(*_wholes(told), seed), A_COIN)
    ground.tell_area(f"{verb}.pairs", by_pair(*_wholes(told), seed), A_COIN)
    seen = [_features(t.known, t.size) for t in told], [_features(t.unknown, t.size) for t in told]
    ground.tell_area(f"{verb}.classifier", by_all(*seen, seed), A_COIN)
    for kind in KINDS:
        times = _wholes([one for one in told if one.kind == kind])
        for how, find in (("times", by_rank), ("pairs", by_pair)):
            ground.tell_area(f"{verb}.{kind}.{how}", find(*times, seed), A_COIN, few=True)


def _tell_times(ground: Ground, verb: str, told: Sequence[Told]) -> None:
    for which, times in zip(("known", "unknown"), _wholes(told), strict=True):
        ground.tell(f"{verb}.{which}.p50", "ms", statistics.median(times) * MILLISECONDS)


def _wholes(told: Sequence[Told]) -> tuple[list[float], list[float]]:
    return [one.known.whole for one in told], [one.unknown.whole for one in told]


def _features(answer: Timed, size: int) -> tuple[float, ...]:
    return answer.first, answer.whole, answer.whole - answer.first, float(size)
