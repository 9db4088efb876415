"""Finding an event within a log segment without reading those before it.

Heads of frames are stepped over, and where every so many-th event begins is remembered. What is
stepped over is not checked: whoever wants those events reads them.
"""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from repository.log.frame import HEAD_BYTES, read_head

EVERY = 256
"""Events between two remembered places."""
MAX_SEGMENTS = 64
"""Segments whose places are remembered at a time: some 20 KiB each."""
WINDOW_BYTES = 256 * 1024


class Step(NamedTuple):
    """Where the frame of an event begins."""

    sequence: int
    offset: int


Pread = Callable[[int, int], bytes]
"""Up to so many bytes of the segment from an offset."""


class Steps:
    """Remembered places of some segments; for many threads."""

    def __init__(self) -> None:
        self._segments: OrderedDict[str, list[Step]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, segment: str, first: Step, wanted: int, pread: Pread) -> Step:
        """The place of event *wanted*, or the last one before it that can be stepped to.

        *first* is the segment's first event.
        """
        with self._lock:
            known = self._segments.setdefault(segment, [])
            self._segments.move_to_end(segment)
            if len(self._segments) > MAX_SEGMENTS:
                self._segments.popitem(last=False)
            at = bisect_right(known, (wanted, 2**63))
            begin = known[at - 1] if at else first
            return _stepped(begin, wanted, pread, known)


def _stepped(at: Step, wanted: int, pread: Pread, known: list[Step]) -> Step:
    window, begin = b"", at.offset
    while at.sequence < wanted:
        if at.offset + HEAD_BYTES > begin + len(window):
            window, begin = pread(at.offset, WINDOW_BYTES), at.offset
        head = read_head(window, at.offset - begin)
        if head is None or head.sequence != at.sequence:
            return at  # no such frame: the reader, who begins here, will tell what is wrong
        at = Step(at.sequence + 1, at.offset + head.length)
        if at.sequence % EVERY == 0 and (not known or known[-1].sequence < at.sequence):
            known.append(at)
    return at
