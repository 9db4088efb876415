"""Who sees a document because it was sent to them, or because they drafted it: on every surface alike."""

import pytest

from api.services.explaining import WORDS, explain
from indexer.follower import IndexFollower
from repository.model.access import Right, Rule
from tests.api.books import problem
from tests.api.conftest import Node
from tests.api.drafting import SEALED, WORDING, Drafting
from tests.api.office import Office, a_draft, a_file, blob_name
from tests.api.test_recalls import answers, arrivals, recalls
from tests.upkeep.orders import agreed

IN_MEMORY = pytest.mark.parametrize("node", ["memory"], indirect=True)


@pytest.fixture
def house(node: Node) -> Drafting:
    return Drafting(node)


def found(house: Drafting, who: Office, word: str = "") -> list[str]:
    """What somebody finds by search."""
    follower = IndexFollower(house.node.holdings, house.node.index)
    while follower.step():
        pass
    hits = who.get("/v1/search", params={"q": word or "hộ tịch"}).json["hits"]
    return [hit["document"]["id"] for hit in hits]


def explained(house: Drafting, login: str, document: dict[str, str]) -> tuple[bool, str, int]:
    told = house.node.province.get(f"{document['url']}/access?login={login}").json
    with house.node.holdings.reading() as now:
        tokens = explain(now, login, document["id"], house.node.clock()).tokens
    return told["allowed"], told["rule"], len(tokens)


def test_every_rule_is_told_in_words(node: Node):
    assert set(WORDS) == set(Rule)


@IN_MEMORY
def test_the_registry_of_a_recipient_finds_it_until_it_gives_it_back(house: Drafting):
    document = house.issued({"agency": "H20.15"})
    line = arrivals(house.neighbour)[0]
    assert found(house, house.neighbour) == [document["id"]]
    assert explained(house, "van-thu-y-te", document) == (True, "sent", 1)

    answers(house.neighbour, line, "refuse", reason="Nhầm")

    assert found(house, house.neighbour) == []
    assert explained(house, "van-thu-y-te", document) == (False, "nothing", 0)


@IN_MEMORY
def test_who_drafted_or_checked_it_finds_it_until_it_is_recalled(house: Drafting):
    document = house.issued()
    for login, desk in (("chuyen-vien", house.drafter), ("truong-phong", house.head)):
        assert explained(house, login, document) == (True, "draft", 1)
        assert found(house, desk) == [document["id"]]
    assert found(house, house.other) == []

    recalls(house, document)

    assert found(house, house.drafter) == []
    assert found(house, house.deputy) == [document["id"]]
    assert explained(house, "chuyen-vien", document) == (False, "right", 0)


@IN_MEMORY
def test_a_recalled_document_is_not_read_by_who_brought_its_file_either(house: Drafting):
    content = b"%PDF-1.7 toan van do chuyen vien gui %%EOF\n"
    draft = house.sealed()
    house.drafter.brings(content)
    house.clerk.brings(content)
    files = [a_file(content)]
    paper = house.clerk.registers(**a_draft(components=files)).json
    lines = {"lines": [{"role": "information", "login": "chuyen-vien"}]}
    house.clerk.post(f"{paper['url']}/receipts", lines)
    where = f"/v1/blobs/{blob_name(content)}"
    assert house.drafter.get(where).status_code == 200

    recalls(house, paper)

    assert house.drafter.get(where).status_code == 404
    assert house.clerk.get(where).status_code == 200
    # What of it is theirs to go on with is theirs still.
    assert house.drafter.get(f"{draft['url']}/versions/1/files/0").status_code == 200


@IN_MEMORY
def test_its_history_names_its_files_to_the_registry_alone(house: Drafting):
    document = house.issued()
    more = {"files": [a_file(WORDING, "phu-luc.pdf", "annex")], "reason": "Đến sau"}
    added = house.clerk.post(f"{document['url']}/files", more, {"If-Match": "*"})
    assert added.status_code in (200, 201), added.text
    recalls(house, document)

    def named(who: Office) -> bool:
        return "phu-luc.pdf" in who.get(f"{document['url']}/history").text

    assert (named(house.clerk), named(house.deputy)) == (True, False)


@pytest.mark.parametrize("node", ["disk"], indirect=True)
def test_a_draft_whose_file_was_destroyed_says_so_and_is_not_issued(node: Node):
    house = Drafting(node)
    draft = house.sealed()
    number = house.clerk.get(draft["url"]).json["version"]

    agreed(node.holdings, SEALED, everywhere=False)

    file = f"{draft['url']}/versions/{number}/files/0"
    assert house.clerk.get(file).status_code == 410
    refused = house.acts(house.clerk, draft, "issue", recipients=[])
    assert (refused.status_code, problem(refused)) == (410, "blob-erased")


@IN_MEMORY
def test_a_draft_is_not_read_by_digest_by_who_reads_everything(house: Drafting):
    house.opens()
    reader = house.node.office(rights=(Right.READ,), every_agency=True, cleared=True)

    assert house.drafter.get(f"/v1/blobs/{blob_name(WORDING)}").status_code == 200
    assert reader.get(f"/v1/blobs/{blob_name(WORDING)}").status_code == 404


@IN_MEMORY
def test_a_recalled_document_that_is_restricted_shows_its_file_to_no_clerk_without_a_clearance(
    house: Drafting,
):
    draft = house.does(house.clerk, house.sealed(), "issue", recipients=[])
    document = house.clerk.get(draft["document_url"]).json
    where, version = f"/v1/blobs/{blob_name(SEALED)}", f"{draft['url']}/versions/1/files/0"
    assert house.clerk.get(version).status_code == 200
    recalls(house, document)
    cleared = house.node.office(every_agency=True, cleared=True)
    restricts(cleared, document["url"])

    assert house.clerk.get(document["url"]).status_code == 404
    assert house.clerk.get(where).status_code == 404
    assert house.clerk.get(version).status_code == 404
    assert cleared.get(where).status_code == 200


def restricts(who: Office, url: str) -> None:
    seen = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    answer = who.ask("PATCH", url, seen, body=b'{"confidentiality": "restricted"}')
    assert answer.status_code == 200, answer.text
