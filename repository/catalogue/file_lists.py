"""What the events about file lists do to the catalogue, and the looks at them."""

from collections.abc import Callable, Iterator

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.file_lists import FileEntry, FileList, FileListState
from repository.model.ids import AgencyId, FileListId

# Looks.


def file_lists_of(reading: Reading, agency: AgencyId) -> Iterator[FileList]:
    """The file lists of *agency*, by year."""
    for _, known in reading.scan(t.FILE_LIST_YEARS, agency):
        found = reading.get(t.FILE_LISTS, known)
        if found:
            yield found


def file_list_of(reading: Reading, agency: AgencyId, year: int) -> FileList | None:
    """The file list of *agency* for *year*."""
    known = reading.get(t.FILE_LIST_YEARS, agency, year)
    return None if known is None else reading.get(t.FILE_LISTS, known)


def entries_of(
    reading: Reading, file_list: FileListId, *, start: int = 0
) -> Iterator[tuple[int, FileEntry]]:
    """The entries of a file list from place *start* (from 0) on, in order."""
    for key, entry in reading.scan(t.FILE_ENTRIES, file_list, start=start):
        yield int(str(key[1])), entry


def entry_named(reading: Reading, file_list: FileListId, symbol: str) -> FileEntry | None:
    """The entry that bears *symbol*."""
    place = reading.get(t.FILE_SYMBOLS, file_list, symbol)
    return None if place is None else reading.get(t.FILE_ENTRIES, file_list, place)


# Effects.


def _drafted(rows: Writing, event: e.Event, body: e.FileListDrafted, _: bytes) -> None:
    drafted = FileList(
        id=body.id,
        agency=AgencyId(event.agency),
        year=body.year,
        copied_from=body.copied_from,
        actor=event.actor,
    )
    rows.put(t.FILE_LISTS, (body.id,), drafted)
    rows.put(t.FILE_LIST_YEARS, (event.agency, body.year), body.id)


def _written(rows: Writing, event: e.Event, body: e.FileListWritten, kept: bytes) -> None:
    before = rows.get(t.FILE_LISTS, body.id)
    if before is None:
        return
    for place, entry in tuple(entries_of(rows, body.id)):
        rows.delete(t.FILE_ENTRIES, body.id, place)
        rows.delete(t.FILE_SYMBOLS, body.id, entry.symbol)
    told = e.decode_entries(kept).entries if kept else ()
    for place, entry in enumerate(told):
        rows.put(t.FILE_ENTRIES, (body.id, place), entry)
        rows.put(t.FILE_SYMBOLS, (body.id, entry.symbol), place)
    _keep(rows, event, before, revision=body.revision, entries=body.entries)


def _issued(rows: Writing, event: e.Event, body: e.FileListIssued, _: bytes) -> None:
    before = rows.get(t.FILE_LISTS, body.id)
    if before:
        _keep(
            rows,
            event,
            before,
            revision=body.revision,
            state=FileListState.ISSUED,
            decision=body.decision,
            issued=body.day,
        )


def _keep(rows: Writing, event: e.Event, before: FileList, **changes: object) -> None:
    after = msgspec.structs.replace(before, actor=event.actor, **changes)
    rows.put(t.FILE_LISTS, (before.id,), after)


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.FileListDrafted: _drafted,
    e.FileListWritten: _written,
    e.FileListIssued: _issued,
}
