"""What events about the files of a document do to the catalogue."""

from collections.abc import Callable, Iterable

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Writing
from repository.model import events as e
from repository.model.documents import Component
from repository.model.file_events import component_of
from repository.model.ids import AgencyId


def components_of(
    held: Iterable[e.ComponentHeld], names: tuple[str, ...], digitisers: tuple[str, ...]
) -> tuple[Component, ...]:
    """The files with what stands beside their event; `ERASED` where that was erased."""
    return tuple(
        component_of(
            one,
            name=names[n] if names else e.ERASED,
            digitised_by=digitisers[n] if digitisers else e.ERASED if one.digitised else "",
        )
        for n, one in enumerate(held)
    )


def _changed(rows: Writing, event: e.Event, body: e.FilesChanged, kept: bytes) -> None:
    before = rows.document(body.id)
    if before is None:
        return
    told = e.decode_files(kept) if kept else e.FilesTold(b"", (), (), e.ERASED)
    coming = components_of((held for _, held in body.files), told.names, told.digitisers)
    components = list(before.components)
    for (place, held), component in zip(body.files, coming, strict=True):
        components[place : place + 1] = [component]
        rows.put(t.HOLDERS, (held.blob, AgencyId(event.agency), body.id), True)  # noqa: FBT003
        rows.delete(t.ERASED_FILES, held.blob, body.id)  # it was brought again
    rows.put(t.HISTORY, (body.id, before.revision), before)
    after = msgspec.structs.replace(
        before,
        components=tuple(components),
        revision=body.revision,
        amended=event.at,
        actor=event.actor,
        sequence=event.sequence,
        reason=told.reason,
    )
    rows.put(t.DOCUMENTS, (body.id,), after)


EFFECTS: dict[type[e.Body], Callable[..., None]] = {e.FilesChanged: _changed}
