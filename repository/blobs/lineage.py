"""A blob as segments of revisions already stored, and literal bytes for the rest (decision 8).

Pure: asks a `BlobLookup`, returns segments. Segments are kept flat: a range of a base that is
itself put together is replaced by the ranges it is made of, so a read never follows a chain.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO, NamedTuple

from repository.blobs.address import Address, Digesting
from repository.blobs.port import KiB, MiB
from repository.model.blobs import LITERAL, MAX_SEGMENTS, BlobLookup, RevisionMark, Segment
from repository.model.ids import BlobId

MIN_SHARED_BYTES = 4 * KiB
"""A shorter beginning is not worth a segment and the second read it costs."""
FRESH_START = MAX_SEGMENTS // 2
"""At the cap the chain starts again from the longest ancestor of at most so many segments."""


class Plan(NamedTuple):
    """How a blob will be stored."""

    segments: tuple[Segment, ...]
    """Empty: whole, as literal bytes."""
    literal_from: int
    """Where its literal bytes begin; they go on to its end."""
    marks: tuple[RevisionMark, ...]
    """Revisions that no base already tells."""


def plan(address: Address, lookup: BlobLookup) -> Plan:
    """The cheapest way to store the blob at *address* that keeps reads within `MAX_SEGMENTS`."""
    whole = lookup.revision(address.blob)
    if whole and whole[1] == address.size and address.size >= MIN_SHARED_BYTES:
        segments = flattened(lookup, whole[0], address.size)
        if len(segments) <= MAX_SEGMENTS:
            return Plan(segments, address.size, ())
    at_cap = False
    for mark in reversed(address.marks):
        if mark.length < MIN_SHARED_BYTES:
            break
        base = _stored_as(lookup, mark)
        if base is None:
            continue
        segments = flattened(lookup, base, mark.length)
        if len(segments) < (FRESH_START if at_cap else MAX_SEGMENTS):
            return _delta(address, segments, mark.length)
        at_cap = True
    return Plan((), 0, address.marks)


def flattened(lookup: BlobLookup, blob: BlobId, length: int) -> tuple[Segment, ...]:
    """The first *length* bytes of *blob* as ranges of blobs that hold them literally."""
    own = lookup.segments(blob)
    if not own:
        return (Segment(blob, 0, length),)
    found: list[Segment] = []
    at = 0
    for segment in own:
        take = min(segment.length, length - at)
        if take <= 0:
            break
        # A literal range of *blob* becomes a range of *blob*, in the blob's own offsets.
        base = Segment(blob, at, take) if segment.base == LITERAL else segment._replace(length=take)
        found.append(base)
        at += take
    return _joined(found)


def _joined(segments: list[Segment]) -> tuple[Segment, ...]:
    """*segments* with neighbours that continue each other made one."""
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        if last and last.base == segment.base and last.offset + last.length == segment.offset:
            joined[-1] = last._replace(length=last.length + segment.length)
        else:
            joined.append(segment)
    return tuple(joined)


def _stored_as(lookup: BlobLookup, mark: RevisionMark) -> BlobId | None:
    """A stored blob that begins with the bytes *mark* names."""
    if lookup.row(mark.digest):
        return mark.digest
    beginning = lookup.revision(mark.digest)
    return beginning[0] if beginning and beginning[1] == mark.length else None


def _delta(address: Address, base: tuple[Segment, ...], shared: int) -> Plan:
    rest = address.size - shared
    own = (Segment(LITERAL, 0, rest),) if rest else ()
    later = tuple(mark for mark in address.marks if mark.length > shared)
    return Plan(base + own, shared, later)


class RevisionSeen(NamedTuple):
    """One earlier revision that a file carries within itself."""

    length: int
    tail: int
    """Bytes that the next revision added."""


def revisions_within(stream: BinaryIO) -> tuple[Address, tuple[RevisionSeen, ...]]:
    """The revisions that a file carries, shortest first, found without any store."""
    digesting = Digesting()
    while piece := stream.read(MiB):
        digesting.update(piece)
    address = digesting.finish()
    return address, tuple(_tails(address))


def _tails(address: Address) -> Iterator[RevisionSeen]:
    """One revision for each `%%EOF`: of the two digests taken there, the longer."""
    lengths = [mark.length for mark in address.marks]
    ends = [
        length for length, following in pairwise([*lengths, address.size]) if following - length > 2
    ]
    for length, following in pairwise([*ends, address.size]):
        yield RevisionSeen(length, following - length)
