"""A power cut: of what was not synced, sectors are lost, torn or kept, as chance has it."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from repository.blobs.local_pack_io import LocalPackIO
from repository.format import Layout
from tests.crash.clerk import Clerk, opened
from tests.crash.conftest import Harmed
from tests.crash.faults import Disk, Ended, Fault, FaultyFile, Plan
from tests.crash.invariants import invariants
from tests.crash.scenarios import SCENARIOS

Fresh = Callable[[], Harmed]


def ended_by_power_cut(store: Harmed, scenario: str, seed: int, copies: Path) -> None:
    """Let *scenario* run until a chosen call, then lose what was not synced."""
    chance = random.Random(seed)
    disk = Disk()
    plan = Plan(chance.randint(1, 40), Fault.END_AFTER, disk=disk)
    holdings = None
    try:
        holdings = opened(store.root, plan, copies=copies)
        SCENARIOS[scenario](Clerk(holdings, store.acks))
    except Ended:
        pass
    plan.over = True
    if holdings is not None:
        try:
            holdings.close()
        except Ended:
            holdings.engine.close()
            holdings._closing.close()
    disk.lose_power(chance, Layout(store.root).catalogue)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("seed", range(6))
def test_after_a_power_cut_nothing_acknowledged_is_missing(
    a_store: Fresh, tmp_path: Path, scenario: str, seed: int
):
    store = a_store()
    ended_by_power_cut(store, scenario, seed, tmp_path / "copies")

    with opened(store.root) as holdings:
        invariants(holdings, store.told())
        SCENARIOS[scenario](Clerk(holdings, store.acks))
    with opened(store.root) as holdings:
        invariants(holdings, store.told())


def test_a_store_that_acknowledges_before_syncing_is_caught(
    a_store: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The control: without it, a harness that sees nothing would look like a sound store."""
    monkeypatch.setattr(FaultyFile, "sync", lambda self: None)
    store = a_store()
    disk = Disk()
    plan = Plan(disk=disk)
    with opened(store.root, plan, copies=tmp_path / "copies") as holdings:
        Clerk(holdings, store.acks).registers("unsynced", b"%PDF-1.7 never on disk")
    disk.synced = dict.fromkeys(disk.synced, 0)
    for path in disk.synced:
        path.write_bytes(b"")

    caught = False
    try:
        with opened(store.root) as holdings:
            invariants(holdings, store.told())
    except Exception:  # noqa: BLE001 - whichever invariant it was
        caught = True
    assert caught


def torn(path: Path) -> list[bytes]:
    """What a tail may look like: cut at many places, followed by zeros, by rubbish."""
    kept = path.read_bytes()
    cuts = [kept[:at] for at in range(len(kept) - 1, max(0, len(kept) - 400), -37)]
    return [*cuts, kept + bytes(5000), kept + b"VKBLOB\r\nVKEV" * 40, kept[:-90] + bytes(90)]


@pytest.mark.parametrize("part", ["packs", "log"])
def test_a_torn_tail_is_survived_at_start_up_without_a_hand(a_store: Fresh, part: str):
    store = a_store()
    folder = getattr(Layout(store.root), part)
    newest = folder / [n for n in LocalPackIO(folder).names() if not n.endswith(".pack")][-1]
    for tail in torn(newest):
        store = a_store()
        newest.write_bytes(tail)
        with opened(store.root) as holdings:
            clerk = Clerk(holdings, store.acks)
            number = clerk.registers("after-the-tear", b"%PDF-1.7 after")
            assert number.document.number >= 1
        with opened(store.root) as holdings, holdings.reading() as now:
            assert now.document(number.document.id)


@pytest.mark.parametrize("length", [0, 10, 64, 4096])
def test_a_header_of_zeros_is_torn_not_broken(a_store: Fresh, length: int):
    store = a_store()
    layout = Layout(store.root)
    (layout.packs / "0000000000ff.open").write_bytes(bytes(length))
    (layout.log / f"{9999:016x}.log").write_bytes(bytes(length))

    with opened(store.root) as holdings:
        invariants(holdings, store.told())
        assert Clerk(holdings, store.acks).registers("after-it", b"%PDF-1.7 after it")
    with opened(store.root) as holdings:
        invariants(holdings, store.told())
