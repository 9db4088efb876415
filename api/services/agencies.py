"""Declaring agencies (cơ quan), which of them a caller may see, and which are alive."""

from api.services import fields
from api.services.access import agencies_of
from repository.catalogue.agencies import successors_of
from repository.catalogue.change import Change
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Right, authorize_everywhere
from repository.model.agencies import Agency, AgencyEnded, AgencyNotYetFounded, lives_on
from repository.model.days import UNBOUNDED, Day
from repository.model.ids import AgencyCode, AgencyId


class OpenAgency(Command[Agency], frozen=True, kw_only=True, tag="open-agency"):
    """Declare an agency under *code* (QĐ 20/2020/QĐ-TTg) with its *name* in full."""

    code: str
    name: str
    founded: str = ""
    """Its first day, `YYYY-MM-DD`; it may lie ahead. Empty = it has been there."""


class AgencyCodeTaken(Trouble):
    """The code {code} already belongs to an agency."""

    kind = Kind.CONFLICT
    vietnamese = "Mã định danh {code} đã thuộc về một cơ quan."


class UnknownAgency(Trouble):
    """There is no agency {code} ({path})."""

    kind = Kind.INVALID
    vietnamese = "Không có cơ quan {code} ({path})."


def decide_open_agency(change: Change, command: OpenAgency) -> Agency:
    """Declare the agency; raise `NotAllowed`, a trouble of `fields`, or `AgencyCodeTaken`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    code = fields.agency_code("$.code", command.code)
    name = fields.line("$.name", command.name, limit=fields.MAX_AGENCY_NAME, required=True)
    founded = fields.some_day("$.founded", command.founded)
    require_free(change, code, founded)
    agency = AgencyId(change.new_id())
    body = e.AgencyOpened(id=agency, code=code, name=name, founded=founded)
    change.record(body, agency=agency)
    return Agency(
        id=agency, code=code, name=name, opened=change.stamp.microseconds, founded=founded
    )


def named_agency(reading: Reading, path: str, code: str) -> Agency:
    """The agency that a command names at *path*; raise `UnknownAgency` or `FieldUnfit`."""
    agency = reading.agency_by_code(fields.agency_code(path, code))
    if agency is None:
        raise UnknownAgency(path=path, code=code)
    return agency


def require_free(reading: Reading, code: AgencyCode, since: Day, bearer: str = "") -> None:
    """Return when an agency other than *bearer* may bear *code* from *since* on.

    Raise `AgencyCodeTaken`. A code is free again from the day on which whoever had it ended.
    """
    holder = reading.agency_by_code(code)
    if holder is None or holder.id == bearer:
        return
    if holder.code == code and (holder.ended == UNBOUNDED or since < holder.ended):
        raise AgencyCodeTaken(code=code)


def require_living(reading: Reading, agency: Agency, today: Day) -> None:
    """Return when *agency* exists *today*; raise `AgencyEnded` or `AgencyNotYetFounded`."""
    if today < agency.founded:
        raise AgencyNotYetFounded(agency=agency.code, day=agency.founded)
    if agency.ended and agency.ended <= today:
        followed = map(reading.agency, successors_of(reading, agency.id, today))
        codes = [one.code for one in followed if one and lives_on(one, today)]
        raise AgencyEnded(agency=agency.code, day=agency.ended, successors=", ".join(codes) or "–")


def visible_agencies(reading: Reading, caller: Caller) -> tuple[Agency, ...]:
    """The agencies in which *caller* has any right, in the order of their declaration."""
    seen = frozenset[AgencyId]().union(
        caller.standing, *(agencies_of(reading, caller, right) for right in Right)
    )
    return tuple(agency for agency in reading.agencies() if agency.id in seen)
