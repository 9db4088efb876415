"""Moving agencies, as the keepers of two office nodes decide it (ADR 29).

The one stops: `LeaveAgency`; and either goes on (`StayAgency`) or lets go (`NoteLeft`). The other takes in,
once the store node has let it claim: `BeginArrival`, `TakeOver` in batches, `EndArrival`. Each may be
sent again at any time. What comes from another node is believed in what is its own, and in nothing else.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from repository.blobs.ledger import BlobWentAway
from repository.blobs.media import NAMES
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.fates import Fates
from repository.catalogue.homes import home_of, is_refused, known_as, require_home, state_of
from repository.catalogue.nodes import term_of
from repository.catalogue.views import Reading
from repository.elsewhere import row_elsewhere
from repository.keeper import Command
from repository.log.bundle import whole
from repository.model import events as e
from repository.model.access import Right, authorize_everywhere
from repository.model.agencies import Scheme
from repository.model.blobs import pack_row
from repository.model.days import UNBOUNDED
from repository.model.ids import (
    AgencyCode,
    AgencyId,
    BlobId,
    DocumentId,
    PersonId,
    show_blob,
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
from repository.model.references import blobs_needed

ITEMS_A_COMMAND = 500
"""So long nobody else is decided at the node where an agency arrives."""
_MEDIA = {name: media for media, name in NAMES.items()}
_OWNED: tuple[t.Table[Any], ...] = (t.REGISTERS, t.DOCUMENTS, t.UNITS, t.POSTS, t.RECEIPTS)
"""What belongs to an agency and has an identifier of its own."""
_NAMING = ("id", "document", "register", "unit", "parent")
"""Fields of an agency's event that name one of those."""


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
    """Never take an agency in by *move*."""

    agency: AgencyId
    move: MoveId


class BeginArrival(Command[Home], frozen=True, kw_only=True, tag="begin-arrival"):
    """Begin to take in an agency that this node has claimed."""

    told: e.AgencyArriving
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
    """Promise it, once and for good; raise `NotAllowed`, or `MoveOver` where it has begun."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    home = home_of(change, command.agency)
    begun = (HomeState.ARRIVING, HomeState.HERE)
    if home and home.move == command.move and home.state in begun:
        raise MoveOver(move=command.move, state="claimed")
    if not is_refused(change, command.move):
        change.record(e.ArrivalRefused(command.agency, command.move))


def decide_begin_arrival(change: Change, command: BeginArrival) -> Home:
    """Begin; again is harmless.

    Raise `NotAllowed`, `MoveOver` where it was refused, `AgencyAtHome`, `ArrivalClashes`.
    """
    authorize_everywhere(command.caller, Right.ADMINISTER)
    told = command.told
    home = home_of(change, told.agency)
    begun = (HomeState.ARRIVING, HomeState.HERE)
    if home and home.move == told.move and home.state in begun:
        return home
    if is_refused(change, told.move):
        raise MoveOver(move=told.move, state="refused")
    after = stepped(state_of(change, told.agency), Step.BEGIN)
    if after is None or (home and home.hop > told.hop):
        raise AgencyAtHome(agency=told.code)
    bearer = change.agency_by_code(told.code)
    if bearer and bearer.id != told.agency and _bears(change, bearer.id, told.code):
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
    taking = _Taking(change, command)
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


class _Taking:
    """Takes in the events of one command."""

    def __init__(self, change: Change, command: TakeOver) -> None:
        self._change = change
        self._agency = command.agency
        self._missing = frozenset(command.missing)
        self.events = 0
        self.passed_over: list[str] = []
        self.people: list[tuple[PersonId, PersonId]] = []
        self.codes: dict[AgencyCode, AgencyId] = {}

    def take(self, event: e.Event, beside: bytes) -> None:
        """Take *event* in, unless this node has it already."""
        if event.agency not in ("", self._agency):
            raise BundleUnfit(why=f"an event of {event.agency}")
        if event.agency:
            event = self._as_known_here(event)
        wanted = self._is_next(event) if event.agency else self._is_news(event, beside)
        if not wanted:
            return
        self._require_files(event.body)
        self._note_codes(event.body)
        self._change.take_over(event, beside)
        self.events += 1

    # The agency's own.

    def _is_next(self, event: e.Event) -> bool:
        """Say whether *event* follows the agency's last one here; False for one from before."""
        expected = self._change.last_of(self._agency) + 1
        if event.agency_sequence > expected:
            raise BundleUnfit(why=f"event {expected} of the agency is missing")
        if event.agency_sequence < expected:
            return False
        for owner in owners(self._change, event.body):
            if owner != self._agency:
                raise BundleUnfit(why=f"event {expected} concerns {owner}")
        return True

    def _as_known_here(self, event: e.Event) -> e.Event:
        """*event* with the person it names, where that is known here by another identifier."""
        person = PersonId(getattr(event.body, "person", ""))
        here = dict(self.people).get(person) or known_as(self._change, person)
        if here == person:
            return event
        body = msgspec.structs.replace(event.body, person=here)
        return msgspec.structs.replace(event, body=body)

    def _note_codes(self, body: e.AnyBody) -> None:
        """Remember who bears a code now that the agency bore once."""
        code = _code_given(body)
        bearer = self._change.agency_by_code(code) if code else None
        another = bearer is not None and bearer.id != self._agency
        if code and bearer and another and _bears(self._change, bearer.id, code):
            self.codes[code] = bearer.id
        if isinstance(body, e.FondsOpened):
            fonds = self._change.get(t.FONDS, body.code)
            if fonds and fonds.agency != self._agency:
                raise ArrivalClashes(what="fonds", value=body.code)

    # What concerns it among the node's own.

    def _is_news(self, event: e.Event, beside: bytes) -> bool:
        body = event.body
        if not isinstance(body, TRAVELLING):
            raise BundleUnfit(why=str(body.__struct_config__.tag))
        if isinstance(body, e.PersonEntered):
            return self._is_new_person(body, beside)
        news = _NEWS[type(body)](self._change, self._agency, body)
        if news is None:
            self.passed_over.append(str(body.__struct_config__.tag))
        return bool(news)

    def _is_new_person(self, body: e.PersonEntered, beside: bytes) -> bool:
        """Say so; remember who is known here by another identifier. What is erased is taken as it is."""
        if self._change.get(t.PEOPLE, body.id):
            return False
        if not beside:
            return True
        told = e.decode_person(beside)
        login = self._change.get(t.LOGINS, told.login)
        lasting = self._change.get(t.DIRECTORY_NAMES, told.directory) if told.directory else None
        here = lasting or login
        if here is None:
            return True
        kept = self._change.get(t.PEOPLE, here)
        if login not in (None, here) or (
            kept and kept.directory and told.directory and kept.directory != told.directory
        ):
            raise ArrivalClashes(what="login", value=told.login)
        self.people.append((body.id, here))
        return False

    # Files.

    def _require_files(self, body: e.AnyBody) -> None:
        fates = Fates(self._change)
        for blob in blobs_needed(body):
            away = self._change.row(blob) is None or fates.leaving(blob)
            if away and blob not in self._missing:
                raise BlobWentAway(blob=show_blob(blob))
        if isinstance(body, e.DocumentRegistered):
            for held in body.components:
                # As a rebuilt catalogue would have it; `vankho check` tells of what is missing.
                row = row_elsewhere(length=held.size, media=_MEDIA[held.media_type])
                put = self._change.transaction.put
                put(t.BLOBS.name, held.blob, pack_row(row), overwrite=False)


# Whether what a node says of itself is the arriving agency's (None: it is not), and news here.


def _token_issued(rows: Reading, agency: AgencyId, body: e.TokenIssued) -> bool | None:
    if body.every_agency or body.person or body.agencies != (agency,):
        return None
    return rows.token(body.id) is None


def _token_revoked(rows: Reading, agency: AgencyId, body: e.TokenRevoked) -> bool | None:
    token = rows.token(body.id)
    if token is None or token.every_agency or token.agencies != (agency,):
        return None
    return not token.revoked


def _hold_placed(rows: Reading, agency: AgencyId, body: e.HoldPlaced) -> bool | None:
    if not _is_held(rows, agency, body.document, body.blob):
        return None
    return rows.get(t.HOLDS, body.id) is None


def _hold_lifted(rows: Reading, agency: AgencyId, body: e.HoldLifted) -> bool | None:
    hold = rows.get(t.HOLDS, body.id)
    if hold is None or not _is_held(rows, agency, hold.document, hold.blob):
        return None
    return not hold.lifted


def _is_held(rows: Reading, agency: AgencyId, document: DocumentId, blob: BlobId) -> bool:
    """Say whether the *document* is the agency's; without one, whether a document of it holds *blob*."""
    found = rows.document(document) if document else None
    return found.agency == agency if found else bool(blob) and rows.held(blob, agency)


def _incident(rows: Reading, agency: AgencyId, body: e.IncidentNoted) -> bool | None:
    return None if body.agency != agency else rows.get(t.INCIDENTS, body.id) is None


def _succession(rows: Reading, agency: AgencyId, body: e.SuccessionDecided) -> bool | None:
    if rows.get(t.SUCCESSIONS, body.id):
        return False
    return _theirs_alone(rows, agency, (*body.sources, *body.targets))


def _withdrawn(rows: Reading, agency: AgencyId, body: e.SuccessionWithdrawn) -> bool | None:
    act = rows.get(t.SUCCESSIONS, body.id)
    if act is None:
        return None
    return False if act.withdrawn else _theirs_alone(rows, agency, (*act.sources, *act.targets))


def _theirs_alone(rows: Reading, agency: AgencyId, parties: Iterable[AgencyId]) -> bool | None:
    """An act that concerns an agency which is at home here was entered, and is taken back, here."""
    others = (one for one in parties if one != agency)
    here = any(state_of(rows, one) is HomeState.HERE for one in others)
    return True if agency in tuple(parties) and not here else None


def _text(rows: Reading, agency: AgencyId, body: e.TextDerived | e.TextMissing) -> bool | None:
    """What is read of a file that others hold too is this node's own to say."""
    known = rows.derived(body.blob)
    alone = all(holder == agency for _, holder in rows.documents_holding(body.blob))
    return alone and (known is None or known.reader < body.reader)


_NEWS: dict[type[e.Body], Callable[[Reading, AgencyId, Any], bool | None]] = {
    e.TokenIssued: _token_issued,
    e.TokenRevoked: _token_revoked,
    e.HoldPlaced: _hold_placed,
    e.HoldLifted: _hold_lifted,
    e.IncidentNoted: _incident,
    e.SuccessionDecided: _succession,
    e.SuccessionWithdrawn: _withdrawn,
    e.TextDerived: _text,
    e.TextMissing: _text,
}
TRAVELLING = (e.PersonEntered, *_NEWS)
"""Events of a node itself that an agency brings along where they concern it."""


def owners(rows: Reading, body: e.AnyBody) -> Iterator[str]:
    """To which agencies belongs what an agency's event speaks of; what is new belongs to nobody yet.

    Identifiers are never given twice, so one that is known says whose it is.
    """
    agency = getattr(body, "agency", "")
    if agency:
        yield agency
    for name in _NAMING:
        identifier = getattr(body, name, "")
        found = (rows.get(table, identifier) for table in _OWNED) if identifier else ()
        yield from (one.agency for one in found if one)
        if identifier and rows.agency(AgencyId(identifier)):
            yield identifier


def _code_given(body: e.AnyBody) -> AgencyCode | None:
    if isinstance(body, e.AgencyOpened):
        return body.code
    if isinstance(body, e.IdentifierGiven) and body.scheme is Scheme.QD20:
        return AgencyCode(body.value)
    return None


def _bears(rows: Reading, agency: AgencyId, code: str) -> bool:
    """Say whether *code* is what *agency* is called by now, and it lives on."""
    known = rows.agency(agency)
    return known is not None and known.code == code and known.ended == UNBOUNDED


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
