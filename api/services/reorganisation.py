"""Agencies through time: other names, other codes, one following another (sắp xếp, kế thừa).

Names and codes are entered from their day on, not before it; a reorganisation may be entered
ahead, takes effect by itself at 00:00 in Vietnam, and can be taken back until then.
"""

from api.services import fields
from api.services.access import given, present
from api.services.agencies import AgencyCodeTaken, named_agency, require_free
from api.services.rehearsal import rehearsed
from repository.catalogue import tables as t
from repository.catalogue.agencies import bearer_on, identifiers_of
from repository.catalogue.change import Change
from repository.catalogue.homes import require_home
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Right, authorize_everywhere
from repository.model.agencies import Agency, Fonds, Identifier, Scheme, lives_on
from repository.model.days import UNBOUNDED, Day, day_of
from repository.model.ids import AgencyCode, SuccessionId
from repository.model.successions import (
    SHAPES,
    Reorganisation,
    Scope,
    Succession,
    ends_on,
    require_shape,
)


class RenameAgency(Command[Agency], frozen=True, kw_only=True, tag="rename-agency"):
    """Let an agency bear another name from *since* on; registers and numbers go on."""

    agency: str
    """Its code."""
    name: str
    since: str
    decision: str = ""


class GiveIdentifier(Command[Identifier], frozen=True, kw_only=True, tag="give-identifier"):
    """Let an agency bear a code from *since* on."""

    agency: str
    scheme: Scheme
    value: str
    since: str
    decision: str = ""


class OpenFonds(Command[Fonds], frozen=True, kw_only=True, tag="open-fonds"):
    """Let the papers of an agency form a fonds under a code."""

    agency: str
    code: str
    since: str = ""


class Reorganise(Command[Succession], frozen=True, kw_only=True, tag="reorganise"):
    """Let *targets* follow *sources* (codes of agencies) from the day *effective* on."""

    kind: Reorganisation
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    effective: str
    decision: str
    scopes: tuple[Scope, ...] = tuple(Scope)
    rehearsal: bool = False
    """Only tell what would be."""


class WithdrawReorganisation(
    Command[Succession], frozen=True, kw_only=True, tag="withdraw-reorganisation"
):
    """Take an act back whose day has not come."""

    succession: str


class DayAhead(Trouble):
    """{path} lies ahead ({day}): enter it on that day or later."""

    kind = Kind.INVALID
    vietnamese = "{path} còn ở phía trước ({day}): chỉ nhập từ ngày đó trở đi."


class PartyNotAlive(Trouble):
    """{agency} does not exist on {day}, or an act that ends it is entered already."""

    kind = Kind.CONFLICT
    vietnamese = "{agency} không hoạt động vào ngày {day}, hoặc đã có quyết định kết thúc."


class PartyOnBothSides(Trouble):
    """{agency} cannot follow itself."""

    kind = Kind.INVALID
    vietnamese = "{agency} không thể kế thừa chính mình."


class PartyNotNew(Trouble):
    """{agency} has to be founded on {day}: declare it with that first day."""

    kind = Kind.CONFLICT
    vietnamese = "{agency} phải được thành lập ngày {day}: hãy khai báo với ngày đầu tiên đó."


class FondsCodeTaken(Trouble):
    """There is a fonds {code} already."""

    kind = Kind.CONFLICT
    vietnamese = "Đã có phông mang mã {code}."


class TooLateToWithdraw(Trouble):
    """The act took effect on {day}; what followed from it stands."""

    kind = Kind.CONFLICT
    vietnamese = "Quyết định đã có hiệu lực từ {day}; không thể rút lại."


def decide_rename(change: Change, command: RenameAgency) -> Agency:
    """Let the agency be renamed; raise `NotAllowed`, `UnknownAgency`, `DayAhead` or of `fields`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    agency = named_agency(change, "$.agency", command.agency)
    body = e.AgencyRenamed(
        id=agency.id,
        name=fields.line("$.name", command.name, limit=fields.MAX_AGENCY_NAME, required=True),
        since=_reached(change, command.since),
        decision=_decision(command.decision),
    )
    change.record(body, agency=agency.id)
    return present(change.agency(agency.id))


def decide_give_identifier(change: Change, command: GiveIdentifier) -> Identifier:
    """Let the agency bear the code; raise as `decide_rename`, or `AgencyCodeTaken`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    agency = named_agency(change, "$.agency", command.agency)
    value = fields.coded("$.value", command.scheme, command.value)
    since = _reached(change, command.since)
    if command.scheme is Scheme.QD20:
        require_free(change, AgencyCode(value), since, bearer=agency.id)
    elif (borne := bearer_on(change, value, since)) and borne.id != agency.id:
        raise AgencyCodeTaken(code=value)
    change.record(
        e.IdentifierGiven(
            id=agency.id,
            scheme=command.scheme,
            value=value,
            since=since,
            decision=_decision(command.decision),
        ),
        agency=agency.id,
    )
    found = identifiers_of(change, agency.id)
    return next(one for one in found if (one.value, one.since) == (value, since))


def decide_open_fonds(change: Change, command: OpenFonds) -> Fonds:
    """Let the fonds be opened; raise as `decide_rename`, or `FondsCodeTaken`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    agency = named_agency(change, "$.agency", command.agency)
    code = fields.line("$.code", command.code, limit=fields.MAX_FONDS, required=True)
    if change.get(t.FONDS, code):
        raise FondsCodeTaken(code=code)
    since = fields.some_day("$.since", command.since) or agency.founded
    change.record(e.FondsOpened(id=agency.id, code=code, since=since), agency=agency.id)
    return present(change.get(t.FONDS, code))


def decide_reorganise(change: Change, command: Reorganise) -> Succession:
    """Let agencies follow others.

    Raise `NotAllowed`, `PartiesUnfit`, `PartyNotAlive`, `PartyOnBothSides`, `PartyNotNew`,
    `UnknownAgency` or of `fields`.
    """
    authorize_everywhere(command.caller, Right.ADMINISTER)
    if command.rehearsal:
        return rehearsed(change, lambda part: _reorganise(part, command))
    return _reorganise(change, command)


def _reorganise(change: Change, command: Reorganise) -> Succession:
    require_shape(command.kind, len(command.sources), len(command.targets))
    sources = _parties(change, "$.sources", command.sources)
    targets = _parties(change, "$.targets", command.targets)
    effective = Day(fields.day("$.effective", command.effective).isoformat())
    _require_fit(command.kind, sources, targets, effective)
    body = e.SuccessionDecided(
        id=SuccessionId(change.new_id()),
        kind=command.kind,
        sources=tuple(one.id for one in sources),
        targets=tuple(one.id for one in targets),
        effective=effective,
        decision=_decision(command.decision, required=True),
        scopes=tuple(scope for scope in Scope if scope in command.scopes),
    )
    change.record(body)
    _tell(change, body)
    return present(change.get(t.SUCCESSIONS, body.id))


def decide_withdraw(change: Change, command: WithdrawReorganisation) -> Succession:
    """Let the act be taken back; raise `NotAllowed`, `Hidden` or `TooLateToWithdraw`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    decided = present(change.get(t.SUCCESSIONS, given(command.succession)))
    if decided.effective <= day_of(change.stamp.at):
        raise TooLateToWithdraw(day=decided.effective)
    for party in (*decided.sources, *decided.targets):
        require_home(change, party)
    if not decided.withdrawn:
        change.record(e.SuccessionWithdrawn(id=decided.id))
    return present(change.get(t.SUCCESSIONS, decided.id))


def _tell(change: Change, body: e.SuccessionDecided) -> None:
    """Let every agency that is concerned find the act in its feed."""
    ended = ends_on(body.kind, body.effective)
    for agency in body.sources:
        change.record(e.AgencyConcerned(agency, body.id, ended), agency=agency)
    for agency in body.targets:
        change.record(e.AgencyConcerned(agency, body.id, UNBOUNDED), agency=agency)


def _require_fit(
    kind: Reorganisation, sources: tuple[Agency, ...], targets: tuple[Agency, ...], day: Day
) -> None:
    for agency in sources:
        if agency.ended or not lives_on(agency, day):
            raise PartyNotAlive(agency=agency.code, day=day)
    for agency in targets:
        if agency in sources:
            raise PartyOnBothSides(agency=agency.code)
        if not lives_on(agency, day):
            raise PartyNotAlive(agency=agency.code, day=day)
        if SHAPES[kind].targets_begin and agency.founded != day:
            raise PartyNotNew(agency=agency.code, day=day)


def _parties(change: Change, path: str, codes: tuple[str, ...]) -> tuple[Agency, ...]:
    found = [named_agency(change, f"{path}[{n}]", code) for n, code in enumerate(codes)]
    return tuple({one.id: one for one in found}.values())


def _reached(change: Change, since: str) -> Day:
    """A day that has come; raise `DayAhead` or `FieldUnfit`."""
    day = Day(fields.day("$.since", since).isoformat())
    if day > day_of(change.stamp.at):
        raise DayAhead(path="$.since", day=day)
    return day


def _decision(text: str, *, required: bool = False) -> str:
    return fields.line("$.decision", text, limit=fields.MAX_DECISION, required=required)
