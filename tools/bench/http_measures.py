"""The measures of the HTTP bench: reading a blob, registering, a day of an office in short."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from urllib.parse import urlencode

from tools.bench.frame import Arm, Bar, paired
from tools.bench.http_ground import (
    PAGE_BYTES,
    Ground,
    bare_falcon,
    bare_peer,
    noise,
    stored,
    told,
)
from tools.bench.http_line import Answered, Line, request
from tools.bench.http_load import Ask, Due, Tally, answers_in, kept_to
from tools.bench.registering import registering, registration
from tools.bench.wording import ACTORS

READERS = 16
"""Enough that the kernel spreads them over the workers evenly; 4 may all meet at one."""
CLIENTS = (1, 4, 16, 64)
OVER_BARE = Bar(least=0.6)
NO_ERROR = Bar(most=0)
OURS, BARE = "vankho", "bare-falcon"
MILLISECONDS = 1000
USERS = 48
"""Connections of the office traffic; so many requests may be under way at once."""
FILES_BEFORE = 50
"""Files that the office has when its day begins."""
PER_SECOND = {
    "read": 26.0,
    "range": 6.0,
    "upload": 13.0,
    "register": 13.0,
    "search": 6.0,
    "poll": 6.0,
}
"""Twenty times the mean of a province's year (4.53 million documents in 250 days of 8 hours)."""


def measure_reads(ground: Ground) -> None:
    """Tell how fast 40 KB are read, against a bare application that has them in memory."""
    with ground.line() as line, bare_peer() as peer:
        path = stored(ground, line, noise(PAGE_BYTES, "page"))
        arms = {
            OURS: _reading(ground, ground.address, ground.asking("GET", path)),
            BARE: _reading(ground, peer, request("GET", "/page", "")),
        }
        rounds = paired(arms, ground.options.rounds, settle=lambda: None)
    ratios = rounds.ratios(OURS, BARE)
    ground.tell("get_40_kb", "times", *ratios, peer=bare_falcon(), bar=OVER_BARE)
    ground.tell(f"get_40_kb.rate.{OURS}", "requests/s", *rounds.rates[OURS])
    ground.tell(f"get_40_kb.rate.{BARE}", "requests/s", *rounds.rates[BARE], peer=bare_falcon())


def _reading(ground: Ground, address: str, asked: bytes) -> Arm:
    def whole(answered: Answered) -> bool:
        return answered.status == 200 and len(answered.body) == PAGE_BYTES

    def rate(_: int) -> float:
        with ExitStack() as closing:
            lines = [closing.enter_context(Line(address)) for _ in range(READERS)]
            seconds = ground.options.round_seconds
            tally = answers_in(lines, seconds, lambda line, _: line.ask(asked), whole)
            _require_clean(tally)
            return len(tally.seconds) / seconds

    return rate


def measure_registrations(ground: Ground) -> None:
    """Tell how long a registration takes for 1, 4, 16 and 64 clients that never rest."""
    for clients in CLIENTS:
        with ExitStack() as closing:
            lines = [closing.enter_context(ground.line()) for _ in range(clients)]
            asks = registering(ground, f"at-{clients}")
            tally = answers_in(
                lines, ground.options.registration_seconds, asks, lambda a: a.status == 201
            )
        _require_clean(tally)
        name = f"register.{clients}_clients"
        ground.tell(f"{name}.rate", "requests/s", _rate(tally, ground.options.registration_seconds))
        _tell_latencies(ground, name, tally, (50, 95, 99))


def measure_traffic(ground: Ground) -> None:
    """Tell how long each kind of request takes while an office does all of them at once."""
    asks = _office(ground)
    seconds = ground.options.traffic_seconds
    timetable = timetable_of(seconds, ground.options.seed)
    tallies = kept_to(timetable, USERS, ground.line, asks, lambda a: a.status in (200, 201, 206))
    errors = sum(len(tally.errors) for tally in tallies.values())
    for kind, tally in tallies.items():
        ground.tell(f"office.{kind}.rate", "requests/s", _rate(tally, seconds))
        _tell_latencies(ground, f"office.{kind}", tally, (50, 99))
    ground.tell("office.errors", "requests", errors, bar=NO_ERROR)


def timetable_of(seconds: float, seed: int) -> Iterator[Due]:
    """Requests of all kinds, each at its own rate, at random moments, in the order of time."""
    dice = random.Random(seed)
    kinds, weights = zip(*PER_SECOND.items(), strict=True)
    at = 0.0
    for number in count():
        at += dice.expovariate(sum(weights))
        if at > seconds:
            return
        yield Due(at, dice.choices(kinds, weights)[0], number)


def _office(ground: Ground) -> dict[str, Ask]:
    """What an office asks, each kind as it is asked in life."""
    with ground.line() as line:
        first = [noise(PAGE_BYTES, ("office", number)) for number in range(FILES_BEFORE)]
        paths = [stored(ground, line, content) for content in first]

    def read(line: Line, number: int) -> Answered:
        return line.ask(ground.asking("GET", paths[number * 7919 % len(paths)]))

    def ranged(line: Line, number: int) -> Answered:
        path = paths[number * 104729 % len(paths)]
        return line.ask(ground.asking("GET", path, Range="bytes=8192-12287"))

    def upload(line: Line, number: int) -> Answered:
        answered = line.ask(ground.asking("POST", "/v1/blobs", noise(PAGE_BYTES, ("new", number))))
        paths.append(str(told(answered, 200, 201)["url"]))
        return answered

    def register(line: Line, number: int) -> Answered:
        blob = paths[-1 - number % 8].rsplit("/", 1)[1]
        return line.ask(registration(ground, number, f"office-{number}", (blob,)))

    def search(line: Line, number: int) -> Answered:
        words = random.Random(number).choice(ACTORS).split()[:3]
        query = urlencode({"q": " ".join(words), "limit": 20})
        return line.ask(ground.asking("GET", f"/v1/search?{query}"))

    seen = dict.fromkeys(ground.agencies, 0)

    def poll(line: Line, number: int) -> Answered:
        code = ground.agencies[number % len(ground.agencies)]
        query = urlencode({"agency": code, "after": seen[code], "limit": 50})
        answered = line.ask(ground.asking("GET", f"/v1/changes?{query}"))
        seen[code] = max(seen[code], told(answered, 200)["next"])
        return answered

    return {
        "read": read, "range": ranged, "upload": upload,
        "register": register, "search": search, "poll": poll,
    }  # fmt: skip


def _tell_latencies(ground: Ground, name: str, tally: Tally, shares: tuple[int, ...]) -> None:
    for share in shares:
        value = tally.percentile(share) * MILLISECONDS
        ground.tell(f"{name}.p{share}", "ms", value)


def _rate(tally: Tally, seconds: float) -> float:
    return len(tally.seconds) / seconds


def _require_clean(tally: Tally) -> None:
    if tally.errors or not tally.seconds:
        raise AssertionError(tally.errors[:1] or "nothing was answered")


MEASURES: tuple[Callable[[Ground], None], ...] = (
    measure_reads,
    measure_registrations,
    measure_traffic,
)
