"""The Merkle tree over the log: RFC 6962, section 2.1, with BLAKE3 in place of SHA-256.

A leaf is hashed behind a zero byte, a node behind a one byte, so that neither can be taken for
the other. Of the whole tree only the roots of its complete subtrees ("peaks") are kept: one for
each one-bit of the size, largest first; from them the root at this size follows, and the next
leaf is added, without looking at earlier leaves.
"""

from collections.abc import Iterable

import blake3

Peaks = tuple[bytes, ...]
EMPTY_ROOT = blake3.blake3(b"").digest()


def digest(content: bytes) -> bytes:
    """BLAKE3 of *content*, 32 bytes."""
    return blake3.blake3(content).digest()


def leaf(event: bytes) -> bytes:
    """The leaf of an event's canonical bytes."""
    return blake3.blake3(b"\0" + event).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return blake3.blake3(b"\1" + left + right).digest()


def appended(size: int, peaks: Peaks, new_leaf: bytes) -> Peaks:
    """The peaks of a tree of *size* leaves after one more.

    >>> one = appended(0, (), leaf(b"a"))
    >>> two = appended(1, one, leaf(b"b"))
    >>> len(one), len(two), len(appended(2, two, leaf(b"c")))
    (1, 1, 2)
    """
    kept = list(peaks)
    while size & 1:
        new_leaf = _node(kept.pop(), new_leaf)
        size >>= 1
    return (*kept, new_leaf)


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
