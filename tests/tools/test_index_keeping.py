"""The index after a purge: written anew beside itself, searched all the while, without a word of it."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer.tantivy_index import TantivyIndex, TantivyReader
from indexer.whoosh_index import WhooshIndex, WhooshReader
from repository.derivation import RecordText
from repository.landing import NODE
from tests.contracts.blob_store import name_of
from tests.repository.stores import noise
from tests.upkeep.yard import Yard, a_yard
from tools.index_keeping import NEVER, IndexKeeping, begun_at
from tools.reopening_index import ReopeningIndex

WORD = "quzixavobe"
"""No other document has it, in no part."""
ENGINES = {"tantivy": (TantivyIndex, TantivyReader), "whoosh": (WhooshIndex, WhooshReader)}


@pytest.fixture
def yard(tmp_path: Path) -> Generator[Yard]:
    with a_yard(tmp_path) as made:
        yield made


@contextmanager
def kept(yard: Yard, engine: str) -> Generator[IndexKeeping]:
    opening = ENGINES[engine][0]
    keeping = IndexKeeping(folder_of(yard, engine), opening, yard.holdings, look_seconds=0)
    try:
        yield keeping
    finally:
        keeping.close()


def folder_of(yard: Yard, engine: str) -> Path:
    return yard.root / "local" / "index" / engine


def with_text(yard: Yard, seed: int, text: str) -> bytes:
    """Register a file whose text is *text*."""
    content = noise(2000, seed)
    yard.registers(content)
    command = RecordText(
        caller=NODE, blob=name_of(content), text=yard.brings(text.encode()), reader="thử/1"
    )
    yard.holdings.keeper.submit(command)
    return content


def indexed(step: Callable[[], int]) -> None:
    while step():
        pass


def stands_in(folder: Path, word: str) -> bool:
    return any(word.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("engine", ENGINES)
def test_no_file_of_the_index_keeps_a_word_of_what_was_purged(yard: Yard, engine: str):
    folder = folder_of(yard, engine)
    secret = with_text(yard, 1, f"{WORD} van ban mat")
    with_text(yard, 2, "van ban thuong")
    with kept(yard, engine) as keeping:
        indexed(keeping.follow)
        assert stands_in(folder, WORD)
        yard.purges(name_of(secret))
        indexed(keeping.follow)
        reader = ReopeningIndex(lambda: ENGINES[engine][1](folder))
        assert reader.count() == 2

        indexed(keeping.renew)

        reader.refresh()
        assert not stands_in(folder.parent, WORD)
        assert (reader.count(), [one.name for one in folder.parent.iterdir()]) == (2, [engine])
        with_text(yard, 3, "van ban sau")
        indexed(keeping.follow)
        reader.refresh()
        assert reader.count() == 3
        reader.close()
        with yard.holdings.reading() as now:
            purge = next(now.erasures())[1].purge
            confirmed = now.purge(purge)
        assert confirmed
        assert begun_at(folder) >= confirmed.sequence


def test_an_index_begun_after_the_purge_is_left_as_it_is(yard: Yard):
    secret = with_text(yard, 1, f"{WORD} van ban mat")
    yard.purges(name_of(secret))
    with kept(yard, "tantivy") as keeping:
        indexed(keeping.follow)

        assert keeping.renew() == 0


@pytest.mark.parametrize("cut", ["begun", "between", "placed"])
def test_a_renewal_that_is_cut_goes_on(yard: Yard, cut: str):
    folder = folder_of(yard, "tantivy")
    secret = with_text(yard, 1, f"{WORD} van ban mat")
    with kept(yard, "tantivy") as keeping:
        indexed(keeping.follow)
        yard.purges(name_of(secret))
        indexed(keeping.follow)
        assert keeping.renew()
    if cut != "begun":
        folder.rename(folder.with_name("tantivy.old"))
    if cut == "placed":
        folder.with_name("tantivy.anew").rename(folder)
    assert begun_at(folder) == 0 or cut == "begun"

    with kept(yard, "tantivy") as keeping:
        indexed(keeping.follow)
        indexed(keeping.renew)

    assert not stands_in(folder.parent, WORD)
    assert [one.name for one in folder.parent.iterdir()] == ["tantivy"]


def test_what_is_searched_by_nobody_is_removed_too(yard: Yard):
    secret = with_text(yard, 1, f"{WORD} van ban mat")
    with kept(yard, "whoosh") as keeping:
        indexed(keeping.follow)
    yard.purges(name_of(secret))
    folder = folder_of(yard, "tantivy")
    with kept(yard, "tantivy") as keeping:
        indexed(keeping.follow)
        assert begun_at(folder) == 0
        indexed(keeping.renew)

    assert not folder_of(yard, "whoosh").exists()
    assert begun_at(folder) > 0


def test_where_there_is_no_index_there_are_no_words(tmp_path: Path):
    assert begun_at(tmp_path / "index" / "tantivy") == NEVER
