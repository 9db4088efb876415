"""Declaring agencies (cơ quan), and which of them a caller may see."""

from api.services import fields
from api.services.access import agencies_of
from repository.catalogue.change import Change
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Right, authorize_everywhere
from repository.model.agencies import Agency
from repository.model.ids import AgencyId


class OpenAgency(Command[Agency], frozen=True, kw_only=True, tag="open-agency"):
    """Declare an agency under *code* (QĐ 20/2020/QĐ-TTg) with its *name* in full."""

    code: str
    name: str


class AgencyCodeTaken(Trouble):
    """The code {code} already belongs to an agency."""

    kind = Kind.CONFLICT
    vietnamese = "Mã định danh {code} đã thuộc về một cơ quan."


def decide_open_agency(change: Change, command: OpenAgency) -> Agency:
    """Declare the agency; raise `NotAllowed`, a trouble of `fields`, or `AgencyCodeTaken`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    code = fields.agency_code("$.code", command.code)
    name = fields.line("$.name", command.name, limit=fields.MAX_AGENCY_NAME, required=True)
    if change.agency_by_code(code):
        raise AgencyCodeTaken(code=code)
    agency = AgencyId(change.new_id())
    change.record(e.AgencyOpened(id=agency, code=code, name=name), agency=agency)
    return Agency(id=agency, code=code, name=name, opened=change.stamp.microseconds)


def visible_agencies(reading: Reading, caller: Caller) -> tuple[Agency, ...]:
    """The agencies in which *caller* has any right, in the order of their declaration."""
    seen = frozenset[AgencyId]().union(
        *(agencies_of(reading, caller, right) for right in caller.rights)
    )
    return tuple(agency for agency in reading.agencies() if agency.id in seen)
