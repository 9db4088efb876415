"""At 00:00 in Vietnam on the first of January the numbers begin anew, while two clerks register."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import WORKERS, an_operators_token, journeying
from tests.journeys.desks import (
    Bureau,
    Desk,
    Province,
    done,
    gapless,
    nothing_for,
    numbers,
    refused,
)
from tests.journeys.moved_clock import LIBRARY, MovedClock, UnderMovedClock
from tests.tools.conftest import a_store
from tests.tools.serving import await_listeners, serving

pytestmark = pytest.mark.skipif(LIBRARY is None, reason="Debian package faketime is not there")
VIETNAM = timezone(timedelta(hours=7))
WORDS = "bàn giao ca trực"
PATIENT = "[serve]\nidle_seconds = 86400\n"
"""A connection is idle by the time of day: none is to be closed because an hour is skipped."""
ENOUGH = 5
AT_MOST = 2000


@pytest.fixture
def midnight() -> datetime:
    """The next turn of a year that is at least a day away."""
    soon = datetime.now(VIETNAM) + timedelta(days=1)
    return datetime(soon.year + 1, 1, 1, tzinfo=VIETNAM)


@pytest.fixture
def clock(tmp_path: Path, midnight: datetime) -> MovedClock:
    made = MovedClock(tmp_path / "clock")
    made.moves_to(midnight - timedelta(hours=1))
    return made


@pytest.fixture
def province(clock: MovedClock) -> Iterator[Province]:
    with a_store(PATIENT) as plain:
        token, moved = an_operators_token(plain), UnderMovedClock(plain.store, clock)
        with serving(moved, "--workers", WORKERS) as running:
            await_listeners(running, WORKERS)
            with journeying(Province(moved, running, token)) as made:
                yield made


def test_the_numbers_begin_anew_at_midnight_in_vietnam(
    province: Province, bureau: Bureau, clock: MovedClock, midnight: datetime
):
    old, new = midnight.year - 1, midnight.year
    book = bureau.book("den")
    waiting = reserved(bureau)
    first = [registered(bureau, bureau.clerk) for _ in range(3)]
    too_early = refused(province.operator.post(f"{book['url']}/closings", {"period": old}))
    clock.moves_to(midnight - timedelta(seconds=1))

    with ThreadPoolExecutor(2) as pool:
        ways = pool.map(lambda desk: across(bureau, desk, new), clerks_of(bureau))
        papers = [*first, *(paper for way in ways for paper in way)]
    bound = bound_after_the_turn(bureau, waiting, old)
    closed = done(province.operator.post(f"{book['url']}/closings", {"period": old}))

    assert too_early == (409, "period-not-over")
    for paper in papers:
        before = datetime.fromisoformat(paper["registered"]) < midnight
        assert paper["period"] == (old if before else new), paper
    for period in (old, new):
        given = sorted(one["number"] for one in papers if one["period"] == period)
        assert list(numbers(bureau.clerk, book, period=period)) == given
        assert gapless(numbers(bureau.clerk, book, period=period))
        assert len(given) >= 3
    assert (bound["period"], bound["number"]) == (old, waiting["number"])
    assert closed["closings"][0]["count"] == sum(one["period"] == old for one in papers)
    figures = bureau.clerk.sees("/v1/statistics", year=new, agency=bureau.code)
    assert figures["incoming"] == sum(one["period"] == new for one in papers)
    assert_found_as_it_should_be(province, bureau, papers)


def assert_found_as_it_should_be(
    province: Province, bureau: Bureau, papers: list[dict[str, Any]]
) -> None:
    assert province.is_followed()
    found = bureau.leader.sees("/v1/search", q=WORDS, limit=1000)
    assert {hit["document"]["id"] for hit in found["hits"]} == {one["id"] for one in papers}
    stranger = province.bureau().clerk
    for paper in (papers[0], papers[-1]):
        assert nothing_for(stranger, paper, WORDS)


def across(bureau: Bureau, desk: Desk, year: int) -> list[dict[str, Any]]:
    """Somebody registers one paper after the other until some are of *year*."""
    made: list[dict[str, Any]] = []
    while sum(one["period"] == year for one in made) < ENOUGH:
        assert len(made) < AT_MOST, "the year never turned"
        made.append(registered(bureau, desk))
    return made


def registered(bureau: Bureau, desk: Desk) -> dict[str, Any]:
    return desk.registers(bureau.code, subject=f"Về việc {WORDS}")


def reserved(bureau: Bureau) -> dict[str, Any]:
    """A number of the old year that waits for its paper."""
    asked = {"holder": "Văn phòng", "reason": "Chờ ký"}
    answer = bureau.clerk.post(
        f"{bureau.book('di')['url']}/numbers", asked, Idempotency_Key="giu-so"
    )
    return done(answer)["numbers"][0]


def bound_after_the_turn(bureau: Bureau, waiting: dict[str, Any], year: int) -> dict[str, Any]:
    """Its paper comes in the new year; it keeps the number of the old one."""
    return bureau.clerk.registers(
        bureau.code,
        register="di",
        direction="outgoing",
        subject="Văn bản ký cuối năm",
        reserved={"number": waiting["number"], "period": year},
    )


def clerks_of(bureau: Bureau) -> tuple[Desk, Desk]:
    return bureau.clerk, bureau.second_clerk
