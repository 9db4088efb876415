"""Can two kinds of answer be told apart by their times? The area under the curve, and how sure it is.

0.5 is a coin, 1.0 a certainty. A classifier that is wrong more often than a coin is right when it is
turned round, so areas are folded: `max(a, 1 - a)`.
"""

import bisect
import math
import random
from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter

import msgspec

RESAMPLES = 200
"""Bootstrap samples behind an interval."""
STEPS = 60
"""Steps of gradient descent of the combining classifier."""
RATE = 1.0


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A folded area under the curve, and where the middle 95 % of its bootstrap lie."""

    value: float
    low: float
    high: float


def area(known: Sequence[float], unknown: Sequence[float]) -> float:
    """The chance that one of *known* is larger than one of *unknown*, ties half (Mann-Whitney)."""
    together = sorted([(each, 1) for each in known] + [(each, 0) for each in unknown])
    ranks, at = 0.0, 0
    for _, tied in groupby(together, key=itemgetter(0)):
        members = [which for _, which in tied]
        ranks += sum(members) * (at + (len(members) + 1) / 2)
        at += len(members)
    count = len(known)
    return (ranks - count * (count + 1) / 2) / (count * len(unknown))


def by_rank(known: Sequence[float], unknown: Sequence[float], seed: int) -> Area:
    """How well one time alone tells them apart, whatever its pair."""

    def of(chosen: Sequence[int]) -> float:
        return area([known[n] for n in chosen], [unknown[n] for n in chosen])

    return _folded(of, len(known), seed)


def by_pair(known: Sequence[float], unknown: Sequence[float], seed: int) -> Area:
    """How well the two of a pair, alike but for what is asked, are told apart by which took longer."""
    longer = [
        0.5 if one == other else float(one > other)
        for one, other in zip(known, unknown, strict=True)
    ]

    def of(chosen: Sequence[int]) -> float:
        return sum(longer[n] for n in chosen) / len(chosen)

    return _folded(of, len(longer), seed)


Features = Sequence[float]


def by_all(known: Sequence[Features], unknown: Sequence[Features], seed: int) -> Area:
    """How well a logistic classifier over all features does on pairs that it was not trained on.

    Trained on one half and judged on the other, then the other way round.
    """
    known, unknown = _even(known, unknown)
    order = random.Random(seed).sample(range(len(known)), len(known))
    halves = order[::2], order[1::2]
    ones, others = [0.0] * len(known), [0.0] * len(known)
    for train, judge in (halves, halves[::-1]):
        weights = _trained([known[n] for n in train], [unknown[n] for n in train])
        for n in judge:
            ones[n], others[n] = _weighed(weights, known[n]), _weighed(weights, unknown[n])
    return _folded(lambda c: area([ones[n] for n in c], [others[n] for n in c]), len(ones), seed)


def _folded(of: Callable[[Sequence[int]], float], count: int, seed: int) -> Area:
    """The folded area *of* all pairs, its interval from pairs drawn anew."""
    dice = random.Random(seed)
    whole = of(range(count))
    turned = whole < 0.5
    drawn = sorted(of(dice.choices(range(count), k=count)) for _ in range(RESAMPLES))
    low, high = drawn[int(0.025 * RESAMPLES)], drawn[int(0.975 * RESAMPLES)]
    if turned:
        whole, low, high = 1 - whole, 1 - high, 1 - low
    return Area(value=whole, low=round(low, 4), high=round(high, 4))


def _even(
    known: Sequence[Features], unknown: Sequence[Features]
) -> tuple[list[list[float]], list[list[float]]]:
    """Every feature as its rank among all, from -1 to 1: no outlier outweighs the others."""
    columns = [
        sorted([each[k] for each in known] + [each[k] for each in unknown])
        for k in range(len(known[0]))
    ]

    def ranked(one: Features) -> list[float]:
        places = [
            bisect.bisect_left(column, value) + bisect.bisect_right(column, value)
            for column, value in zip(columns, one, strict=True)
        ]
        straight = [place / len(column) - 1 for place, column in zip(places, columns, strict=True)]
        return [1.0, *straight, *(each * each for each in straight)]

    return [ranked(each) for each in known], [ranked(each) for each in unknown]


def _trained(known: Sequence[Features], unknown: Sequence[Features]) -> list[float]:
    """Weights of a logistic regression, by so many steps down the whole gradient."""
    rows = [(each, 1.0) for each in known] + [(each, 0.0) for each in unknown]
    weights = [0.0] * len(rows[0][0])
    for _ in range(STEPS):
        slope = [0.0] * len(weights)
        for features, truth in rows:
            off = 1 / (1 + math.exp(-_weighed(weights, features))) - truth
            for k, value in enumerate(features):
                slope[k] += off * value
        weights = [w - RATE * s / len(rows) for w, s in zip(weights, slope, strict=True)]
    return weights


def _weighed(weights: Sequence[float], features: Features) -> float:
    return sum(weight * value for weight, value in zip(weights, features, strict=True))
