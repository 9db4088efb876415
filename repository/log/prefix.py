"""The log up to one event: which bytes of which segments, and the roots it had on the way."""

import uuid
from collections.abc import Collection
from typing import NamedTuple

from repository.blobs.pack_io import PackIO
from repository.log.event_log import HEADER_BYTES, EventLog, first_of
from repository.model import merkle


class Extent(NamedTuple):
    """The part of a segment that belongs to the prefix: its first bytes."""

    first: int
    """The segment's first event."""
    size: int
    """Bytes, header included; what follows is torn, or came later."""


class LogPrefix(NamedTuple):
    """The first events of a log."""

    segments: tuple[Extent, ...]
    roots: dict[int, bytes]
    """The tree's root at each size that was asked for, and at the last event."""


def log_prefix(
    medium: PackIO, store: uuid.UUID, upto: int, sizes: Collection[int] = ()
) -> LogPrefix:
    """Read the events up to *upto*, all of them; raise `LogBroken` when one is missing."""
    firsts = [first for name in medium.names() if (first := first_of(name)) is not None]
    coming = [first for first in sorted(firsts) if first <= upto]
    wanted = {*sizes, upto}
    segments: list[Extent] = []
    peaks: merkle.Peaks = ()
    roots = {0: merkle.EMPTY_ROOT} if 0 in wanted else {}
    for read in EventLog(medium, store).events(0, upto):
        if coming and read.sequence == coming[0]:
            segments.append(Extent(coming.pop(0), HEADER_BYTES))
        first, size = segments[-1]
        segments[-1] = Extent(first, size + read.length)
        peaks = merkle.appended(read.sequence - 1, peaks, merkle.leaf(read.canonical))
        if read.sequence in wanted:
            roots[read.sequence] = merkle.root(peaks)
    return LogPrefix(tuple(segments), roots)
