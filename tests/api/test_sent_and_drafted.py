"""Who sees a document because it was sent to them, or because they drafted it: on every surface alike."""

import pytest

from api.services.explaining import WORDS, explain
from indexer.follower import IndexFollower
from repository.model.access import Rule
from tests.api.conftest import Node
from tests.api.drafting import Drafting
from tests.api.office import Office
from tests.api.test_recalls import answers, arrivals, recalls

pytestmark = pytest.mark.parametrize("node", ["memory"], indirect=True)


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


def test_the_registry_of_a_recipient_finds_it_until_it_gives_it_back(house: Drafting):
    document = house.issued({"agency": "H20.15"})
    line = arrivals(house.neighbour)[0]
    assert found(house, house.neighbour) == [document["id"]]
    assert explained(house, "van-thu-y-te", document) == (True, "sent", 1)

    answers(house.neighbour, line, "refuse", reason="Nhầm")

    assert found(house, house.neighbour) == []
    assert explained(house, "van-thu-y-te", document) == (False, "nothing", 0)


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
