"""Blobs that went and came back, seen by a catalogue that is older, or made anew.

The log tells that they came back, some pack has them; which copy, the catalogue alone knew.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from repository.blobs.local_pack_io import LocalPackIO
from repository.catalogue import tables as t
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.format import Layout, identify
from repository.log.event_log import EventLog
from repository.model.blobs import BlobDamaged
from repository.model.ids import BlobId
from repository.model.purges import PurgeState
from repository.recovery import absorb_packs, roll_forward
from repository.upkeep.purge import finish_all
from tests.crash.faults import put_catalogue
from tests.repository.stores import noise, revisions
from tests.upkeep.yard import SMALL, Yard, a_yard

PAPER, OTHER = noise(3000), noise(4000)


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with a_yard(tmp_path) as made:
        yield made


def test_what_came_back_is_found_in_a_pack_that_the_older_catalogue_knew(yard: Yard):
    first, second = revisions(2)
    yard.brings(second)
    yard.seals()
    older = yard.keeps_the_catalogue()
    yard.sweeps()
    # Written anew as the first with a tail, while its earlier record still stands, whole.
    yard.brings(first)
    yard.registers(second)
    yard.rebuilds()
    yard.sweeps()
    assert (yard.reads(first), yard.reads(second)) == (False, True)

    yard.goes_back_to(older)

    assert yard.reads(second)


@pytest.mark.parametrize("far", ["rolled forward", "absorbed"])
def test_a_start_that_died_before_it_was_through_is_gone_through_again(yard: Yard, far: str):
    first, second = revisions(2)
    yard.brings(second)
    yard.reopen()
    older = yard.keeps_the_catalogue()
    yard.sweeps()
    yard.brings(first)
    yard.registers(second)
    yard.rebuilds()
    yard.sweeps()
    yard.holdings.close()
    put_catalogue(older, Layout(yard.root).catalogue)

    begin_and_die(yard.root, far)
    yard.reopen()

    assert yard.reads(second)


def begin_and_die(root: Path, far: str) -> None:
    """What a start does to the catalogue before it has looked for rows that lead nowhere."""
    layout, (store, _, _) = Layout(root), identify(root)
    packs, log = LocalPackIO(layout.packs), EventLog(LocalPackIO(layout.log), store)
    engine = LmdbEngine(layout.catalogue, tables=t.TABLE_NAMES, map_size=SMALL.map_size)
    assert roll_forward(engine, log).events
    if far == "absorbed":
        absorb_packs(engine, packs, store, by_walking=False)
    for each in (engine, packs, log):
        each.close()


def test_a_torn_copy_is_taken_for_none_while_there_is_a_whole_one(yard: Yard):
    first, second = revisions(2)
    yard.brings(OTHER)
    yard.reopen()
    yard.brings(second)
    yard.reopen()
    torn, whole = yard.files()
    with torn.open("ab") as file:  # as if its writer had died while it wrote the same
        file.write(whole.read_bytes()[64:-200])
    older = yard.keeps_the_catalogue()
    yard.sweeps()
    yard.brings(first)
    yard.registers(second)
    yard.rebuilds()
    yard.sweeps()
    assert (yard.reads(first), yard.reads(second)) == (False, True)

    yard.goes_back_to(older)

    assert yard.reads(second)


def test_what_leans_on_a_damaged_copy_is_told_as_damaged_and_not_as_unknown(yard: Yard):
    first, second = revisions(2)
    yard.brings(first)
    yard.brings(second)
    yard.reopen()
    older = yard.keeps_the_catalogue()
    yard.sweeps()
    yard.registers(first)
    yard.registers(second)
    yard.rebuilds()
    earlier, later = yard.files()
    later.unlink()  # as if it had been compacted, for the rows point to the earlier one
    content = earlier.read_bytes()
    earlier.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:])

    yard.goes_back_to(older)

    assert yard.rows() == 2
    with pytest.raises(BlobDamaged):
        yard.reads(second)


def test_no_row_stays_behind_in_a_pack_whose_place_another_took(yard: Yard):
    purged = yard.brings(PAPER)
    yard.registers(OTHER)
    yard.reopen()
    yard.confirms(purged)
    older = yard.keeps_the_catalogue()
    yard.registers(PAPER)
    name, content = next(iter(yard.packs().items()))
    yard.seals_what_is_closed()
    # The machine died when the new pack had its name and the old one was still there.
    yard.holdings.close()
    (Layout(yard.root).packs / name).write_bytes(content)

    yard.goes_back_to(older)
    yard.seals_what_is_closed()

    assert (yard.reads(PAPER), yard.reads(OTHER)) == (True, True)


def test_what_is_destroyed_can_be_brought_again_though_others_lean_on_it_by_way_of_others(
    yard: Yard,
):
    first, second, third = revisions(3)
    purged = yard.brings(second)
    yard.brings(first)  # as the beginning of the second
    yard.sweeps()
    yard.registers(first)
    yard.registers(third)  # as the first with a tail
    yard.brings(second)
    yard.rebuilds()
    with yard.holdings.reading() as now:
        leaning = {segment.base for segment in now.segments(BlobId(yard.brings(first)))}
    assert purged in leaning
    yard.confirms(purged)

    yard.brings(second)

    assert all(map(yard.reads, (first, second, third)))
    assert [done.purge.state for done in finish_all(yard.holdings)] == [PurgeState.COMPLETED]
    assert all(map(yard.reads, (first, second, third)))
