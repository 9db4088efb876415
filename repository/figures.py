"""What a keeper has done since it began, counted: how full its batches are, and how long they take."""

from typing import ClassVar

import msgspec

from repository.catalogue.change import Change
from repository.keeper import Command, Rules

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
"""Upper ends of the classes in which batches are counted, in commands."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Counts since the keeper began."""

    batches: int = 0
    commands: int = 0
    refused: int = 0
    """Commands that were answered with a trouble."""
    events: int = 0
    seconds: float = 0.0
    """Spent on batches, the disk included."""
    sizes: tuple[int, ...] = (0,) * len(SIZES)
    """How many batches had at most so many commands, as `SIZES`."""


class AskFigures(Command[Figures], frozen=True, kw_only=True, tag="ask-figures"):
    """Asks for the keeper's counts; changes nothing."""

    patient: ClassVar[bool] = False


class Counting:
    """Counts the batches of one keeper."""

    def __init__(self) -> None:
        self.figures = Figures()

    def note(self, *, commands: int, refused: int, events: int, seconds: float) -> None:
        """Count one batch."""
        before = self.figures
        self.figures = Figures(
            batches=before.batches + 1,
            commands=before.commands + commands,
            refused=before.refused + refused,
            events=before.events + events,
            seconds=before.seconds + seconds,
            sizes=tuple(
                count + (commands <= most) for count, most in zip(before.sizes, SIZES, strict=True)
            ),
        )

    @property
    def rules(self) -> Rules:
        """The rule that tells these counts."""

        def decide_figures(_change: Change, _command: AskFigures) -> Figures:
            return self.figures

        return {AskFigures: decide_figures}
