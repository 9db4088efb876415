"""The epoch of an office node in its own log: the first event of every life of its keeper.

And the term of a store node in its own: begun by a promotion, ended by somebody else's (ADR 21).

So each life writes to a log segment of its own from the beginning, and what a superseded life
still appends to an older segment is not read any more.
"""

from typing import Protocol

from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.homes import home_of, state_of
from repository.catalogue.nodes import ended_by, epoch_of, term_of
from repository.keeper import Command
from repository.model import events as e
from repository.model.ids import AgencyId
from repository.model.moves import Away, HomeState, MoveId
from repository.model.nodes import NodeName
from repository.model.terms import NONCE_BYTES, Standing, Term, following, is_proven, standing


class Fence(Protocol):
    """Says whether this process may decide; asked before and after every batch."""

    def require(self) -> None:
        """Return when it may; MUST raise `NodeSuperseded` or `LeaseLapsed` when it may not."""
        ...

    def confirm(self) -> None:
        """Return when it still might after what was decided is on disk.

        MUST raise `NodeSuperseded` or `OutcomeUnknown` otherwise: then nobody is told of success.
        """
        ...


class Unfenced:
    """A node that stands alone: its folder's lock is all it needs."""

    def require(self) -> None:
        """Nobody else can have begun."""

    def confirm(self) -> None:
        """Nobody else can have begun."""


class BeginEpoch(Command[bool], frozen=True, kw_only=True, tag="begin-epoch"):
    """This life of the keeper was given *epoch*; the answer says whether that was news."""

    epoch: int
    term: Term = Term()
    away: tuple[Away, ...] = ()
    """Agencies that are not at home here, whatever this node's log says."""


class BeginTerm(Command[Term], frozen=True, kw_only=True, tag="begin-term"):
    """This store node was promoted; the answer is its term."""

    key: bytes = b""
    """The digest of its token's secret, where it was a standby's folder; else any standby's."""


class EndTerm(Command[bool], frozen=True, kw_only=True, tag="end-term"):
    """Somebody has shown a later term; the answer says whether this store node believes it."""

    term: Term


def decide_begin(change: Change, command: BeginEpoch) -> bool:
    """Record it, once; and where agencies went of which an older copy of the log does not know."""
    if command.epoch <= epoch_of(change):
        return False
    change.record(e.EpochBegun(command.epoch, command.term))
    for away in command.away:
        _note_away(change, away)
    return True


def _note_away(change: Change, away: Away) -> None:
    """Let nothing be entered here in an agency that has left, or is offered to another node."""
    agency, move, to = AgencyId(away.agency), MoveId(away.move), NodeName(away.node)
    home, state = home_of(change, agency), state_of(change, agency)
    news = home is None or home.hop < away.hop
    if away.claimed and (
        (state is HomeState.LEAVING and (news or (home and home.move == move)))
        or (state is HomeState.HERE and news)
    ):
        change.record(e.AgencyLeft(agency, move, to, away.hop, away.address), agency=agency)
    elif not away.claimed and state is HomeState.HERE and news:
        change.record(e.AgencyLeaving(agency, move, to, away.hop, away.began), agency=agency)


def decide_begin_term(change: Change, command: BeginTerm) -> Term:
    """Begin the term after this store node's own, and after the one that ended it."""
    before = max(term_of(change), ended_by(change), key=lambda term: term.number)
    keys = [node.digest for _, node in change.scan(t.NODES) if node.standby]
    key = command.key or (keys[0] if keys else change.entropy(32))
    term = following(before, change.entropy(NONCE_BYTES), key)
    change.record(e.TermBegun(term))
    return term


def decide_end_term(change: Change, command: EndTerm) -> bool:
    """End the term where one of this store node's own standbys began the later one."""
    if standing(term_of(change), command.term) is not Standing.LATER:
        return False
    nodes = [node for _, node in change.scan(t.NODES) if node.standby]
    if not any(is_proven(command.term, node.digest) for node in nodes):
        return False
    if ended_by(change).number < command.term.number:
        change.record(e.TermEnded(command.term))
    return True


RULES = {BeginEpoch: decide_begin, BeginTerm: decide_begin_term, EndTerm: decide_end_term}
