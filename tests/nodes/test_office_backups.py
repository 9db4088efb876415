"""Backups of an office node: its log goes to the medium, its files are where they always were."""

import uuid
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from api.services import RULES
from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack_io import PackIO
from repository.catalogue.nodes import epoch_of
from repository.format import create_store, identify
from repository.holdings import Holdings
from repository.model.ids import system_clock
from repository.model.nodes import NodeName
from repository.nodes.memory_store_node import MemoryStoreNode, SharedMemory
from repository.nodes.office import Office
from repository.upkeep.backup import HistoryForked, Taken, back_up
from repository.upkeep.backups import Backups
from repository.upkeep.restore import RestoredFrom, opened_restored, restore
from tests.api.conftest import SMALL, MovableClock, Node
from tests.api.office import Office as Clerk
from tests.api.office import a_file
from tests.nodes.province import OfficeAt, an_office
from tests.nodes.served import a_short_folder, a_store_node
from tests.tools.command import Vankho
from tests.tools.serving import PATIENCE_SECONDS, serving

NAME = NodeName("xa-1")
PAPER = "Kế hoạch phòng chống mưa bão".encode()
LEASE_SECONDS = 0.3


class Province:
    """A store node in memory, an office node's folder, and a medium for backups."""

    def __init__(self, folder: Path) -> None:
        self.shared = SharedMemory()
        self.root = create_store(folder / "kho", store=uuid.UUID(int=3), office=NAME).root
        self.elsewhere = folder / "may-khac"
        self.medium = folder / "sao-luu"
        self.medium.mkdir()

    @contextmanager
    def opened(self, root: Path | None = None) -> Generator[Holdings]:
        office = Office(
            name=NAME,
            connect=lambda: MemoryStoreNode(NAME, self.shared),
            cache_bytes=0,
            lease_seconds=LEASE_SECONDS,
        )
        clock = MovableClock()
        with Holdings.open_alone(
            root or self.root, SMALL, rules=RULES, clock=clock, office=office
        ) as holdings:
            yield holdings

    def backed_up(self, holdings: Holdings, root: Path | None = None) -> Taken:
        with self.backups() as medium:
            return back_up(root or self.root, holdings, medium, clock=system_clock)

    def restored(self) -> RestoredFrom:
        with self.backups() as medium:
            return restore(medium, None, self.elsewhere, SMALL, clock=system_clock).note

    @contextmanager
    def backups(self) -> Generator[PackIO]:
        with closing(LocalPackIO(self.medium)) as medium:
            yield medium

    def gap_is_accepted(self) -> None:
        """As `vankho node dismiss` and `admit` do: how long the log was is forgotten."""
        self.shared.logs.pop(NAME)

    @property
    def epoch(self) -> int:
        return self.shared.nodes[NAME].epoch


@pytest.fixture
def province(tmp_path: Path) -> Province:
    return Province(tmp_path)


def lived(province: Province, holdings: Holdings) -> tuple[Node, str]:
    """A node with one document that has a file, and the file's address."""
    node = Node(holdings, MovableClock())
    node.clerk.brings(PAPER)
    registered = node.clerk.registers("k-1", components=[a_file(PAPER)])
    return node, registered.json["components"][0]["url"]


def at(node: Node, holdings: Holdings) -> Clerk:
    return node.served_from(holdings, node.clerk)


def test_a_backup_of_an_office_is_its_log_and_says_whose(province: Province):
    with province.opened() as holdings:
        lived(province, holdings)
        manifest = province.backed_up(holdings).backup.manifest

        assert (manifest.office, manifest.packs) == (NAME, ())
        assert manifest.events == holdings.checkpoint().size
    with province.backups() as medium:
        backups = Backups(medium)
        assert list(backups.faults(backups.all(), lambda _: None)) == []


def test_a_restored_office_goes_on_in_a_higher_epoch_with_files_and_numbers(province: Province):
    with province.opened() as holdings:
        node, url = lived(province, holdings)
        province.backed_up(holdings)
        before = province.epoch
    province.restored()
    assert province.epoch == before

    province.gap_is_accepted()
    with province.opened(province.elsewhere) as holdings:
        clerk = at(node, holdings)
        second = clerk.registers("k-2", components=[a_file(PAPER)])
        again = clerk.registers("k-1", components=[a_file(PAPER)])

        assert (second.status_code, second.json["number"]) == (201, 2)
        assert again.json["number"] == 1
        assert clerk.get(url).content == PAPER
        assert province.epoch == before + 1
        with holdings.reading() as now:
            assert epoch_of(now) == before + 1
    assert identify(province.elsewhere).office == NAME


def test_a_drill_leaves_the_office_that_is_at_work_alone(province: Province):
    with province.opened() as holdings:
        node, _ = lived(province, holdings)
        taken = province.backed_up(holdings)
        before = province.epoch
        province.restored()
        with opened_restored(province.elsewhere, SMALL) as copy:
            assert copy.checkpoint().size == taken.backup.manifest.events

        assert at(node, holdings).registers("k-2").json["number"] == 2
        assert province.epoch == before


def test_a_backup_that_lacks_what_the_store_node_was_told_of_does_not_begin(province: Province):
    with province.opened() as holdings:
        node, _ = lived(province, holdings)
        province.backed_up(holdings)
        assert node.clerk.registers("k-2").json["number"] == 2
    province.restored()

    with province.opened(province.elsewhere) as holdings:
        answer = at(node, holdings).registers("k-3")

    assert (answer.status_code, answer.json["type"]) == (409, "/problems/log-behind")


def test_the_old_process_is_fenced_once_the_restored_one_works(province: Province):
    with province.opened() as old:
        node, _ = lived(province, old)
        province.backed_up(old)
        province.restored()
        with province.opened(province.elsewhere) as new:
            assert at(node, new).registers("k-2").json["number"] == 2
            late = node.clerk.registers("k-3")

    assert late.status_code == 503
    assert late.json["type"] in ("/problems/node-superseded", "/problems/lease-lapsed")


def test_two_offices_that_grew_from_one_backup_are_told_apart(province: Province):
    with province.opened() as holdings:
        node, _ = lived(province, holdings)
        province.backed_up(holdings)
    province.restored()
    province.gap_is_accepted()
    with province.opened(province.elsewhere) as holdings:
        at(node, holdings).registers("k-2")
        province.backed_up(holdings, province.elsewhere)
    province.gap_is_accepted()

    with province.opened() as holdings:
        node.served_from(holdings, node.clerk).registers("k-3")
        with pytest.raises(HistoryForked):
            province.backed_up(holdings)


@pytest.mark.parametrize("cut", [1, 4, 9])
def test_a_restore_that_was_cut_is_run_again(province: Province, cut: int):
    with province.opened() as holdings:
        lived(province, holdings)
        root = province.backed_up(holdings).backup.manifest.root
    work = province.elsewhere / "restoring"
    create_store(work, store=uuid.UUID(int=cut), office="xa-2" if cut > 1 else "")

    note = province.restored()

    assert (note.root, identify(province.elsewhere).office) == (root, NAME)
    assert not work.exists()


def test_an_office_is_restored_elsewhere_and_served_and_the_old_folder_does_not_begin_again():
    with a_store_node() as store_node, ExitStack() as stack:
        office = stack.enter_context(an_office(store_node, "nut-1", "H20.1", lease=1))
        folder = stack.enter_context(a_short_folder())
        office.brings(PAPER)
        first = office.registers("H20.1", "k-1", PAPER)
        assert first.status_code == 201
        office.running.program.terminate()
        office.running.program.wait(PATIENCE_SECONDS)
        assert office.vankho("backup", "--to", folder / "b").code == 0

        again = Vankho(folder / "kho")
        restored = again("restore", "--from", folder / "b", "--to", again.store)
        assert restored.code == 0, restored.err
        running = stack.enter_context(serving(again))
        successor = OfficeAt(again, running, office.token)
        stack.callback(successor.close)
        url = first.json()["components"][0]["url"]

        assert successor.registers("H20.1", "k-1", PAPER).json()["number"] == 1
        assert successor.registers("H20.1", "k-2", PAPER).json()["number"] == 2
        assert successor.ask("GET", url).content == PAPER
        assert again("check").code == 0
        old = office.vankho.started("serve", "--port", "0", "--quiet")
        assert old.wait(PATIENCE_SECONDS) == 11
