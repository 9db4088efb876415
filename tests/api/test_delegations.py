"""A leader lets another do their duties for a time: in their name, no longer, and no farther."""

from datetime import timedelta
from typing import Any

import pytest
from falcon.testing import Result

from api.services.receipts import ActOnReceipt
from api.services.tokens import caller_of
from repository.model.access import Hidden
from repository.model.receipts import Act
from tests.api.conftest import NOON, Node
from tests.api.office import Office, a_file
from tests.api.test_receipts import Desks, acts, lead

URL = "/v1/agencies/H20.14/delegations"
MORNING = "2026-03-02T12:00:00+07:00"
"""The moment that `NOON` is, in Vietnam."""


@pytest.fixture
def node(node_in_memory: Node) -> Node:
    return node_in_memory


@pytest.fixture
def desks(node: Node) -> Desks:
    return Desks(node)


def delegates(office: Office, login: str = "truong-phong", hours: int = 24, **rest: Any) -> Result:
    until = (NOON + timedelta(hours=hours)).isoformat()
    return office.post(URL, {"login": login, "until": until, **rest})


def given(office: Office, login: str = "truong-phong", hours: int = 24, **rest: Any) -> Any:
    answer = delegates(office, login, hours, **rest)
    assert answer.status_code == 201, answer.text
    return answer.json


def later(desks: Desks, **span: float) -> None:
    desks.node.clock.now = NOON + timedelta(**span)


def test_the_delegate_acts_on_behalf_of_the_leader(desks: Desks):
    desks.gives(lead("giam-doc", due="2026-03-20"))
    line = desks.line("giam-doc")
    assert acts(desks.head, line, "open").status_code == 404

    told = given(desks.leader, words="Giấy ủy quyền 12/GUQ-STP")

    assert (told["principal"], told["delegate"], told["duties"], told["stands"]) == (
        "giam-doc",
        "truong-phong",
        ["leader"],
        True,
    )
    may = desks.head.get(f"{line['url']}/actions").json
    assert may["in_place_of"][0]["login"] == "giam-doc"
    assert may["actions"] == may["in_place_of"][0]["actions"]
    opened = acts(desks.head, line, "open").json
    assert (opened["login"], opened["deputy"]) == ("giam-doc", "truong-phong")
    handed = acts(desks.head, line, "hand-on", lines=[lead("chuyen-vien")])
    assert handed.status_code == 200
    below = desks.line("chuyen-vien")
    assert (below["giver"], below["deputy"]) == ("giam-doc", "truong-phong")
    events = list(desks.node.holdings.events(0))[-2:]
    assert {read.event.on_behalf_of for read in events} == {events[0].event.on_behalf_of}
    assert events[0].event.on_behalf_of.startswith("person:")
    assert events[0].event.actor != events[0].event.on_behalf_of


def test_the_delegate_reads_the_papers_of_the_agency_meanwhile(desks: Desks):
    file = desks.paper["components"][0]
    assert desks.head.get(desks.paper["url"]).status_code == 404

    given(desks.leader, hours=2)

    assert desks.head.get(desks.paper["url"]).status_code == 200
    assert desks.head.get(f"/v1/blobs/{file['blob']}").content == b"cong van"
    assert desks.head.get("/v1/directions?agency=H20.14").status_code == 200
    later(desks, hours=2)
    assert desks.head.get(desks.paper["url"]).status_code == 404
    assert desks.head.get(f"/v1/blobs/{file['blob']}").status_code == 404
    assert desks.head.get("/v1/directions?agency=H20.14").status_code == 403


def test_it_ends_by_itself_midway_and_what_was_opened_stays_the_leaders(desks: Desks):
    desks.gives(lead("giam-doc"))
    line = desks.line("giam-doc")
    given(desks.leader, hours=1)
    acts(desks.head, line, "open")
    acts(desks.head, line, "hand-on", lines=[lead("chuyen-vien", due="2026-03-06")])
    below = desks.line("chuyen-vien")
    assert acts(desks.head, below, "remind").status_code == 200

    later(desks, hours=1)

    assert acts(desks.head, below, "remind").status_code == 404
    assert acts(desks.head, line, "complete").status_code == 404
    assert desks.head.get("/v1/work?state=handed-on").json["work"] == []
    assert (
        desks.leader.get("/v1/work?state=handed-on").json["work"][0]["receipt"]["id"] == line["id"]
    )
    assert acts(desks.leader, below, "remind").json["reminded"] == 2


def test_an_extension_is_granted_in_the_leaders_place(desks: Desks):
    desks.gives(lead("giam-doc"))
    line = desks.line("giam-doc")
    acts(desks.leader, line, "hand-on", lines=[lead("chuyen-vien", due="2026-03-06")])
    below = desks.line("chuyen-vien")
    acts(desks.officer, below, "ask-extension", due="2026-03-09", reason="Chờ")
    assert acts(desks.head, below, "grant-extension").status_code == 404
    given(desks.leader)

    granted = acts(desks.head, below, "grant-extension").json

    assert (granted["due"], granted["deputy"], granted["extensions"][0]["by"]) == (
        "2026-03-09",
        "truong-phong",
        "giam-doc",
    )
    gave = desks.head.get("/v1/directions").json["directions"]
    assert [one["receipt"]["id"] for one in gave] == [below["id"]]


def test_the_work_of_the_leader_is_shown_as_such(desks: Desks):
    desks.gives(lead("giam-doc"))
    later(desks, minutes=1)
    other = desks.clerk.registers().json
    desks.clerk.post(f"{other['url']}/receipts", {"lines": [lead(unit="HT")]})
    given(desks.leader)

    work = desks.head.get("/v1/work").json["work"]

    assert [(one["receipt"]["login"], one["in_place_of"]) for one in work] == [
        ("giam-doc", "giam-doc"),
        ("", ""),
    ]


def test_both_are_told_in_their_sessions(desks: Desks):
    told = given(desks.leader, since=(NOON + timedelta(hours=1)).isoformat())

    (mine,) = desks.leader.get("/v1/session").json["delegations"]
    assert desks.head.get("/v1/session").json["delegations"] == [mine]
    assert (mine["id"], mine["principal"], mine["stands"]) == (told["id"], "giam-doc", False)
    later(desks, hours=1)
    assert desks.head.get("/v1/session").json["delegations"][0]["stands"]
    later(desks, hours=24)
    assert "delegations" not in desks.head.get("/v1/session").json


def test_what_was_delegated_is_not_handed_on(desks: Desks):
    given(desks.leader, login="phoi-hop")

    refused = delegates(desks.other, login="chuyen-vien")

    assert (refused.status_code, refused.json["type"]) == (403, "/problems/nothing-to-delegate")
    # Who has duties of their own delegates these, and nothing of what was delegated to them.
    given(desks.leader, login="truong-phong")
    own = given(desks.head, login="chuyen-vien")
    assert own["duties"] == ["head"]
    desks.gives(lead("giam-doc"))
    line = desks.line("giam-doc")
    assert acts(desks.officer, line, "open").status_code == 404
    assert desks.officer.get(desks.paper["url"]).status_code == 404


def test_a_head_lends_the_unit_and_nothing_else(desks: Desks):
    desks.gives(lead(unit="HT"))
    line = desks.line(unit="HT")
    assert acts(desks.officer, line, "open").status_code == 404
    given(desks.head, login="chuyen-vien")

    assert acts(desks.officer, line, "open").json["deputy"] == "chuyen-vien"

    hidden = desks.clerk.registers().json
    assert desks.officer.get(hidden["url"]).status_code == 404


def test_it_is_taken_back_early_by_who_gave_it_or_administers(desks: Desks):
    first, second = given(desks.leader), given(desks.leader, login="phoi-hop")
    desks.gives(lead("giam-doc"))
    line = desks.line("giam-doc")
    assert desks.head.post(f"{first['url']}/withdraw", None).status_code == 403

    taken = desks.leader.post(f"{first['url']}/withdraw", None)

    assert (taken.status_code, taken.json["stands"]) == (200, False)
    assert taken.json["withdrawn"] == MORNING
    assert acts(desks.head, line, "open").status_code == 404
    assert acts(desks.other, line, "open").status_code == 200
    assert desks.node.province.post(f"{second['url']}/withdraw", None).status_code == 200
    assert acts(desks.other, line, "complete").status_code == 404
    again = desks.leader.post(f"{first['url']}/withdraw", None)
    assert again.json == taken.json


def test_it_ends_with_the_post_whose_duties_they_are(desks: Desks):
    given(desks.leader, hours=48)
    desks.gives(lead("giam-doc"))
    line = desks.line("giam-doc")
    posts = desks.node.clerk.get("/v1/agencies/H20.14/posts").json["posts"]
    post = next(one for one in posts if one["login"] == "giam-doc")

    desks.node.province.post(post["end_url"], {"until": "2026-03-02"})

    assert acts(desks.head, line, "open").status_code == 404
    assert not desks.head.get("/v1/session").json["delegations"][0]["stands"]


def test_it_lends_nothing_in_another_agency(desks: Desks):
    for login in ("giam-doc", "truong-phong"):
        post = {"login": login, "duty": "leader" if login == "giam-doc" else "head", "unit": "YT"}
        desks.node.province.post("/v1/agencies/H20.15/units", {"code": "YT", "name": "Phòng Y"})
        if login == "giam-doc":
            post["unit"] = ""
        assert desks.node.province.post("/v1/agencies/H20.15/posts", post).status_code == 201
    paper = desks.node.neighbour.registers(agency="H20.15").json
    url = f"{paper['url']}/receipts"
    line = desks.node.neighbour.post(url, {"lines": [lead("giam-doc")]}).json["receipts"][0]

    given(desks.leader)

    assert acts(desks.head, line, "open").status_code == 404
    assert desks.head.get("/v1/work").json["work"] == []
    assert acts(desks.leader, line, "open").status_code == 200


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"login": "giam-doc"}, "delegated-to-oneself"),
        ({"login": "nobody"}, "unknown-person"),
        ({"login": "nguoi-la"}, "not-of-one-agency"),
        ({"hours": 0}, "span-unfit"),
        ({"hours": -3}, "span-unfit"),
        ({"hours": 24 * 367}, "span-unfit"),
        ({"since": "2026-03-04T00:00:00+07:00"}, "span-unfit"),
        ({"duties": ["head"]}, "nothing-to-delegate"),
        ({"duties": ["clerk"]}, "field-unfit"),
        ({"words": "x" * 2001}, "field-too-long"),
    ],
)
def test_what_cannot_be_delegated_is_refused(desks: Desks, changes: dict[str, Any], problem: str):
    desks.node.province.post("/v1/people", {"login": "nguoi-la", "name": "Người Lạ"})

    refused = delegates(desks.leader, **changes)

    assert refused.json["type"] == f"/problems/{problem}", refused.text


def test_delegations_are_for_people_who_work_there(desks: Desks):
    assert delegates(desks.node.clerk).json["type"] == "/problems/no-person"
    assert delegates(desks.node.neighbour).status_code == 404
    assert delegates(desks.clerk).status_code == 403


def test_an_agency_knows_who_stands_in_for_whom(desks: Desks):
    ended = given(desks.leader, hours=1)
    stands = given(desks.leader, login="phoi-hop", hours=5)
    last = given(desks.leader, login="van-thu", hours=9)
    later(desks, hours=2)

    def listed(query: str = "") -> list[str]:
        return [one["id"] for one in desks.clerk.get(URL + query).json["delegations"]]

    assert listed() == [stands["id"], last["id"]]
    assert listed("?ended=true") == [ended["id"], stands["id"], last["id"]]
    page = desks.clerk.get(f"{URL}?limit=1&ended=true").json
    assert page["delegations"][0]["id"] == ended["id"]
    assert listed(f"?after={page['next']}") == [stands["id"], last["id"]]
    assert desks.officer.get(URL).status_code == 403
    assert desks.officer.get(stands["url"]).status_code == 404
    assert desks.other.get(stands["url"]).json["words"] == ""
    assert desks.node.neighbour.get(URL).status_code == 404


def test_one_person_has_so_many_delegations_and_no_more(desks: Desks):
    for _ in range(50):
        given(desks.leader)

    assert delegates(desks.leader).json["type"] == "/problems/too-many-delegations"
    later(desks, hours=25)
    assert delegates(desks.leader, hours=30).status_code == 201


def test_a_file_of_what_the_leader_was_given_is_read_meanwhile(desks: Desks):
    desks.clerk.brings(b"mat")
    paper = desks.clerk.registers(components=[a_file(b"mat")]).json
    desks.clerk.post(f"{paper['url']}/receipts", {"lines": [lead(unit="HT")]})
    url = paper["components"][0]["url"]
    assert desks.officer.get(url).status_code == 404

    given(desks.head, login="chuyen-vien", hours=1)

    assert desks.officer.get(url).content == b"mat"
    later(desks, hours=1)
    assert desks.officer.get(url).status_code == 404


def test_what_was_asked_before_the_end_and_comes_to_the_keeper_after_it_is_refused(desks: Desks):
    desks.gives(lead("giam-doc"))
    line = desks.line("giam-doc")
    given(desks.leader, hours=1)
    with desks.node.holdings.reading() as now:
        before = caller_of(now, desks.head.bearer, desks.node.clock.now)
    command = ActOnReceipt(caller=before, receipt=line["id"], act=Act.OPEN)

    later(desks, hours=1)

    with pytest.raises(Hidden):
        desks.node.holdings.keeper.submit(command)
    desks.node.clock.now -= timedelta(seconds=1)
    assert desks.node.holdings.keeper.submit(command).opened
