"""A fault at every storage call of collecting, compacting and purging (SeaweedFS's list is the plan).

Nothing that lives is lost, what was begun is finished or forgotten at the next start, without a hand,
and done once more it comes to the same end.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from repository.blobs.address import digest_of
from repository.errors import Trouble
from repository.format import Layout
from repository.model.ids import BlobId
from repository.upkeep.check import check_structure
from repository.upkeep.purge import finish_all
from repository.upkeep.room import sealed_packs
from repository.upkeep.scrub import check_packs, packs_due
from tests.crash.faults import ENDINGS, ERRORS, Ended, Fault, Plan
from tests.repository.stores import noise, prose, revisions
from tests.upkeep.yard import Yard

DRAFT, FINAL, SIGNED = revisions(3, tail=5000)
LIVE = [noise(9000, 1), prose(40_000, 2), DRAFT, SIGNED]
DEAD = [noise(12_000, 3), prose(30_000, 4)]


def collects(yard: Yard) -> None:
    yard.collects()


def compacts(yard: Yard) -> None:
    yard.compacts()


def purges(yard: Yard) -> None:
    blob = BlobId(digest_of(FINAL))
    with yard.holdings.reading() as now:
        gone = now.erasure(blob)
    if gone is None:
        yard.purges(blob)
    finish_all(yard.holdings)


class Work(NamedTuple):
    """Something to be interrupted, and how many days after its store was filled."""

    does: Callable[[Yard], None]
    days: int


WORKS = {
    "condemning": Work(collects, 31),
    "sweeping": Work(collects, 62),
    "compacting": Work(compacts, 62),
    "purging": Work(purges, 1),
}
by_work = pytest.mark.parametrize("work", WORKS)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """For each work a store in which it is due."""
    found: dict[str, Path] = {}
    for name, work in WORKS.items():
        found[name] = tmp_path_factory.mktemp(name) / "store"
        yard = Yard(found[name])
        for live, dead in zip(LIVE, [*DEAD, *DEAD], strict=True):
            yard.brings(dead)
            yard.registers(live if live is not SIGNED else FINAL)
        yard.registers(SIGNED)
        yard.seals()
        yard.registers(noise(500, 9))
        if work.days > 31:
            yard.passes(days=31)
            yard.collects()
        if name == "compacting":
            yard.passes(days=31)
            yard.collects()
        yard.holdings.close()
    return found


def begun(source: Path, folder: Path, days: int, plan: Plan | None = None) -> Yard:
    """The store of *source*, copied, *days* later; nothing fails while it is opened."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    return resumed(folder, days, plan)


def resumed(folder: Path, days: int, plan: Plan | None = None) -> Yard:
    Layout(folder).read_only.unlink(missing_ok=True)
    yard = Yard(folder, plan=plan)
    yard.passes(days=days)
    return yard


def calls_of(source: Path, folder: Path, work: Work) -> range:
    """The storage calls that the work itself makes."""
    plan = Plan()
    yard = begun(source, folder, work.days, plan)
    before = len(plan.calls)
    work.does(yard)
    after = len(plan.calls)
    yard.holdings.close()
    return range(before + 1, after + 1)


def let_go(yard: Yard, plan: Plan) -> None:
    plan.over = True
    with suppress(Trouble, Ended):
        yard.holdings.close()
    yard.holdings.engine.close()
    with suppress(Trouble, Ended):
        yard.holdings._closing.close()


def is_sound(yard: Yard, work: str) -> None:
    lives = [*LIVE, noise(500, 9)] + ([FINAL] if work != "purging" else [])
    assert all(yard.reads(content) for content in lives)
    assert list(check_structure(yard.holdings)) == []
    assert list(check_packs(yard.holdings, packs_due(yard.holdings))) == []


def comes_to_its_end(folder: Path, name: str) -> None:
    """Started again, all that lives is there; done once more, the work is done."""
    work = WORKS[name]
    yard = resumed(folder, work.days)
    finish_all(yard.holdings)
    if name != "purging":
        is_sound(yard, name)
    work.does(yard)
    is_sound(yard, name)
    if name == "compacting":
        assert sum(use.dead for use in sealed_packs(yard.holdings)) == 0
    if name == "sweeping":
        assert not any(yard.reads(content) for content in DEAD)
    if name == "purging":
        assert not yard.reads(FINAL)
    yard.holdings.close()


@by_work
@pytest.mark.parametrize("fault", [*ERRORS, Fault.FULL, *ENDINGS])
def test_after_a_fault_at_any_call_nothing_is_lost_and_the_work_can_be_finished(
    filled: dict[str, Path], tmp_path: Path, work: str, fault: Fault
):
    source, folder = filled[work], tmp_path / "store"
    calls = calls_of(source, folder, WORKS[work])
    assert calls
    for at in calls:
        plan = Plan(at, fault)
        yard = begun(source, folder, WORKS[work].days, plan)
        try:
            with suppress(Trouble, Ended):
                WORKS[work].does(yard)
            let_go(yard, plan)
            comes_to_its_end(folder, work)
        except BaseException as failed:
            failed.add_note(f"{fault.name} at call {at}: {plan.calls[at - 1 : at]}")
            raise


def test_a_full_disk_while_compacting_destroys_nothing_and_room_later_finishes_it(
    filled: dict[str, Path], tmp_path: Path
):
    """SeaweedFS #1440: compaction on a full disk destroyed data."""
    source, folder = filled["compacting"], tmp_path / "store"
    for at in calls_of(source, folder, WORKS["compacting"]):
        plan = Plan(at, Fault.FULL)
        yard = begun(source, folder, WORKS["compacting"].days, plan)
        with suppress(Trouble):
            compacts(yard)
        is_sound(yard, "compacting")
        plan.make_room()
        compacts(yard)
        is_sound(yard, "compacting")
        assert not any(name.endswith(".sealing") for name in yard.packs())
        yard.holdings.close()
