"""What shares content with a blob: what it is put together from, what is built on it, its text.

Whoever destroys content has to know where else it is.
"""

import enum
from collections.abc import Iterable

import msgspec

from repository.blobs.copies import record_at, tellers_in
from repository.blobs.pack import number_of
from repository.condemning import referred_to
from repository.holdings import Holdings
from repository.model.blobs import LITERAL
from repository.model.ids import BlobId
from repository.model.nodes import ELSEWHERE
from repository.upkeep.looks import base_needs, needs


class Relation(enum.Enum):
    """How another blob is related to the one in question."""

    BASE = "base"
    """It holds bytes of it: an earlier revision, or a later one that came first."""
    DERIVED = "derived"
    """It begins with it, or is put together from it: a later revision."""
    TEXT = "text"
    """It is the text that was read from it, or from another that goes."""


class Kin(msgspec.Struct, frozen=True, kw_only=True):
    """A blob that has bytes, or words, in common with another."""

    blob: BlobId
    relation: Relation
    goes: bool
    """Nobody refers to it and nothing that stays needs it: it goes with the other."""


def kin_of(holdings: Holdings, blob: BlobId, *, brought_before: int) -> tuple[Kin, ...]:
    """All that shares content with *blob*.

    Who brought something from *brought_before* (microseconds) on refers to it.
    """
    related = _related(holdings, blob)
    going = {
        each
        for each in _unreferred(holdings, related, brought_before)
        # Not every uploader leaves a grant; of a text nobody is the uploader.
        if related[each] is Relation.TEXT or not _is_young(holdings, each, brought_before)
    }
    for text in _unreferred(holdings, _texts(holdings, going), brought_before):
        related.setdefault(text, Relation.TEXT)
        going.add(text)
    going = _needed_by_none(holdings, going | {blob})
    return tuple(
        Kin(blob=each, relation=relation, goes=each in going)
        for each, relation in related.items()
        if each != blob
    )


def dependents(holdings: Holdings, blobs: Iterable[BlobId]) -> set[BlobId]:
    """The other blobs that are put together from one of *blobs*."""
    bases = frozenset(blobs)
    return {need.who for need in base_needs(holdings) if need.what in bases} - bases


def _related(holdings: Holdings, blob: BlobId) -> dict[BlobId, Relation]:
    later = dependents(holdings, {blob}) | _beginning_with(holdings, blob)
    found = dict.fromkeys(later, Relation.DERIVED)
    with holdings.reading() as now:
        segments, text = now.segments(blob), now.derived(blob)
    found.update((one.base, Relation.BASE) for one in segments if one.base != LITERAL)
    if text and text.text:
        found[text.text] = Relation.TEXT
    return found


def _beginning_with(holdings: Holdings, blob: BlobId) -> set[BlobId]:
    """The stored blobs that hold *blob* as their beginning, in bytes of their own."""
    packs = holdings.shelves.packs
    found = {
        copy.record.blob
        for name in packs.names()
        if number_of(name) is not None
        for copy in tellers_in(packs, name, {blob}, packs.size(name))
    }
    with holdings.reading() as now:
        return {each for each in found if now.row(each)} - {blob}


def _texts(holdings: Holdings, blobs: Iterable[BlobId]) -> set[BlobId]:
    with holdings.reading() as now:
        return {found.text for b in blobs if (found := now.derived(b)) and found.text}


def _unreferred(holdings: Holdings, blobs: Iterable[BlobId], brought_before: int) -> set[BlobId]:
    with holdings.reading() as now:
        return {b for b in blobs if not referred_to(now, b, brought_before=brought_before)}


def _is_young(holdings: Holdings, blob: BlobId, brought_before: int) -> bool:
    with holdings.reading() as now:
        row = now.row(blob)
    record = record_at(holdings.shelves.packs, row) if row and row.pack != ELSEWHERE else None
    return record is not None and record.at >= brought_before


def _needed_by_none(holdings: Holdings, going: set[BlobId]) -> set[BlobId]:
    """*going* without what a blob that stays cannot be without."""
    wanted = [need for need in needs(holdings) if need.kept and need.what in going]
    while staying := {n.what for n in wanted if n.what in going and n.who not in going}:
        going -= staying
    return going
