"""A year's file list: drafted, written whole or not at all, issued, supplemented, copied to the next year."""

from typing import Any

import pytest
from falcon.testing import Result

from tests.api.archive import Bureau
from tests.api.books import problem
from tests.api.conftest import Node

pytestmark = pytest.mark.parametrize("node", ["memory"], indirect=True)


@pytest.fixture
def bureau(node: Node) -> Bureau:
    return Bureau(node)


def an_entry(symbol: str, **changes: Any) -> dict[str, Any]:
    return {"symbol": symbol, "title": f"Hồ sơ {symbol}", "retention": {"years": 10}} | changes


def drafts(bureau: Bureau, year: int = 2026, **rest: Any) -> dict[str, Any]:
    answer = bureau.clerk.post("/v1/agencies/H20.14/file-lists", {"year": year, **rest})
    assert answer.status_code == 201, answer.text
    return answer.json


def writes(bureau: Bureau, known: dict[str, Any], *entries: dict[str, Any], **rest: Any) -> Result:
    seen = rest.pop("seen", "*")
    body = {"entries": list(entries), **rest}
    return bureau.clerk.ask("PUT", f"{known['url']}/entries", {"If-Match": seen}, json=body)


def symbols(bureau: Bureau, known: dict[str, Any]) -> list[str]:
    listed = bureau.officer.get(f"{known['url']}/entries").json["entries"]
    return [one["symbol"] for one in listed]


def test_a_list_is_written_whole_and_in_its_order(bureau: Bureau):
    known = drafts(bureau)
    writes(bureau, known, an_entry("02"), an_entry("01", unit="HT", login="chuyen-vien"))

    done = writes(bureau, known, an_entry("03"), an_entry("01", title="Khác"))

    assert {name: done.json[name] for name in ("added", "changed", "removed")} == {
        "added": 1,
        "changed": 1,
        "removed": 1,
    }
    assert symbols(bureau, known) == ["03", "01"]
    assert done.json["file_list"]["entries"] == 2


def test_a_rehearsal_tells_the_same_and_writes_nothing(bureau: Bureau):
    known = drafts(bureau)

    told = writes(bureau, known, an_entry("01"), rehearsal=True).json

    assert (told["added"], told["rehearsal"]) == (1, True)
    assert symbols(bureau, known) == []


def test_every_bad_entry_is_told_and_none_is_written(bureau: Bureau):
    known = drafts(bureau)
    bad = [
        an_entry("01"),
        an_entry("01", line=17),
        an_entry("02", unit="KHÁC"),
        an_entry("03", login="khong-co"),
        an_entry("", title=""),
        an_entry("04", title="x" * 1001),
    ]

    refused = writes(bureau, known, *bad)

    assert (refused.status_code, problem(refused)) == (422, "entries-refused")
    told = {row["line"]: row["type"].removeprefix("/problems/") for row in refused.json["rows"]}
    assert told == {
        17: "entry-twice",
        3: "unknown-unit",
        4: "unknown-person",
        5: "field-missing",
        6: "field-too-long",
    }
    assert symbols(bureau, known) == []


def test_what_was_issued_stays_and_the_list_only_grows(bureau: Bureau):
    known = drafts(bureau)
    assert problem(bureau.clerk.post(f"{known['url']}/issue", {"decision": "1/QĐ"})) == (
        "file-list-empty"
    )
    writes(bureau, known, an_entry("01"), an_entry("02"))
    issued = bureau.clerk.post(f"{known['url']}/issue", {"decision": "1/QĐ-STP"}).json
    assert (issued["state"], issued["issued"]) == ("issued", "2026-03-02")

    refused = writes(bureau, known, an_entry("01", title="Khác"))
    grown = writes(bureau, known, an_entry("01"), an_entry("03"), an_entry("02"))

    told = {row["symbol"]: row["type"] for row in refused.json["rows"]}
    assert told == {"01": "/problems/entry-issued", "02": "/problems/entry-issued"}
    assert (grown.status_code, symbols(bureau, known)) == (200, ["01", "03", "02"])
    again = bureau.clerk.post(f"{known['url']}/issue", {"decision": "2/QĐ-STP"})
    assert problem(again) == "file-list-issued-already"


def test_a_year_begins_with_the_list_of_the_year_before(bureau: Bureau):
    before = drafts(bureau, 2025)
    writes(bureau, before, an_entry("01"), an_entry("02"))

    now = drafts(bureau, 2026, copy_from=2025)

    assert (symbols(bureau, now), now["state"], now["copied_from"]) == (["01", "02"], "draft", 2025)
    taken = bureau.clerk.post("/v1/agencies/H20.14/file-lists", {"year": 2026})
    missing = bureau.clerk.post("/v1/agencies/H20.14/file-lists", {"year": 2027, "copy_from": 2020})
    assert (problem(taken), problem(missing)) == ("file-list-taken", "no-file-list")


def test_two_clerks_at_once_do_not_write_over_each_other(bureau: Bureau):
    known = drafts(bureau)
    seen = bureau.clerk.get(known["url"]).headers["ETag"]
    writes(bureau, known, an_entry("01"), seen=seen)

    late = writes(bureau, known, an_entry("02"), seen=seen)

    assert problem(late) == "file-list-changed"
    # What stands so already is no edit.
    assert writes(bureau, known, an_entry("01"), seen=seen).status_code == 200


def test_whoever_works_there_reads_a_list_and_clerks_write_it(bureau: Bureau):
    known = drafts(bureau)
    writes(bureau, known, an_entry("01"))

    by_officer = bureau.officer.ask(
        "PUT", f"{known['url']}/entries", {"If-Match": "*"}, json={"entries": []}
    )

    assert problem(by_officer) == "not-allowed"
    assert (
        bureau.officer.get("/v1/agencies/H20.14/file-lists").json["file_lists"][0]["year"] == 2026
    )
    assert bureau.node.neighbour.get(known["url"]).status_code == 404
    # Only from an issued list dossiers are opened.
    opening = {"agency": "H20.14", "entry": "01"}
    assert problem(bureau.officer.post("/v1/dossiers", opening)) == "no-such-entry"
