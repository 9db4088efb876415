"""Registers of an agency that has ended are closed by themselves; what was reserved gets a month."""

from datetime import timedelta

from api.services.ended_registers import GRACE_DAYS, REASON, close_ended
from tests.api.books import reserves, states, the_book
from tests.api.conftest import Node
from tests.api.office import a_draft
from tests.api.test_reorganisation import MIDNIGHT, merges


def closed(node: Node, agency: str = "H20.14") -> set[str]:
    books = node.province.get(f"/v1/agencies/{agency}/registers").json["registers"]
    return {book["code"] for book in books if "closed" in book}


def test_on_the_day_all_registers_are_closed_with_certificates(node: Node):
    book = the_book(node)
    node.clerk.registers(**a_draft())
    merges(node.province)
    node.clock.now = MIDNIGHT - timedelta(microseconds=1)
    assert close_ended(node.holdings, node.clock) == 0

    node.clock.now = MIDNIGHT
    assert close_ended(node.holdings, node.clock) == 2
    assert closed(node) == {"den", "di"}
    (certificate,) = node.province.get(f"{book}/closings").json["closings"]
    assert (certificate["last"], certificate["closed_by"]) == (1, "node")
    assert closed(node, "H20.15") == set()
    assert close_ended(node.holdings, node.clock) == 0


def test_a_number_that_is_reserved_keeps_its_register_open_for_a_month(node: Node):
    book = the_book(node)
    reserves(node.clerk, book)
    merges(node.province)
    node.clock.now = MIDNIGHT + timedelta(days=GRACE_DAYS) - timedelta(microseconds=1)

    assert close_ended(node.holdings, node.clock) == 1
    assert closed(node) == {"den"}
    assert states(node.province, book) == {1: "reserved"}

    node.clock.now += timedelta(microseconds=1)
    assert close_ended(node.holdings, node.clock) == 1
    assert states(node.province, book) == {1: "void"}
    told = node.province.get(f"{book}/numbers/1").json
    assert told["reason"] == REASON
