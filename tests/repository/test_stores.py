"""The store in memory, alone on a disk, and beside a keeper: one contract; then the disk's own."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import pytest

from repository.blobs.memory import MemoryBlobs
from repository.blobs.port import BlobTooLarge, DigestMismatch, KiB, MiB, ReserveReached
from repository.blobs.seal import LARGE_BYTES
from repository.holdings import Holdings
from repository.keeper_ledger import KeeperLedger
from tests.contracts.blob_store import LIMIT, BlobStoreContract, name_of, put, rows
from tests.repository.keeper_beside import beside_a_keeper
from tests.repository.stores import SMALL, a_store, noise, prose

LIMITED = msgspec.structs.replace(SMALL, max_blob=LIMIT)


class TestMemoryBlobs(BlobStoreContract):
    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        holdings = Holdings.in_memory(rules={})
        ledger = KeeperLedger(holdings.engine, holdings.keeper, writer="memory")
        holdings.blobs = MemoryBlobs(ledger, limit=LIMIT)
        return holdings


class TestLocalStoreAlone(BlobStoreContract):
    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        return a_store(folder, LIMITED)


class TestLocalStoreBesideAKeeper(BlobStoreContract):
    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        return beside_a_keeper(LIMITED)


def test_blobs_are_there_after_reopening_sealed_or_not(tmp_path: Path):
    contents = [noise(n * 1000, n) for n in range(5)] + [prose(400_000)]
    with a_store(tmp_path) as holdings:
        blobs = [put(holdings, content).id for content in contents[:3]]
        holdings.seal()
        blobs += [put(holdings, content).id for content in contents[3:]]

    with a_store(tmp_path) as holdings:
        assert [holdings.blobs.read(blob) for blob in blobs] == contents
        assert put(holdings, contents[0]).known


@pytest.mark.parametrize("drawn", [noise, prose])
def test_a_large_blob_is_sealed_piece_by_piece_and_any_range_of_it_comes_back(
    tmp_path: Path, drawn: Callable[[int], bytes]
):
    content = drawn(LARGE_BYTES + 300_001)
    with a_store(tmp_path) as holdings:
        blob = put(holdings, content).id
        (sealed,) = holdings.seal()

        assert holdings.blobs.read(blob) == content
        for offset in (0, 65_535, 262_143, LARGE_BYTES - 7, LARGE_BYTES + 300_000):
            assert holdings.blobs.read_range(blob, offset, 99) == content[offset : offset + 99]
    assert (sealed.after < 0.9 * sealed.before) is (drawn is prose)
    with a_store(tmp_path) as holdings:
        assert b"".join(holdings.blobs.chunks(blob)) == content


@pytest.mark.parametrize("size", [0, 5000, MiB + 5000])
def test_a_refused_upload_leaves_the_disk_as_it_was(tmp_path: Path, size: int):
    with a_store(tmp_path, LIMITED) as holdings:
        put(holdings, b"an earlier one")
        before = stored_files(tmp_path)

        with pytest.raises(DigestMismatch):
            holdings.blobs.put(io.BytesIO(noise(size)), expected=name_of(b"another"))
        with pytest.raises(BlobTooLarge):
            holdings.blobs.put(io.BytesIO(noise(LIMIT + 1)))

        assert stored_files(tmp_path) == before
        assert rows(holdings) == 1


def test_an_import_that_is_given_up_leaves_nothing_in_the_spool(tmp_path: Path):
    contents = [noise(MiB + n, n) for n in range(13)]
    with a_store(tmp_path) as holdings:
        arriving = holdings.blobs.put_many(map(io.BytesIO, contents), batch=2)
        told = [next(arriving).id for _ in range(3)]
        del arriving  # whoever asked lets go

        assert not list((tmp_path / "store/local/spool").iterdir())
        assert rows(holdings) == 6  # the batch behind the one that was asked for was on its way
        assert [holdings.blobs.read(blob) for blob in told] == contents[:3]


@pytest.mark.parametrize("over", [0, 1, 2, 3])
def test_one_file_over_the_limit_among_many_leaves_nothing_in_the_spool(tmp_path: Path, over: int):
    sizes = [LIMIT + 1 if n == over else MiB + n for n in range(4)]
    with a_store(tmp_path, LIMITED) as holdings:
        with pytest.raises(BlobTooLarge):
            list(holdings.blobs.put_many([io.BytesIO(noise(size)) for size in sizes]))

        assert stored_files(tmp_path) == {}


def test_a_bulk_import_that_ends_early_leaves_nothing_in_the_spool(tmp_path: Path):
    with a_store(tmp_path, LIMITED) as holdings:
        streams = [io.BytesIO(noise(MiB + n)) for n in range(1, 25)]

        receipts = holdings.blobs.put_many(streams, batch=4)
        assert next(receipts).size == MiB + 1
        del receipts

        assert spooled_files(tmp_path) == []


@pytest.mark.parametrize("bad", range(12))
def test_a_bulk_import_with_a_bad_stream_leaves_nothing_in_the_spool(tmp_path: Path, bad: int):
    with a_store(tmp_path, LIMITED) as holdings:
        streams = [io.BytesIO(noise(MiB + n)) for n in range(1, 13)]
        streams[bad] = io.BytesIO(noise(LIMIT + 1))

        with pytest.raises(BlobTooLarge):
            list(holdings.blobs.put_many(streams, batch=4))

        assert spooled_files(tmp_path) == []


def test_a_bulk_import_at_the_disk_reserve_leaves_nothing_in_the_spool(tmp_path: Path):
    with a_store(tmp_path, msgspec.structs.replace(LIMITED, reserve=1 << 60)) as holdings:
        with pytest.raises(ReserveReached):
            list(holdings.blobs.put_many([io.BytesIO(noise(MiB + n)) for n in range(1, 13)]))

        assert spooled_files(tmp_path) == []


def test_one_thread_of_many_is_told_that_it_brought_the_blob(tmp_path: Path):
    from concurrent.futures import ThreadPoolExecutor

    content = noise(300_000)
    with a_store(tmp_path) as holdings:
        with ThreadPoolExecutor(16) as pool:
            receipts = list(pool.map(lambda _: put(holdings, content), range(16)))

        assert sorted(receipt.known for receipt in receipts) == [False] + [True] * 15
        (pack,) = stored_files(tmp_path).values()
        assert len(pack) < 2 * len(content)


def test_at_the_disk_reserve_nothing_is_written_and_everything_is_read(tmp_path: Path):
    content = noise(5000)
    with a_store(tmp_path) as holdings:
        blob = put(holdings, content).id
    full = msgspec.structs.replace(SMALL, reserve=1 << 60)

    with a_store(tmp_path, full) as holdings:
        before = stored_files(tmp_path)
        with pytest.raises(ReserveReached):
            put(holdings, b"more")
        with pytest.raises(ReserveReached):
            list(holdings.blobs.put_many([io.BytesIO(b"more")]))

        assert holdings.blobs.read(blob) == content
        assert holdings.blobs.read_range(blob, 10, 100) == content[10:110]
        assert stored_files(tmp_path) == before
        free, reserve = holdings.free_bytes()
        assert free < reserve == 1 << 60


def test_a_full_pack_is_followed_by_another(tmp_path: Path):
    small = msgspec.structs.replace(SMALL, pack_target=64 * KiB)
    contents = [noise(30_000, n) for n in range(10)]
    with a_store(tmp_path, small) as holdings:
        blobs = [put(holdings, content).id for content in contents]

        assert len(stored_files(tmp_path)) >= 3
        assert [holdings.blobs.read(blob) for blob in blobs] == contents
        holdings.seal()
        assert {Path(name).suffix for name in stored_files(tmp_path)} == {".pack"}
        assert [holdings.blobs.read(blob) for blob in blobs] == contents


def test_what_zstd_packs_takes_less_room_once_sealed(tmp_path: Path):
    with a_store(tmp_path) as holdings:
        text, picture = prose(800_000), noise(100_000)
        blobs = [put(holdings, content).id for content in (text, picture)]
        before = sum(map(len, stored_files(tmp_path).values()))

        (sealed,) = holdings.seal()

        after = sum(map(len, stored_files(tmp_path).values()))
        assert (sealed.records, sealed.before, sealed.after) == (2, before, after)
        assert after < before / 2
        assert [holdings.blobs.read(blob) for blob in blobs] == [text, picture]


def stored_files(folder: Path) -> dict[str, bytes]:
    """All packs and spooled uploads, with their bytes."""
    root = folder / "store"
    places = [*(root / "packs").iterdir(), *(root / "local" / "spool").iterdir()]
    return {path.name: path.read_bytes() for path in places}


def spooled_files(folder: Path) -> list[str]:
    """Uploads that wait in the spool."""
    return [path.name for path in (folder / "store" / "local" / "spool").iterdir()]
