"""Moving agencies, as the keepers of two office nodes decide it (ADR 29).

The one stops: `LeaveAgency`; and either goes on (`StayAgency`) or lets go (`NoteLeft`). The other takes in,
once the store node has let it claim: `BeginArrival`, `TakeOver` in batches, `EndArrival`. Each may be
sent again at any time. What comes from another node is believed in what is its own, and in nothing else.
"""

import msgspec

from repository.catalogue.change import Change
from repository.catalogue.homes import home_of, is_refused, require_home, state_of
from repository.catalogue.nodes import epoch_of, term_of
from repository.catalogue.views import Reading
from repository.keeper import Command, OutcomeUnknown
from repository.log.bundle import whole
from repository.model import events as e
from repository.model.access import Right, authorize_everywhere
from repository.model.ids import (
    AgencyId,
    BlobId,
)
from repository.model.moves import (
    AgencyAtHome,
    AgencyStaysHere,
    ArrivalClashes,
    BundleUnfit,
    Home,
    HomeState,
    MoveId,
    MoveOver,
    Step,
    stepped,
)
from repository.model.nodes import NodeName
from repository.taking_over import Taking, bears

ITEMS_A_COMMAND = 500
"""So long nobody else is decided at the node where an agency arrives."""


class LeaveAgency(Command[Home], frozen=True, kw_only=True, tag="leave-agency"):
    """Enter nothing more in an agency: it is to be offered to the node *to*."""

    agency: AgencyId
    to: NodeName


class StayAgency(Command[Home], frozen=True, kw_only=True, tag="stay-agency"):
    """Go on: the offer of *move* was withdrawn."""

    agency: AgencyId
    move: MoveId


class NoteLeft(Command[Home], frozen=True, kw_only=True, tag="note-left"):
    """The store node says that *move* was claimed."""

    agency: AgencyId
    move: MoveId
    address: str = ""


class RefuseArrival(Command[None], frozen=True, kw_only=True, tag="refuse-arrival"):
    """Note that *move* is refused, which the store node is told next; not once it has begun."""

    agency: AgencyId
    move: MoveId


class BeginArrival(Command[Home], frozen=True, kw_only=True, tag="begin-arrival"):
    """Begin to take in an agency that this node has claimed."""

    told: e.AgencyArriving
    epoch: int = 0
    """In which it was claimed: a claim of an earlier one may be forgotten by now, and was refused since."""
    rehearsal: bool = False
    """Only say whether it could begin."""


class TakenOver(msgspec.Struct, frozen=True, kw_only=True):
    """How far a bundle has been taken in."""

    taken: int
    """Items, those included that this node had already."""
    passed_over: tuple[str, ...] = ()
    """What of this command's items is not the agency's to say here, by the tags of its events."""


class TakeOver(Command[TakenOver], frozen=True, kw_only=True, tag="take-over"):
    """Take in the next items of a bundle."""

    agency: AgencyId
    move: MoveId
    first: int
    """Which item *frames* begin with, from 0."""
    frames: tuple[bytes, ...]
    missing: tuple[BlobId, ...] = ()
    """Files that the store node no longer keeps for the node from which the agency comes."""


class EndArrival(Command[Home], frozen=True, kw_only=True, tag="end-arrival"):
    """All has been taken in: from now on the agency is at home here."""

    agency: AgencyId
    move: MoveId


# The node that it leaves.


def decide_leave(change: Change, command: LeaveAgency) -> Home:
    """Stop; again is harmless.

    Raise `NotAllowed`, `AgencyElsewhere`, or `AgencyMoving` where it leaves for another node.
    """
    authorize_everywhere(command.caller, Right.ADMINISTER)
    home = home_of(change, command.agency)
    if home and home.state is HomeState.LEAVING and home.node == command.to:
        return home
    require_home(change, command.agency)
    body = e.AgencyLeaving(
        id=command.agency,
        move=MoveId(change.new_id()),
        to=command.to,
        hop=home.hop + 1 if home else 1,
        term=term_of(change).number,
    )
    change.record(body, agency=command.agency)
    return _home(change, command.agency)


def decide_stay(change: Change, command: StayAgency) -> Home:
    """Go on; again is harmless. Raise `NotAllowed` or `AgencyStaysHere`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    home = _home_of_move(change, command.agency, command.move)
    if home.state is HomeState.LEAVING:
        change.record(e.AgencyStayed(command.agency, command.move), agency=command.agency)
    elif home.state is not HomeState.HERE:
        raise AgencyStaysHere(agency=_code(change, command.agency))
    return _home(change, command.agency)


def decide_left(change: Change, command: NoteLeft) -> Home:
    """Let it be at home elsewhere; again is harmless. Raise `NotAllowed` or `AgencyStaysHere`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    home = _home_of_move(change, command.agency, command.move)
    if home.state is HomeState.LEAVING:
        body = e.AgencyLeft(command.agency, home.move, home.node, home.hop, command.address)
        change.record(body, agency=command.agency)
    return _home(change, command.agency)


def _home_of_move(change: Change, agency: AgencyId, move: MoveId) -> Home:
    home = home_of(change, agency)
    if home is None or home.move != move:
        raise AgencyStaysHere(agency=_code(change, agency))
    return home


# The node where it arrives.


def decide_refuse(change: Change, command: RefuseArrival) -> None:
    """Note it, once; raise `NotAllowed`, or `MoveOver` where it has begun."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    home = home_of(change, command.agency)
    begun = (HomeState.ARRIVING, HomeState.HERE)
    if home and home.move == command.move and home.state in begun:
        raise MoveOver(move=command.move, state="claimed")
    if not is_refused(change, command.move):
        change.record(e.ArrivalRefused(command.agency, command.move))


def decide_begin_arrival(change: Change, command: BeginArrival) -> Home:
    """Begin; again is harmless.

    Raise `NotAllowed`, `AgencyAtHome`, `ArrivalClashes`, or `OutcomeUnknown` where this node has begun
    another epoch since it claimed: it has to claim once more.
    """
    authorize_everywhere(command.caller, Right.ADMINISTER)
    told = command.told
    home = home_of(change, told.agency)
    begun = (HomeState.ARRIVING, HomeState.HERE)
    if home and home.move == told.move and home.state in begun:
        return home
    if not command.rehearsal and command.epoch != epoch_of(change):
        raise OutcomeUnknown
    after = stepped(state_of(change, told.agency), Step.BEGIN)
    if after is None or (home and home.hop > told.hop):
        raise AgencyAtHome(agency=told.code)
    bearer = change.agency_by_code(told.code)
    if bearer and bearer.id != told.agency and bears(change, bearer.id, told.code):
        raise ArrivalClashes(what="code", value=told.code)
    if command.rehearsal:
        return Home(state=after, move=told.move, hop=told.hop, node=told.source, items=told.items)
    change.record(told)
    return _home(change, told.agency)


def decide_take_over(change: Change, command: TakeOver) -> TakenOver:
    """Take in the next items, all or none; what was taken before is passed over.

    Raise `NotAllowed`, `MoveOver`, `BundleUnfit`, `ArrivalClashes`, or `BlobWentAway` for what needs a
    file that is not kept for this node yet.
    """
    authorize_everywhere(command.caller, Right.ADMINISTER)
    home = home_of(change, command.agency)
    if home is None or (home.state, home.move) != (HomeState.ARRIVING, command.move):
        state = home.state.value if home and home.move == command.move else "not begun"
        raise MoveOver(move=command.move, state=state)
    passed = home.taken - command.first
    if passed < 0:
        raise BundleUnfit(why=f"item {home.taken} comes after {command.first}")
    frames = command.frames[passed:]
    found = _take_over(change, command, home.taken, frames) if frames else ()
    return TakenOver(taken=_home(change, command.agency).taken, passed_over=found)


def _take_over(
    change: Change, command: TakeOver, first: int, frames: tuple[bytes, ...]
) -> tuple[str, ...]:
    taking = Taking(change, command.agency, command.missing)
    for n, frame in enumerate(frames):
        read = whole(frame)
        if read is None:
            raise BundleUnfit(why=f"item {first + n}")
        taking.take(read.event, read.particulars)
    change.record(
        e.EventsTakenOver(
            agency=command.agency,
            move=command.move,
            first=first,
            items=len(frames),
            events=taking.events,
            people=tuple(taking.people),
            codes=tuple(taking.codes.items()),
        )
    )
    return tuple(taking.passed_over)


def decide_end_arrival(change: Change, command: EndArrival) -> Home:
    """Let it be at home here; again is harmless.

    Raise `NotAllowed`, or `MoveOver` while something is missing.
    """
    authorize_everywhere(command.caller, Right.ADMINISTER)
    home = home_of(change, command.agency)
    if home is None or home.move != command.move:
        raise MoveOver(move=command.move, state="not begun")
    if home.state is HomeState.ARRIVING:
        if home.taken != home.items:
            raise BundleUnfit(why=f"{home.taken} items of {home.items}")
        body = e.AgencyArrived(command.agency, command.move, home.node)
        change.record(body, agency=command.agency)
    return _home(change, command.agency)


def _home(change: Change, agency: AgencyId) -> Home:
    home = home_of(change, agency)
    if home is None:
        raise AgencyStaysHere(agency=_code(change, agency))
    return home


def _code(reading: Reading, agency: AgencyId) -> str:
    known = reading.agency(agency)
    return known.code if known else agency


RULES = {
    LeaveAgency: decide_leave,
    StayAgency: decide_stay,
    NoteLeft: decide_left,
    RefuseArrival: decide_refuse,
    BeginArrival: decide_begin_arrival,
    TakeOver: decide_take_over,
    EndArrival: decide_end_arrival,
}
