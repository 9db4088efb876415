"""File lists (danh mục hồ sơ): drafting a year's list, writing it from a sheet, issuing it.

A list is written whole: all entries or none, every bad one told. Once issued, what stands in it stays as
it is; the list is only supplemented (bổ sung).
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from api.services import fields
from api.services.access import given, present
from api.services.agencies import require_living
from api.services.dossier_access import seat_of, told
from api.services.dossier_finding import agency_seen
from api.services.dossier_words import (
    MAX_NOTE,
    MAX_TITLE,
    RetentionGiven,
    past_day,
    retention_of,
    symbol_of,
)
from api.services.incidents import refuse_secrets
from api.services.organisation import UnknownPerson, login_of, unit_named
from api.services.rehearsal import rehearsed
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.file_lists import entries_of, file_list_of, file_lists_of
from repository.catalogue.organisation import person_by_login
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Hidden, Right, authorize
from repository.model.agencies import Agency
from repository.model.days import Day, day_of
from repository.model.file_lists import MAX_ENTRIES, FileEntry, FileList, FileListState
from repository.model.ids import FileListId, PersonId

MAX_TOLD = 1_000
"""Entries that cannot be, told in one answer."""
FIRST_YEAR, LAST_YEAR = 1900, 2500
Line = Annotated[int, Meta(ge=0)]


class EntryGiven(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """An entry of a file list."""

    symbol: str
    """`01.TCCB`; at most 100 characters, once in the list."""
    title: str
    """At most 1,000 characters."""
    retention: RetentionGiven
    heading: str = ""
    """Under which it stands; at most 1,000 characters."""
    unit: str = ""
    """Short name of the unit that keeps it."""
    login: str = ""
    """Who opens it."""
    note: str = ""
    line: Line = 0
    """Its place in the sheet it comes from; only to tell it by."""


class ListWritten(msgspec.Struct, frozen=True, kw_only=True):
    """What writing a list did, or would do."""

    file_list: FileList
    added: int
    changed: int
    removed: int
    rehearsal: bool


class DraftFileList(Command[FileList], frozen=True, kw_only=True, tag="draft-file-list"):
    """Begin the file list of *year*; with *copy_from*, from that of another year."""

    agency: str
    year: int
    copy_from: int | None = None


class WriteFileList(Command[ListWritten], frozen=True, kw_only=True, tag="write-file-list"):
    """Let a list hold exactly *entries*, in that order."""

    file_list: str
    entries: tuple[EntryGiven, ...]
    seen: tuple[int, ...] | None
    rehearsal: bool = False
    """Only tell what would be."""


class IssueFileList(Command[FileList], frozen=True, kw_only=True, tag="issue-file-list"):
    """Let a list be issued."""

    file_list: str
    decision: str
    day: str = ""
    """Empty = today."""


class FileListTaken(Trouble):
    """The agency has a file list of {year} already."""

    kind = Kind.CONFLICT
    vietnamese = "Cơ quan đã có danh mục hồ sơ năm {year}."


class NoFileList(Trouble):
    """The agency has no file list of {year} ({path})."""

    kind = Kind.INVALID
    vietnamese = "Cơ quan không có danh mục hồ sơ năm {year} ({path})."


class FileListChanged(Trouble):
    """The file list stands at revision {revision} by now; look at it and decide again."""

    kind = Kind.PRECONDITION
    vietnamese = "Danh mục đã sang lần sửa {revision}; hãy xem lại rồi quyết định."


class EntriesRefused(Trouble):
    """{count} of {total} entries cannot be; the list stays as it was. See `rows`."""

    kind = Kind.INVALID
    vietnamese = "{count} trong {total} dòng không nhận được; danh mục giữ nguyên. Xem `rows`."


class EntryTwice(Trouble):
    """The symbol {symbol} stands in the list twice ({path})."""

    kind = Kind.CONFLICT
    vietnamese = "Số, ký hiệu {symbol} có hai lần trong danh mục ({path})."


class EntryIssued(Trouble):
    """The entry {symbol} was issued: it stays as it is ({path})."""

    kind = Kind.CONFLICT
    vietnamese = "Mục {symbol} đã ban hành, phải giữ nguyên ({path})."


class FileListIssuedAlready(Trouble):
    """The file list was issued before, by {decision}."""

    kind = Kind.CONFLICT
    vietnamese = "Danh mục đã ban hành trước đó, theo {decision}."


class FileListEmpty(Trouble):
    """A file list without entries is not issued."""

    kind = Kind.CONFLICT
    vietnamese = "Danh mục chưa có mục nào, không ban hành được."


def decide_draft(change: Change, command: DraftFileList) -> FileList:
    """Begin the list; raise `Hidden`, `NotAllowed`, `AgencyEnded`, `FileListTaken`, `NoFileList`."""
    agency = agency_seen(change, command.caller, command.agency, Right.WRITE)
    authorize(command.caller, Right.WRITE, agency.id)
    require_living(change, agency, day_of(change.stamp.at))
    if not FIRST_YEAR <= command.year <= LAST_YEAR:
        raise fields.FieldUnfit(path="$.year", expected=f"{FIRST_YEAR}–{LAST_YEAR}")
    if file_list_of(change, agency.id, command.year):
        raise FileListTaken(year=command.year)
    copied = _to_copy(change, agency, command.copy_from)
    body = e.FileListDrafted(
        id=FileListId(change.new_id()),
        year=command.year,
        copied_from=command.copy_from or 0,
    )
    change.record(body, agency=agency.id)
    drafted = present(change.get(t.FILE_LISTS, body.id))
    return _record(change, drafted, copied) if copied else drafted


def _to_copy(reading: Reading, agency: Agency, year: int | None) -> tuple[FileEntry, ...]:
    if year is None:
        return ()
    known = file_list_of(reading, agency.id, year)
    if known is None:
        raise NoFileList(path="$.copy_from", year=year)
    return tuple(entry for _, entry in entries_of(reading, known.id))


def decide_write(change: Change, command: WriteFileList) -> ListWritten:
    """Let the list hold the entries.

    Raise `Hidden`, `NotAllowed`, `FileListChanged`, or `EntriesRefused` with every bad one.
    """
    if command.rehearsal:
        return rehearsed(change, lambda part: _write(part, command))
    return _write(change, command)


def _write(change: Change, command: WriteFileList) -> ListWritten:
    known = _writable(change, command.caller, command.file_list)
    if not len(command.entries) <= MAX_ENTRIES:
        raise fields.FieldUnfit(path="$.entries", expected=f"0–{MAX_ENTRIES}")
    agency = present(change.agency(known.agency))
    before = {entry.symbol: entry for _, entry in entries_of(change, known.id)}
    order = tuple(before)
    entries = _entries(change, agency, known, before, command.entries)
    now = {entry.symbol: entry for entry in entries}
    same = order == tuple(now) and before == now
    if not same:
        if command.seen is not None and known.revision not in command.seen:
            raise FileListChanged(revision=known.revision)
        known = _record(change, known, entries)
    return ListWritten(
        file_list=known,
        added=len(now.keys() - before.keys()),
        changed=sum(before[one] != now[one] for one in now.keys() & before.keys()),
        removed=len(before.keys() - now.keys()),
        rehearsal=command.rehearsal,
    )


def _entries(
    change: Change,
    agency: Agency,
    known: FileList,
    before: dict[str, FileEntry],
    asked: tuple[EntryGiven, ...],
) -> tuple[FileEntry, ...]:
    """The entries as they are kept; raise `EntriesRefused` with all that cannot be."""
    made: dict[str, FileEntry] = {}
    refused: list[dict[str, object]] = []
    issued = known.state is FileListState.ISSUED
    for n, one in enumerate(asked):
        path = f"$.entries[{n}]"
        try:
            entry = _entry(change, agency, path, one)
            if entry.symbol in made:
                raise EntryTwice(path=path, symbol=entry.symbol)
            if issued and before.get(entry.symbol, entry) != entry:
                raise EntryIssued(path=path, symbol=entry.symbol)
        except Trouble as trouble:
            refused.append(_told(n, one, path, trouble))
            continue
        made[entry.symbol] = entry
    gone = [symbol for symbol in before if issued and symbol not in made]
    refused += [_missing(symbol) for symbol in gone if not _is_told(refused, symbol)]
    if refused:
        raise EntriesRefused(count=len(refused), total=len(asked), rows=refused[:MAX_TOLD])
    return tuple(made.values())


def _missing(symbol: str) -> dict[str, object]:
    trouble = EntryIssued(path="$.entries", symbol=symbol)
    return {"line": 0, "symbol": symbol, **told("$.entries", trouble)}


def _is_told(refused: list[dict[str, object]], symbol: str) -> bool:
    return any(row["symbol"] == symbol for row in refused)


def _told(n: int, one: EntryGiven, path: str, trouble: Trouble) -> dict[str, object]:
    return {"line": one.line or n + 1, "symbol": one.symbol[:100], **told(path, trouble)}


def _entry(change: Change, agency: Agency, path: str, one: EntryGiven) -> FileEntry:
    refuse_secrets({f"{path}.title": one.title, f"{path}.note": one.note})
    return FileEntry(
        symbol=symbol_of(one.symbol, f"{path}.symbol"),
        heading=fields.line(f"{path}.heading", one.heading, limit=MAX_TITLE),
        title=fields.line(f"{path}.title", one.title, limit=MAX_TITLE, required=True),
        retention=retention_of(one.retention, f"{path}.retention"),
        unit=unit_named(change, agency, f"{path}.unit", one.unit),
        person=_person(change, f"{path}.login", one.login),
        note=fields.line(f"{path}.note", one.note, limit=MAX_NOTE),
    )


def _person(change: Change, path: str, login: str) -> PersonId:
    if not login:
        return PersonId("")
    known = login_of(path, login)
    person = person_by_login(change, known)
    if person is None:
        raise UnknownPerson(path=path, login=known)
    return person.id


def _record(change: Change, known: FileList, entries: tuple[FileEntry, ...]) -> FileList:
    body = e.FileListWritten(id=known.id, revision=known.revision + 1, entries=len(entries))
    told_beside = e.EntriesTold(change.entropy(e.SALT_BYTES), entries)
    change.record(body, agency=known.agency, particulars=told_beside)
    return present(change.get(t.FILE_LISTS, known.id))


def decide_issue(change: Change, command: IssueFileList) -> FileList:
    """Issue the list; by the same act again is harmless.

    Raise `Hidden`, `NotAllowed`, `FileListIssuedAlready`, `FileListEmpty`, or of `fields`.
    """
    known = _writable(change, command.caller, command.file_list)
    today = day_of(change.stamp.at)
    decision = fields.line("$.decision", command.decision, limit=fields.MAX_DECISION, required=True)
    if known.state is FileListState.ISSUED:
        if known.decision != decision:
            raise FileListIssuedAlready(decision=known.decision)
        return known
    if not known.entries:
        raise FileListEmpty
    day = past_day("$.day", command.day, today) or today
    body = e.FileListIssued(id=known.id, revision=known.revision + 1, decision=decision, day=day)
    change.record(body, agency=known.agency)
    return present(change.get(t.FILE_LISTS, known.id))


def _writable(change: Change, caller: Caller, file_list: str) -> FileList:
    known = file_list_for(change, caller, file_list, day_of(change.stamp.at))
    authorize(caller, Right.WRITE, known.agency)
    return known


# Looking.


def file_list_for(reading: Reading, caller: Caller, file_list: str, today: Day) -> FileList:
    """The file list of that identifier, for whoever works in its agency or reads there.

    Raise `Hidden`.
    """
    known = present(reading.get(t.FILE_LISTS, FileListId(given(file_list))))
    if not seat_of(reading, caller, known.agency, today).sees:
        raise Hidden
    return known


def lists_for(reading: Reading, caller: Caller, agency: str) -> Iterator[FileList]:
    """The file lists of an agency, by year; raise `Hidden` or `NotAllowed`."""
    return file_lists_of(reading, agency_seen(reading, caller, agency).id)
