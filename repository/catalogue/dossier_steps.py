"""What was done with dossiers, step by step: the row that every event about one leaves."""

from collections.abc import Iterator

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.dossiers import Dossier, Step
from repository.model.ids import DossierId


def steps_of(reading: Reading, dossier: DossierId, *, start: int = 0) -> Iterator[Step]:
    """What was done with a dossier, from the event *start* on, in order."""
    return (step for _, step in reading.scan(t.DOSSIER_STEPS, dossier, start=start))


def changed(before: Dossier, event: e.Event, revision: int, **changes: object) -> Dossier:
    """*before* with *changes*, as the event leaves it."""
    return msgspec.structs.replace(
        before, revision=revision, actor=event.actor, sequence=event.sequence, **changes
    )


def stepped(
    rows: Writing, event: e.Event, after: Dossier, what: str, reason: str = "", items: int = 0
) -> None:
    """Keep what the event did with the dossier that stands as *after* now."""
    step = Step(
        sequence=event.sequence,
        at=event.at,
        actor=event.actor,
        what=what,
        reason=reason,
        items=items,
        after=None if items else after,
    )
    rows.put(t.DOSSIER_STEPS, (after.id, event.sequence), step)
