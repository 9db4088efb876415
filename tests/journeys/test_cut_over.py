"""An agency begins with vankho in the middle of a year: the old register comes in, the new one goes on."""

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import httpx

from tests.journeys.desks import Bureau, Province, done, nothing_for, numbers, refused

VIETNAM = timezone(timedelta(hours=7))
WORDS = "sổ cũ chuyển sang"
LAST = 6
FOUND = (1, 2, 2, 4, LAST)
"""As the paper register has them: a number twice, two without a row."""


def test_an_agency_cuts_over_in_mid_year_from_a_historical_register(
    province: Province, bureau: Bureau, neighbour: Bureau
):
    day = datetime.now(VIETNAM).date()
    old, new = the_books(province, bureau)
    rows = [as_found(bureau, old, number, day.year) for number in FOUND]
    again = as_found(bureau, old, FOUND[0], day.year, key="dong-0-1")
    same = as_found(bureau, old, FOUND[0], day.year, key="dong-0-1")

    refused_there = refused(
        bureau.clerk.tries_to_register(bureau.code, register="den-cu", subject="Mới")
    )
    paper_again = {"symbol": "4/CV", "issued": f"{day.year}-01-02", "issuer": "Sở Xây dựng"}
    seen_before = refused(
        bureau.clerk.tries_to_register(
            bureau.code, register="den-moi", subject="Như cũ", **paper_again
        )
    )
    fresh = [
        bureau.clerk.registers(bureau.code, register="den-moi", subject=f"Sau khi {WORDS} {n}")
        for n in range(3)
    ]
    certified = done(province.operator.post(f"{old['url']}/closings", {"for_good": True}))

    assert again["id"] == same["id"]
    assert refused_there == (409, "register-historical")
    assert seen_before == (409, "duplicate-document")
    assert [one["number"] for one in fresh] == [LAST + 1, LAST + 2, LAST + 3]
    assert {one["period"] for one in fresh} == {day.year}
    listed = bureau.clerk.sees(f"{old['url']}/numbers", period=day.year)["numbers"]
    assert [one["number"] for one in listed] == sorted((*FOUND, FOUND[0]))
    assert numbers(bureau.clerk, new) == dict.fromkeys(range(LAST + 1, LAST + 4), "given")
    assert certified["closings"][0]["count"] == len(FOUND) + 1
    assert refused(enters(bureau, old, 7, day.year)) == (409, "register-closed")
    assert bureau.every_number_follows()
    assert province.is_followed()
    found = {one["id"] for one in (*rows, again, *fresh)}
    assert set(bureau.leader.finds(WORDS)) == found
    assert nothing_for(neighbour.clerk, rows[0], WORDS)
    assert nothing_for(bureau.officer, fresh[0], WORDS)


def the_books(province: Province, bureau: Bureau) -> tuple[dict[str, Any], dict[str, Any]]:
    """The old register as a historical one, and the new one, which goes on where it ended."""
    address = f"/v1/agencies/{bureau.code}/registers"
    plain = {"direction": "incoming", "title": "Sổ văn bản đến"}
    return (
        province.declares(address, {"code": "den-cu", "historical": True, **plain}),
        province.declares(address, {"code": "den-moi", "opening": LAST + 1, **plain}),
    )


def enters(
    bureau: Bureau, book: dict[str, Any], number: int, year: int, key: str = ""
) -> httpx.Response:
    """The clerk enters a row of the old register."""
    row = {
        "period": year,
        "number": number,
        "day": f"{year}-01-03",
        "symbol": f"{number}/CV",
        "issued": f"{year}-01-02",
        "issuer": "Sở Xây dựng",
        "subject": f"Việc {number}, {WORDS}",
    }
    return bureau.clerk.post(
        f"{book['url']}/entries", row, Idempotency_Key=key or f"dong-{uuid4()}"
    )


def as_found(bureau: Bureau, *row: Any, **key: str) -> dict[str, Any]:
    return done(enters(bureau, *row, **key))
