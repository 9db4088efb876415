"""An agency's feed: every event once, in order, from any place, to those who read there."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from falcon.testing import Result

from repository.catalogue import tables as t
from repository.catalogue.views import Writing
from repository.model.access import Right
from tests.api.conftest import PLACES, Node
from tests.api.test_amendments import amends

FOREVER = 30


def changes(node: Node, **parameters: Any) -> Result:
    return node.clerk.get("/v1/changes", params={"agency": "H20.14"} | parameters)


def end_of(node: Node) -> int:
    return changes(node).json["last"]


def sequences(answer: Result) -> list[int]:
    return [change["sequence"] for change in answer.json["changes"]]


def test_a_feed_tells_all_that_happened_from_the_first_event_on(node: Node):
    first = node.clerk.registers()
    amends(node.clerk, first, subject="Khác")

    told = changes(node)

    assert sequences(told) == [1, 2, 3, 4, 5]
    assert [change["type"] for change in told.json["changes"]] == [
        "agency-opened",
        "register-opened",
        "register-opened",
        "document-registered",
        "document-amended",
    ]
    assert told.json["changes"][3]["id"] == first.json["id"]
    assert told.json["changes"][3]["at"] == first.json["registered"]
    assert (told.json["next"], told.json["last"]) == (5, 5)


def test_a_document_is_shown_as_it_stands_now(node: Node):
    first = node.clerk.registers()
    amended = amends(node.clerk, first, subject="Khác").json

    told = changes(node, after=3).json["changes"]

    assert [change["document"] for change in told] == [amended, amended]
    assert "document" not in changes(node, limit=1).json["changes"][0]


def test_pages_follow_one_another_without_gap_and_may_be_asked_for_again(node: Node):
    for _ in range(7):
        node.clerk.registers()
        node.neighbour.registers(agency="H20.15")
    pages, after = [], 0
    while after < end_of(node):
        page = changes(node, after=after, limit=3)
        assert page.json == changes(node, after=after, limit=3).json
        pages.append(sequences(page))
        after = page.json["next"]

    assert [each for page in pages for each in page] == list(range(1, 11))
    assert [len(page) for page in pages] == [3, 3, 3, 1]


def test_a_feed_tells_nothing_of_other_agencies(node: Node):
    before = end_of(node)
    node.neighbour.registers(agency="H20.15")

    told = changes(node, after=before)

    assert told.json == {"agency": "H20.14", "changes": [], "next": before, "last": before}


def test_a_feed_of_another_agency_is_as_good_as_none(node: Node):
    for code in ("H20.15", "H20.99", "x"):
        assert changes(node, agency=code).status_code == 404
        assert changes(node, agency=code, wait=FOREVER).status_code == 404


def test_who_does_not_read_follows_nothing(node: Node):
    writer = node.office("H20.14", rights=(Right.WRITE,))

    assert writer.get("/v1/changes", params={"agency": "H20.14"}).status_code == 403


def test_who_has_seen_more_than_there_is_begins_anew(node: Node):
    last = end_of(node)

    answer = changes(node, after=last + 1, wait=FOREVER)

    assert answer.status_code == 410
    assert answer.json["type"] == "/problems/changes-gone"
    assert (answer.json["first"], answer.json["last"]) == (0, last)


def test_who_has_seen_less_than_is_still_told_begins_anew(node: Node):
    with node.holdings.engine.writing() as txn:
        rows = Writing(txn)
        agency = rows.agency_by_code("H20.14")
        assert agency is not None
        rows.delete(t.FEED, agency.id, 1)
        rows.delete(t.FEED, agency.id, 2)

    assert changes(node, after=1).status_code == 410
    assert changes(node, after=1).json["first"] == 2
    assert sequences(changes(node, after=2)) == [3]


def waits(node: Node) -> None:
    """Return once somebody waits for an event, within bounds."""
    pause = threading.Event()
    for _ in range(6000):
        if node.services.watch.waiting():
            return
        pause.wait(0.01)
    raise AssertionError("nobody waits")


def test_who_waits_is_told_when_something_happens(node: Node):
    last = end_of(node)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(changes, node, after=last, wait=FOREVER)
        waits(node)
        node.neighbour.registers(agency="H20.15")
        document = node.clerk.registers().json

        told = waiting.result(60)

    assert sequences(told) == [last + 1]
    assert told.json["changes"][0]["id"] == document["id"]


def test_when_nothing_happens_an_empty_page_comes_in_time(node: Node):
    last = end_of(node)

    told = changes(node, after=last, wait=1)

    assert (told.status_code, sequences(told), told.json["next"]) == (200, [], last)
    assert "Retry-After" not in told.headers


def test_where_no_place_to_wait_is_left_an_empty_page_comes_at_once(node: Node):
    last = end_of(node)
    with ExitStack() as taken:
        for _ in range(PLACES):
            taken.enter_context(node.services.watch.place(FOREVER))

        told = changes(node, after=last, wait=FOREVER)
        ready = changes(node, after=last - 1, wait=FOREVER)

    assert (told.status_code, sequences(told)) == (200, [])
    assert int(told.headers["Retry-After"]) > 0
    assert sequences(ready) == [last]


@pytest.mark.parametrize(
    "parameters", [{"after": -1}, {"limit": 0}, {"limit": 201}, {"wait": 31}, {"wait": "x"}]
)
def test_parameters_out_of_their_range_are_refused(node: Node, parameters: dict[str, Any]):
    answer = changes(node, **parameters)

    assert answer.status_code == 400
    assert answer.json["parameter"] in parameters


def test_the_agency_has_to_be_named(node: Node):
    answer = node.clerk.get("/v1/changes")

    assert (answer.status_code, answer.json["parameter"]) == (400, "agency")
