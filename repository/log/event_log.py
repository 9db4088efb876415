"""The event log (nhật ký) on disk: segments of frames, appended to by the keeper alone.

A segment is named by the sequence of its first event and ends where the next one begins,
whatever bytes follow there: after a torn tail the keeper goes on in a new segment and never
writes over doubtful bytes.
"""

import bisect
import re
import struct
import uuid
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import blake3

from repository.blobs.pack_io import PackFile, PackIO, let_go_when_it_fails, require_durable
from repository.errors import Kind, Trouble
from repository.log.frame import HEAD_BYTES, MAX_FRAME_BYTES, Read, read_frame, write_frame
from repository.log.steps import Step, Steps

ENDING = ".log"
SEGMENT_BYTES = 64 * 1024 * 1024
_HEADER = struct.Struct("<8sB7xQ16s16s")
_MAGIC = b"VKLOG\r\n\0"
HEADER_BYTES = _HEADER.size
_NAME = re.compile(r"[0-9a-f]{16}\.log")
VERSION = 2
"""2: the events of a command stand or fall together. 1 was never released and is not read."""
LAST = 2**63
WINDOW_BYTES = 1024 * 1024


class LogBroken(Trouble):
    """The log is broken at event {sequence} in {segment}: {why}."""

    kind = Kind.DAMAGED
    vietnamese = "Nhật ký bị hỏng tại sự kiện {sequence} trong {segment}: {why}."


class LogTaken(Trouble):
    """Another keeper has already written event {sequence} to this log; nothing was written."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Tiến trình khác đã ghi sự kiện {sequence} vào nhật ký này; không ghi gì."


class Place(NamedTuple):
    """Where a frame begins."""

    segment: str
    offset: int


class EventLog:
    """All events of a node, in order."""

    def __init__(self, medium: PackIO, store: uuid.UUID) -> None:
        require_durable(medium)
        self._medium = medium
        self._store = store
        self._file: PackFile | None = None
        self._next = 0
        self._resume: tuple[int, Place] | None = None
        self._steps = Steps()
        self._begun: set[str] = set()

    def append(self, first: int, frames: Sequence[tuple[bytes, bytes, bool]]) -> None:
        """Write `(canonical, particulars, more)` of the events from sequence *first* on, and sync.

        Raise `MediumFull`, `WriteFailed` or `LogTaken` and keep nothing, or `DiskFailed`.
        """
        file = self._file
        if file is None or self._next != first or file.size > SEGMENT_BYTES:
            file = self._file = self._begin(first)
        file.append([write_frame(first + n, *frame) for n, frame in enumerate(frames)])
        file.sync()
        self._next = first + len(frames)

    def events(self, after: int, upto: int | None = None) -> Iterator[Read]:
        """The events after sequence *after*, in order, to *upto* or the last whole command."""
        return self._events(after, upto) if upto is not None else _whole(self._events(after, None))

    def _events(self, after: int, upto: int | None) -> Iterator[Read]:
        expected = after + 1
        for segment, end in self._segments_from(expected):
            for read in self._segment(segment, end, expected):
                if upto is not None and read.sequence > upto:
                    return
                yield read
                expected = read.sequence + 1
            if upto is not None and expected > upto:
                return  # what follows may be a segment that a dying keeper left to be replaced
        if upto is not None and expected <= upto:
            raise LogBroken(sequence=expected, segment="-", why="events are missing")

    def settle(self) -> None:
        """Return once what an earlier life wrote to the last segment is on disk."""
        names = [name for name in self._medium.names() if _NAME.fullmatch(name)]
        for name in names[-1:]:
            self._medium.settle(name)

    def close(self) -> None:
        """Let go of the segment being written, and of those that were read."""
        self._let_go()
        self._medium.close()

    def _let_go(self) -> None:
        if self._file:
            self._file.close()
        self._file = None

    def _begin(self, first: int) -> PackFile:
        """A new segment; one that an earlier life left at the same event, without a whole command,
        is replaced: what is not whole never happened.

        One with a command in it was written by somebody else since: raise `LogTaken`.
        """
        self._let_go()
        name = segment_name(first)
        if name in self._medium.names():
            if name not in self._begun and next(_whole(self._segment(name, LAST, first)), None):
                raise LogTaken(sequence=first)
            self._medium.remove(name)
        self._begun.add(name)
        file = self._medium.create(name)
        told = _HEADER.pack(_MAGIC, VERSION, first, self._store.bytes, bytes(16))[:-16]
        with let_go_when_it_fails(file):
            file.append([told + blake3.blake3(told).digest(16)])
        return file

    def _segments_from(self, sequence: int) -> list[tuple[str, int]]:
        """The segments that hold *sequence* and later events, each with the first one beyond."""
        names = [name for name in self._medium.names() if _NAME.fullmatch(name)]
        firsts = [int(name.removesuffix(ENDING), 16) for name in names]
        start = max(0, bisect.bisect_right(firsts, sequence) - 1)
        ends = [*firsts[1:], LAST]
        return list(zip(names, ends, strict=False))[start:]

    def _segment(self, name: str, end: int, expected: int) -> Iterator[Read]:
        """The intact frames of a segment from event *expected* to before event *end*."""
        at = self._start(name, expected)
        window, begin = b"", at
        while True:
            read = read_frame(memoryview(window)[at - begin :])
            if read is None:
                more = self._medium.pread(name, at, _window(window, at - begin))
                if len(more) <= len(window) - (at - begin):
                    return
                window, begin = more, at
                continue
            at += read.length
            if read.sequence >= end:
                return
            if read.sequence >= expected:
                if read.sequence != expected:
                    raise LogBroken(sequence=expected, segment=name, why="out of order")
                expected += 1
                self._resume = (expected, Place(name, at))
                yield read

    def _start(self, name: str, expected: int) -> int:
        """Where to begin reading: at the last reader's place, or at the segment's first frame."""
        if self._resume and self._resume[0] == expected and self._resume[1].segment == name:
            return self._resume[1].offset
        kept = self._medium.pread(name, 0, HEADER_BYTES)
        if len(kept) < HEADER_BYTES or not any(kept):
            return HEADER_BYTES  # torn while it was begun: nothing follows
        magic, version, _, store, check = _HEADER.unpack(kept)
        if check != blake3.blake3(kept[:-16]).digest(16) or magic != _MAGIC or version != VERSION:
            raise LogBroken(sequence=expected, segment=name, why="header")
        if store != self._store.bytes:
            raise LogBroken(sequence=expected, segment=name, why="another store's log")
        first = Step(int(name.removesuffix(ENDING), 16), HEADER_BYTES)
        return self._steps.find(name, first, expected, partial(self._medium.pread, name)).offset


def _whole(found: Iterator[Read]) -> Iterator[Read]:
    """*found* without a command at the end of which some events are missing: it never happened."""
    held: list[Read] = []
    for read in found:
        held.append(read)
        if not read.more:
            yield from held
            held.clear()


def _window(window: bytes, used: int) -> int:
    """Read a little at first; a frame larger than what is left asks for the largest there is."""
    left = len(window) - used
    return WINDOW_BYTES if left < WINDOW_BYTES else MAX_FRAME_BYTES + HEAD_BYTES


def segment_name(first: int) -> str:
    """The file name of the segment that begins with event *first*."""
    return f"{first:016x}{ENDING}"


def first_of(name: str) -> int | None:
    """The first event of the segment called *name*, or None for other files."""
    return int(name.removesuffix(ENDING), 16) if _NAME.fullmatch(name) else None
