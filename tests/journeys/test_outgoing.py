"""A draft becomes a document that others receive, is recalled and replaced."""

from typing import Any

from tests.journeys.desks import (
    Bureau,
    Desk,
    Province,
    a_file,
    a_paper,
    done,
    nothing_for,
    numbers,
    refused,
)
from tests.journeys.drafting import approved, issued, opened, with_seal, with_signature

WORDS = "lệ phí chứng thực"
SUBJECT = f"Về việc thu {WORDS}"


def test_an_outgoing_document_is_issued_after_a_refused_seal_then_recalled_and_replaced(
    province: Province, bureau: Bureau, neighbour: Bureau
):
    document = issued_after_a_refused_seal(bureau, neighbour)
    arrival, line = received(neighbour, document)
    assert refused(neighbour.clerk.get(document["draft_url"]))[0] == 404

    recalled = bureau.clerk.post(f"{document['url']}/recall", {"reason": "Sai mức thu"})
    asked = dispatches(neighbour, "recall-asked")
    neighbour.clerk.does(asked[0], "confirm-recall")
    anew = issued(bureau, "Mức thu đúng", SUBJECT, {"agency": neighbour.code})
    replaces = {"kind": "replaces", "target": document["id"]}
    done(bureau.clerk.post(f"{anew['url']}/relations", replaces))

    assert recalled.status_code == 200
    assert [one["id"] for one in asked] == [line["id"]]
    assert "recalled" in neighbour.clerk.sees(arrival["url"])
    assert refused(neighbour.clerk.get(document["url"]))[0] == 404
    told = bureau.clerk.sees(f"{document['url']}/dispatches")["dispatches"]
    assert [one["state"] for one in told] == ["recalled", "recall-asked"]
    marks = {mark["mark"] for mark in bureau.clerk.sees(document["url"])["marks"]}
    assert "replaced" in marks
    assert anew["number"] == document["number"] + 1
    assert numbers(bureau.clerk, bureau.book("di")) == {1: "given", 2: "given"}
    assert bureau.every_number_follows()
    assert neighbour.every_number_follows()
    assert_found_as_it_should_be(province, bureau, neighbour, document, arrival, anew)


def assert_found_as_it_should_be(
    province: Province,
    bureau: Bureau,
    neighbour: Bureau,
    document: dict[str, Any],
    arrival: dict[str, Any],
    anew: dict[str, Any],
) -> None:
    stranger = province.bureau("Sở Nội vụ").clerk
    assert province.is_followed()
    assert set(bureau.clerk.finds(WORDS)) == {document["id"], anew["id"]}
    assert bureau.clerk.finds("mức thu sai") == []
    assert bureau.clerk.finds("mức thu đúng") == [anew["id"]]
    assert set(neighbour.clerk.finds(WORDS)) == {arrival["id"], anew["id"]}
    assert bureau.officer.finds(WORDS) == [anew["id"]]
    assert nothing_for(bureau.other, anew, WORDS)
    for one in (document, arrival, anew):
        assert nothing_for(stranger, one, WORDS)


def issued_after_a_refused_seal(bureau: Bureau, neighbour: Bureau) -> dict[str, Any]:
    """It is returned once, refused its seal once, signed anew, and issued under its one number."""
    wording = a_paper("Mức thu sai")
    draft = opened(bureau, wording, SUBJECT)
    bureau.officer.does(draft, "submit", signer=bureau.leader.login)
    bureau.head.does(draft, "return", reason="Thiếu căn cứ")
    approved(bureau, draft)
    with_signature(bureau, draft, wording, "Giám đốc, lần 1")
    numbered = bureau.clerk.does(draft, "number", register="di")
    held = bureau.clerk.does(draft, "refuse-seal", reason="Thiếu nơi nhận")
    assert (held["state"], held["number"]) == ("seal-refused", numbered["number"])
    assert numbers(bureau.clerk, bureau.book("di")) == {1: "awaiting-seal"}
    again = with_signature(bureau, draft, wording, "Giám đốc, lần 2")
    sealed = with_seal(bureau, draft, again)
    recipients = [{"agency": neighbour.code}, {"name": "Công ty A"}]
    became = bureau.clerk.does(draft, "issue", recipients=recipients)
    document = bureau.officer.sees(became["document_url"])
    assert document["number"] == numbered["number"]
    assert content_of(bureau.officer, document) == sealed
    return document


def received(neighbour: Bureau, document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The neighbour's registry registers what was sent to it; the arrival, and the line."""
    line = dispatches(neighbour, "sent")[0]
    sent = neighbour.clerk.sees(line["document_url"])
    file = neighbour.clerk.brings(content_of(neighbour.clerk, sent))
    arrival = neighbour.clerk.registers(
        neighbour.code,
        symbol=sent["symbol"],
        issued=sent["issued"],
        issuer=sent["issuer"],
        subject=sent["subject"],
        components=[a_file(file)],
    )
    assert sent["id"] == document["id"]
    return arrival, neighbour.clerk.does(line, "receive", received=arrival["id"])


def dispatches(bureau: Bureau, state: str) -> list[dict[str, Any]]:
    return bureau.clerk.sees(f"/v1/agencies/{bureau.code}/dispatches", state=state)["dispatches"]


def content_of(desk: Desk, document: dict[str, Any]) -> bytes:
    return desk.get(document["components"][0]["url"]).raise_for_status().content
