"""Drafts outlive the catalogue, and nobody collects their files."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from repository.catalogue import tables as t
from repository.format import Layout
from repository.holdings import Holdings
from repository.rebuild import rebuild_catalogue
from repository.upkeep.gc import collect
from tests.api.conftest import SMALL, Node, reopened
from tests.api.drafting import SIGNED, WORDING, Drafting

pytestmark = pytest.mark.parametrize("node", ["disk"], indirect=True)


def lived(node: Node) -> Drafting:
    """One draft under way, one abandoned with its number, one issued and recalled."""
    house = Drafting(node)
    house.opens()
    house.does(house.clerk, house.numbered(), "abandon", reason="Thôi")
    document = house.issued({"agency": "H20.15"}, {"name": "Công ty A"})
    house.clerk.post(f"{document['url']}/recall", {"reason": "Sai"})
    line = house.neighbour.get("/v1/agencies/H20.15/dispatches?state=recall-asked").json
    where = f"{line['dispatches'][0]['url']}/actions"
    done = house.neighbour.post(where, {"act": "confirm-recall"}, {"If-Match": "*"})
    assert done.status_code == 200, done.text
    return house


def rows(holdings: Holdings) -> dict[str, list[tuple[bytes, bytes]]]:
    with holdings.reading() as now:
        return {table.name: now.raw(table, b"", 10_000) for table in t.FROM_LOG}


def test_from_the_log_alone_every_draft_comes_back_equal(node: Node, tmp_path: Path):
    house = lived(node)
    before = rows(node.holdings)
    node.holdings.close()
    root = tmp_path / "store"
    shutil.rmtree(Layout(root).catalogue)

    rebuild_catalogue(root, SMALL)

    with reopened(root, node.clock) as again:
        assert rows(again) == before
        clerk = node.served_from(again, house.clerk)
        assert len(clerk.get("/v1/drafts").json["drafts"]) == 2


def test_the_files_of_drafts_are_not_garbage(node: Node, tmp_path: Path):
    house = lived(node)
    seen = house.clerk.get("/v1/drafts").json["drafts"]
    urls = [f"{one['url']}/versions/{n}/files/0" for one in seen for n in (1, 2)]
    node.clock.now += timedelta(days=400)

    collect(node.holdings, grace=timedelta(days=30), really=True)
    node.clock.now += timedelta(days=400)
    collect(node.holdings, grace=timedelta(days=30), really=True)

    contents = [house.clerk.get(url).content for url in urls]
    assert contents == [WORDING, SIGNED] * 2


def test_the_number_that_a_draft_holds_outlives_its_keeper(node: Node, tmp_path: Path):
    house = Drafting(node)
    draft = house.numbered()
    node.holdings.close()

    with reopened(tmp_path / "store", node.clock) as again:
        clerk = node.served_from(again, house.clerk)
        seen = clerk.get(draft["url"])
        assert (seen.json["state"], seen.json["number"]) == ("awaiting-seal", 1)
        key = {"If-Match": "*", "Idempotency-Key": "mới"}
        asked = {"act": "number", "register": "di"}
        assert clerk.post(f"{draft['url']}/actions", asked, key).status_code in (400, 409)
