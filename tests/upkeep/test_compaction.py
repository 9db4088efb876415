"""Compaction: what lives is copied as it stands, the rest gives its room back, whatever fails."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack import PackBroken, read_footer, walk
from repository.blobs.port import KiB, MiB, ReserveReached
from repository.blobs.record import ZSTD_DICTIONARY
from repository.format import Layout
from repository.rebuild import rebuild_catalogue
from repository.upkeep.compaction import compact, worth_compacting
from repository.upkeep.room import sealed_packs
from repository.upkeep.stats import on_disk
from tests.repository.stores import noise, prose, revisions
from tests.upkeep.yard import Yard, a_yard


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with a_yard(tmp_path) as made:
        yield made


def half_dead(yard: Yard) -> tuple[list[bytes], list[bytes]]:
    """A sealed pack of which half is swept: what lives in it, and what does not."""
    live = [noise(40_000, 1), prose(700_000, 2), *revisions(4, seed=3), b""]
    dead = [noise(60_000, 4), prose(300_000, 5), *revisions(3, seed=6)]
    for alive, gone in zip(live, [*dead, *dead], strict=False):
        yard.registers(alive)
        yard.brings(gone)
    yard.seals()
    yard.sweeps()
    return live, dead


def test_what_lives_is_read_as_before_and_the_dead_leave_nothing(yard: Yard):
    live, dead = half_dead(yard)
    before = on_disk(Layout(yard.root).packs)

    yard.compacts()

    assert all(yard.reads(content) for content in live)
    assert not any(yard.reads(content) for content in dead)
    assert not yard.holds_anywhere(dead[0][:64])
    assert on_disk(Layout(yard.root).packs) < before
    assert [use.dead for use in sealed_packs(yard.holdings)] == [0]


def test_records_are_copied_as_they_stand(yard: Yard):
    half_dead(yard)
    packs = LocalPackIO(Layout(yard.root).packs)
    (name,) = packs.names()
    before = {
        p.record.blob: (p.record, _bytes(packs, name, p.offset, p.record.total))
        for p in walk(packs, name, start=0, whole=True)
    }

    yard.compacts()

    (after,) = packs.names()
    assert read_footer(packs, after).replaces == (int(name[:12], 16),)
    for placed in walk(packs, after, start=0, whole=True):
        record, whole = before[placed.record.blob]
        assert placed.record == record
        assert _bytes(packs, after, placed.offset, record.total) == whole


def _bytes(packs: LocalPackIO, name: str, offset: int, length: int) -> bytes:
    return packs.pread(name, offset, length)


def test_a_packs_dictionary_goes_with_the_records_that_need_it(yard: Yard):
    papers = [prose(6000, 7)[n * 7 :] + noise(500, n) * 30 for n in range(100)]
    for n, paper in enumerate(papers):
        (yard.registers if n % 2 else yard.brings)(paper)
    yard.seals()
    yard.sweeps()

    yard.compacts()

    packs = LocalPackIO(Layout(yard.root).packs)
    (name,) = packs.names()
    codecs = {placed.record.codec for placed in walk(packs, name, start=0, whole=True)}
    assert ZSTD_DICTIONARY in codecs
    assert [yard.reads(paper) for paper in papers] == [n % 2 == 1 for n in range(100)]


def test_a_pack_that_is_mostly_alive_is_left_alone(yard: Yard):
    for n in range(8):
        yard.registers(noise(20_000, n))
    yard.brings(noise(20_000, 99))
    yard.seals()
    yard.sweeps()
    before = yard.packs()

    assert worth_compacting(yard.holdings) == []
    assert list(compact(yard.holdings)) == []

    assert yard.packs() == before
    assert len(worth_compacting(yard.holdings, share=0.05)) == 1


def test_a_pack_of_which_nothing_lives_is_removed(yard: Yard):
    yard.brings(noise(20_000, 1))
    yard.seals()
    yard.registers(noise(20_000, 2))
    yard.seals()
    yard.sweeps()
    assert len(yard.packs()) == 2

    yard.compacts(share=0.3)

    assert len(yard.packs()) == 1
    assert yard.reads(noise(20_000, 2))


def test_the_newest_pack_keeps_the_place_of_its_number(yard: Yard):
    yard.brings(noise(20_000, 1))
    yard.seals()
    (name,) = yard.packs()
    yard.sweeps()

    yard.compacts()
    yard.compacts()

    (left,) = yard.packs()
    assert left > name
    assert len(yard.packs()[left]) < KiB


def test_a_blob_written_twice_lives_once(yard: Yard, tmp_path: Path):
    content = noise(50_000, 1)
    yard.registers(content)
    yard.seals()
    twin = next(iter(yard.packs().values()))
    yard.registers(noise(30_000, 2))
    yard.seals()
    yard.holdings.close()
    # As a store beside this one would leave it: the same blob in a sealed pack of its own.
    header = LocalPackIO(Layout(yard.root).packs)
    taken = max(int(name[:12], 16) for name in header.names()) + 1
    (Layout(yard.root).packs / f"{taken:012x}.pack").write_bytes(twin)
    yard.reopen()
    assert sum(content[:64] in pack for pack in yard.packs().values()) == 2

    yard.compacts(share=0.3)

    assert sum(content[:64] in pack for pack in yard.packs().values()) == 1
    assert yard.reads(content)
    yard.holdings.close()
    rebuild_catalogue(yard.root, yard.options)
    yard.reopen()
    assert yard.reads(content)


def test_a_base_stays_as_long_as_anything_is_put_together_from_it(yard: Yard):
    first, second, third = revisions(3)
    yard.brings(first)
    yard.brings(second)
    yard.registers(third)
    yard.seals()
    yard.sweeps()

    yard.compacts()

    assert yard.reads(third)
    assert yard.rows() == 3


def test_a_full_disk_leaves_everything_as_it_was(yard: Yard):
    live, _ = half_dead(yard)
    before = yard.packs()
    yard.reopen(reserve=1 << 60)

    with pytest.raises(ReserveReached):
        list(compact(yard.holdings))

    assert yard.packs() == before
    yard.reopen(reserve=0)
    yard.compacts()
    assert all(yard.reads(content) for content in live)


def test_a_damaged_live_record_stops_it_and_nothing_is_thrown_away(yard: Yard):
    live, _ = half_dead(yard)
    (path,) = Layout(yard.root).packs.iterdir()
    content = path.read_bytes()
    at = content.index(live[0][:64])
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    before = yard.packs()

    with pytest.raises(PackBroken):
        list(compact(yard.holdings))

    assert yard.packs() == before


def test_one_damaged_pack_does_not_keep_others_from_being_compacted(yard: Yard):
    for n in range(2):
        yard.registers(noise(20_000, n))
        yard.brings(noise(20_000, n + 10))
        yard.seals()
    yard.sweeps()
    first, second = sorted(Layout(yard.root).packs.iterdir())
    content = first.read_bytes()
    at = content.index(noise(20_000, 0)[:64])
    first.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])

    with pytest.raises(PackBroken):
        list(compact(yard.holdings))

    assert first.exists()
    assert not second.exists()
    assert yard.reads(noise(20_000, 1))


def test_a_damaged_dead_record_hinders_nobody(yard: Yard):
    live, dead = half_dead(yard)
    (path,) = Layout(yard.root).packs.iterdir()
    content = path.read_bytes()
    at = content.index(dead[0][:64])
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])

    yard.compacts()

    assert all(yard.reads(content) for content in live)


def test_whoever_reads_while_a_pack_moves_finds_it_again(yard: Yard):
    live, _ = half_dead(yard)
    blob = yard.brings(live[1])
    pieces = yard.holdings.blobs.chunks(blob)
    assert yard.holdings.blobs.read_range(blob, 5, 10) == live[1][5:15]

    yard.compacts()

    assert b"".join(pieces) == live[1]


def test_an_old_catalogue_finds_what_compaction_moved_since(yard: Yard, tmp_path: Path):
    live, dead = half_dead(yard)
    yard.holdings.close()
    old = tmp_path / "old"
    shutil.copytree(Layout(yard.root).catalogue, old)
    yard.reopen()
    yard.compacts()
    yard.brings(dead[0])
    yard.registers(dead[0])
    yard.seals()
    yard.holdings.close()
    shutil.rmtree(Layout(yard.root).catalogue)
    shutil.copytree(old, Layout(yard.root).catalogue)

    yard.reopen()

    assert all(yard.reads(content) for content in [*live, dead[0]])
    assert not yard.reads(dead[1])


def test_a_large_record_is_copied_piece_by_piece(tmp_path: Path):
    import tracemalloc

    large = noise(33 * MiB, 1)
    with a_yard(tmp_path) as yard:
        yard.registers(large)
        yard.brings(noise(40 * MiB, 2))
        yard.seals()
        yard.sweeps()
        yard.compacts(share=0.3)
        yard.brings(noise(2 * MiB, 3))
        assert yard.reads(large)
        tracemalloc.start()
        yard.compacts()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 30 * MiB
