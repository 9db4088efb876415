"""Two clerks sit before the same paper at the same moment: one is first, the other is told."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx

from tests.journeys.desks import Bureau, Desk, Province, a_file, a_paper, lead, nothing_for, refused

ROUNDS = 8
WORDS = "đăng ký khai sinh"


def test_two_clerks_at_once_on_the_same_paper(
    province: Province, bureau: Bureau, neighbour: Bureau
):
    file = bureau.clerk.brings(a_paper("Kế hoạch"))
    papers: list[str] = []
    for n in range(ROUNDS):
        paper = registered_by_both(bureau, symbol=f"{n}/KH-UBND", components=[a_file(file)])
        amended_by_both(bureau, paper)
        given_by_both(bureau, paper)
        papers.append(paper["id"])

    assert bureau.every_number_follows()
    assert set(bureau.officer.in_hand()) == set(papers)
    assert province.is_followed()
    for desk in (*clerks_of(bureau), bureau.officer):
        assert sorted(desk.finds(WORDS)) == sorted(papers)
    assert nothing_for(neighbour.clerk, bureau.clerk.sees(f"/v1/documents/{papers[0]}"), WORDS)


def registered_by_both(bureau: Bureau, **said: Any) -> dict[str, Any]:
    """The one document that comes of it."""
    plain = {"issued": "2025-03-03", "issuer": "UBND tỉnh", "subject": f"Về việc {WORDS}"}
    asked = (
        partial(one.tries_to_register, bureau.code, **plain, **said) for one in clerks_of(bureau)
    )
    return the_first(at_once(*asked), (409, "duplicate-document"))


def amended_by_both(bureau: Bureau, paper: dict[str, Any]) -> None:
    """Each corrects what both have seen."""
    seen = bureau.clerk.get(paper["url"]).headers["etag"]
    asked = (
        partial(one.amends, paper["url"], {"note": f"Ghi chú của {one.login}"}, If_Match=seen)
        for one in clerks_of(bureau)
    )
    kept = the_first(at_once(*asked), (412, "document-changed"))
    assert bureau.second_clerk.sees(paper["url"])["note"] == kept["note"]


def given_by_both(bureau: Bureau, paper: dict[str, Any]) -> None:
    """Each gives it to the same officer."""
    lines = {"lines": [lead(bureau.officer.login)]}
    asked = (partial(one.post, f"{paper['url']}/receipts", lines) for one in clerks_of(bureau))
    the_first(at_once(*asked), (409, "in-hand-already"))


def clerks_of(bureau: Bureau) -> tuple[Desk, Desk]:
    return bureau.clerk, bureau.second_clerk


def at_once(*asked: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """What all are answered who ask in the same moment."""
    start = threading.Barrier(len(asked))

    def asking(one: Callable[[], httpx.Response]) -> httpx.Response:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(asking, asked))


def the_first(answers: list[httpx.Response], otherwise: tuple[int, str]) -> dict[str, Any]:
    """The answer of whoever was first; the other was refused as *otherwise* says."""
    first = [one for one in answers if one.is_success]
    assert len(first) == 1, [one.text for one in answers]
    assert [refused(one) for one in answers if not one.is_success] == [otherwise]
    return first[0].json()
