"""How often a token may ask: a bucket of permissions that fills at a steady rate.

Each worker process counts for itself. The fields are those of the IETF's draft on rate limit
header fields (draft-ietf-httpapi-ratelimit-headers): `RateLimit-Policy` tells the rule,
`RateLimit` what is left of it.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from repository.errors import Kind, Trouble

MAX_BUCKETS = 10_000
"""Callers remembered at a time; who is forgotten begins with a full bucket."""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A rule."""

    per_second: float
    """Permissions that come back each second; 0 = no rule."""
    burst: int
    """Permissions that may be saved up."""


class Bucket(msgspec.Struct, frozen=True):
    """What one caller had left at a moment."""

    left: float
    at: float
    """Seconds."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a caller stands after asking."""

    allowed: bool
    remaining: int
    full_in: int
    """Seconds until the bucket is full again."""
    wait: int
    """Seconds until the next permission, where this one was refused."""


class TooManyRequests(Trouble):
    """This token asks too often; ask again after {seconds} seconds."""

    kind = Kind.TOO_OFTEN
    vietnamese = "Mã truy cập này gửi quá nhiều yêu cầu; hãy thử lại sau {seconds} giây."


def taken(bucket: Bucket, rate: Rate, now: float) -> tuple[Bucket, Standing]:
    """*bucket* after one more request at *now*, and how its owner stands; pure.

    >>> slow = Rate(per_second=0.5, burst=1)
    >>> emptied, first = taken(Bucket(1.0, 0.0), slow, 0.0)
    >>> first.allowed, taken(emptied, slow, 1.0)[1].wait, taken(emptied, slow, 2.0)[1].allowed
    (True, 1, True)
    """
    grown = min(rate.burst, bucket.left + max(0.0, now - bucket.at) * rate.per_second)
    allowed = grown >= 1
    left = grown - 1 if allowed else grown
    standing = Standing(
        allowed=allowed,
        remaining=int(left),
        full_in=math.ceil((rate.burst - left) / rate.per_second),
        wait=0 if allowed else max(1, math.ceil((1 - left) / rate.per_second)),
    )
    return Bucket(left, max(now, bucket.at)), standing


def fields(rate: Rate, standing: Standing) -> dict[str, str]:
    """The header fields that tell a caller how it stands."""
    window = math.ceil(rate.burst / rate.per_second)
    return {
        "RateLimit-Policy": f'"token";q={rate.burst};w={window}',
        "RateLimit": f'"token";r={standing.remaining};t={standing.full_in}',
    }


class Rates:
    """The buckets of one process."""

    def __init__(self, rate: Rate, stopwatch: Callable[[], float]) -> None:
        self.rate = rate
        self._stopwatch = stopwatch
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, caller: str) -> Standing | None:
        """Take a permission for *caller*; None where there is no rule."""
        if not self.rate.per_second:
            return None
        with self._lock:
            now = self._stopwatch()
            bucket = self._buckets.pop(caller, None) or Bucket(self.rate.burst, now)
            self._buckets[caller], standing = taken(bucket, self.rate, now)
            if len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
        return standing
