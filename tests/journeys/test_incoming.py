"""An arrival goes through the house and ends in a closed dossier."""

from typing import Any

from tests.journeys.desks import (
    Bureau,
    Desk,
    Province,
    a_file,
    a_paper,
    done,
    lead,
    nothing_for,
    numbers,
    refused,
)
from tests.journeys.drafting import issued

WORDS = "rà soát hộ tịch"
ANSWER = "báo cáo kết quả rà soát"


def test_an_incoming_paper_goes_from_arrival_to_closed_dossier(
    province: Province, bureau: Bureau, neighbour: Bureau
):
    arrival = arrives(bureau)
    bureau.clerk.gives(arrival, lead(bureau.leader.login))
    mine = directed(bureau, arrival)
    assert bureau.officer.sees(arrival["url"])["id"] == arrival["id"]

    reply = answered(bureau, mine)
    dossier = filed(bureau, arrival, reply)

    lines = bureau.clerk.sees(f"{arrival['url']}/receipts")["receipts"]
    assert {one["state"] for one in lines} == {"done"}
    assert dossier["state"] == "closed"
    assert (dossier["documents"], dossier["form"]) == (2, "electronic")
    relations = bureau.clerk.sees(f"{reply['url']}/relations")["relations"]
    assert [one["kind"] for one in relations] == ["replies-to"]
    assert refused(file_one(bureau.officer, dossier, arrival)) == (409, "dossier-act-not-open")
    assert province.is_followed()
    for desk in (bureau.clerk, bureau.leader, bureau.officer):
        assert set(desk.finds(WORDS)) == {arrival["id"], reply["id"]}, desk.login
        assert desk.finds("biên bản đối chiếu") == [arrival["id"]]
    assert nothing_for(neighbour.clerk, arrival, WORDS)
    assert refused(neighbour.clerk.get(dossier["url"]))[0] == 404
    for code in ("den", "di"):
        assert numbers(bureau.clerk, bureau.book(code)) == {1: "given"}


def arrives(bureau: Bureau) -> dict[str, Any]:
    """The clerk stores and registers what came."""
    main = bureau.clerk.brings(a_paper("Kế hoạch", "kèm biên bản đối chiếu"))
    return bureau.clerk.registers(
        bureau.code,
        symbol="12/KH-UBND",
        issued="2025-02-27",
        issuer="UBND tỉnh",
        subject=f"Về việc {WORDS}",
        components=[a_file(main)],
    )


def directed(bureau: Bureau, arrival: dict[str, Any]) -> dict[str, Any]:
    """The leader hands it to the unit, its head to the officer; the officer's line."""
    support = {"role": "support", "login": bureau.other.login}
    given = bureau.leader.in_hand()[arrival["id"]]
    bureau.leader.does(given, "open")
    bureau.leader.does(given, "hand-on", lines=[lead(unit="HT"), support], instruction="Tham mưu")
    bureau.head.does(
        bureau.head.in_hand()[arrival["id"]], "hand-on", lines=[lead(bureau.officer.login)]
    )
    bureau.other.does(bureau.other.in_hand()[arrival["id"]], "complete")
    mine = bureau.officer.in_hand()[arrival["id"]]
    return bureau.officer.does(mine, "open")


def answered(bureau: Bureau, mine: dict[str, Any]) -> dict[str, Any]:
    """The officer drafts the answer; its issue completes the line, and those above it."""
    subject = f"Về việc {ANSWER} hộ tịch"
    return issued(bureau, "Trả lời", subject, {"name": "UBND tỉnh"}, receipt=mine["id"])


def filed(bureau: Bureau, *documents: dict[str, Any]) -> dict[str, Any]:
    """The officer opens a dossier, puts everything in, and closes it."""
    opening = {
        "agency": bureau.code,
        "symbol": "01.HT",
        "title": "Hồ sơ rà soát hộ tịch",
        "retention": {"years": 20},
    }
    dossier = done(bureau.officer.post("/v1/dossiers", opening))
    assert refused(bureau.officer.tries(dossier, "close")) == (409, "not-ready-to-close")
    for document in documents:
        done(file_one(bureau.officer, dossier, document))
    return bureau.officer.does(dossier, "close", ended=documents[-1]["issued"])


def file_one(desk: Desk, dossier: dict[str, Any], document: dict[str, Any]) -> Any:
    items = {"items": [{"document": document["id"]}]}
    return desk.post(f"{dossier['url']}/items", items, If_Match="*")
