"""A blob written anew without some of its bases, which are about to go."""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from repository.blobs.address import MAX_REVISIONS
from repository.blobs.record import RAW, Record, header_length
from repository.model.blobs import LITERAL, RevisionMark, Segment
from repository.model.ids import BlobId


class Standing(NamedTuple):
    """How a blob will be stored."""

    record: Record
    literal_from: int
    """Where its own bytes begin; they go on to its end, as readers count on (`BlobRow.literal`)."""


def standing(record: Record, without: frozenset[BlobId], bases: Iterable[Record]) -> Standing:
    """*record* with bytes of its own from the first range on that lies in one of *without*.

    *bases* are the records of *without*: the marks that only they told are told by it from now on.
    """
    kept = tuple(takewhile(lambda s: s.base not in without and s.base != LITERAL, record.segments))
    cut = sum(segment.length for segment in kept)
    own = (Segment(LITERAL, 0, record.length - cut),) if kept and cut < record.length else ()
    marks = _marks(record, bases)
    made = record._replace(
        codec=RAW,
        stored=record.length - cut,
        literal=record.length - cut,
        segments=kept + own,
        marks=marks,
        header=header_length(len(kept + own), len(marks)),
    )
    return Standing(made, cut)


def _marks(record: Record, bases: Iterable[Record]) -> tuple[RevisionMark, ...]:
    """The marks of *record*, and of *bases* those that lie within what it shares with them."""
    told = set(record.marks)
    for base in bases:
        shared = _shared(record, base.blob)
        told.update(mark for mark in base.marks if mark.length <= shared)
    return tuple(sorted(told, key=lambda mark: mark.length)[-2 * MAX_REVISIONS :])


def _shared(record: Record, base: BlobId) -> int:
    """How long the beginning is that *record* and *base* have in common, as its segments tell."""
    return max(_ends(record, base), default=0)


def _ends(record: Record, base: BlobId) -> Iterator[int]:
    at = 0
    for segment in record.segments:
        # A range at the same place in both: what stands before it is the same in both as well.
        if segment.base == base and segment.offset == at:
            yield at + segment.length
        at += segment.length
