"""An agency moves between two served office nodes: by the commands people type, with one process killed."""

import json
import os
import signal
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest

from tests.nodes.province import OfficeAt, an_office, patiently
from tests.nodes.served import StoreNodeAt, a_store_node
from tests.repository.stores import noise
from tests.tools.command import Ended
from tests.tools.serving import kill_and_await, successor

CODE, STAYS, THERE = "H20.1", "H20.2", "H20.3"
PAPERS = 24


class Two(ExitStack):
    """Two office nodes, and the store node of both."""

    def __init__(self) -> None:
        super().__init__()
        self.store_node: StoreNodeAt = self.enter_context(a_store_node())
        self.here = self.enter_context(an_office(self.store_node, "nut-1", CODE, STAYS))
        self.there = self.enter_context(an_office(self.store_node, "nut-2", THERE))
        issue = ("token", "issue", "--label", "phần mềm", "--right", "read", "--right", "write")
        told = self.here.vankho(*issue, "--agency", CODE, "--json").lines[0]
        self.bearer = told["bearer"]
        self.clerks = [self._clerk(self.here), self._clerk(self.there)]

    def _clerk(self, office: OfficeAt) -> OfficeAt:
        """Whoever has the agency's own token, which goes with it."""
        clerk = OfficeAt(office.vankho, office.running, self.bearer)
        self.callback(clerk.close)
        return clerk


@pytest.fixture(scope="module")
def two() -> Iterator[Two]:
    with Two() as made:
        yield made


def test_an_agency_moves_while_clerks_register_and_a_keeper_is_killed(two: Two):
    here, there = two.clerks
    numbers = [registered(here, n) for n in range(PAPERS)]
    assert numbers == list(range(1, PAPERS + 1))
    rehearsed = two.here.vankho("agency", "move", CODE, "--to", "nut-2", "--dry-run", "--json")
    assert (rehearsed.code, rehearsed.lines[0]["tokens"]) == (0, 1)
    with clerks_at_both(two) as asking:
        left = two.here.vankho("agency", "move", CODE, "--to", "nut-2", "--json")
        assert (left.code, left.lines[0]["offer"]) == (0, "offered")
        # Cut: the keeper of the new home and whoever takes the agency in, wherever they are.
        address = ("--address", "https://nut-2.example.vn")
        with two.there.vankho.started("agency", "arrive", CODE, *address) as arriving:
            claimed(two)
            former = two.there.running.processes()["keeper"]
            kill_and_await(former)
            with suppress(ProcessLookupError):
                os.kill(arriving.pid, signal.SIGKILL)
        successor(two.there.running, "keeper", former)
        assert any(arrives(two, *address) for _ in patiently(60))
        assert any(told(here).status_code == 421 for _ in patiently())
    numbers += asking.result()

    later = registered(there, PAPERS)
    assert sorted(numbers) == list(range(1, later))
    refused = told(here).json()
    assert (refused["type"], refused["node"]) == ("/problems/agency-elsewhere", "nut-2")
    (listed,) = here.ask("GET", "/v1/agencies").json()["agencies"]
    assert (listed["home"], listed["home_address"]) == ("nut-2", "https://nut-2.example.vn")
    assert here.ask("GET", "/v1/search", params={"q": "k-1"}).status_code == 200
    for n in range(PAPERS):
        again = there.registers(CODE, f"k-{n}", paper(n))
        assert (again.json()["number"], again.headers["Idempotency-Replayed"]) == (n + 1, "true")
        assert there.ask("GET", again.json()["components"][0]["url"]).content == paper(n)
    for office in (two.here, two.there):
        assert office.vankho("check").code == 0
        assert office.vankho("log", "verify").code == 0
    assert registered(two.here, 0, STAYS) == registered(two.there, 0, THERE) == 1


def paper(n: int) -> bytes:
    return noise(3000, 7000 + n)


def registered(office: OfficeAt, n: int, agency: str = CODE) -> int:
    brought = office.brings(paper(n))
    assert brought.status_code in (200, 201), brought.text
    return office.registers(agency, f"k-{n}", paper(n)).json()["number"]


def told(office: OfficeAt) -> httpx.Response:
    """What a clerk is told who comes too late."""
    return office.registers(CODE, "late")


@contextmanager
def clerks_at_both(two: Two) -> Generator["Future[list[int]]"]:
    """Somebody asks both nodes for numbers all the while."""
    done = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(asked_of_both, two, done)
        try:
            yield asking
        finally:
            done.set()


def asked_of_both(two: Two, done: threading.Event) -> list[int]:
    """Numbers that a clerk got who asks both nodes in turn."""
    got: list[int] = []
    for n in range(100_000):
        for place, clerk in enumerate(two.clerks):
            with suppress(httpx.TransportError):
                answer = clerk.registers(CODE, f"asked-{place}-{n}")
                assert answer.status_code in (201, 401, 404, 421, 422, 423, 503), answer.text
                if answer.status_code == 201:
                    got.append(answer.json()["number"])
        if done.is_set():
            return got
    raise AssertionError("it never ended")


def claimed(two: Two) -> None:
    """Wait until the store node has let the agency be claimed."""
    show = ("log", "show", "--limit", "1000")
    assert any("move-turned" in two.store_node.vankho(*show).out for _ in patiently())


def arrives(two: Two, *said: str) -> bool:
    ended = two.there.vankho("agency", "arrive", CODE, *said, "--json")
    return ended.code == 0 or "agency-at-home" in ended.out + ended.err


def test_commands_say_what_cannot_be_done(two: Two):
    move = ("agency", "move", STAYS)
    unfit = two.here.vankho(*move, "--to", "nut-9", "--json")
    assert (unfit.code, said(unfit)) == (1, "node-unfit")
    assert two.here.vankho(*move).code == 2
    nothing = two.there.vankho("agency", "arrive", STAYS, "--json")
    assert (nothing.code, said(nothing)) == (1, "nothing-offered")
    alone = two.store_node.vankho("agency", "arrive", STAYS, "--json")
    assert (alone.code, said(alone)) == (2, "not-an-office")


def said(ended: Ended) -> str:
    """By which trouble it ended."""
    return json.loads(ended.err.splitlines()[-1])["type"]


def test_an_agency_that_was_stopped_goes_on_where_it_is_when_it_stays(two: Two):
    before = two.here.registers(STAYS, "before").json()["number"]
    assert two.here.vankho("agency", "move", STAYS, "--to", "nut-2").code == 0
    stopped = two.here.registers(STAYS, "stopped")
    assert (stopped.status_code, stopped.json()["type"]) == (423, "/problems/agency-moving")
    assert int(stopped.headers["Retry-After"]) > 0
    # Whoever reads is not disturbed.
    assert two.here.ask("GET", f"/v1/agencies/{STAYS}/registers").status_code == 200

    assert two.there.vankho("agency", "arrive", STAYS, "--refuse").code == 0
    assert two.here.vankho("agency", "move", STAYS, "--abort").code == 0

    assert two.here.registers(STAYS, "stopped").json()["number"] == before + 1
