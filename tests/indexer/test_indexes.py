"""The three indexes, held to one contract."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.index import Index, IndexBroken, IndexBusy, IndexedDocument
from indexer.language.tree import Query
from indexer.memory_index import MemoryIndex, Shelf
from indexer.query import parse
from indexer.tantivy_index import TantivyIndex, TantivyReader
from indexer.whoosh_index import WhooshIndex, WhooshReader
from tests.contracts.index import (
    EVERYONE,
    IndexContract,
    a_document,
    assert_it_finds_what_is_meant,
    fill,
    found,
)
from tests.descriptors import no_file_is_lost
from tests.indexer.corpora import corpora, queries

Opener = Callable[[Path], Index]
ENGINES = [TantivyIndex, WhooshIndex]
EVERY_INDEX = [*ENGINES, lambda _: MemoryIndex(Shelf())]
DYING = """
import os, sys
from pathlib import Path
from indexer.{module} import {name}
from tests.contracts.index import a_document
index = {name}(Path(sys.argv[1]))
index.add([a_document("kept", subject="cũ")])
index.commit(5)
index.add([a_document(str(n), subject="mới") for n in range(500)])
index.remove(["kept"])
os.kill(os.getpid(), 9)
"""


class TestTantivyIndex(IndexContract):
    def opened(self, place: Path) -> Index:
        return TantivyIndex(place)


class TestWhooshIndex(IndexContract):
    def opened(self, place: Path) -> Index:
        return WhooshIndex(place)


class TestMemoryIndex(IndexContract):
    shelves: dict[Path, Shelf]

    def setup_method(self) -> None:
        self.shelves = {}

    def opened(self, place: Path) -> Index:
        return MemoryIndex(self.shelves.setdefault(place, Shelf()))


@pytest.mark.parametrize("opened", EVERY_INDEX)
@settings(max_examples=60, deadline=None)
@given(corpus=corpora(), asked=st.lists(queries(), min_size=1, max_size=6))
def test_an_index_finds_what_the_evaluator_means(
    tmp_path_factory: pytest.TempPathFactory,
    opened: Opener,
    corpus: list[IndexedDocument],
    asked: list[Query],
):
    index = opened(tmp_path_factory.mktemp("corpus") / "index")
    fill(index, corpus)

    for query in asked:
        assert_it_finds_what_is_meant(index, query, corpus)
    index.close()


@pytest.mark.parametrize("opened", ENGINES)
def test_a_writer_killed_before_its_commit_leaves_the_last_one(tmp_path: Path, opened: Opener):
    program = DYING.format(module=opened.__module__.split(".")[1], name=opened.__name__)
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", program, tmp_path], check=False)

    index = opened(tmp_path)

    assert ended.returncode == -9
    assert (index.count(), index.position(), found(index, "*")) == (1, 5, ["kept"])
    index.close()


@pytest.mark.parametrize(
    ("opened", "reading"), [(TantivyIndex, TantivyReader), (WhooshIndex, WhooshReader)]
)
def test_a_reader_beside_the_writer_sees_a_commit_after_refreshing(
    tmp_path: Path, opened: Opener, reading: Callable[[Path], TantivyReader | WhooshReader]
):
    index = opened(tmp_path)
    with reading(tmp_path) as reader:
        index.add([a_document("one", subject="hộ tịch")])
        index.commit(3)
        reader.refresh()

        assert reader.search(parse("ho tich"), EVERYONE).total == 1
        assert (reader.count(), reader.position()) == (1, 3)
    index.close()


@pytest.mark.parametrize("opened", ENGINES)
def test_a_second_writer_is_refused(tmp_path: Path, opened: Opener):
    first = opened(tmp_path)

    with pytest.raises(IndexBusy):
        opened(tmp_path)
    first.close()
    opened(tmp_path).close()


@pytest.mark.parametrize("opened", ENGINES)
@pytest.mark.parametrize("size", [0, 5, None])
def test_a_damaged_index_says_that_it_is_broken(tmp_path: Path, opened: Opener, size: int | None):
    index = opened(tmp_path)
    fill(index, [a_document(str(n), subject="hộ tịch") for n in range(10)])
    index.close()

    for file in tmp_path.iterdir():
        _damage(file, size)

    with no_file_is_lost(), pytest.raises(IndexBroken), closing(opened(tmp_path)) as again:
        found(again, "hộ tịch")


def _damage(file: Path, size: int | None) -> None:
    """Cut *file* to *size* bytes, or turn all its bits."""
    old = file.read_bytes()
    file.write_bytes(bytes(255 - byte for byte in old) if size is None else old[:size])


@pytest.mark.parametrize("reading", [TantivyReader, WhooshReader])
def test_a_reader_of_nothing_says_so(tmp_path: Path, reading: Callable[[Path], object]):
    with pytest.raises(IndexBroken):
        reading(tmp_path / "absent")
