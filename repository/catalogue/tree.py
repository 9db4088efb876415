"""The log's tree in the catalogue: what is kept of it, and how a leaf is proved to stand in it."""

from collections.abc import Callable

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import merkle

Leaves = Callable[[int, int], tuple[bytes, ...]]
"""The leaves from one index to before another, counted from 0; at most a block of them."""


def entered(rows: Writing, mark: t.Watermark, canonical: bytes) -> t.Watermark:
    """The watermark after one more event; the large subtrees that it closes are kept."""
    closed = merkle.completed(mark.sequence, mark.peaks, merkle.leaf(canonical))
    for level, before, root in closed[merkle.BLOCK_LEVEL :]:
        rows.put(t.TREE, (level, before), root)
    return t.Watermark(mark.sequence + 1, merkle.grown(mark.peaks, closed))


class Proof:
    """The tree at one size: leaves are proved to stand in it, and it to continue a smaller one.

    Hashes at most two blocks of leaves anew, whatever the size.
    """

    def __init__(self, rows: Reading, size: int, leaves: Leaves) -> None:
        """*leaves* reads them from the log."""
        self._rows = rows
        self._size = size
        self._leaves = leaves
        self._blocks: dict[int, tuple[bytes, ...]] = {}

    def root(self) -> bytes:
        """The root of the tree."""
        return self._root(0, self._size) if self._size else merkle.EMPTY_ROOT

    def path(self, index: int) -> tuple[bytes, ...]:
        """What leads from the leaf at *index* to the root (RFC 6962, 2.1.1)."""
        return merkle.audit_path(index, self._size, self._root)

    def peaks(self) -> merkle.Peaks:
        """The roots of the largest complete subtrees: from them the tree goes on growing."""
        return tuple(self._root(start, end) for start, end in merkle.peak_ranges(self._size))

    def consistency(self, earlier: int) -> tuple[bytes, ...]:
        """What shows that the first *earlier* leaves (1 to the size) are those of this tree."""
        return merkle.consistency_path(earlier, self._size, self._root)

    def _root(self, start: int, end: int) -> bytes:
        return merkle.range_root(start, end, self._kept, self._within_block)

    def _kept(self, level: int, index: int) -> bytes:
        found = self._rows.get(t.TREE, level, index)
        assert found is not None, (level, index)  # noqa: S101 - every complete subtree is kept
        return found

    def _within_block(self, start: int, end: int) -> bytes:
        block = start >> merkle.BLOCK_LEVEL
        first = block << merkle.BLOCK_LEVEL
        if block not in self._blocks:
            self._blocks[block] = self._leaves(first, min(first + merkle.BLOCK_LEAVES, self._size))
        return merkle.leaves_root(self._blocks[block][start - first : end - first])
