"""The measures of the lists bench: every list of a user of the largest agency, any page of it."""

import random
import time
from collections.abc import Callable, Iterator
from itertools import cycle

from repository.catalogue.organisation import person_by_login
from repository.holdings import Holdings
from repository.model.ids import PersonId
from tools.bench.frame import Bar
from tools.bench.lists_ground import Desk, Ground
from tools.bench.lists_sowing import PERIOD

P95 = Bar(most=30)
"""Milliseconds (step 3 of the plan)."""
PAGE = 50
WORDS = ("việc", "hộ tịch", "đất đai", "kế hoạch")
DESKS = 20
"""Officers, and heads, whose lists are asked for in turn."""
Ask = Callable[[], object]


def measure(ground: Ground) -> None:
    """Ask for every list in every round, in turn."""
    asks = _asks(ground)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in asks}
    for _ in range(ground.options.rounds):
        for name, ask in asks.items():
            times[name].append(_percentiles(ask, ground.options.requests))
    for name, found in times.items():
        ground.tell(f"{name}.p50", "ms", *(half for half, _ in found))
        ground.tell(f"{name}.p95", "ms", *(most for _, most in found), bar=P95)


def _percentiles(ask: Ask, count: int) -> tuple[float, float]:
    """p50 and p95 of *count* answers, milliseconds."""
    taken: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[min(len(taken) - 1, len(taken) * 95 // 100)]


def _asks(ground: Ground) -> dict[str, Ask]:
    house, dice = ground.sowing.largest, random.Random(7)
    clerk = ground.desk(house.clerk)
    officers = cycle([ground.desk(login) for login in house.officers[:DESKS]])
    heads = cycle([ground.desk(login) for login in house.heads[:DESKS]])
    entries, rows = f"/v1/registers/{house.book}/entries", house.numbers[house.book]
    documents = ground.sowing.documents
    theirs = _given(ground, house.officers[:DESKS])

    def page_of(path: str, start: int) -> object:
        return clerk.get(path, period=PERIOD, start=max(1, start), limit=PAGE)

    def own() -> object:
        desk, mine = next(theirs)
        return desk.get(f"/v1/documents/{dice.choice(mine)}")

    feed = clerk.look("/v1/changes", agency=house.code, limit=1)["last"]
    return {
        "entries.first": lambda: page_of(entries, 1),
        "entries.latest": lambda: page_of(entries, rows - PAGE),
        "entries.any": lambda: page_of(entries, dice.randint(1, rows)),
        "numbers.any": lambda: page_of(
            entries.replace("entries", "numbers"), dice.randint(1, rows)
        ),
        "changes.any": lambda: clerk.get(
            "/v1/changes", agency=house.code, after=dice.randrange(feed), limit=PAGE
        ),
        "work.officer": lambda: next(officers).get("/v1/work", limit=PAGE),
        "work.head": lambda: next(heads).get("/v1/work", limit=PAGE),
        "work.head.second": _second_pages(heads),
        "document.clerk": lambda: clerk.get(f"/v1/documents/{dice.choice(documents)}"),
        "document.officer": own,
        "search.officer": lambda: next(officers).get("/v1/search", q=dice.choice(WORDS)),
        "search.head": lambda: next(heads).get("/v1/search", q=dice.choice(WORDS)),
        "search.clerk": lambda: clerk.get("/v1/search", q=dice.choice(WORDS)),
    }


def _second_pages(heads: Iterator[Desk]) -> Ask:
    """The page behind the first one, of whose work has one."""
    many = [next(heads) for _ in range(DESKS)]
    firsts = [(desk, desk.look("/v1/work", limit=PAGE).get("next", "")) for desk in many]
    behind = cycle([(desk, place) for desk, place in firsts if place] or firsts[:1])

    def ask() -> object:
        desk, place = next(behind)
        return desk.get("/v1/work", limit=PAGE, after=place)

    return ask


def _given(ground: Ground, logins: list[str]) -> Iterator[tuple[Desk, list[str]]]:
    """Officers in turn, each with the papers they were given."""
    given = ground.sowing.given
    found = [
        (ground.desk(login), [str(one) for one in given[person]])
        for login in logins
        if (person := _person(ground.holdings, login)) in given
    ]
    return cycle(found)


def _person(holdings: Holdings, login: str) -> PersonId:
    with holdings.reading() as now:
        known = person_by_login(now, login)
    return known.id if known else PersonId("")
