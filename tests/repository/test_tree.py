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


# One size continues another.


def naive(first: int, last: int) -> bytes:
    """The root over leaves *first* to before *last*, as RFC 6962, 2.1, defines it."""
    if last - first == 1:
        return LEAVES[first]
    middle = first + (1 << ((last - first - 1).bit_length() - 1))
    return merkle.digest(b"\1" + naive(first, middle) + naive(middle, last))


def naive_path(earlier: int, first: int, last: int, *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2, over leaves *first* to before *last*."""
    if earlier == last - first:
        return [] if whole else [naive(first, last)]
    half = 1 << ((last - first - 1).bit_length() - 1)
    if earlier <= half:
        below = naive_path(earlier, first, first + half, whole=whole)
        return [*below, naive(first + half, last)]
    below = naive_path(earlier - half, first + half, last, whole=False)
    return [*below, naive(first, first + half)]


ALL_SIZES = 300


def test_every_two_sizes_to_300_are_shown_to_continue_each_other():
    roots = [merkle.EMPTY_ROOT] + [merkle.root_of(EVENTS[:n]) for n in range(1, ALL_SIZES + 1)]
    cut: dict[tuple[int, int], bytes] = {}

    def subtree(start: int, end: int) -> bytes:
        if (start, end) not in cut:
            cut[start, end] = merkle.leaves_root(LEAVES[start:end])
        return cut[start, end]

    for size in range(1, ALL_SIZES + 1):
        for earlier in range(1, size + 1):
            path = merkle.consistency_path(earlier, size, subtree)
            assert merkle.continues(earlier, size, path, (roots[earlier], roots[size]))


@given(st.data())
@settings(max_examples=60)
def test_the_paths_are_those_that_the_rfc_defines(engine: MemoryEngine, data: st.DataObject):
    size = data.draw(st.integers(1, LAST))
    earlier = data.draw(st.integers(1, size))
    given = proof(engine, size, lambda start, end: LEAVES[start:end])

    assert list(given.consistency(earlier)) == naive_path(earlier, 0, size)
    assert merkle.root(given.peaks()) == naive(0, size)


@given(st.data())
@settings(max_examples=60)
def test_a_path_of_another_shape_or_with_another_hash_shows_nothing(
    engine: MemoryEngine, data: st.DataObject
):
    size = data.draw(st.integers(2, LAST))
    earlier = data.draw(st.integers(1, size - 1))
    given = proof(engine, size, lambda start, end: LEAVES[start:end])
    path = list(given.consistency(earlier))
    roots = (naive(0, earlier), naive(0, size))
    at = data.draw(st.integers(0, len(path) - 1))

    changed = [*path[:at], merkle.digest(path[at]), *path[at + 1 :]]
    for wrong in (changed, path[:at] + path[at + 1 :], [*path, roots[0]]):
        assert not merkle.continues(earlier, size, tuple(wrong), roots)
    assert not merkle.continues(earlier, size, tuple(path), (roots[1], roots[0]))


@given(st.integers(1, LAST), st.data())
@settings(max_examples=60)
def test_an_inclusion_path_leads_nowhere_else(engine: MemoryEngine, size: int, data: st.DataObject):
    index = data.draw(st.integers(0, size - 1))
    given = proof(engine, size, lambda start, end: LEAVES[start:end])
    path = given.path(index)

    assert merkle.led_to(index, size, LEAVES[index], path) == given.root()
    assert merkle.led_to(index, size, merkle.digest(b"x"), path) != given.root()
    assert merkle.led_to(index, size, LEAVES[index], (*path, given.root())) is None
    assert merkle.led_to(size, size, LEAVES[index], path) is None


@pytest.mark.parametrize(("earlier", "size"), [(1, 2), (256, 257), (300, 1300), (512, LAST)])
def test_a_continuation_reads_no_more_than_two_blocks_of_leaves(
    engine: MemoryEngine, earlier: int, size: int
):
    asked: set[int] = set()

    def leaves(start: int, end: int) -> tuple[bytes, ...]:
        asked.add(start)
        return LEAVES[start:end]

    given = proof(engine, size, leaves)
    given.consistency(earlier)

    places = {earlier - 1, size - 1}
    assert asked <= {place - place % merkle.BLOCK_LEAVES for place in places}
