"""`/v1/agencies/{code}/file-lists`, `/v1/file-lists/{file_list}`: file lists (danh mục hồ sơ)."""

from itertools import islice
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import printed, refusals, wire
from api.dossier_items import printing_asked
from api.dossier_views import RetentionView, retention_view
from api.dossiers import DECIDED, today
from api.operations import Answered, Body, Operation
from api.printed import PrintedWanted, send_printed
from api.services import Services, file_lists
from api.services.dossier_print import print_file_list
from api.services.dossier_words import Year
from api.services.fields import DayText, Line
from api.services.file_lists import (
    DraftFileList,
    EntryGiven,
    IssueFileList,
    WriteFileList,
    file_list_for,
    lists_for,
)
from api.services.printing import SheetTooLong
from api.session import caller
from api.wire import ConditionMissing
from repository.catalogue import tables as t
from repository.catalogue.file_lists import entries_of
from repository.catalogue.views import Reading
from repository.model.agencies import AgencyEnded, AgencyNotYetFounded
from repository.model.file_lists import MAX_ENTRIES, FileEntry, FileList

MAX_SHOWN = 200
"""Entries of one page."""


class FileListGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file list to be begun."""

    year: Year
    copy_from: Year | None = None
    """The year whose list it begins with; null = with nothing."""


class FileListView(msgspec.Struct, frozen=True, kw_only=True):
    """A file list as it is shown."""

    id: str
    url: str
    agency: str
    year: int
    state: str
    entries: int
    copied_from: int
    """The year from which it was copied; 0 = from none."""
    decision: str
    issued: str
    revision: int


class FileLists(msgspec.Struct, frozen=True, kw_only=True):
    """The file lists of an agency, by year."""

    file_lists: tuple[FileListView, ...]


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it is shown."""

    symbol: str
    heading: str
    title: str
    retention: RetentionView
    unit: str
    """Short name, or empty."""
    login: str
    name: str
    note: str


class EntriesWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries."""

    start: Annotated[int, Meta(ge=0, le=MAX_ENTRIES)] = 0
    """From this place on, counted from 0."""
    limit: Annotated[int, Meta(ge=1, le=MAX_SHOWN)] = 50


class EntryPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Entries, in the order of the list."""

    file_list: str
    entries: tuple[EntryView, ...]
    next: int | UnsetType = UNSET
    """Go on with this as `start`; not there on the last page."""


class EntriesGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is to stand in a list, in order."""

    entries: Annotated[tuple[EntryGiven, ...], Meta(extra_json_schema={"maxItems": MAX_ENTRIES})]
    rehearsal: bool = False
    """Only tell what would be."""


class EntriesWritten(msgspec.Struct, frozen=True, kw_only=True):
    """What writing did, or would do."""

    file_list: FileListView
    added: int
    changed: int
    removed: int
    rehearsal: bool


class IssuingGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By what a list is issued."""

    decision: Line
    """The act, as cited: `12/QĐ-STP`; at most 100 characters."""
    day: DayText = ""
    """Empty = today."""


class FileListsOfAgency:
    """`/v1/agencies/{code}/file-lists`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_file_lists",
            told="The file lists of an agency.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The lists.", FileLists),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="draft_file_list",
            told="Begin a year's file list; takes `write` in the agency.",
            body=Body(shape=FileListGiven),
            answers=(
                Answered(
                    told="Begun.", status=201, shape=FileListView, headers=(h.LOCATION, h.ETAG)
                ),
            ),
            problems=(
                *DECIDED,
                AgencyEnded,
                AgencyNotYetFounded,
                file_lists.FileListTaken,
                file_lists.NoFileList,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        with self._services.holdings.reading() as reading:
            found = tuple(lists_for(reading, caller(req), code))
            views = tuple(file_list_view(reading, one) for one in found)
        wire.send_tagged(req, resp, FileLists(file_lists=views))

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        given = wire.read(req, FileListGiven, limit=self._services.limits.max_json)
        command = DraftFileList(
            caller=caller(req), agency=code, year=given.year, copy_from=given.copy_from
        )
        drafted = self._services.holdings.keeper.submit(command)
        _send(resp, self._services, drafted, status=201)
        resp.location = f"/v1/file-lists/{drafted.id}"


class FileListResource:
    """`/v1/file-lists/{file_list}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_file_list",
            told="A file list; what stands in it, at `entries`.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The list.", FileListView),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, file_list: str) -> None:
        with self._services.holdings.reading() as reading:
            found = file_list_for(reading, caller(req), file_list, today(self._services))
            view = file_list_view(reading, found)
        wire.send_tagged(req, resp, view, version=str(found.revision))


class FileListEntries:
    """`/v1/file-lists/{file_list}/entries`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_file_entries",
            told="What stands in a file list.",
            query=EntriesWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("A page.", EntryPage),
            problems=refusals.ACCESS,
        ),
        "PUT": Operation(
            name="write_file_list",
            told="Let a list hold exactly these entries: all or none. An issued one only grows.",
            headers=(h.IF_MATCH, h.CONTENT_DIGEST),
            body=Body(shape=EntriesGiven),
            answers=(Answered(told="Written.", shape=EntriesWritten, headers=(h.ETAG,)),),
            problems=(
                *DECIDED,
                ConditionMissing,
                file_lists.FileListChanged,
                file_lists.EntriesRefused,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, file_list: str) -> None:
        wanted = wire.query(req, EntriesWanted)
        with self._services.holdings.reading() as reading:
            found = file_list_for(reading, caller(req), file_list, today(self._services))
            rows = islice(entries_of(reading, found.id, start=wanted.start), wanted.limit)
            views = tuple(_entry_view(reading, entry) for _, entry in rows)
        behind = wanted.start + len(views)
        more = behind if views and behind < found.entries else UNSET
        page = EntryPage(file_list=found.id, entries=views, next=more)
        wire.send_tagged(req, resp, page, version=str(found.revision))

    def on_put(self, req: falcon.Request, resp: falcon.Response, file_list: str) -> None:
        given = wire.read(req, EntriesGiven, limit=self._services.limits.max_batch)
        command = WriteFileList(
            caller=caller(req),
            file_list=file_list,
            entries=given.entries,
            seen=wire.revisions_seen(req),
            rehearsal=given.rehearsal,
        )
        written = self._services.holdings.keeper.submit(command)
        with self._services.holdings.reading() as reading:
            view = file_list_view(reading, written.file_list)
        answer = EntriesWritten(
            file_list=view,
            added=written.added,
            changed=written.changed,
            removed=written.removed,
            rehearsal=written.rehearsal,
        )
        wire.send(resp, answer)
        wire.tag(resp, version=str(written.file_list.revision))


class FileListIssue:
    """`/v1/file-lists/{file_list}/issue`."""

    operations: ClassVar = {
        "POST": Operation(
            name="issue_file_list",
            told="Issue a file list; takes `write` in the agency.",
            body=Body(shape=IssuingGiven),
            answers=(Answered(told="Issued.", shape=FileListView, headers=(h.ETAG,)),),
            problems=(*DECIDED, file_lists.FileListIssuedAlready, file_lists.FileListEmpty),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, file_list: str) -> None:
        given = wire.read(req, IssuingGiven, limit=self._services.limits.max_json)
        command = IssueFileList(
            caller=caller(req), file_list=file_list, decision=given.decision, day=given.day
        )
        _send(resp, self._services, self._services.holdings.keeper.submit(command))


class FileListPrint:
    """`/v1/file-lists/{file_list}/print`."""

    operations: ClassVar = {
        "GET": Operation(
            name="print_file_list",
            told="A file list in its form (danh mục hồ sơ): PDF, XLSX or CSV.",
            query=PrintedWanted,
            answers=printed.answers("The list"),
            problems=(*refusals.ACCESS, *refusals.QUERY, SheetTooLong),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, file_list: str) -> None:
        services = self._services
        asked = printing_asked(req, services)
        printer = services.printers[asked.format]
        send_printed(
            resp,
            asked.format,
            lambda out: print_file_list(services.holdings, asked, file_list, printer, out),
        )


def _send(resp: falcon.Response, services: Services, found: FileList, *, status: int = 200) -> None:
    with services.holdings.reading() as reading:
        wire.send(resp, file_list_view(reading, found), status=status)
    wire.tag(resp, version=str(found.revision))


def file_list_view(reading: Reading, one: FileList) -> FileListView:
    """A file list as it is shown."""
    agency = reading.agency(one.agency)
    return FileListView(
        id=one.id,
        url=f"/v1/file-lists/{one.id}",
        agency=agency.code if agency else "",
        year=one.year,
        state=one.state.value,
        entries=one.entries,
        copied_from=one.copied_from,
        decision=one.decision,
        issued=one.issued,
        revision=one.revision,
    )


def _entry_view(reading: Reading, one: FileEntry) -> EntryView:
    unit = reading.get(t.UNITS, one.unit) if one.unit else None
    person = reading.get(t.PEOPLE, one.person) if one.person else None
    return EntryView(
        symbol=one.symbol,
        heading=one.heading,
        title=one.title,
        retention=retention_view(one.retention),
        unit=unit.code if unit else "",
        login=person.login if person else "",
        name=person.name if person else "",
        note=one.note,
    )
