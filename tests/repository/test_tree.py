"""A leaf is proved to stand in the log's tree, at any size, by what the catalogue keeps of it."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository.catalogue import tables as t
from repository.catalogue.memory_engine import MemoryEngine
from repository.catalogue.tree import Proof, entered
from repository.catalogue.views import Reading, Writing
from repository.model import merkle

LAST = 1500
EVENTS = [f"event {n}".encode() for n in range(LAST)]
LEAVES = tuple(map(merkle.leaf, EVENTS))


@pytest.fixture(scope="module")
def engine() -> MemoryEngine:
    engine = MemoryEngine(tables=t.TABLE_NAMES)
    with engine.writing() as txn:
        rows, mark = Writing(txn), t.Watermark()
        for event in EVENTS:
            mark = entered(rows, mark, event)
    return engine


def proof(engine: MemoryEngine, size: int, leaves: Callable[..., tuple[bytes, ...]]) -> Proof:
    with engine.reading() as txn:
        return Proof(Reading(txn), size, leaves)


def folded(index: int, size: int, leaf: bytes, path: tuple[bytes, ...]) -> bytes:
    """The root that *path* leads to: the check of RFC 9162, 2.1.3.2, as a stranger would write it."""
    node, last, found = index, size - 1, leaf
    for each in path:
        assert last > 0
        if node & 1 or node == last:
            found = merkle.digest(b"\1" + each + found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = merkle.digest(b"\1" + found + each)
        node, last = node >> 1, last >> 1
    assert last == 0
    return found


@given(st.data())
@settings(max_examples=200)
def test_every_leaf_leads_to_the_root_at_every_size(engine: MemoryEngine, data: st.DataObject):
    size = data.draw(st.integers(1, LAST))
    index = data.draw(st.integers(0, size - 1))
    given = proof(engine, size, lambda start, end: LEAVES[start:end])

    assert given.root() == merkle.root_of(EVENTS[:size])
    assert folded(index, size, LEAVES[index], given.path(index)) == given.root()


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513, 1280, LAST])
def test_no_more_than_two_blocks_of_leaves_are_read(engine: MemoryEngine, size: int):
    asked: list[tuple[int, int]] = []

    def leaves(start: int, end: int) -> tuple[bytes, ...]:
        asked.append((start, end))
        return LEAVES[start:end]

    given = proof(engine, size, leaves)
    given.root()
    given.path(size // 3)

    assert len(asked) <= 2
    assert all(end - start <= merkle.BLOCK_LEAVES for start, end in asked)


def test_only_large_subtrees_are_kept(engine: MemoryEngine):
    with engine.reading() as txn:
        kept = [key for key, _ in Reading(txn).scan(t.TREE)]

    assert kept == [(8, 0), (8, 1), (8, 2), (8, 3), (8, 4), (9, 0), (9, 1), (10, 0)]
