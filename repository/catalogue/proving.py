"""What the log's keys and its signed checkpoints do to the catalogue."""

from collections.abc import Callable
from typing import Any

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.checkpoints import KeptCheckpoint, LogKey


def current_key(rows: Reading) -> LogKey | None:
    """The key that signs now."""
    return next((key for _, key in rows.scan(t.LOG_KEYS) if not key.ended), None)


def all_keys(rows: Reading) -> tuple[LogKey, ...]:
    """Every key that signs or signed, oldest first."""
    return tuple(sorted((key for _, key in rows.scan(t.LOG_KEYS)), key=lambda key: key.begun))


def newest_checkpoint(rows: Reading) -> KeptCheckpoint | None:
    """The last checkpoint that was kept."""
    return next((kept for _, kept in rows.scan(t.CHECKPOINTS, backwards=True)), None)


def _key_begun(rows: Writing, event: e.Event, body: e.LogKeyBegun, _: bytes) -> None:
    before = current_key(rows)
    if before:
        ended = msgspec.structs.replace(before, ended=event.at)
        rows.put(t.LOG_KEYS, (before.public,), ended)
    rows.put(t.LOG_KEYS, (body.public,), LogKey(public=body.public, begun=event.at))


def _checkpoint_kept(rows: Writing, event: e.Event, body: e.CheckpointKept, _: bytes) -> None:
    kept = KeptCheckpoint(size=body.size, root=body.root, at=event.at, note=body.note)
    rows.put(t.CHECKPOINTS, (body.size,), kept)


EFFECTS: dict[type[e.Body], Callable[[Writing, e.Event, Any, bytes], None]] = {
    e.LogKeyBegun: _key_begun,
    e.CheckpointKept: _checkpoint_kept,
}
