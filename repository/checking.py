"""The last check of each pack, kept in the catalogue: what was found, and when it was last sound.

No event: it says nothing of the store that a new check would not say. A copy of a store that is
checked stays a copy.
"""

from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.keeper import Command


class NoteCheck(Command[None], frozen=True, kw_only=True, tag="note-check"):
    """All bytes of *pack* were compared just now."""

    pack: int
    damaged: int
    """Findings of damage."""


def decide_note_check(change: Change, command: NoteCheck) -> None:
    """Keep the outcome; a pack that is gone meanwhile has none."""
    if change.get(t.PACKS, command.pack) is None:
        return
    at = change.stamp.microseconds
    before = change.get(t.CHECKS, command.pack)
    sound = at if not command.damaged else before.sound if before else 0
    change.put(t.CHECKS, (command.pack,), t.PackChecked(at, command.damaged, sound))


RULES = {NoteCheck: decide_note_check}
