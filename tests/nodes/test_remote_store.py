"""A store at a served store node keeps the same contract as one on the own disk; then its own."""

import io
import itertools
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import pytest

from repository.blobs.port import MiB
from repository.blobs.store_node import StoreNodeUnreachable
from repository.holdings import Holdings
from repository.model.blobs import BlobMissing
from repository.model.nodes import NodeName
from repository.nodes.memory_store_node import MemoryStoreNode, SharedMemory
from repository.nodes.office import Office
from tests.contracts.blob_store import LIMIT, BlobStoreContract, name_of, put, rows
from tests.nodes.served import StoreNodeAt, a_store_node, office_holdings
from tests.repository.stores import SMALL, noise

LIMITED = msgspec.structs.replace(SMALL, max_blob=LIMIT)
_NAMES = (f"xa-{n}" for n in itertools.count(1))


@pytest.fixture(scope="module")
def store_node() -> Iterator[StoreNodeAt]:
    with a_store_node() as served:
        yield served


class TestRemoteStore(BlobStoreContract):
    @pytest.fixture(autouse=True)
    def _store_node(self, store_node: StoreNodeAt) -> None:
        self.store_node = store_node

    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        return office_holdings(folder, self.store_node.an_office(next(_NAMES)), LIMITED)


class TestRemoteStoreWithoutCache(TestRemoteStore):
    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        office = self.store_node.an_office(next(_NAMES), cache=0)
        return office_holdings(folder, office, LIMITED)


class TestRemoteStoreOverMemory(BlobStoreContract):
    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        shared = SharedMemory()
        office = Office(
            name=NodeName("xa-1"),
            connect=lambda: MemoryStoreNode(NodeName("xa-1"), shared),
            cache_bytes=64 * MiB,
        )
        return office_holdings(folder, office, LIMITED)


def cached(folder: Path) -> list[Path]:
    return [path for path in (folder / "office/local/cache").rglob("*") if path.is_file()]


def test_what_one_node_brought_another_neither_reads_nor_is_told(
    store_node: StoreNodeAt, tmp_path: Path
):
    content = noise(3000, 71)
    first, second = (store_node.an_office(next(_NAMES)) for _ in range(2))
    with office_holdings(tmp_path / "a", first, SMALL) as one:
        put(one, content)
        with office_holdings(tmp_path / "b", second, SMALL) as other:
            for ask in (other.blobs.stat, other.blobs.read):
                with pytest.raises(BlobMissing):
                    ask(name_of(content))
            assert not put(other, content).known
            assert other.blobs.read(name_of(content)) == content


def test_what_is_in_the_cache_is_read_while_the_store_node_is_away(tmp_path: Path):
    kept, large = noise(5000, 1), noise(2 * MiB + 17, 2)
    with a_store_node() as served:
        holdings = office_holdings(tmp_path, served.an_office(), SMALL)
        with holdings:
            blobs = [put(holdings, content).id for content in (kept, large)]
            served.running.program.terminate()
            served.running.program.wait(60)

            assert [holdings.blobs.read(blob) for blob in blobs] == [kept, large]
            assert holdings.blobs.read_range(blobs[1], MiB, 100) == large[MiB : MiB + 100]
            with pytest.raises(StoreNodeUnreachable):
                put(holdings, b"new")
            with pytest.raises(StoreNodeUnreachable):
                holdings.blobs.read(name_of(b"never cached"))
            assert rows(holdings) == 2
            assert holdings.reaches_store_node() is False


@pytest.mark.parametrize("size", [5000, MiB + 70_000])
@pytest.mark.parametrize("place", [0, -1])
def test_a_copy_that_rotted_in_the_cache_is_fetched_anew(
    store_node: StoreNodeAt, tmp_path: Path, size: int, place: int
):
    content = noise(size, size + place)
    with office_holdings(tmp_path, store_node.an_office(next(_NAMES)), SMALL) as holdings:
        blob = put(holdings, content).id
        (copy,) = cached(tmp_path)
        with copy.open("r+b") as file:
            file.seek(place % size)
            file.write(bytes([content[place] ^ 1]))

        assert holdings.blobs.read(blob) == content
        assert holdings.blobs.read_range(blob, size - 10, 10) == content[-10:]


def test_a_copy_that_was_cut_short_is_fetched_anew(store_node: StoreNodeAt, tmp_path: Path):
    content = noise(90_000, 5)
    with office_holdings(tmp_path, store_node.an_office(next(_NAMES)), SMALL) as holdings:
        blob = put(holdings, content).id
        (copy,) = cached(tmp_path)
        os.truncate(copy, 50_000)

        assert holdings.blobs.read(blob) == content


def test_the_cache_stays_near_its_limit_and_everything_is_read(
    store_node: StoreNodeAt, tmp_path: Path
):
    contents = [noise(50_000, 100 + n) for n in range(60)]
    office = store_node.an_office(next(_NAMES), cache=1 * MiB)
    with office_holdings(tmp_path, office, SMALL) as holdings:
        blobs = [put(holdings, content).id for content in contents]

        assert [holdings.blobs.read(blob) for blob in blobs] == contents
        assert sum(path.stat().st_size for path in cached(tmp_path)) <= 1 * MiB + 100_000


def test_after_the_catalogue_is_lost_what_was_brought_may_be_brought_again(
    store_node: StoreNodeAt, tmp_path: Path
):
    import shutil

    content = noise(7000, 9)
    office = store_node.an_office(next(_NAMES))
    with office_holdings(tmp_path, office, SMALL) as holdings:
        blob = put(holdings, content).id
    shutil.rmtree(tmp_path / "office/local/catalogue")

    with office_holdings(tmp_path, office, SMALL) as holdings:
        assert rows(holdings) == 0
        assert holdings.blobs.stat(blob).size == 7000
        assert holdings.blobs.put(io.BytesIO(content)).known
        assert rows(holdings) == 1
