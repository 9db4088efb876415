"""The followers: texts are kept many at a time, a document is indexed as often as it has to be."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.services import RULES
from indexer.extract.in_process import InProcessExtractor
from indexer.follower import TEXTS, IndexFollower, TextFollower
from indexer.index import IndexedDocument
from indexer.memory_index import MemoryIndex, Shelf
from indexer.text import Outcome
from repository.derivation import RecordTexts, TextOutcome
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model.blobs import BlobMissing
from repository.model.ids import BlobId, parse_blob
from tests.api.conftest import MovableClock, Node
from tests.api.office import a_file, blob_name

BATCH = 4


class CountingExtractor(InProcessExtractor):
    """Knows how many files it has read."""

    def __init__(self) -> None:
        super().__init__()
        self.files = 0

    def extract(self, source: BinaryIO | Path, media_type: str) -> Outcome:
        self.files += 1
        return super().extract(source, media_type)


class CountingIndex(MemoryIndex):
    """Knows which documents it was given, in order."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf)
        self.given: list[str] = []

    def add(self, documents: Iterable[IndexedDocument]) -> None:
        them = list(documents)
        self.given += [document.id for document in them]
        super().add(them)


def paper(number: int) -> bytes:
    return f"Quy hoạch số {number}".encode()


def register(node: Node, number: int, *, copies: int = 0) -> list[str]:
    """A document with a file of its own, and *copies* of it at the neighbour."""
    node.clerk.brings(paper(number))
    node.neighbour.brings(paper(number))
    found = [node.clerk.registers(components=[a_file(paper(number))])]
    found += [
        node.neighbour.registers(agency="H20.15", components=[a_file(paper(number))])
        for _ in range(copies)
    ]
    return [one.json["id"] for one in found]


def events_of(node: Node) -> list[str]:
    return [type(read.event.body).__name__ for read in node.holdings.events(0)]


def bodies(index: MemoryIndex, shelf: Shelf) -> dict[str, str]:
    return {known: document.body for known, document in shelf.documents.items()}


def drain(*steps: Callable[[], int]) -> None:
    while sum(step() for step in steps):
        pass


def test_a_file_is_read_once_however_many_hold_it_and_however_often_is_asked(node: Node):
    for number in range(BATCH + 3):
        register(node, number, copies=1)
    extractor = CountingExtractor()
    texts = TextFollower(node.holdings, extractor, batch=BATCH)

    drain(texts.step)
    again = TextFollower(node.holdings, extractor, batch=BATCH).step()

    assert (extractor.files, again) == (BATCH + 3, 0)
    assert events_of(node).count("TextDerived") == BATCH + 3


def test_a_step_whose_time_is_up_ends_with_a_batch_and_the_next_goes_on_behind_it(node: Node):
    for number in range(2 * BATCH + 3):
        register(node, number)
    extractor = CountingExtractor()
    hours = iter(range(0, 10**9, 3600))
    texts = TextFollower(node.holdings, extractor, batch=BATCH, stopwatch=lambda: next(hours))

    texts.step()
    first = extractor.files
    drain(texts.step)

    assert (first, extractor.files) == (BATCH, 2 * BATCH + 3)
    with node.holdings.reading() as now:
        assert now.cursor(TEXTS) == node.holdings.last_event()


def test_a_document_that_was_indexed_with_its_text_is_not_indexed_again(node: Node):
    known = register(node, 1, copies=2)
    index = CountingIndex(Shelf())
    texts = TextFollower(node.holdings, InProcessExtractor())
    follower = IndexFollower(node.holdings, index)

    texts.step()
    drain(texts.step, follower.step)

    assert sorted(index.given) == sorted(known)


def test_a_document_that_was_indexed_before_its_text_is_indexed_again(node: Node):
    known = register(node, 1, copies=2)
    shelf = Shelf()
    index = CountingIndex(shelf)
    follower = IndexFollower(node.holdings, index)

    follower.step()
    TextFollower(node.holdings, InProcessExtractor()).step()
    drain(follower.step)

    assert sorted(index.given) == sorted(known * 2)
    assert bodies(index, shelf) == dict.fromkeys(known, paper(1).decode())


def test_a_follower_that_begins_anew_knows_not_what_was_seen_and_indexes_once_more(node: Node):
    (known,) = register(node, 1)
    shelf = Shelf()
    index = CountingIndex(shelf)
    texts = TextFollower(node.holdings, InProcessExtractor())
    IndexFollower(node.holdings, index, stride=node.holdings.last_event()).step()

    texts.step()
    drain(IndexFollower(node.holdings, index).step)

    assert index.given == [known, known]
    assert bodies(index, shelf) == {known: paper(1).decode()}


def test_texts_are_recorded_all_or_none(node: Node):
    node.clerk.brings(paper(1))
    here, nowhere = parse_blob(blob_name(paper(1))), BlobId(bytes(32))
    good = TextOutcome(here, here, "", "thử/1")
    lacking = TextOutcome(BlobId(b"1" * 32), nowhere, "", "thử/1")
    keeper = node.holdings.keeper

    with pytest.raises(BlobMissing):
        keeper.submit(RecordTexts(caller=NODE, outcomes=(good, lacking)))

    with node.holdings.reading() as now:
        assert now.derived(here) is None
    assert keeper.submit(RecordTexts(caller=NODE, outcomes=(good, good))) == 1
    assert keeper.submit(RecordTexts(caller=NODE, outcomes=(good,))) == 0


STEPS = st.lists(
    st.sampled_from(["register", "copy", "amend", "texts", "index", "restart"]), max_size=25
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, stride=st.integers(1, 6))
def test_in_whatever_order_things_happen_search_has_the_text_of_every_document(
    steps: list[str], stride: int
):
    clock = MovableClock()
    with Holdings.in_memory(rules=RULES, clock=clock) as holdings:
        node, shelf = Node(holdings, clock), Shelf()
        index = MemoryIndex(shelf)
        texts = TextFollower(holdings, InProcessExtractor())
        follower = IndexFollower(holdings, index, stride=stride)
        made: list[str] = []
        for number, step in enumerate(steps):
            if step in ("register", "copy"):
                made += register(node, number % 3, copies=step == "copy")
            elif step == "amend" and made:
                node.clerk.ask(
                    "PATCH",
                    f"/v1/documents/{made[0]}",
                    {"Content-Type": "application/merge-patch+json", "If-Match": "*"},
                    body=f'{{"subject": "Lần {number}"}}'.encode(),
                )
            elif step == "restart":
                follower = IndexFollower(holdings, index, stride=stride)
            else:
                (texts if step == "texts" else follower).step()

        drain(texts.step, follower.step)

        whole = Shelf()
        drain(IndexFollower(holdings, MemoryIndex(whole)).step)
        assert shelf.documents == whole.documents
        assert set(shelf.documents) == set(made)
        assert all(document.body for document in shelf.documents.values())
