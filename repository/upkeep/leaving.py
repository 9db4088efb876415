"""An agency leaves this office node: stopped, written to a bundle, offered; it stays, or has left.

Every step may be done again, by another process, after a crash in any of them. Nothing is entered in the
agency from the first on, so whatever happens afterwards no number is given twice.
"""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, NamedTuple, cast

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.homes import home_of, require_home
from repository.catalogue.nodes import epoch_of, term_of
from repository.catalogue.views import Reading
from repository.elsewhere import NoteElsewhere
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model.access import OPERATOR, Hidden
from repository.model.agencies import Agency
from repository.model.ids import AgencyId, BlobId
from repository.model.moves import (
    Act,
    AgencyStaysHere,
    AgencyUnknownHere,
    Home,
    HomeState,
    Move,
    NodeUnfit,
    OfferState,
)
from repository.model.nodes import NodeName
from repository.moving import LeaveAgency, NoteLeft, StayAgency
from repository.nodes.moves import MoveDesk
from repository.upkeep.bundling import Head, write_bundle
from repository.upkeep.travelling import is_its_own

_BEGUN = (HomeState.ARRIVING, HomeState.HERE)
_NO_BUNDLE = BlobId(bytes(32))
"""Of a move that is withdrawn before anything was offered."""


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """What moves with an agency, and how far the move has come."""

    agency: str
    """Its code."""
    to: str
    state: str
    """`here`, `leaving`, or `elsewhere`."""
    move: str = ""
    events: int = 0
    """Of the agency."""
    registers: int = 0
    people: int = 0
    tokens: int = 0
    """That are the agency's alone; they go on at the other node."""
    shared_tokens: tuple[str, ...] = ()
    """Labels of those that hold for others too: they stay, and new ones are needed there."""
    kin: tuple[str, ...] = ()
    """Codes of agencies at home here that it follows, or that follow it: they stay."""
    items: int = 0
    """Events in the bundle, those of the node that concern it included."""
    size: int = 0
    """Bytes of the bundle."""
    offer: str = ""
    """What became of the offer: `offered`, `refused`, or `claimed`."""


class Desk(NamedTuple):
    """This node's way to the store node, for moves."""

    name: NodeName
    """This node's."""
    moves: MoveDesk


def rehearse(holdings: Holdings, desk: Desk, code: str, to: NodeName) -> Departure:
    """What would move; raise `AgencyUnknownHere`, `AgencyElsewhere`, `AgencyMoving` or `NodeUnfit`."""
    with holdings.reading() as now:
        agency = known(now, code)
        home = home_of(now, agency.id)
        if home is None or (home.state, home.node) != (HomeState.LEAVING, to):
            require_home(now, agency.id)
        found = _reach(now, agency, to, home)
    _require_office(desk, to)
    return found


def leave(
    holdings: Holdings,
    desk: Desk,
    code: str,
    to: NodeName,
    *,
    head: Callable[[], Head],
) -> Departure:
    """Let the agency be offered to the node *to*; *head* says where this node's log stands.

    Raise as `rehearse`, or what befalls the store node: called again, it goes on.
    """
    planned = rehearse(holdings, desk, code, to)
    with holdings.reading() as now:
        agency = known(now, code)
    home = holdings.keeper.submit(LeaveAgency(caller=OPERATOR, agency=agency.id, to=to))
    offered, items, size = _offered(holdings, desk, agency, home, head)
    if offered.state is OfferState.CLAIMED:
        home = _left(holdings, agency.id, home, offered)
    return msgspec.structs.replace(
        planned,
        state=home.state.value,
        move=home.move,
        items=items,
        size=size,
        offer=offered.state.value,
    )


def stay(holdings: Holdings, desk: Desk, code: str) -> Home:
    """Let the agency stay after all.

    Raise `AgencyUnknownHere`, `AgencyStaysHere` where it is not leaving, `MoveOver` where it was claimed,
    `MoveAdrift`.
    """
    with holdings.reading() as now:
        agency = known(now, code)
        home = home_of(now, agency.id)
    if home is None or home.state is not HomeState.LEAVING:
        raise AgencyStaysHere(agency=agency.code)
    kept = _kept(desk, home)
    told = kept or _move(desk, agency, home, _NO_BUNDLE)
    desk.moves.turn(Act.WITHDRAW, told, epoch=epoch_at_work(holdings))
    command = StayAgency(caller=OPERATOR, agency=agency.id, move=home.move)
    return holdings.keeper.submit(command)


def settle(holdings: Holdings, desk: Desk) -> int:
    """Learn which agencies have left; how many. The store node is asked only where one is leaving."""
    with holdings.reading() as now:
        homes = {AgencyId(str(key[0])): home for key, home in now.scan(t.HOMES)}
    if not any(home.state is HomeState.LEAVING for home in homes.values()):
        return 0
    moves = {move.id: move for move in desk.moves.overview().moves}
    done = 0
    for agency, home in homes.items():
        move = moves.get(home.move)
        leaving = home.state is HomeState.LEAVING
        if leaving and move and move.state is OfferState.CLAIMED:
            _left(holdings, agency, home, move)
            done += 1
    return done


def claim_again(holdings: Holdings, desk: Desk) -> int:
    """Claim once more what a promoted store node holds for offered, and this node has claimed."""
    with holdings.reading() as now:
        arrived = any(home.state in _BEGUN for _, home in now.scan(t.HOMES))
        if not arrived or not term_of(now).number:
            return 0
    done = 0
    for move in desk.moves.overview().moves:
        with holdings.reading() as now:
            home = home_of(now, move.agency)
        begun = home is not None and home.state in _BEGUN and home.move == move.id
        if begun and move.target == desk.name and _claimable(move, holdings):
            desk.moves.turn(Act.CLAIM, move, epoch=epoch_at_work(holdings))
            done += 1
    return done


def _claimable(move: Move, holdings: Holdings) -> bool:
    with holdings.reading() as now:
        return move.state is OfferState.OFFERED and move.confirmed == term_of(now).number


def known(now: Reading, code: str) -> Agency:
    """The agency that is called *code*; raise `AgencyUnknownHere`."""
    agency = now.agency_by_code(code)
    if agency is None:
        raise AgencyUnknownHere(agency=code)
    return agency


def epoch_at_work(holdings: Holdings) -> int:
    """The epoch in which this node works, which a command, however empty, makes begin."""
    holdings.keeper.submit(NoteElsewhere(caller=NODE))
    with holdings.reading() as now:
        return epoch_of(now)


def _left(holdings: Holdings, agency: AgencyId, home: Home, move: Move) -> Home:
    command = NoteLeft(caller=NODE, agency=agency, move=home.move, address=move.address)
    return holdings.keeper.submit(command)


# The offer.


def _require_office(desk: Desk, to: NodeName) -> None:
    if to == desk.name or to not in desk.moves.overview().offices:
        raise NodeUnfit(node=to)


def _kept(desk: Desk, home: Home) -> Move | None:
    moves = desk.moves.overview().moves
    return next((one for one in moves if one.id == home.move), None)


def _offered(
    holdings: Holdings, desk: Desk, agency: Agency, home: Home, head: Callable[[], Head]
) -> tuple[Move, int, int]:
    """The offer, made or found; with the items and bytes of the bundle where that was made now."""
    epoch = epoch_at_work(holdings)
    kept = _kept(desk, home)
    if kept is not None:
        with suppress(Hidden):  # else the store node has no such bundle any more: it is made anew
            return desk.moves.turn(Act.OFFER, kept, epoch=epoch), 0, 0
    folder = holdings.shelves.layout.local
    with tempfile.TemporaryFile(dir=folder) as file:
        manifest = write_bundle(file, holdings, desk.name, agency, home, head())
        size = file.seek(0, 2)
        file.seek(0)
        bundle = holdings.blobs.put(cast("BinaryIO", file), size=size).id
    told = _move(desk, agency, home, bundle)
    return desk.moves.turn(Act.OFFER, told, epoch=epoch), manifest.items, size


def _move(desk: Desk, agency: Agency, home: Home, bundle: BlobId) -> Move:
    return Move(
        id=home.move,
        agency=agency.id,
        code=agency.code,
        source=desk.name,
        target=home.node,
        bundle=bundle,
        hop=home.hop,
        began=home.term,
    )


# What moves.


def _reach(now: Reading, agency: Agency, to: NodeName, home: Home | None) -> Departure:
    tokens = [token for _, token in now.scan(t.TOKENS) if not token.revoked]
    alone = [token for token in tokens if is_its_own(token, agency.id)]
    shared = [token for token in tokens if agency.id in token.agencies and token not in alone]
    kin = {str(key[1]) for key, _ in now.scan(t.SUCCESSORS, agency.id)}
    acts = (now.get(t.SUCCESSIONS, act) for act in kin | _acts_followed(now, agency.id))
    parties = {one for act in acts if act for one in (*act.sources, *act.targets)}
    others = (now.agency(one) for one in parties - {agency.id})
    return Departure(
        agency=agency.code,
        to=to,
        state=home.state.value if home else HomeState.HERE.value,
        events=now.get(t.AGENCY_SEQUENCES, agency.id) or 0,
        registers=sum(1 for _ in now.registers_of(agency.id)),
        people=len({person for _, person in now.scan(t.AGENCY_POSTS, agency.id)}),
        tokens=len(alone),
        shared_tokens=tuple(token.label for token in shared),
        kin=tuple(sorted(one.code for one in others if one)),
    )


def _acts_followed(now: Reading, agency: AgencyId) -> set[str]:
    return {str(key[1]) for key, _ in now.scan(t.PREDECESSORS, agency)}
