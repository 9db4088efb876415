"""Snapshots bound replay: a lost catalogue begins at the newest one and rolls forward."""

import shutil
import uuid
from itertools import pairwise
from pathlib import Path

import pytest

from repository.catalogue.lmdb_engine import LmdbEngine
from repository.derivation import RecordText
from repository.format import Layout, StoreOptions, create_store
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model.ids import BlobId
from repository.snapshots import EVERY_EVENTS, SHARE, next_due, snapshots, take_snapshot

OPTIONS = StoreOptions(map_size=64 * 1024 * 1024, reserve=0)


def _event(holdings: Holdings, n: int) -> None:
    blob = BlobId(n.to_bytes(32, "big"))
    command = RecordText(caller=NODE, blob=blob, text=None, reason="no-text", reader="test")
    holdings.keeper.submit(command)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return create_store(tmp_path / "store", store=uuid.UUID(int=7))


def test_a_lost_catalogue_begins_at_the_newest_snapshot(layout: Layout):
    with Holdings.open_alone(layout.root, OPTIONS, rules={}) as holdings:
        for n in range(5):
            _event(holdings, n)
        assert isinstance(holdings.engine, LmdbEngine)
        take_snapshot(layout, holdings.engine, holdings.checkpoint().size)
        for n in range(5, 8):
            _event(holdings, n)
        expected = holdings.checkpoint()
    shutil.rmtree(layout.catalogue)

    with Holdings.open_alone(layout.root, OPTIONS, rules={}) as holdings:
        assert holdings.recovered.events == 3
        assert holdings.checkpoint() == expected


def test_only_the_last_two_snapshots_are_kept(layout: Layout):
    with Holdings.open_alone(layout.root, OPTIONS, rules={}) as holdings:
        assert isinstance(holdings.engine, LmdbEngine)
        for n in range(4):
            _event(holdings, n)
            take_snapshot(layout, holdings.engine, n + 1)

    assert [path.name for path in snapshots(layout)] == [f"{3:016x}", f"{4:016x}"]


def test_snapshots_are_spaced_by_growth():
    taken = [0]
    while taken[-1] < 100_000_000:
        taken.append(next_due(taken[-1]))
    written = sum(taken)

    assert taken[1] == EVERY_EVENTS
    assert all(b - a <= max(EVERY_EVENTS, a / SHARE) for a, b in pairwise(taken))
    assert written <= (SHARE + 2) * taken[-1], "in proportion to what there is, not to its square"


def test_a_file_laid_beside_packs_or_log_does_not_stop_the_start(layout: Layout):
    (layout.packs / "copy.pack").write_bytes(b"?")
    (layout.packs / "000000000001 (1).open").write_bytes(b"?")
    (layout.log / "copy of x.log").write_bytes(b"?")

    with Holdings.open_alone(layout.root, OPTIONS, rules={}) as holdings:
        _event(holdings, 1)
        assert holdings.seal() == []
