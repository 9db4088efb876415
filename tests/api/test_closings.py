"""A register or a year of it is closed with a certificate, and stays as it was certified."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api.services import closing
from api.services.closing import CloseRegister, RowsChanged
from repository.catalogue import tables as t
from repository.catalogue.engine import Engine
from repository.catalogue.memory_engine import MemoryEngine
from repository.catalogue.projection import apply
from repository.catalogue.register_rows import count
from repository.catalogue.tree import entered
from repository.catalogue.views import Writing
from repository.model.access import OPERATOR
from repository.model.closings import canonical, chained
from repository.model.ids import RegisterId
from repository.upkeep.check import check_structure
from tests.api.books import a_book, closes, finds, problem, reserves, states, the_book, voids
from tests.api.conftest import Node
from tests.api.office import a_draft

IN_MEMORY = pytest.mark.parametrize("node", ["memory"], indirect=True)
NEXT_YEAR = datetime(2027, 1, 2, 5, 0, tzinfo=UTC)
YEAR: dict[str, Any] = {"period": 2026}


def a_full_year(node: Node) -> str:
    """Five rows of 2026: given, void, bound, given, void before it was bound; it is 2027 now."""
    book = the_book(node)
    node.clerk.registers(**a_draft())
    node.clerk.registers(**a_draft())
    reserves(node.clerk, book)
    node.clerk.registers(**a_draft())
    reserves(node.clerk, book)
    node.clerk.registers(**a_draft(reserved={"number": 3}))
    voids(node.clerk, book, 2)
    voids(node.clerk, book, 5)
    node.clock.now = NEXT_YEAR
    return book


def test_a_year_that_is_over_is_closed_with_a_certificate(node: Node):
    book = a_full_year(node)

    answer = closes(node.province, book, **YEAR)

    (told,) = answer.json["closings"]
    assert answer.status_code == 201
    assert told.pop("digest").startswith("blake3:")
    assert told.pop("log_sequence") == node.holdings.last_event()
    assert told.pop("closed_by").startswith("token:")
    assert told == {
        "period": 2026,
        "first": 1,
        "last": 5,
        "count": 5,
        "voided": [2, 5],
        "bound": [3],
        "for_good": False,
        "closed": "2027-01-02T12:00:00+07:00",
    }
    assert node.clerk.get(f"{book}/closings").json == answer.json
    assert closes(node.province, book, **YEAR).json == answer.json


def test_nothing_of_a_closed_year_changes_and_the_next_one_goes_on(node: Node):
    book = a_full_year(node)
    closes(node.province, book, **YEAR)

    void = voids(node.clerk, book, 1, **YEAR)
    bind = node.clerk.registers(**a_draft(reserved={"number": 5} | YEAR))

    assert [problem(void), problem(bind)] == ["period-closed"] * 2
    assert voids(node.clerk, book, 2, **YEAR).json["state"] == "void"
    assert node.clerk.registers(**a_draft()).json["period"] == 2027


def test_the_digest_is_the_chain_over_the_rows(node: Node):
    book = a_full_year(node)
    told = closes(node.province, book, **YEAR).json["closings"][0]

    with node.holdings.reading() as now:
        register = RegisterId(book.rpartition("/")[2])
        rows = tuple(
            canonical(number, entry, now.document(entry.document) if entry.document else None)
            for number, entry in now.entries(register, 2026)
        )
    assert told["digest"] == f"blake3:{chained(rows).hex()}"


def test_a_correction_after_closing_leaves_the_digest(node: Node):
    book = a_full_year(node)
    closes(node.province, book, **YEAR)
    headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    first = node.clerk.get(f"{book}/numbers/1", params=YEAR).json["document_url"]

    amended = node.clerk.ask("PATCH", first, headers, body=b'{"kind": "Quyet dinh"}')

    assert amended.status_code == 200
    assert [each for each in check_structure(node.holdings) if "closing" in each.what] == []


@IN_MEMORY
def test_what_is_reserved_has_to_be_bound_or_voided_first(node: Node):
    book = the_book(node)
    reserves(node.clerk, book, count=2)
    node.clock.now = NEXT_YEAR

    refused = closes(node.province, book, **YEAR)
    for number in (1, 2):
        voids(node.clerk, book, number, **YEAR)

    assert problem(refused) == "numbers-still-reserved"
    assert refused.json["numbers"] == "1, 2"
    assert closes(node.province, book, **YEAR).status_code == 201


@IN_MEMORY
def test_a_year_that_goes_on_is_not_closed_and_a_running_series_only_for_good(node: Node):
    series = a_book(node, period="never")

    assert problem(closes(node.province, the_book(node), **YEAR)) == "period-not-over"
    assert problem(closes(node.province, series, period=0)) == "period-not-over"
    assert closes(node.province, series, for_good=True).status_code == 201


@IN_MEMORY
@pytest.mark.parametrize("asked", [{}, {"period": 2026, "for_good": True}])
def test_a_slip_of_the_pen_closes_nothing(node: Node, asked: dict[str, Any]):
    answer = closes(node.province, the_book(node), **asked)

    assert (answer.status_code, answer.json["path"]) == (422, "$.for_good")


def test_a_register_closed_for_good_gives_nothing_any_more(node: Node):
    book = a_full_year(node)
    node.clerk.registers(**a_draft())

    answer = closes(node.province, book, for_good=True)

    made = [(one["period"], one["count"], one["for_good"]) for one in answer.json["closings"]]
    assert made == [(2026, 5, False), (2027, 1, True)]
    refused = [
        node.clerk.registers(**a_draft()),
        reserves(node.clerk, book),
        voids(node.clerk, book, 1),
    ]
    assert [problem(one) for one in refused] == ["register-closed"] * 3
    assert node.clerk.get(book).json["closed"] == "2027-01-02T12:00:00+07:00"
    assert "next_number" not in node.clerk.get(book).json
    assert closes(node.province, book, for_good=True).json == answer.json


@IN_MEMORY
def test_a_register_without_rows_is_closed_all_the_same(node: Node):
    (told,) = closes(node.province, the_book(node), for_good=True).json["closings"]

    assert (told["first"], told["last"], told["count"]) == (0, 0, 0)
    assert told["digest"] == f"blake3:{bytes(32).hex()}"


@IN_MEMORY
def test_a_historical_register_is_closed_when_it_is_whole(node: Node):
    book = a_book(node, historical=True)
    for number in (7, 3, 7):
        finds(node.clerk, book, number)

    (told,) = closes(node.province, book, period=2019).json["closings"]

    assert (told["first"], told["last"], told["count"]) == (3, 7, 3)
    assert problem(finds(node.clerk, book, 9)) == "period-closed"
    assert finds(node.clerk, book, 9, period=2020).status_code == 201


@IN_MEMORY
def test_what_is_counted_outside_the_keeper_is_gone_on_with_or_refused(node: Node):
    book = the_book(node)
    name = book.rpartition("/")[2]
    node.clerk.registers(**a_draft())
    with node.holdings.reading() as now:
        counted = closing.count_for(now, OPERATOR, name, None)
    node.clerk.registers(**a_draft())
    voids(node.clerk, book, 1)
    command = CloseRegister(caller=OPERATOR, register=name, period=None, counted=counted)

    with pytest.raises(RowsChanged):
        node.holdings.keeper.submit(command)
    assert states(node.clerk, book) == {1: "void", 2: "given"}

    with node.holdings.reading() as now:
        counted = closing.count_for(now, OPERATOR, name, None)
    node.clerk.registers(**a_draft())
    again = CloseRegister(caller=OPERATOR, register=name, period=None, counted=counted)
    (certificate,) = node.holdings.keeper.submit(again)
    with node.holdings.reading() as now:
        register = now.register(RegisterId(name))
        assert register
        assert certificate.digest == count(now, register, 2026).digest
    assert certificate.last == 3


@IN_MEMORY
def test_who_does_not_administer_closes_nothing(node: Node):
    assert closes(node.clerk, the_book(node), for_good=True).status_code == 403
    assert closes(node.neighbour, the_book(node), for_good=True).status_code == 404


@IN_MEMORY
def test_a_row_changed_behind_a_certificate_is_found(node: Node):
    book = a_full_year(node)
    closes(node.province, book, **YEAR)
    key = (RegisterId(book.rpartition("/")[2]), 2026, 4)
    with node.holdings.engine.writing() as txn:
        rows = Writing(txn)
        entry = rows.get(t.ENTRIES, *key)
        assert entry
        rows.put(t.ENTRIES, key, type(entry)(document=entry.document, at=entry.at + 1))

    assert [each.what for each in check_structure(node.holdings)] == ["closing-digest"]


def test_the_log_brings_back_every_row(node: Node):
    old = a_book(node, "cu", historical=True)
    finds(node.clerk, old, 7)
    party = a_book(node, "dang", period="term-of-office")
    for first in ("2026-01-01", "2026-06-01"):
        node.province.post(f"{party}/terms", {"name": first, "first": first})
    book = a_full_year(node)
    closes(node.province, book, for_good=True)
    afresh = MemoryEngine(tables=t.TABLE_NAMES)

    with afresh.writing() as txn:
        rows, mark = Writing(txn), t.Watermark()
        for read in node.holdings.events(0):
            apply(rows, read.event, read.particulars)
            mark = entered(rows, mark, read.canonical)

    assert bytes_of(afresh) == bytes_of(node.holdings.engine)


def bytes_of(engine: Engine) -> dict[str, list[tuple[bytes, bytes]]]:
    with engine.reading() as txn:
        return {table.name: list(txn.scan(table.name, b"")) for table in t.FROM_LOG}
