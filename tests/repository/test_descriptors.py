"""What fails or ends lets go of what it had open: a node lives for months on one limit of files."""

import errno
import os
import resource
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import lmdb
import pytest

from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack_io import DiskFailed, MediumFull
from repository.blobs.port import MiB
from repository.blobs.writer import OWN_PACK_BYTES
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.format import Layout, create_store
from repository.holdings import Holdings
from repository.keeper_process import run_keeper
from repository.log.event_log import EventLog
from repository.model.access import OPERATOR
from repository.upkeep.doctor import examine
from tests.contracts.event_log import an_event
from tests.contracts.keeper import Ask
from tests.crash.faults import Fault, FaultyPackIO, Plan
from tests.descriptors import nothing_stays_open, open_descriptors
from tests.repository.keeper_beside import beside_a_keeper
from tests.repository.stores import SMALL, STORE, a_store, noise, stored


def test_threads_that_come_and_go_share_their_connections_to_the_keeper():
    with beside_a_keeper() as holdings:

        def ask(_: int) -> None:
            holdings.keeper.submit(Ask(caller=OPERATOR, code="H20"))

        before = open_descriptors().total()
        for _ in range(12):
            with ThreadPoolExecutor(2) as threads:
                list(threads.map(ask, range(4)))

        assert open_descriptors().total() - before <= 2


def test_a_segment_that_could_not_be_begun_is_let_go(tmp_path: Path):
    medium = FaultyPackIO(tmp_path, Plan(2, Fault.FULL))  # there is room for a name, and no more
    log = EventLog(medium, STORE)

    with nothing_stays_open(), pytest.raises(MediumFull):
        log.append(1, [an_event(1)])


def test_a_file_whose_name_could_not_be_made_durable_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def failing(_: int) -> None:
        raise OSError(errno.EIO, "planned")

    medium = LocalPackIO(tmp_path)
    monkeypatch.setattr(os, "fsync", failing)

    with nothing_stays_open(), pytest.raises(DiskFailed):
        medium.create("file")


def test_a_catalogue_that_could_not_be_opened_is_let_go(tmp_path: Path):
    LmdbEngine(tmp_path, tables=["one"], map_size=MiB).close()

    for _ in range(2):
        with nothing_stays_open(), pytest.raises(lmdb.NotFoundError) as refused:
            LmdbEngine(tmp_path, tables=["one", "other"], map_size=MiB, readonly=True)
        assert refused.value  # whoever keeps it keeps all that it passed through


def test_a_socket_that_could_not_be_bound_is_let_go(tmp_path: Path):
    root = create_store(tmp_path / "store", store=STORE).root
    too_long = tmp_path / ("k" * 108)

    with nothing_stays_open(), pytest.raises(OSError, match="too long") as refused:
        run_keeper(root, SMALL, rules={}, socket_path=too_long, stop=threading.Event())
    assert refused.value


def test_what_the_doctor_could_not_write_is_let_go(tmp_path: Path):
    root = create_store(tmp_path / "store", store=STORE).root

    with nothing_stays_open(), files_of_at_most(4096):
        probes = {probe.name: probe.ok for probe in examine(root, SMALL)}

    assert probes["sync packs"] is False


@contextmanager
def files_of_at_most(size: int) -> Generator[None]:
    """Let the system refuse to write behind *size* bytes of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def plan() -> Plan:
    """Nothing goes wrong before the test says when."""
    return Plan(fault=Fault.FULL)


@pytest.fixture
def holdings(tmp_path: Path, plan: Plan) -> Iterator[Holdings]:
    """A store on a disk that follows the plan, with one blob in a sealed pack."""
    with a_store(tmp_path, folders=lambda folder: FaultyPackIO(folder, plan)) as holdings:
        stored(holdings, noise(5000))
        holdings.seal()
        yield holdings


def full_after(plan: Plan, calls: int) -> None:
    """Let the disk take so many calls more; then it is full."""
    plan.at = len(plan.calls) + calls + 1


@pytest.mark.parametrize("size", [5000, OWN_PACK_BYTES + 1])
def test_a_pack_that_could_not_be_begun_is_let_go(
    tmp_path: Path, holdings: Holdings, plan: Plan, size: int
):
    full_after(plan, 1)  # its name
    with nothing_stays_open(), pytest.raises(MediumFull):
        stored(holdings, noise(size, 1))
    plan.make_room()

    assert holdings.tidy()
    assert names_of(tmp_path, ".open") == []
    assert not stored(holdings, noise(size, 1)).known


def test_a_pack_of_its_own_that_finds_no_room_is_let_go(
    tmp_path: Path, holdings: Holdings, plan: Plan
):
    full_after(plan, 2)  # its name and its header
    with nothing_stays_open(), pytest.raises(MediumFull):
        stored(holdings, noise(OWN_PACK_BYTES + 1, 1))
    plan.make_room()

    assert holdings.tidy()
    assert names_of(tmp_path, ".open") == []


def test_a_writer_whose_disk_failed_begins_no_more_packs(
    tmp_path: Path, holdings: Holdings, plan: Plan
):
    plan.fault, plan.at = Fault.EIO, len(plan.calls) + 4  # its name, its header, its bytes
    with pytest.raises(DiskFailed):
        stored(holdings, noise(5000, 1))
    Layout(tmp_path / "store").read_only.unlink()
    before = names_of(tmp_path, ".open")

    with nothing_stays_open(), pytest.raises(DiskFailed):
        stored(holdings, noise(OWN_PACK_BYTES + 1, 1))
    assert names_of(tmp_path, ".open") == before


def test_a_sealing_that_finds_no_room_leaves_nothing_behind(
    tmp_path: Path, holdings: Holdings, plan: Plan
):
    blob = stored(holdings, noise(5000, 1)).id
    holdings.blobs.read(blob)
    full_after(plan, 2)
    with pytest.raises(MediumFull):
        holdings.seal()

    full_after(plan, 2)  # nothing of its name was there before, and its name
    with nothing_stays_open(), pytest.raises(MediumFull):
        holdings.tidy()
    assert names_of(tmp_path, ".sealing") == []
    plan.make_room()

    assert len(holdings.tidy()) == 1
    assert holdings.blobs.read(blob) == noise(5000, 1)


def names_of(folder: Path, ending: str) -> list[str]:
    packs = folder / "store" / "packs"
    return [path.name for path in packs.iterdir() if path.suffix == ending]
