"""How the store was last looked after: checked, counted, collected, compacted, backed up.

No event: it says nothing of the store that the next run would not say. It is kept so that whoever
watches the node needs not walk through the store, and notices a run that did not take place.
"""

import enum
from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.model.access import Caller

MAX_FIGURES = 32
"""How many figures a run may leave."""
_NODE = Caller(name="node", rights=frozenset())
Name = Annotated[str, msgspec.Meta(pattern="^[a-z_]{1,32}$")]


class RunKind(enum.Enum):
    """What is done now and then."""

    CHECK = "check"
    STATS = "stats"
    GC = "gc"
    COMPACT = "compact"
    BACKUP = "backup"


class NoteRun(Command[None], frozen=True, kw_only=True, tag="note-run"):
    """A run has ended just now."""

    patient: ClassVar[bool] = False
    kind: RunKind
    seconds: float
    """How long it took."""
    figures: Annotated[dict[Name, int], msgspec.Meta(max_length=MAX_FIGURES)]
    """What it found or did; which, is each kind's own."""


def decide_note_run(change: Change, command: NoteRun) -> None:
    """Keep it in the place of the one before."""
    run = t.Run(change.stamp.microseconds, command.seconds, command.figures)
    change.put(t.RUNS, (command.kind.value,), run)


def note_run(keeper: Keeper, kind: RunKind, *, seconds: float, figures: Mapping[str, int]) -> bool:
    """Have a run noted; say whether it was.

    What it found stands, whether it can be noted or not: a keeper that cannot write now (its disk
    has failed, its lease has lapsed) is no reason to hold it back.
    """
    noted = NoteRun(caller=_NODE, kind=kind, seconds=seconds, figures=dict(figures))
    try:
        keeper.submit(noted)
    except Trouble as trouble:
        if trouble.kind is not Kind.UNAVAILABLE:
            raise
        return False
    return True


def runs(now: Reading) -> dict[RunKind, t.Run]:
    """The last run of each kind; kinds that this vankho does not know are passed over."""
    known = {kind.value: kind for kind in RunKind}
    kept = ((str(key[0]), run) for key, run in now.scan(t.RUNS))
    return {known[name]: run for name, run in kept if name in known}


RULES = {NoteRun: decide_note_run}
