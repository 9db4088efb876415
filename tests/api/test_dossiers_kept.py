"""Dossiers come back from the log as they were, keep their papers' files, and lose them by a purge."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from api.services import RULES
from api.services.dossier_access import dossier_for
from api.services.dossier_acts import CloseDossier, DossierBusy
from api.services.dossier_checks import Inspector, examine
from api.services.purges import ConfirmPurge, RequestPurge
from repository.catalogue import tables as t
from repository.catalogue.memory_engine import MemoryEngine
from repository.catalogue.views import Writing
from repository.condemning import CondemnBlobs
from repository.elsewhere import restore_rows
from repository.format import create_store
from repository.holdings import Holdings
from repository.model import events as e
from repository.model.access import OPERATOR
from repository.model.days import day_of
from repository.model.dossier_events import ItemHeld
from repository.model.ids import DocumentId, DossierId, ItemId, parse_blob
from repository.model.nodes import ELSEWHERE
from repository.rebuild import rebuild_catalogue
from repository.upkeep.check import check_structure
from tests.api.archive import Bureau, adds, amends, does, items
from tests.api.books import problem
from tests.api.conftest import SMALL, MovableClock, Node, reopened
from tests.api.office import blob_name

PAPER = b"bien ban viet tay"
GIVEN = {"title": "Biên bản viết tay", "blob": blob_name(PAPER), "name": "biên bản.txt", "pages": 3}


def rows_of(holdings: Holdings) -> dict[str, list[tuple[bytes, bytes]]]:
    with holdings.reading() as now:
        return {table.name: now.raw(table, b"", 10_000) for table in t.FROM_LOG}


def test_a_rebuilt_catalogue_has_the_same_rows(tmp_path: Path):
    clock = MovableClock()
    root = create_store(tmp_path / "store", store=uuid.UUID(int=1)).root
    holdings = reopened(root, clock)
    bureau = Bureau(Node(holdings, clock))
    drafted = bureau.clerk.post("/v1/agencies/H20.14/file-lists", {"year": 2026}).json
    entry = {"symbol": "01", "title": "Hồ sơ", "retention": {"years": 10}}
    url = f"{drafted['url']}/entries"
    bureau.clerk.ask("PUT", url, {"If-Match": "*"}, json={"entries": [entry]})
    bureau.clerk.post(f"{drafted['url']}/issue", {"decision": "3/QĐ-STP"})
    archived = bureau.archived()
    amends(bureau.archivist, archived, confidentiality="internal", reason="Sai")
    bureau.clerk.brings(PAPER)
    dossier = bureau.opens(bureau.clerk, login="chuyen-vien", confidentiality="restricted")
    adds(bureau.officer, dossier, bureau.paper(), bureau.paper(), bureau.paper())
    first = items(bureau.officer, dossier)[0]["id"]
    moving = f"{dossier['url']}/items/{first}/move"
    assert bureau.officer.post(moving, {}, {"If-Match": "*"}).status_code == 200
    gone = items(bureau.officer, dossier)[0]["id"]
    bureau.officer.ask("DELETE", f"{dossier['url']}/items/{gone}", {"If-Match": "*"})
    amends(
        bureau.officer,
        dossier,
        symbol="77.HT",
        title="Khác",
        keywords=["một", "hai"],
        condition="damaged",
    )
    other = bureau.opens(bureau.clerk, login="chuyen-vien", symbol="99")
    adds(bureau.clerk, other, GIVEN)
    assert does(bureau.officer, other, "close", ended="2026-03-02").status_code == 200
    does(bureau.officer, other, "offer")
    does(bureau.officer, bureau.opens(), "cancel", reason="Nhầm")
    before = rows_of(holdings)
    holdings.close()

    rebuild_catalogue(root, SMALL)

    with reopened(root, clock) as rebuilt:
        after = rows_of(rebuilt)
        assert {name for name in before if before[name] != after[name]} == set()
        assert len(before["dossier_steps"]) > 15
        assert list(check_structure(rebuilt)) == []


@pytest.mark.parametrize("node", ["memory"], indirect=True)
def test_the_file_of_a_paper_is_kept_while_a_dossier_holds_it(node: Node):
    bureau = Bureau(node)
    bureau.clerk.brings(PAPER)
    dossier = bureau.opens(bureau.clerk, login="chuyen-vien")
    adds(bureau.clerk, dossier, GIVEN)
    blob = parse_blob(blob_name(PAPER))
    later = 2**62  # all grants have had their grace
    condemn = CondemnBlobs(caller=OPERATOR, blobs=(blob,), brought_before=later)

    held = node.holdings.keeper.submit(condemn)
    item = items(bureau.clerk, dossier)[0]
    assert (item["paper"]["title"], item["pages"]) == ("Biên bản viết tay", 3)
    bureau.clerk.ask("DELETE", f"{dossier['url']}/items/{item['id']}", {"If-Match": "*"})

    assert (held, node.holdings.keeper.submit(condemn)) == (0, 1)


@pytest.mark.parametrize("node", ["memory"], indirect=True)
def test_what_changed_since_it_was_looked_through_is_not_closed(node: Node):
    bureau = Bureau(node)
    dossier = bureau.opens()
    adds(bureau.officer, dossier, bureau.paper())
    today = day_of(node.clock())
    with node.holdings.reading() as now:
        found, seat = dossier_for(now, OPERATOR, dossier["id"], today)
        examined = examine(now, Inspector(OPERATOR, seat, today), found, today)
    adds(bureau.officer, dossier, bureau.paper())

    with pytest.raises(DossierBusy):
        node.holdings.keeper.submit(
            CloseDossier(caller=OPERATOR, dossier=dossier["id"], examined=examined)
        )

    assert does(bureau.officer, dossier, "close").json["documents"] == 2


@pytest.mark.parametrize("node", ["memory"], indirect=True)
def test_a_paper_whose_file_was_destroyed_says_so(node: Node):
    bureau = Bureau(node)
    bureau.clerk.brings(PAPER)
    dossier = bureau.opens(bureau.clerk, login="chuyen-vien")
    adds(bureau.clerk, dossier, GIVEN)
    paper = items(bureau.officer, dossier)[0]["paper"]
    assert bureau.officer.get(paper["url"]).content == PAPER
    keeper = node.holdings.keeper
    request = RequestPurge(caller=OPERATOR, blob=parse_blob(blob_name(PAPER)), reason="Lộ lọt")
    second = OPERATOR.__class__(name="second", rights=OPERATOR.rights, every_agency=True)

    keeper.submit(ConfirmPurge(caller=second, purge=keeper.submit(request).id))

    gone = bureau.officer.get(paper["url"])
    assert (gone.status_code, problem(gone)) == (410, "blob-erased")
    assert items(bureau.officer, dossier)[0]["paper"]["erased"]
    steps = bureau.officer.get(f"{dossier['url']}/history").json["steps"]
    assert steps[-1]["what"] == "erased"
    found = bureau.officer.get(f"{dossier['url']}/check").json["findings"]
    assert [one["check"] for one in found if one["positions"]] == ["file-erased"]


def test_an_office_node_knows_the_files_of_papers_from_its_log():
    blob = parse_blob(blob_name(PAPER))
    held = ItemHeld(ItemId("i"), 1, DocumentId(""), blob, len(PAPER), "text/plain", 0)
    added = e.ItemsAdded(id=DossierId("d"), revision=2, items=(held,))
    engine = MemoryEngine(tables=t.TABLE_NAMES)

    with engine.writing() as txn:
        assert restore_rows(Writing(txn), [added]) == 1
        row = Writing(txn).row(blob)

    assert row is not None
    assert (row.pack, row.length) == (ELSEWHERE, len(PAPER))


def test_a_renamed_agencys_dossier_bears_the_name_of_its_time():
    clock = MovableClock()
    with Holdings.in_memory(rules=RULES, clock=clock, options=SMALL) as holdings:
        bureau = Bureau(Node(holdings, clock))
        before = bureau.archived()
        clock.now += timedelta(days=10)
        renamed = {"name": "Sở Nội vụ", "since": "2026-03-12"}
        assert bureau.node.province.post("/v1/agencies/H20.14/names", renamed).status_code == 201
        after = bureau.opens()

        assert (before["agency_name"], after["agency_name"]) == ("Sở Tư pháp", "Sở Nội vụ")
        shown = bureau.archivist.get(before["url"]).json
        assert shown["agency_name"] == "Sở Tư pháp"
