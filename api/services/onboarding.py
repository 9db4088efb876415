"""A whole province at once: agencies, units, registers, people and posts from one sheet.

All rows or none; every row that cannot be is told, with its place, in one answer. What stands so
already is passed over, so that a longer sheet may follow a shorter one.
"""

import enum
from collections import Counter
from collections.abc import Callable

import msgspec

from api.services import fields
from api.services.agencies import OpenAgency, decide_open_agency, named_agency
from api.services.organisation import (
    EnterPerson,
    GivePost,
    OpenUnit,
    PostHeldAlready,
    enter_person,
    give_post,
    open_unit,
)
from api.services.registers import OpenRegister, decide_open_register
from api.services.rehearsal import rehearsed
from api.services.reorganisation import OpenFonds, decide_open_fonds
from repository.catalogue.change import Change
from repository.catalogue.organisation import unit_by_code
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model.access import Caller, Right, authorize_everywhere
from repository.model.people import Duty
from repository.model.registers import Direction, NumberingPeriod

MAX_ROWS = 100_000
"""Rows of one sheet: a province has some 45,000."""
MAX_TOLD = 1_000
"""Rows that cannot be, told in one answer."""


class What(enum.Enum):
    """What a row declares."""

    AGENCY = "agency"
    """Cơ quan."""
    UNIT = "unit"
    """Đơn vị."""
    REGISTER = "register"
    """Sổ."""
    PERSON = "person"
    """Người."""
    POST = "post"
    """Vị trí."""


class SheetRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row; what a kind of row does not need stays empty."""

    line: int
    """Its place in the sheet, from 1."""
    what: What
    agency: str = ""
    """Code of the agency."""
    code: str = ""
    """Short name of the unit or the register."""
    name: str = ""
    """Of an agency, a unit or a person; the title of a register."""
    unit: str = ""
    """Short name of the unit of a post, or of the unit above a unit."""
    login: str = ""
    mail: str = ""
    duty: Duty | None = None
    title: str = ""
    """Chức vụ."""
    direction: Direction | None = None
    notation: str = ""
    period: NumberingPeriod = NumberingPeriod.CALENDAR_YEAR
    opening: int = 1
    since: str = ""
    """First day, `YYYY-MM-DD`."""
    fonds: str = ""
    """Code of an agency's fonds."""


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, or would do."""

    declared: dict[str, int]
    """Rows that declared something new, by kind."""
    unchanged: int
    """Rows that stood so already."""
    rehearsal: bool


class ImportOrganisation(Command[Declared], frozen=True, kw_only=True, tag="import-organisation"):
    """Declare all *rows*, or none."""

    rows: tuple[SheetRow, ...]
    rehearsal: bool = False
    """Only tell what would be."""


_ORDER = {what: place for place, what in enumerate(What)}
"""Whatever the sheet's order, agencies come first; units stand below those they belong to."""


class RowsRefused(Trouble):
    """{count} of {total} rows cannot be; nothing was declared. See `rows`."""

    kind = Kind.INVALID
    vietnamese = "{count} trong {total} dòng không nhận được; chưa khai báo gì. Xem `rows`."


class TooManyRows(Trouble):
    """A sheet has at most {limit} rows."""

    kind = Kind.TOO_LARGE
    vietnamese = "Mỗi bảng có nhiều nhất {limit} dòng."


def decide_import(change: Change, command: ImportOrganisation) -> Declared:
    """Declare all; raise `NotAllowed`, `TooManyRows` or `RowsRefused` with every bad row."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    if len(command.rows) > MAX_ROWS:
        raise TooManyRows(limit=MAX_ROWS)
    if command.rehearsal:
        return rehearsed(change, lambda part: _import(part, command))
    return _import(change, command)


def _import(change: Change, command: ImportOrganisation) -> Declared:
    done: Counter[str] = Counter()
    refused: list[dict[str, object]] = []
    for row in sorted(command.rows, key=lambda row: _ORDER[row.what]):
        try:
            with change.attempt() as part:
                made = _DECLARING[row.what](part, command.caller, row)
            done[row.what.value if made else ""] += 1
        except Trouble as trouble:
            refused.append(_told(row, trouble))
    if refused:
        refused.sort(key=lambda told: int(str(told["line"])))
        raise RowsRefused(count=len(refused), total=len(command.rows), rows=refused[:MAX_TOLD])
    unchanged = done.pop("", 0)
    return Declared(declared=dict(done), unchanged=unchanged, rehearsal=command.rehearsal)


def _told(row: SheetRow, trouble: Trouble) -> dict[str, object]:
    return {
        "line": row.line,
        "type": f"/problems/{type(trouble).slug()}",
        "path": trouble.facts.get("path", ""),
        "detail": trouble.sentence,
        "detail_vi": trouble.sentence_vi,
    }


def _agency(change: Change, caller: Caller, row: SheetRow) -> bool:
    known = change.agency_by_code(row.agency)
    if known and known.name == row.name.strip() and not known.ended:
        return False
    opening = OpenAgency(caller=caller, code=row.agency, name=row.name, founded=row.since)
    decide_open_agency(change, opening)
    if row.fonds:
        decide_open_fonds(change, OpenFonds(caller=caller, agency=row.agency, code=row.fonds))
    return True


def _unit(change: Change, caller: Caller, row: SheetRow) -> bool:
    agency = named_agency(change, "$.agency", row.agency)
    known = unit_by_code(change, agency.id, row.code)
    if known and known.name == row.name.strip():
        return False
    opening = OpenUnit(
        caller=caller,
        agency=row.agency,
        code=row.code,
        name=row.name,
        parent=row.unit,
        since=row.since,
    )
    open_unit(change, agency, opening)
    return True


def _register(change: Change, caller: Caller, row: SheetRow) -> bool:
    agency = named_agency(change, "$.agency", row.agency)
    if row.direction is None:
        raise fields.FieldMissing(path="$.direction")
    known = change.register_by_code(agency.id, row.code)
    if known and (known.direction, known.title) == (row.direction, row.name.strip()):
        return False
    opening = OpenRegister(
        caller=caller,
        agency=row.agency,
        code=row.code,
        direction=row.direction,
        title=row.name,
        notation=row.notation,
        period=row.period,
        opening=row.opening,
    )
    decide_open_register(change, opening)
    return True


def _person(change: Change, caller: Caller, row: SheetRow) -> bool:
    before = change.watermark().sequence
    enter_person(change, EnterPerson(caller=caller, login=row.login, name=row.name, mail=row.mail))
    return change.watermark().sequence != before


def _post(change: Change, caller: Caller, row: SheetRow) -> bool:
    agency = named_agency(change, "$.agency", row.agency)
    if row.duty is None:
        raise fields.FieldMissing(path="$.duty")
    asked = GivePost(
        caller=caller,
        login=row.login,
        agency=row.agency,
        duty=row.duty,
        unit=row.unit,
        title=row.title,
        since=row.since,
    )
    try:
        give_post(change, agency, asked)
    except PostHeldAlready:
        return False
    return True


_DECLARING: dict[What, Callable[[Change, Caller, SheetRow], bool]] = {
    What.AGENCY: _agency,
    What.UNIT: _unit,
    What.REGISTER: _register,
    What.PERSON: _person,
    What.POST: _post,
}
