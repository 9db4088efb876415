"""Opening dossiers (mở hồ sơ): from an issued file list, or by themselves."""

import msgspec

from api.services import fields
from api.services.access import present
from api.services.agencies import require_living
from api.services.dossier_access import Seat, seat_of
from api.services.dossier_finding import agency_seen
from api.services.dossier_rules import (
    require_free,
    told_of,
    unit_of,
    working,
)
from api.services.dossier_words import (
    RetentionGiven,
    Year,
    info_sign,
    keywords,
    languages,
    note_of,
    paper_code,
    past_day,
    retention_of,
    some_day,
    symbol_of,
    title_of,
)
from api.services.incidents import refuse_secrets
from api.services.organisation import unit_named
from repository.catalogue import tables as t
from repository.catalogue.agencies import fonds_of
from repository.catalogue.change import Change
from repository.catalogue.file_lists import entry_named, file_list_of
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, NotAllowed, Right, authorize
from repository.model.agencies import Agency
from repository.model.confidentiality import Confidentiality
from repository.model.days import UNBOUNDED, Day, day_of, holds_on
from repository.model.dossier_events import DossierNoted
from repository.model.dossiers import Condition, Dossier
from repository.model.file_lists import FileEntry, FileListState
from repository.model.ids import AgencyId, DossierId, FileListId, PersonId, UnitId
from repository.model.retention import Retention


class DossierGiven(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A dossier to be opened; this is also the body of the request."""

    agency: fields.AgencyCodeText
    """Code of the agency."""
    year: Year | None = None
    """Of the file list; null = this year."""
    entry: str = ""
    """Symbol of its entry in the issued file list of the year: what is not said follows from it. Empty
    = opened by itself, with `symbol`, `title` and `retention`."""
    symbol: str = ""
    """At most 100 characters; unique in the agency's year; empty = that of the entry."""
    title: str = ""
    """At most 1,000 characters."""
    retention: RetentionGiven | None = None
    login: str = ""
    """Who is in charge; empty = that of the entry, or you."""
    unit: str = ""
    """Short name of the unit; empty = that of the entry, or of whoever is in charge."""
    fonds: str = ""
    """Code of the fonds; needed where the agency has several that are open."""
    started: fields.DayText = ""
    """Empty = today."""
    trigger_day: fields.DayText = ""
    """From which the retention counts, where that is not the end of the work."""
    confidentiality: Confidentiality = Confidentiality.NONE
    languages: tuple[str, ...] = ("vi",)
    """ISO 639 codes."""
    keywords: tuple[str, ...] = ()
    """At most 50, of at most 100 characters."""
    note: str = ""
    """At most 2,000 characters."""
    info_sign: str = ""
    """Ký hiệu thông tin; at most 30 characters."""
    condition: Condition | None = None
    """Of what is on paper."""
    paper_code: str = ""
    """Under which code the paper dossier lies; at most 100 characters."""


class OpenDossier(Command[Dossier], frozen=True, kw_only=True, tag="open-dossier"):
    """Open a dossier."""

    given: DossierGiven


class NoSuchEntry(Trouble):
    """No issued file list of {year} has an entry {entry} ({path})."""

    kind = Kind.INVALID
    vietnamese = "Danh mục hồ sơ đã ban hành của năm {year} không có {entry} ({path})."


class NoSuchFonds(Trouble):
    """The agency has no open fonds {fonds} ({path})."""

    kind = Kind.INVALID
    vietnamese = "Cơ quan không có phông {fonds} đang mở ({path})."


def decide_open_dossier(change: Change, command: OpenDossier) -> Dossier:
    """Open the dossier.

    Raise `Hidden`, `NotAllowed`, `AgencyEnded`, `DossierSymbolTaken`, `NoSuchEntry`, `NoSuchFonds`,
    `UnknownPerson`, `UnknownUnit`, `NotOfOneAgency`, `StateSecretRefused` or of `fields`.
    """
    asked, today = command.given, day_of(change.stamp.at)
    agency, seat = _where_they_open(change, command.caller, asked.agency, today)
    require_living(change, agency, today)
    year = asked.year if asked.year is not None else int(today[:4])
    file_list, entry = _entry(change, agency.id, year, asked.entry)
    symbol = symbol_of(asked.symbol or (entry.symbol if entry else ""))
    require_free(change, agency.id, year, symbol)
    words = _words(asked, entry)
    person, unit = _in_charge(change, command.caller, agency, asked, entry)
    _require_own(command.caller, seat, person, unit)
    noted = DossierNoted(
        symbol=symbol,
        retention=_retention(asked.retention, entry),
        confidentiality=asked.confidentiality,
        person=person,
        unit=unit,
        started=past_day("$.started", asked.started, today) or today,
        ended=UNBOUNDED,
        trigger_day=some_day("$.trigger_day", asked.trigger_day),
        languages=languages(asked.languages),
        info_sign=info_sign(asked.info_sign),
        condition=asked.condition,
        paper_code=paper_code(asked.paper_code),
    )
    body = e.DossierOpened(
        id=DossierId(change.new_id()),
        year=year,
        fonds=_fonds(change, agency.id, asked.fonds, today),
        file_list=file_list,
        entry=entry.symbol if entry else "",
        noted=noted,
    )
    change.record(body, agency=agency.id, particulars=told_of(change, *words))
    return present(change.get(t.DOSSIERS, body.id))


def _words(asked: DossierGiven, entry: FileEntry | None) -> tuple[str, tuple[str, ...], str]:
    title = asked.title or (entry.title if entry else "")
    refuse_secrets({"$.title": title, "$.note": asked.note})
    return (
        title_of(title),
        keywords(asked.keywords),
        note_of(asked.note),
    )


def _retention(asked: RetentionGiven | None, entry: FileEntry | None) -> Retention:
    if asked:
        return retention_of(asked)
    if entry is None:
        raise fields.FieldMissing(path="$.retention")
    return entry.retention


# Where it belongs, and to whom.


def _where_they_open(
    reading: Reading, caller: Caller, code: str, today: Day
) -> tuple[Agency, Seat]:
    """The agency that bears *code*, where *caller* may open dossiers: whoever works there."""
    agency = agency_seen(reading, caller, code, Right.WRITE)
    seat = seat_of(reading, caller, agency.id, today)
    if not (agency.id in caller.standing or seat.registry):
        authorize(caller, Right.WRITE, agency.id)
    return agency, seat


def _require_own(caller: Caller, seat: Seat, person: PersonId, unit: UnitId) -> None:
    """Raise `NotAllowed` where somebody who is no clerk opens a dossier for others than their own."""
    mine = person == caller.person or (bool(unit) and f"u:{unit}" in caller.hands)
    if not (seat.registry or mine):
        raise NotAllowed(right=Right.WRITE.value)


def _entry(
    reading: Reading, agency: AgencyId, year: int, symbol: str
) -> tuple[FileListId, FileEntry | None]:
    if not symbol:
        return FileListId(""), None
    known = file_list_of(reading, agency, year)
    issued = known if known and known.state is FileListState.ISSUED else None
    entry = entry_named(reading, issued.id, symbol_of(symbol, "$.entry")) if issued else None
    if issued is None or entry is None:
        raise NoSuchEntry(path="$.entry", entry=symbol, year=year)
    return issued.id, entry


def _in_charge(
    reading: Change, caller: Caller, agency: Agency, asked: DossierGiven, entry: FileEntry | None
) -> tuple[PersonId, UnitId]:
    """Who is in charge, and for which unit: as asked, else as listed, else the caller."""
    unit = unit_named(reading, agency, "$.unit", asked.unit) or (entry.unit if entry else "")
    if asked.login:
        return working(reading, agency.id, asked.login, UnitId(unit))
    person = (entry.person if entry else "") or caller.person
    if not person and not unit:
        raise fields.FieldMissing(path="$.login")
    return PersonId(person), UnitId(unit or unit_of(reading, agency.id, PersonId(person)))


def _fonds(reading: Reading, agency: AgencyId, code: str, today: Day) -> str:
    known = [
        one.code
        for one in fonds_of(reading, agency)
        if holds_on(today, since=one.since, until=one.until)
    ]
    if code:
        wanted = fields.line("$.fonds", code, limit=fields.MAX_FONDS)
        if wanted not in known:
            raise NoSuchFonds(path="$.fonds", fonds=wanted)
        return wanted
    if len(known) > 1:
        raise fields.FieldUnfit(path="$.fonds", expected=" | ".join(known))
    return known[0] if known else ""
