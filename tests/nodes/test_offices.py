"""An office node over a store node in memory: what it does when something of its own is lost."""

import base64
import hashlib
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from api.services import RULES
from indexer.extract.in_process import InProcessExtractor
from indexer.follower import IndexFollower, TextFollower
from indexer.memory_index import MemoryIndex, Shelf
from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.store_node import StoreNodeUnreachable
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.catalogue.tables import TABLE_NAMES
from repository.format import Layout, create_store, identify
from repository.holdings import Holdings
from repository.log.event_log import EventLog
from repository.model.ids import parse_blob
from repository.model.nodes import NodeName
from repository.nodes.memory_store_node import MemoryStoreNode, SharedMemory
from repository.nodes.office import BytesElsewhere, NotAnOffice, Office
from repository.rebuild import rebuild_catalogue
from repository.recovery import roll_forward
from repository.upkeep.held import check_held
from tests.api.conftest import SMALL, MovableClock, Node
from tests.api.drafting import SIGNED, WORDING, Drafting
from tests.api.office import a_file, blob_name
from tests.api.test_uploads import begun, commits, sends

NAME = NodeName("xa-1")
PAPER = "Kế hoạch phòng chống mưa bão".encode()


class AtHome:
    """An office node's folder, and the store node that its bytes go to."""

    def __init__(self, root: Path) -> None:
        self.root = create_store(root, store=uuid.UUID(int=3), office=NAME).root
        self.shared = SharedMemory()
        self.clock = MovableClock()

    def opened(self) -> Holdings:
        office = Office(
            name=NAME,
            connect=lambda: MemoryStoreNode(NAME, self.shared),
            cache_bytes=0,
        )
        return Holdings.open_alone(self.root, SMALL, rules=RULES, clock=self.clock, office=office)


@pytest.fixture
def home(tmp_path: Path) -> AtHome:
    return AtHome(tmp_path / "kho")


def lose_the_catalogue(root: Path) -> None:
    shutil.rmtree(Layout(root).catalogue)


def rebuild_it(root: Path) -> None:
    rebuild_catalogue(root, SMALL)


def die_while_it_is_made_anew(root: Path) -> None:
    """What a start does to the catalogue before it enters what is kept elsewhere."""
    lose_the_catalogue(root)
    layout, (store, _, _) = Layout(root), identify(root)
    engine = LmdbEngine(layout.catalogue, tables=TABLE_NAMES, map_size=SMALL.map_size)
    log = EventLog(LocalPackIO(layout.log), store)
    assert roll_forward(engine, log).events
    engine.close()
    log.close()


@pytest.mark.parametrize("lost", [lose_the_catalogue, rebuild_it, die_while_it_is_made_anew])
def test_files_of_registered_documents_are_read_after_the_catalogue_was_made_anew(
    home: AtHome, lost: Callable[[Path], None]
):
    with home.opened() as holdings:
        node = Node(holdings, home.clock)
        node.clerk.brings(PAPER)
        url = node.clerk.registers(components=[a_file(PAPER)]).json["components"][0]["url"]
    lost(home.root)

    with home.opened() as holdings:
        clerk = node.served_from(holdings, node.clerk)
        answer = clerk.get(url)
        assert (answer.status_code, answer.content) == (200, PAPER)
        sha256 = base64.b64encode(hashlib.sha256(PAPER).digest()).decode()
        assert answer.headers["Repr-Digest"] == f"sha-256=:{sha256}:"
        assert (
            node.served_from(holdings, node.neighbour)
            .get(f"/v1/blobs/{blob_name(PAPER)}")
            .status_code
            == 404
        )
        again = clerk.registers(components=[a_file(PAPER)])
        assert again.json["number"] == 2


def test_files_of_drafts_are_read_after_the_catalogue_was_made_anew(home: AtHome):
    with home.opened() as holdings:
        house = Drafting(Node(holdings, home.clock))
        draft = house.signed()
    lose_the_catalogue(home.root)

    with home.opened() as holdings:
        clerk = house.node.served_from(holdings, house.clerk)
        contents = [clerk.get(f"{draft['url']}/versions/{n}/files/0").content for n in (1, 2)]
        assert contents == [WORDING, SIGNED]


def test_a_file_that_the_store_node_does_not_keep_any_more_is_found_out(home: AtHome):
    with home.opened() as holdings:
        node = Node(holdings, home.clock)
        node.clerk.brings(PAPER)
        node.clerk.brings(b"another")
        del home.shared.custody[parse_blob(blob_name(PAPER)), NAME]

        found = list(check_held(holdings, holdings.blobs))  # type: ignore[arg-type]

        assert [(one.what, one.where) for one in found] == [("blob-missing", blob_name(PAPER))]


def test_an_upload_in_chunks_lies_here_until_its_commit_takes_it_to_the_store_node(home: AtHome):
    with home.opened() as holdings:
        node = Node(holdings, home.clock)
        home.shared.away = True
        upload = begun(node.clerk, len(PAPER))
        assert sends(node.clerk, upload, 0, PAPER[:7]).status_code == 204
        assert sends(node.clerk, upload, 7, PAPER[7:]).status_code == 204
        refused = commits(node.clerk, upload, blob=blob_name(PAPER))
        assert (refused.status_code, refused.json["type"]) == (
            503,
            "/problems/store-node-unreachable",
        )
        home.shared.away = False

        answer = commits(node.clerk, upload, blob=blob_name(PAPER))

        assert answer.status_code == 201
        assert parse_blob(blob_name(PAPER)) in home.shared.blobs
        assert node.clerk.get(answer.headers["Location"]).content == PAPER


def to_the_end(step: Callable[[], int]) -> None:
    while step():
        pass


def test_texts_and_index_wait_for_the_store_node_and_lose_nothing(home: AtHome):
    shelf = Shelf()
    with home.opened() as holdings:
        node = Node(holdings, home.clock)
        node.clerk.brings(PAPER)
        node.clerk.registers(components=[a_file(PAPER, "ke-hoach.txt")])
        texts = TextFollower(holdings, InProcessExtractor())
        index = IndexFollower(holdings, MemoryIndex(shelf))
        home.shared.away = True

        with pytest.raises(StoreNodeUnreachable):
            to_the_end(texts.step)
        home.shared.away = False
        to_the_end(texts.step)
        home.shared.away = True
        with pytest.raises(StoreNodeUnreachable):
            to_the_end(index.step)
        home.shared.away = False
        to_the_end(index.step)

        with holdings.reading() as now:
            derived = now.derived(parse_blob(blob_name(PAPER)))
        assert derived is not None
        assert (derived.reason, derived.text is None) == ("", False)
        assert any("mưa bão" in one.body for one in shelf.documents.values())


def test_whoever_only_reads_takes_no_epoch(home: AtHome):
    with home.opened() as holdings, holdings.reading() as now:
        assert now.watermark().sequence == 0
    assert NAME not in home.shared.logs


def test_a_folder_is_opened_only_as_what_it_is(home: AtHome, tmp_path: Path):
    with pytest.raises(BytesElsewhere):
        Holdings.open_alone(home.root, SMALL, rules=RULES)
    plain = create_store(tmp_path / "plain", store=uuid.UUID(int=4)).root
    home.root = plain
    with pytest.raises(NotAnOffice):
        home.opened()
