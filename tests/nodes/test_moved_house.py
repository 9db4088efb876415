"""What drafting, dispatching and filing have made goes with an agency that moves, and goes on there."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.archive import Bureau, adds, does
from tests.api.drafting import SEALED, Drafting
from tests.api.office import Office, a_draft, a_file, blob_name
from tests.nodes.moved_house import NodeOver, ids_of, moved, rows_about
from tests.nodes.moving import SOURCE, TARGET, SmallProvince, a_small_province


@pytest.fixture
def province(tmp_path: Path) -> Iterator[SmallProvince]:
    with a_small_province(tmp_path) as made:
        yield made


ANY = {"If-Match": "*"}
PAPER = b"%PDF-1.7 giay to khac %%EOF\n"


@pytest.fixture
def house(province: SmallProvince) -> Drafting:
    return Drafting(NodeOver(province.source))


def differences(province: SmallProvince) -> dict[str, Any]:
    ids = ids_of(province.source)
    there, here = (rows_about(office, ids) for office in (province.source, province.target))
    return {
        table: [row for row in (*rows, *here[table]) if (row in rows) != (row in here[table])]
        for table, rows in there.items()
        if rows != here[table]
    }


def drafted(node: NodeOver) -> None:
    """Drafts in every state, authorities, dispatches that were answered."""
    house = Drafting(node)
    house.opens()
    for made in (house.approved, house.signed, house.numbered, house.sealed):
        made()
    house.does(house.clerk, house.numbered(), "refuse-seal", reason="Chữ ký lỗi")
    house.does(house.clerk, house.numbered(), "abandon", reason="Thôi")
    gone = house.issued({"agency": "H20.15"}, {"name": "Công ty A"})
    answer(house.clerk, lines(house.clerk, gone)[1], "receive")
    answer(house.neighbour, lines(house.clerk, gone)[0], "receive")
    refused = house.issued({"agency": "H20.15"})
    answer(house.neighbour, lines(house.clerk, refused)[0], "refuse", reason="Nhầm")
    recalled = house.issued({"name": "Công ty A"})
    house.clerk.post(f"{recalled['url']}/recall", {"reason": "Sai"})


def filed(node: NodeOver) -> None:
    """A file list, dossiers with documents and other papers, hand-overs."""
    bureau = Bureau(node)
    drafted = bureau.clerk.post("/v1/agencies/H20.14/file-lists", {"year": 2026}).json
    entry = {"symbol": "01.HT", "heading": "I", "title": "Hồ sơ", "retention": {"years": 20}}
    url = f"{drafted['url']}/entries"
    entries = {"entries": [entry | {"unit": "HT", "login": "chuyen-vien"}]}
    bureau.clerk.ask("PUT", url, {"If-Match": "*"}, json=entries)
    bureau.clerk.post(f"{drafted['url']}/issue", {"decision": "3/QĐ-STP"})
    dossier = bureau.officer.post("/v1/dossiers", {"agency": "H20.14", "entry": "01.HT"}).json
    bureau.officer.brings(PAPER)
    given = adds(
        bureau.officer,
        dossier,
        bureau.paper(),
        {"blob": blob_name(PAPER), "name": "giay.pdf", "title": "Giấy"},
    )
    assert given.status_code == 201, given.text
    does(bureau.officer, bureau.closed(), "offer")
    bureau.archived()


def lines(who: Office, document: dict[str, Any]) -> list[dict[str, Any]]:
    return who.get(f"{document['url']}/dispatches").json["dispatches"]


def answer(who: Office, line: dict[str, Any], act: str, **rest: str) -> dict[str, Any]:
    done = who.post(f"{line['url']}/actions", {"act": act, **rest}, ANY)
    assert done.status_code == 200, done.text
    return done.json


@pytest.mark.parametrize("lived", [drafted, filed])
def test_every_row_of_the_agency_stands_at_its_new_home(
    province: SmallProvince, lived: Callable[[NodeOver], None]
):
    lived(NodeOver(province.source))

    moved(province)

    assert set(differences(province)) == {"feed"}  # whose last word differs


def test_what_is_under_way_goes_on_at_the_new_home(province: SmallProvince, house: Drafting):
    draft, document = house.numbered(), house.issued({"agency": "H20.15"})
    # Known there under other identifiers.
    there = NodeOver(province.target)
    for login in ("giam-doc", "chuyen-vien", "van-thu"):
        there.province.post("/v1/people", {"login": login, "name": login.title()})

    moved(province)

    clerk, drafter = there.desk("van-thu"), there.desk("chuyen-vien")
    clerk.brings(SEALED)
    sealed = house.does(clerk, draft, "seal", files=[a_file(SEALED, "du-thao.pdf")])
    assert (sealed["number"], sealed["state"]) == (draft["number"], "sealed")
    assert [one["url"] for one in drafter.get("/v1/drafts").json["drafts"]][-1] == draft["url"]
    done = house.does(clerk, draft, "issue", recipients=[{"name": "Sở Y tế"}])
    assert clerk.get(done["document_url"]).json["symbol"] == draft["symbol"]
    # Who stays behind cannot answer here: the sender's registry notes what it was told.
    line = lines(clerk, document)[0]
    assert answer(clerk, line, "receive")["state"] == "received"
    assert clerk.post(f"{document['url']}/recall", {"reason": "Sai"}).status_code == 200
    assert answer(clerk, line, "confirm-recall")["state"] == "recalled"
    # Nor do they wait for who is gone.
    assert answer(house.neighbour, line, "refuse", reason="Nhầm")["state"] == "refused"


def test_a_draft_is_issued_though_what_it_speaks_of_stayed_behind(
    province: SmallProvince, house: Drafting
):
    """The paper of another agency, of which the new home knows nothing."""
    house._employs("H20.15", "chuyen-vien", "clerk", "", "")
    theirs = house.neighbour.registers(**a_draft(agency="H20.15")).json
    said = [{"kind": "replies-to", "document": theirs["id"]}]
    draft = house.sealed(relations=said)
    there = NodeOver(province.target)

    moved(province)

    clerk = there.desk("van-thu")
    done = house.does(clerk, draft, "issue", recipients=[])
    assert clerk.get(f"{done['document_url']}/relations").json["relations"] == []


def test_what_both_sides_did_apart_is_taken_in_when_they_meet_again(
    province: SmallProvince, house: Drafting
):
    document = house.issued({"agency": "H20.15"})
    there = NodeOver(province.target)
    moved(province)
    line = lines(there.desk("van-thu"), document)[0]
    answer(there.desk("van-thu"), line, "receive")
    answer(house.neighbour, line, "refuse", reason="Nhầm")
    there.desk("van-thu").post(f"{document['url']}/recall", {"reason": "Sai"})

    province.target.leaves(SOURCE)
    province.source.takes_in()

    assert lines(house.clerk, document)[0]["state"] == "refused"


def test_a_recall_is_confirmed_for_who_registered_it_and_moved_away(
    province: SmallProvince, house: Drafting
):
    """Its own arrival is at home elsewhere: nothing of it is touched here."""
    document = house.issued({"agency": "H20.15"})
    line = lines(house.clerk, document)[0]
    said = {"agency": "H20.15", "symbol": document["symbol"], "issued": document["issued"]}
    arrival = house.neighbour.registers(**said, issuer="Sở Tư pháp", components=[a_file(SEALED)])
    answer(house.neighbour, line, "receive", received=arrival.json["id"])

    province.source.leaves(TARGET, code="H20.15")
    province.target.takes_in(code="H20.15")
    province.source.settles()

    assert house.clerk.post(f"{document['url']}/recall", {"reason": "Sai"}).status_code == 200
    late = house.neighbour.post(f"{line['url']}/actions", {"act": "confirm-recall"}, ANY)
    assert (late.status_code, late.json["allowed"]) == (409, "–")
    assert answer(house.clerk, line, "confirm-recall")["state"] == "recalled"
    again = house.issued({"agency": "H20.15"})
    assert lines(house.clerk, again)[0]["agency"] == ""
