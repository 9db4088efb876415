"""The Merkle tree over the log: RFC 6962, section 2.1, with BLAKE3 in place of SHA-256.

A leaf is hashed behind a zero byte, a node behind a one byte, so that neither can be taken for
the other. The roots of the largest complete subtrees ("peaks") are kept, one for each one-bit of
the size, largest first; from them the root at this size follows, and the next leaf is added,
without looking at earlier leaves. Of the complete subtrees below them those of 256 leaves and
more are kept: an inclusion proof then hashes anew what lies in two blocks of 256 at most.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import blake3

Peaks = tuple[bytes, ...]
Subtree = Callable[[int, int], bytes]
"""The root over the leaves from one index to before another, counted from 0."""
BLOCK_LEVEL = 8
BLOCK_LEAVES = 1 << BLOCK_LEVEL
"""Leaves of the smallest complete subtree whose root is kept."""
EMPTY_ROOT = blake3.blake3(b"").digest()


def digest(content: bytes) -> bytes:
    """BLAKE3 of *content*, 32 bytes."""
    return blake3.blake3(content).digest()


def leaf(event: bytes) -> bytes:
    """The leaf of an event's canonical bytes."""
    return blake3.blake3(b"\0" + event).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return blake3.blake3(b"\1" + left + right).digest()


class Complete(NamedTuple):
    """A complete subtree of 2**level leaves, with so many of its size to the left of it."""

    level: int
    before: int
    root: bytes


def completed(size: int, peaks: Peaks, new_leaf: bytes) -> tuple[Complete, ...]:
    """The complete subtrees that a leaf behind *size* others closes, itself first."""
    found = [Complete(0, size, new_leaf)]
    for level, peak in enumerate(reversed(peaks[-_trailing_ones(size) :] if size & 1 else ())):
        last = found[-1]
        found.append(Complete(level + 1, last.before >> 1, _node(peak, last.root)))
    return tuple(found)


def _trailing_ones(size: int) -> int:
    return ((size + 1) & ~size).bit_length() - 1


def appended(size: int, peaks: Peaks, new_leaf: bytes) -> Peaks:
    """The peaks of a tree of *size* leaves after one more.

    >>> one = appended(0, (), leaf(b"a"))
    >>> two = appended(1, one, leaf(b"b"))
    >>> len(one), len(two), len(appended(2, two, leaf(b"c")))
    (1, 1, 2)
    """
    return grown(peaks, completed(size, peaks, new_leaf))


def grown(peaks: Peaks, closed: tuple[Complete, ...]) -> Peaks:
    """The peaks after a leaf that closed the subtrees *closed*."""
    return (*peaks[: len(peaks) + 1 - len(closed)], closed[-1].root)


def root(peaks: Peaks) -> bytes:
    """The root of the tree with these *peaks*; `EMPTY_ROOT` for none."""
    if not peaks:
        return EMPTY_ROOT
    top = peaks[-1]
    for peak in reversed(peaks[:-1]):
        top = _node(peak, top)
    return top


def root_of(events: Iterable[bytes]) -> bytes:
    """The root over the canonical bytes of *events*."""
    peaks: Peaks = ()
    for size, event in enumerate(events):
        peaks = appended(size, peaks, leaf(event))
    return root(peaks)


def range_root(start: int, end: int, kept: Callable[[int, int], bytes], leaves: Subtree) -> bytes:
    """The root over leaves *start* to before *end*, a range that splitting the tree can give.

    *kept* gives the root of a complete subtree by level and index, *leaves* that of a range
    within one block.
    """
    count = end - start
    if count < BLOCK_LEAVES:
        return leaves(start, end)
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return kept(level, start >> level)
    middle = start + _left_half(count)
    left = range_root(start, middle, kept, leaves)
    return _node(left, range_root(middle, end, kept, leaves))


def leaves_root(leaves: tuple[bytes, ...]) -> bytes:
    """The root over leaves already hashed."""
    peaks: Peaks = ()
    for size, each in enumerate(leaves):
        peaks = appended(size, peaks, each)
    return root(peaks)


def audit_path(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """What leads from leaf *index* to the root of *size* leaves (RFC 6962, 2.1.1), leaf first.

    >>> audit_path(0, 3, lambda start, end: f"{start}-{end}".encode())
    (b'1-2', b'2-3')
    """
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_half(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return tuple(reversed(path))


def peak_ranges(size: int) -> tuple[tuple[int, int], ...]:
    """Which leaves lie below each peak of a tree of *size* leaves, from one to before another.

    >>> peak_ranges(7)
    ((0, 4), (4, 6), (6, 7))
    """
    found: list[tuple[int, int]] = []
    start = 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            found.append((start, start + (1 << level)))
            start += 1 << level
    return tuple(found)


def consistency_path(earlier: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """What shows that *size* leaves begin with *earlier* ones (RFC 6962, 2.1.2); 1 to *size*.

    >>> consistency_path(3, 7, lambda start, end: f"{start}-{end}".encode())
    (b'2-3', b'3-4', b'0-2', b'4-7')
    """
    path: list[bytes] = []
    start, end, whole = 0, size, True
    while earlier < end:
        middle = start + _left_half(end - start)
        if earlier <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start, whole = middle, False
    known = () if whole else (subtree(start, end),)
    return (*known, *reversed(path))


def led_to(index: int, size: int, leaf: bytes, path: tuple[bytes, ...]) -> bytes | None:
    """The root to which *path* leads from *leaf*, or None for a path of another shape.

    The check of RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf
    for each in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = _node(each, found)
            at, last = _risen(at, last)
        else:
            found = _node(found, each)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def continues(earlier: int, size: int, path: tuple[bytes, ...], roots: tuple[bytes, bytes]) -> bool:
    """Say whether *path* shows that a tree continues an earlier one; *roots* of both.

    The check of RFC 9162, 2.1.4.2.
    """
    before, after = roots
    if not 1 <= earlier <= size:
        return False
    if earlier == size:
        return not path and before == after
    shown = (before, *path) if earlier & (earlier - 1) == 0 else path
    found = _joined(earlier, size, shown) if shown else None
    return found == roots


def _joined(earlier: int, size: int, shown: tuple[bytes, ...]) -> tuple[bytes, bytes] | None:
    """Both roots as *shown* gives them, or None for a path of another shape."""
    at, last = earlier - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = shown[0]
    for each in shown[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            old, new = _node(each, old), _node(each, new)
            at, last = _risen(at, last)
        else:
            new = _node(new, each)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else None


def _risen(at: int, last: int) -> tuple[int, int]:
    """Up to where the node at *at* is a right child, or the first of its level."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _left_half(count: int) -> int:
    """The largest power of two below *count*."""
    return 1 << ((count - 1).bit_length() - 1)
