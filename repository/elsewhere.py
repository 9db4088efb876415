"""Blobs whose bytes lie at the store node: their rows in an office node's catalogue.

Such a row is in the catalogue because the store node has acknowledged the blob. After a loss of
the catalogue the rows of registered files come back from the log; their digests are then asked
of the store node (`sha256` is all zero until somebody does).
"""

from collections.abc import Iterable
from itertools import islice

from repository.blobs.ledger import BlobWentAway
from repository.blobs.media import NAMES
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.engine import Engine
from repository.catalogue.fates import Fates
from repository.catalogue.nodes import note_told
from repository.catalogue.views import Writing
from repository.keeper import Command
from repository.log.event_log import EventLog
from repository.model import events as e
from repository.model.blobs import BlobRow, pack_row
from repository.model.dossier_events import ItemHeld
from repository.model.ids import AgencyId, BlobId, show_blob
from repository.model.nodes import ELSEWHERE
from repository.model.references import files_named
from repository.model.terms import Term

EVENTS_A_COMMIT = 20_000
NO_DIGEST = bytes(32)
_MEDIA = {name: media for media, name in NAMES.items()}


class NoteElsewhere(Command[None], frozen=True, kw_only=True, tag="note-elsewhere"):
    """The store node has acknowledged these blobs; who brought them may read them."""

    rows: tuple[tuple[BlobId, bytes], ...] = ()
    term: int = 0
    """The number of the store node's term in which the stamps count."""
    stamps: tuple[int, ...] = ()
    """Of the custody of each row's blob; 0: it was not brought now, the row was there."""
    grants: tuple[tuple[BlobId, AgencyId], ...] = ()


class LetGoOf(Command[tuple[BlobId, ...]], frozen=True, kw_only=True, tag="let-go-of"):
    """Let go of swept blobs up to these stamps of their custody; the answer names those that go."""

    term: int
    stamps: tuple[tuple[BlobId, int], ...]
    anyway: bool = False
    """Also of what was not swept: all of it is to go (ADR 30)."""


class NoteReleased(Command[None], frozen=True, kw_only=True, tag="note-released"):
    """The store node keeps these for this node no longer."""

    blobs: tuple[BlobId, ...]


class NoteTold(Command[None], frozen=True, kw_only=True, tag="note-told"):
    """All files have been asked for at the store node of *term*."""

    term: Term


def row_elsewhere(*, length: int, media: int, crc32: int = 0, sha256: bytes = NO_DIGEST) -> BlobRow:
    """The row of a blob at the store node."""
    return BlobRow(
        pack=ELSEWHERE,
        offset=0,
        header=0,
        stored=0,
        literal=0,
        length=length,
        codec=0,
        media=media,
        segments=0,
        crc32=crc32,
        sha256=sha256,
    )


def decide_note(change: Change, command: NoteElsewhere) -> None:
    """Enter rows and grants; a row with digests takes the place of one without.

    What was brought again is kept again. Raise `BlobWentAway` for what was let go of since it was
    brought: the store node may keep it for this node no longer.
    """
    stamps = command.stamps or (0,) * len(command.rows)
    for (blob, row), stamp in zip(command.rows, stamps, strict=True):
        known = change.row(blob)
        let_go = change.get(t.LET_GO, blob)
        if known is None and let_go and t.LetGo(command.term, stamp) <= let_go:
            raise BlobWentAway(blob=show_blob(blob))
        if known is None and Fates(change).leaving(blob):
            change.record(e.BlobsRevived((blob,)))
        if known is None or known.sha256 == NO_DIGEST:
            change.transaction.put(t.BLOBS.name, blob, row)
        change.revive((blob,))
    for blob, agency in command.grants:
        change.add(t.GRANTS, (blob, agency), change.stamp.microseconds)


def decide_let_go(change: Change, command: LetGoOf) -> tuple[BlobId, ...]:
    """Let go of what this node has not got back meanwhile."""
    going = tuple(
        (blob, stamp)
        for blob, stamp in command.stamps
        if change.row(blob) is None and (command.anyway or change.get(t.LEAVING, blob) is not None)
    )
    if going:
        change.record(e.CustodyLetGo(command.term, going))
    return tuple(blob for blob, _ in going)


def decide_released(change: Change, command: NoteReleased) -> None:
    """Note it; it is no event: what is told twice is harmless."""
    for blob in command.blobs:
        if change.row(blob) is None:
            change.delete(t.LEAVING, blob)


def decide_told(change: Change, command: NoteTold) -> None:
    """Note it; it is no event: after a loss of the catalogue they are asked for again."""
    note_told(change, command.term)


def restore_from(engine: Engine, log: EventLog, after: int) -> int:
    """Enter the rows of files registered after event *after*, where there are none; count them."""
    entered = 0
    coming = log.events(after)
    while bodies := [read.event.body for read in islice(coming, EVENTS_A_COMMIT)]:
        with engine.writing() as txn:
            entered += restore_rows(Writing(txn), bodies)
    return entered


def _files_told(body: e.AnyBody) -> Iterable[e.ComponentHeld | ItemHeld]:
    """The files of which *body* tells size and media type."""
    if isinstance(body, e.ItemsAdded):
        return [item for item in body.items if item.blob]
    return files_named(body)


def restore_rows(rows: Writing, bodies: Iterable[e.AnyBody]) -> int:
    """Enter what events that were rolled forward tell of files; say how many rows."""
    entered = 0
    for body in bodies:
        for held in _files_told(body):
            row = row_elsewhere(length=held.size, media=_MEDIA[held.media_type])
            put = rows.transaction.put
            entered += put(t.BLOBS.name, held.blob, pack_row(row), overwrite=False)
    return entered


RULES = {
    NoteElsewhere: decide_note,
    NoteTold: decide_told,
    LetGoOf: decide_let_go,
    NoteReleased: decide_released,
}
