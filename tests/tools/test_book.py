"""`vankho book`: a clerk's work with a register from the command line."""

import csv
from pathlib import Path

from tests.tools.command import Vankho

DI = ("H20.14", "di")


def registers(vankho: Vankho, *rest: object) -> dict[str, object]:
    said = ("--agency", "H20.14", "--register", "di", "--direction", "outgoing", "--json")
    ended = vankho("register", *said, "--subject", "Về việc rà soát hộ tịch", *rest)
    assert ended.code == 0, ended.err
    return ended.lines[0]


def test_numbers_are_reserved_bound_voided_and_listed(vankho: Vankho):
    why = ("--for", "Văn phòng", "--reason", "Chờ ký")
    reserved = vankho("book", "reserve", *DI, *why, "--count", 2, "--json")
    bound = registers(vankho, "--reserved", 1)
    void = vankho("book", "void", *DI, 2, "--reason", "Không ký", "--json")
    listed = vankho("book", "numbers", *DI, "--json")
    few = vankho("book", "numbers", *DI, "--unbound", "--json")

    assert [one["number"] for one in reserved.lines] == [1, 2]
    assert bound["number"] == 1
    assert void.lines[0]["state"] == "void"
    assert [one["state"] for one in listed.lines] == ["given", "void"]
    assert [one["number"] for one in few.lines] == [2]


def test_a_register_is_closed_for_good_with_a_certificate(vankho: Vankho):
    registers(vankho)
    unsaid = vankho("book", "close", *DI)
    closed = vankho("book", "close", *DI, "--for-good", "--json")
    refused = vankho("book", "reserve", *DI, "--for", "ai", "--reason", "gì", "--json")

    assert unsaid.code == 1
    assert (closed.lines[0]["count"], closed.lines[0]["for_good"]) == (1, True)
    assert vankho("book", "closings", *DI, "--json").lines == closed.lines
    assert refused.code == 1
    assert "closed for good" in refused.err


def test_a_term_is_declared_and_a_historical_row_entered(vankho: Vankho):
    book = ("--direction", "outgoing", "--title", "Sổ")
    assert not vankho("agency", "book", "H20.14", "dang", *book, "--period", "term-of-office").code
    assert not vankho("agency", "book", "H20.14", "cu", *book, "--historical").code

    term = vankho("book", "term", "H20.14", "dang", "Nhiệm kỳ I", "--first", "2020-01-01", "--json")
    row = ("--period", 2019, "--day", "2019-05-06", "--subject", "Việc cũ", "--json")
    entered = vankho("book", "enter", "H20.14", "cu", 7, *row)

    assert term.lines[0]["ordinal"] == 1
    assert (entered.lines[0]["period"], entered.lines[0]["number"]) == (2019, 7)


def test_a_register_is_printed_in_the_format_of_its_file(vankho: Vankho, tmp_path: Path):
    registers(vankho)
    files = [tmp_path / f"so.{ending}" for ending in ("pdf", "xlsx", "csv")]

    codes = [vankho("book", "print", *DI, "--out", file).code for file in files]

    assert codes == [0, 0, 0]
    beginnings = [file.read_bytes()[:4] for file in files]
    assert beginnings == [b"%PDF", b"PK\x03\x04", b"\xef\xbb\xbf\x22"]
    told = list(csv.reader(files[2].read_text(encoding="utf-8-sig").splitlines()))
    assert [len(row) for row in told] == [10, 10, 10]
    assert vankho("book", "print", *DI, "--out", files[0]).code == 1
    assert vankho("book", "print", *DI, "--out", tmp_path / "so.doc").code == 2
