"""Looking at drafts: one, those that somebody may see, those that wait for them."""

import heapq
from collections.abc import Iterator
from itertools import groupby, islice
from typing import NamedTuple

from api.services.access import draft_for, is_identifier, present
from api.services.blob_access import BlobErased
from api.services.draft_access import registries_of, shows_draft_files
from api.services.work import NoSuchPlace, place_of
from repository.catalogue import tables as t
from repository.catalogue.drafts import Waiting, seen_by, version_of, waiting_in
from repository.catalogue.views import Reading
from repository.model.access import Caller, Hidden
from repository.model.documents import Component
from repository.model.drafts import Draft, registry_hand
from repository.model.ids import DraftId


class DraftPage(NamedTuple):
    """Some drafts."""

    drafts: tuple[Draft, ...]
    next: str
    """The place behind which the next page begins; empty = there is none."""


def draft_hands(caller: Caller) -> tuple[str, ...]:
    """In whose name *caller* sees and handles drafts: their own, their units', their registries'."""
    registries = (registry_hand(agency) for agency in registries_of(caller))
    return (*sorted(caller.hands), *sorted(registries))


def waiting_for_me(reading: Reading, caller: Caller, *, after: str, limit: int) -> DraftPage:
    """Up to *limit* drafts that wait for *caller*, in the order in which they came to them.

    Raise `NoSuchPlace`.
    """
    place = place_of(after)
    behind = Waiting(place[0], DraftId(place[1])) if place else None
    each = (
        [one for one, agency in found if _works_there(caller, agency)]
        for hand in draft_hands(caller)
        for found in [waiting_in(reading, hand, after=behind, limit=limit + 1)]
    )
    # A draft whose seal was refused waits for two; who is both has it once.
    merged = (one for one, _ in groupby(heapq.merge(*each)))
    found = list(islice(merged, limit + 1))
    shown = found[:limit]
    more = f"{shown[-1].since}.{shown[-1].draft}" if len(found) > limit else ""
    return DraftPage(tuple(_drafts(reading, (one.draft for one in shown))), more)


def seen_by_me(reading: Reading, caller: Caller, *, before: str, limit: int) -> DraftPage:
    """Up to *limit* drafts that *caller* may see, newest first, behind the one called *before*.

    Raise `NoSuchPlace`.
    """
    if before and not is_identifier(before):
        raise NoSuchPlace
    each = (
        (
            draft
            for draft, agency in seen_by(reading, hand, before=before)
            if _works_there(caller, agency)
        )
        for hand in draft_hands(caller)
    )
    merged = (one for one, _ in groupby(heapq.merge(*each, reverse=True)))
    found = list(islice(merged, limit + 1))
    shown = found[:limit]
    more = shown[-1] if len(found) > limit else ""
    return DraftPage(tuple(_drafts(reading, map(DraftId, shown))), more)


def _works_there(caller: Caller, agency: str) -> bool:
    return agency in caller.standing or agency in caller.agencies


def _drafts(reading: Reading, keys: Iterator[DraftId]) -> Iterator[Draft]:
    return (present(reading.get(t.DRAFTS, key)) for key in keys)


def draft_file(reading: Reading, caller: Caller, draft: str, version: int, place: int) -> Component:
    """The file at *place* (from 0) of a version, for *caller*; raise `Hidden` or `BlobErased`."""
    seen = draft_for(reading, caller, draft)
    if not shows_draft_files(reading, caller, seen):
        raise Hidden
    found = present(version_of(reading, seen, version))
    if not 0 <= place < len(found.components):
        raise Hidden
    component = found.components[place]
    erasure = reading.erasure(component.blob)
    if erasure:
        raise BlobErased.by(present(reading.purge(erasure.purge)), component.blob)
    return component
