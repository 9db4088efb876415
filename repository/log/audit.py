"""Judging a log by nothing but its own bytes, and by checkpoints and keys kept elsewhere.

Every event is hashed anew into the tree; numbers follow one another, those of each agency too;
particulars are what their event says. Where a root is not the one that was signed, the checkpoints that
the log itself has kept say between which sizes it went wrong. No store, no catalogue.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from repository.errors import Trouble
from repository.log.frame import erased
from repository.model import merkle
from repository.model.checkpoints import PublicKey, SignedNote, parse_note
from repository.model.events import CheckpointKept, Event, LogKeyBegun, decode_event
from repository.signing import signer_of

REMEMBERED = 16_384
"""Sizes back of which a root can still be told: a kept checkpoint is some events older than itself."""

Subtree = Callable[[int], bytes | None]
"""The root that a catalogue has of a block of `merkle.BLOCK_LEAVES` events; None = it has none."""


class Wrong(NamedTuple):
    """One thing in a log that is not as it should be."""

    event: int
    """At which event; 0 = at none."""
    what: str
    """A stable word."""
    detail: str = ""


class Judged(NamedTuple):
    """A root that was signed, and whether the log gives it."""

    size: int
    fits: bool


class Audit:
    """One walk through a log, from its first event or from behind known *peaks*."""

    def __init__(
        self,
        origin: str,
        *,
        first: int = 1,
        peaks: merkle.Peaks = (),
        keys: tuple[PublicKey, ...] = (),
        sizes: frozenset[int] = frozenset(),
        block: Subtree | None = None,
    ) -> None:
        """*sizes* are those at which the root will be asked for."""
        self.origin = origin
        self.size = first - 1
        self.peaks = peaks
        self.missing = 0
        """Particulars that are not there: erased, or left out."""
        self.judged: list[Judged] = []
        """The checkpoints that the log has kept, and what came of them."""
        self._first = first
        self._keys = list(keys)
        self._sizes = sizes
        self._block = block
        self._roots: dict[int, bytes] = {}
        self._recent: OrderedDict[int, merkle.Peaks] = OrderedDict()
        self._agencies: dict[str, int] = {}
        self._note_size()

    @property
    def root(self) -> bytes:
        """The root over everything taken so far."""
        return merkle.root(self.peaks)

    def root_at(self, size: int) -> bytes | None:
        """The root at one of the sizes that were announced, or at a recent one."""
        recent = self._recent.get(size)
        return self._roots.get(size) or (None if recent is None else merkle.root(recent))

    def take(self, sequence: int, canonical: bytes, particulars: bytes) -> Iterator[Wrong]:
        """Take the next event, which is the one of that *sequence*; give what is wrong with it."""
        yield from self._grow(canonical)
        try:
            event = decode_event(canonical)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            yield Wrong(sequence, "event-unreadable", str(error)[:200])
            return
        if event.sequence != sequence:
            yield Wrong(sequence, "sequence", f"says {event.sequence}")
        yield from self._agency(event)
        yield from self._particulars(event, particulars)
        if isinstance(event.body, LogKeyBegun):
            self._keys.append(PublicKey(self.origin, event.body.public))
        if isinstance(event.body, CheckpointKept):
            yield from self._kept(event.sequence, event.body)

    def _grow(self, canonical: bytes) -> Iterator[Wrong]:
        closed = merkle.completed(self.size, self.peaks, merkle.leaf(canonical))
        self.peaks = merkle.grown(self.peaks, closed)
        self.size += 1
        self._note_size()
        if self._block and len(closed) > merkle.BLOCK_LEVEL:
            block = closed[merkle.BLOCK_LEVEL]
            if self._block(block.before) not in (None, block.root):
                start = block.before * merkle.BLOCK_LEAVES
                yield Wrong(
                    start + 1, "block-differs", f"events {start + 1} to {self.size} or their row"
                )

    def _note_size(self) -> None:
        if self.size in self._sizes:
            self._roots[self.size] = merkle.root(self.peaks)
        self._recent[self.size] = self.peaks
        if len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)

    def _agency(self, event: Event) -> Iterator[Wrong]:
        known = self._agencies.get(event.agency, 0 if self._first == 1 else None)
        self._agencies[event.agency] = event.agency_sequence
        if known is not None and event.agency_sequence != known + 1:
            detail = f"{event.agency or '-'}: {event.agency_sequence} follows {known}"
            yield Wrong(event.sequence, "agency-sequence", detail)

    def _particulars(self, event: Event, particulars: bytes) -> Iterator[Wrong]:
        if not particulars or particulars == erased(len(particulars)):
            self.missing += bool(event.particulars)
        elif merkle.digest(particulars) != event.particulars:
            yield Wrong(event.sequence, "particulars-differ")

    def _kept(self, sequence: int, body: CheckpointKept) -> Iterator[Wrong]:
        """A checkpoint that the log has kept speaks for what stands before it."""
        try:
            note = parse_note(body.note)
            signer_of(note, tuple(self._keys))
        except Trouble as trouble:
            if self._first == 1:  # otherwise its key may have begun before the first event
                yield Wrong(sequence, trouble.slug(), trouble.sentence)
            return
        told = note.statement
        if (told.size, told.root) != (body.size, body.root):
            yield Wrong(sequence, "checkpoint-garbled")
        yield from self.judge(note, at=sequence)

    def judge(self, note: SignedNote, *, at: int = 0) -> Iterator[Wrong]:
        """Compare a checkpoint, whose signature holds, with the root of the events taken."""
        told = note.statement
        if told.origin != self.origin:
            yield Wrong(at, "another-log", f"{told.origin} != {self.origin}")
            return
        root = self.root_at(told.size)
        if root is None:
            if not at:
                yield Wrong(at, "size-not-there", f"{told.size}: {self._first - 1} to {self.size}")
            return
        fits = root == told.root
        if not fits:
            yield Wrong(at, "root-differs", self._between(told.size))
        self.judged.append(Judged(told.size, fits))

    def _between(self, size: int) -> str:
        fitting = [each.size for each in self.judged if each.fits and each.size < size]
        before = max(fitting, default=0)
        return f"checkpoint of {size}: of the events {before + 1} to {size} at least one is not what was signed"
