"""A fault at every storage call of a backup and of a restore; a power cut on the medium."""

import random
import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack_io import PackIO
from repository.errors import Trouble
from repository.format import StoreMissing, StoreNotEmpty, identify
from repository.holdings import Checkpoint, Holdings
from repository.upkeep.backup import Taken, back_up
from repository.upkeep.backups import Backup, Backups
from repository.upkeep.restore import restore
from tests.crash.clerk import NOON, SMALL, Clerk, a_paper, opened, revisions
from tests.crash.conftest import Harmed
from tests.crash.faults import Disk, Ended, Fault, FaultyPackIO, Plan
from tests.crash.invariants import invariants

Fresh = Callable[[], Harmed]
FAULTS = (Fault.EIO, Fault.STUCK, Fault.FULL, Fault.END_BEFORE, Fault.END_HALFWAY, Fault.END_AFTER)


def taken(store: Harmed, holdings: Holdings, medium: PackIO, keep: int | None = None) -> Taken:
    return back_up(store.root, holdings, medium, clock=lambda: NOON, keep=keep)


def with_a_past(store: Harmed, holdings: Holdings, medium: Path) -> None:
    """A backup, then more in the store: sealed packs, an open one, events."""
    taken(store, holdings, LocalPackIO(medium))
    clerk = Clerk(holdings, store.acks)
    for paper in revisions(700, 3):
        clerk.brings(paper)
    clerk.registers("after-the-first", a_paper(701))
    holdings.seal()
    clerk.registers("after-the-seal", a_paper(702))
    clerk.notes_the_log()


def sound(medium: Path) -> list[Backup]:
    """The backups on *medium*: there is one, and all are whole."""
    backups = Backups(LocalPackIO(medium))
    found = backups.all()
    assert found, "no backup is left"
    assert list(backups.faults(found, lambda _: None)) == []
    assert backups.broken() == []
    return found


def is_restored(store: Harmed, medium: Path, folder: Path) -> None:
    restore(LocalPackIO(medium), None, folder, SMALL, clock=lambda: NOON)
    with opened(folder) as again:
        invariants(again, store.told())


def calls_of(store: Harmed, holdings: Holdings, medium: Path) -> list[str]:
    plan = Plan()
    with closing(FaultyPackIO(medium, plan)) as faulty:
        taken(store, holdings, faulty, keep=1)
    return plan.calls


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_call_of_a_backup_leaves_a_whole_one_and_the_next_succeeds(
    a_store: Fresh, tmp_path: Path, fault: Fault
):
    store, past, medium = a_store(), tmp_path / "past", tmp_path / "medium"
    with opened(store.root) as holdings:
        with_a_past(store, holdings, past)
        shutil.copytree(past, medium)
        calls = calls_of(store, holdings, medium)
        assert any(call.startswith("remove") for call in calls)

        for at in range(1, len(calls) + 1):
            shutil.rmtree(medium)
            shutil.copytree(past, medium)
            with suppress(Trouble, Ended), closing(FaultyPackIO(medium, Plan(at, fault))) as faulty:
                taken(store, holdings, faulty, keep=1)
            sound(medium)
            again = taken(store, holdings, LocalPackIO(medium), keep=1)
            assert sound(medium) == [again.backup]
            position = Checkpoint(again.backup.manifest.events, holdings.checkpoint().root)
            assert holdings.checkpoint() == position
        is_restored(store, medium, tmp_path / "restored")


@pytest.mark.parametrize("seed", range(3))
def test_a_power_cut_on_the_medium_leaves_a_whole_backup(a_store: Fresh, tmp_path: Path, seed: int):
    store, past, medium = a_store(), tmp_path / "past", tmp_path / "medium"
    with opened(store.root) as holdings:
        with_a_past(store, holdings, past)
        shutil.copytree(past, medium)
        count = len(calls_of(store, holdings, medium))
        for at in range(1, count + 1):
            shutil.rmtree(medium)
            shutil.copytree(past, medium)
            disk = Disk()
            plan = Plan(at, Fault.END_AFTER, disk=disk)
            with suppress(Ended), closing(FaultyPackIO(medium, plan)) as faulty:
                taken(store, holdings, faulty, keep=1)
            disk.lose_power(random.Random(seed * 1000 + at), tmp_path / "none")
            sound(medium)
            taken(store, holdings, LocalPackIO(medium), keep=1)
            sound(medium)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_restore_cut_at_any_call_leaves_no_half_store_and_can_be_run_again(
    a_store: Fresh, tmp_path: Path, fault: Fault
):
    store, medium, folder = a_store(), tmp_path / "medium", tmp_path / "restored"
    with opened(store.root) as holdings:
        with_a_past(store, holdings, medium)
        backup = taken(store, holdings, LocalPackIO(medium)).backup
    head = Checkpoint(backup.manifest.events, bytes.fromhex(backup.manifest.root))
    counted = Plan()
    restored_through(medium, folder, counted)
    assert any(call.startswith("publish format.json") for call in counted.calls)

    for at in range(1, len(counted.calls) + 1):
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(Trouble, Ended):
            restored_through(medium, folder, Plan(at, fault))
        if is_a_store(folder):
            assert head_of(folder) == head
        with suppress(StoreNotEmpty):  # only because it is done
            restore(LocalPackIO(medium), backup.id, folder, SMALL, clock=lambda: NOON)
        assert head_of(folder) == head
    with opened(folder) as holdings:
        invariants(holdings, store.told())


def restored_through(medium: Path, folder: Path, plan: Plan) -> None:
    restore(
        LocalPackIO(medium),
        None,
        folder,
        SMALL,
        clock=lambda: NOON,
        folders=lambda place: FaultyPackIO(place, plan),
    )


def is_a_store(folder: Path) -> bool:
    try:
        identify(folder)
    except StoreMissing:
        return False
    return True


def head_of(folder: Path) -> Checkpoint:
    with opened(folder) as holdings:
        return holdings.checkpoint()
