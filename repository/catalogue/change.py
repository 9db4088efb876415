"""A change being decided: reads the state, records events."""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.engine import Transaction
from repository.catalogue.fates import condemned_among
from repository.catalogue.homes import MARKS, require_home
from repository.catalogue.projection import apply
from repository.catalogue.tree import entered
from repository.catalogue.views import NODE_LOG, Writing
from repository.model import events as e
from repository.model import merkle
from repository.model.ids import BlobId, NewId
from repository.model.references import blobs_needed


class Frame(NamedTuple):
    """An event ready for the log: its canonical bytes, and its particulars beside it."""

    event: bytes
    particulars: bytes
    more: bool = False
    """Another event of the same command follows: they stand or fall together."""


class Stamp(NamedTuple):
    """Who decides, and when."""

    at: datetime
    actor: str
    on_behalf_of: str = ""

    @property
    def microseconds(self) -> int:
        """The moment in microseconds since 1970-01-01 UTC."""
        return round(self.at.timestamp() * 1_000_000)


class Sources(NamedTuple):
    """What a decision may take from outside the state; injected."""

    new_id: NewId
    entropy: Callable[[int], bytes]


class Change(Writing):
    """The state as one command sees it, and the events it leaves."""

    def __init__(self, txn: Transaction, stamp: Stamp, sources: Sources) -> None:
        super().__init__(txn)
        self.stamp = stamp
        self.new_id = sources.new_id
        self.entropy = sources.entropy
        self.frames: list[Frame] = []

    @contextmanager
    def attempt(self) -> Generator["Change"]:
        """A part of this change: kept when its block ends, dropped when it raises."""
        with self.transaction.child() as txn:
            part = Change(txn, self.stamp, Sources(self.new_id, self.entropy))
            yield part
        self.frames.extend(part.frames)

    def record(
        self, body: e.AnyBody, *, agency: str = "", particulars: e.Particulars | None = None
    ) -> int:
        """Let *body* have happened now, in *agency*; return its place in the node's log.

        What it refers to is kept from now on, also where it had been condemned. Raise
        `AgencyElsewhere` or `AgencyMoving` where *agency* is not at home here.
        """
        if agency and not isinstance(body, MARKS):
            require_home(self, agency)
        beside = b"" if particulars is None else e.encode(particulars)
        event = e.Event(
            version=e.EVENT_VERSION,
            sequence=self.watermark().sequence + 1,
            agency_sequence=self.last_of(agency) + 1,
            at=self.stamp.microseconds,
            actor=self.stamp.actor,
            agency=agency,
            on_behalf_of=self.stamp.on_behalf_of,
            particulars=merkle.digest(beside) if beside else b"",
            body=body,
        )
        return self._enter(event, beside)

    def take_over(self, event: e.Event, beside: bytes) -> int:
        """Let *event*, which was decided at another node, have happened here as it happened there.

        An agency keeps the numbers of its events; its place in this node's log, which is the answer,
        and among the node's own events, is new.
        """
        here = msgspec.structs.replace(
            event,
            sequence=self.watermark().sequence + 1,
            agency_sequence=event.agency_sequence if event.agency else self.last_of("") + 1,
        )
        return self._enter(here, beside)

    def last_of(self, agency: str) -> int:
        """The number of the last event of *agency*; of the node itself, where it is empty."""
        return self.get(t.AGENCY_SEQUENCES, agency) or 0

    def _enter(self, event: e.Event, beside: bytes) -> int:
        canonical = e.encode(event)
        length = len(canonical) + len(beside)
        if length > e.MAX_EVENT_BYTES:
            raise e.EventTooLarge(length=length, limit=e.MAX_EVENT_BYTES)
        self.put(t.WATERMARK, (NODE_LOG,), entered(self, self.watermark(), canonical))
        apply(self, event, beside)
        self.frames.append(Frame(canonical, beside))
        self.revive(blobs_needed(event.body))
        return event.sequence

    def revive(self, blobs: Iterable[BlobId]) -> None:
        """Let *blobs* and what they need be kept, where they had been condemned."""
        back = condemned_among(self, blobs)
        if back:
            self.record(e.BlobsRevived(back))
