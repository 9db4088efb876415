"""Delegation (ủy quyền): a leader or a head lets another do their duties for a time.

Decree 30/2020/NĐ-CP, Art. 13.3. Only what somebody is there for by their own posts is delegated, so a
mandate is never handed on; the delegate's acts are logged on behalf of the principal.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from api.services import fields
from api.services.access import agency_for, given, present
from api.services.giving import MAX_WORDS, NotOfOneAgency, written
from api.services.organisation import UnknownPerson, login_of
from api.services.work import NoPerson
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.deadlines import delegations_by, delegations_in, delegations_to
from repository.catalogue.organisation import person_by_login, posts_of
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Hidden, NotAllowed, Right, holds
from repository.model.agencies import Agency
from repository.model.days import day_of
from repository.model.delegations import (
    DELEGABLE,
    MAX_DELEGATION_DAYS,
    MAX_STANDING,
    Delegation,
)
from repository.model.ids import (
    AgencyId,
    BadIdentifier,
    DelegationId,
    PersonId,
    PostId,
    parse_agency_code,
)
from repository.model.people import Duty

Moment = Annotated[datetime, Meta(tz=True)]


class DelegationAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A delegation as it is asked for; also the body of the request."""

    login: str
    """Of who does it: somebody who works in the agency."""
    until: Moment
    """The first moment at which it holds no longer; with a zone."""
    since: Moment | None = None
    """Its first moment; now unless given."""
    duties: tuple[Duty, ...] = ()
    """`leader`, `head`: of yours in the agency; all of them unless given."""
    words: str = ""
    """By which paper, and for what; at most 2,000 characters."""


class Delegate(Command[Delegation], frozen=True, kw_only=True, tag="delegate"):
    """Let somebody do in the caller's place what they are there for in *agency* (its code)."""

    agency: str
    asked: DelegationAsked


class WithdrawDelegation(Command[Delegation], frozen=True, kw_only=True, tag="withdraw-delegation"):
    """Take a delegation back before its end."""

    delegation: str


class NothingToDelegate(Trouble):
    """You hold no post here whose duties may be done by another: leader or head of a unit."""

    kind = Kind.FORBIDDEN
    vietnamese = (
        "Bạn không giữ vị trí lãnh đạo cơ quan hoặc lãnh đạo đơn vị tại đây nên không thể ủy quyền."
    )


class DelegatedToOneself(Trouble):
    """Nobody is their own delegate."""

    kind = Kind.INVALID
    vietnamese = "Không thể ủy quyền cho chính mình."


class SpanUnfit(Trouble):
    """A delegation ends after it begins, after now, and at most {limit} days later ({path})."""

    kind = Kind.INVALID
    vietnamese = (
        "Thời hạn ủy quyền phải kết thúc sau lúc bắt đầu, sau hiện tại và không quá {limit} ngày"
        " ({path})."
    )


class TooManyDelegations(Trouble):
    """You have given, or {login} was given, {limit} delegations that have not ended: no more at once."""

    kind = Kind.CONFLICT
    vietnamese = "Bạn đã ủy quyền hoặc {login} đã được ủy quyền {limit} lần chưa hết hạn, không thể thêm nữa."


def decide_delegate(change: Change, command: Delegate) -> Delegation:
    """Let it be given.

    Raise `Hidden`, `NoPerson`, `NothingToDelegate`, `UnknownPerson`, `NotOfOneAgency`,
    `DelegatedToOneself`, `SpanUnfit`, `TooManyDelegations` or of `fields`.
    """
    caller, asked = command.caller, command.asked
    agency = agency_of(change, caller, command.agency)
    posts = _posts(change, caller, agency, asked)
    delegate = _delegate(change, caller, agency, asked.login)
    since, until = _span(change, asked)
    _require_room(change, caller.person, delegate, asked.login)
    words = fields.line("$.words", asked.words, limit=MAX_WORDS)
    body = e.DelegationGiven(
        id=DelegationId(change.new_id()),
        agency=agency,
        principal=caller.person,
        delegate=delegate,
        posts=posts,
        since=since,
        until=until,
    )
    change.record(body, agency=agency, particulars=written(change, words))
    return present(change.get(t.DELEGATIONS, body.id))


def decide_withdraw_delegation(change: Change, command: WithdrawDelegation) -> Delegation:
    """Take it back: by who gave it or administers there; what has ended stays as it is.

    Raise `Hidden` or `NotAllowed`.
    """
    found = delegation_for(change, command.caller, command.delegation)
    mine = found.principal == command.caller.person
    if not (mine or holds(command.caller, Right.ADMINISTER, found.agency)):
        raise NotAllowed(right=Right.ADMINISTER.value)
    if found.until > change.stamp.microseconds:
        change.record(e.DelegationWithdrawn(id=found.id), agency=found.agency)
    return present(change.get(t.DELEGATIONS, found.id))


def agency_of(reading: Reading, caller: Caller, code: str) -> AgencyId:
    """The agency of that code, where *caller* works in person; raise `Hidden` or `NoPerson`."""
    if not caller.person:
        agency_for(reading, caller, Right.READ, code)
        raise NoPerson
    agency = present(_agency(reading, code))
    if agency.id not in caller.standing:
        raise Hidden
    return agency.id


def _agency(reading: Reading, code: str) -> Agency | None:
    try:
        return reading.agency_by_code(parse_agency_code(code))
    except BadIdentifier:
        return None


def delegation_for(reading: Reading, caller: Caller, delegation: str) -> Delegation:
    """The delegation, for either of the two, and who reads or administers there; raise `Hidden`."""
    found = present(reading.get(t.DELEGATIONS, given(delegation)))
    theirs = caller.person and caller.person in (found.principal, found.delegate)
    rights = (Right.READ, Right.ADMINISTER)
    if not (theirs or any(holds(caller, right, found.agency) for right in rights)):
        raise Hidden
    return found


def delegations_of(reading: Reading, person: PersonId, now: datetime) -> Iterator[Delegation]:
    """What *person* has given, then what they were given, that has not ended at *now*."""
    moment = round(now.timestamp() * 1_000_000)
    yield from delegations_by(reading, person, moment)
    yield from delegations_to(reading, person, moment)


def all_delegations(
    reading: Reading, caller: Caller, code: str, *, until: int, after: str
) -> Iterator[Delegation]:
    """Those of an agency that end at *until* (behind *after*) or later, by their ends.

    For who reads there, or administers. Raise `Hidden` or `NotAllowed`.
    """
    agency = _agency(reading, code)
    administers = agency and holds(caller, Right.ADMINISTER, agency.id)
    known = agency if administers else agency_for(reading, caller, Right.READ, code)
    return delegations_in(reading, present(known).id, until, after)


def _posts(
    change: Change, caller: Caller, agency: AgencyId, asked: DelegationAsked
) -> tuple[PostId, ...]:
    duties = frozenset(asked.duties) or DELEGABLE
    if not duties <= DELEGABLE:
        raise fields.FieldUnfit(path="$.duties", expected="leader, head")
    held = posts_of(change, caller.person, day_of(change.stamp.at))
    mine = [post for post in held if post.agency == agency and post.duty in duties]
    if not mine or frozenset(asked.duties) - {post.duty for post in mine}:
        raise NothingToDelegate
    return tuple(post.id for post in mine)


def _delegate(change: Change, caller: Caller, agency: AgencyId, given_login: str) -> PersonId:
    login = login_of("$.login", given_login)
    person = person_by_login(change, login)
    if person is None:
        raise UnknownPerson(path="$.login", login=login)
    if person.id == caller.person:
        raise DelegatedToOneself
    held = posts_of(change, person.id, day_of(change.stamp.at))
    if not any(post.agency == agency for post in held):
        raise NotOfOneAgency(path="$.login", holder=login)
    return person.id


def _span(change: Change, asked: DelegationAsked) -> tuple[int, int]:
    """First and last moment, microseconds."""
    now = change.stamp.at
    since = max(asked.since or now, now)
    longest = timedelta(days=MAX_DELEGATION_DAYS)
    if not since < asked.until <= since + longest or since > now + longest:
        raise SpanUnfit(path="$.until", limit=MAX_DELEGATION_DAYS)
    return round(since.timestamp() * 1_000_000), round(asked.until.timestamp() * 1_000_000)


def _require_room(change: Change, principal: PersonId, delegate: PersonId, login: str) -> None:
    now = change.stamp.microseconds
    looks: tuple[tuple[Callable[..., Iterator[Delegation]], PersonId], ...] = (
        (delegations_by, principal),
        (delegations_to, delegate),
    )
    for look, person in looks:
        if sum(1 for _ in look(change, person, now)) >= MAX_STANDING:
            raise TooManyDelegations(login=login, limit=MAX_STANDING)


RULES = {Delegate: decide_delegate, WithdrawDelegation: decide_withdraw_delegation}
